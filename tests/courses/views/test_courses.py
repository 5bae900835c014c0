"""One's courses and what is next in each; a course's page and settings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.domain.queries.courses import workloads
from courses.domain.queries.standing import Stage, standings
from courses.models import Assignment, Course, Grade, Membership
from reviews.models import Budget, Defect
from tests import stories
from tests.people import client_of, enrol, person


def page(user: User, url: str) -> str:
    response = client_of(user).get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_who_is_in_no_course_is_told_what_to_do(stranger: User) -> None:
    html = page(stranger, "/")
    assert "You are in no course yet" in html
    assert 'action="/join/"' in html
    assert 'href="/courses/new/"' in html


def test_amara_sees_how_far_she_is_and_the_one_next_step(course: Course, amara: User) -> None:
    task = stories.assignment(course, least_notes=3)
    assert f'href="/assignments/{task.pk}/hand-in/"' in page(amara, "/")

    submission = stories.handed_in(task, amara, claims=[stories.INJECTION, stories.RACE])
    html = page(amara, "/")
    assert "2 notes written, at least 3 wanted" in html
    assert f'href="/submissions/{submission.pk}/code/"' in html
    assert "hand-in" not in html


def test_with_the_grade_means_no_word_of_it_before(course: Course, amara: User, ruth: User) -> None:
    task = stories.assignment(course, visibility=Assignment.Visibility.GRADE)
    submission = stories.reviewed(task, amara)
    Grade.objects.create(submission=submission, points=Decimal("61.5"), graded_by=ruth)
    html = page(amara, "/")
    assert "See your receipt" in html
    assert "61.5" not in html
    assert "See the reviews" not in html

    Grade.objects.update(released_at=timezone.now())
    html = page(amara, "/")
    assert "61.5 of 100 points" in html
    assert f'href="/submissions/{submission.pk}/result/"' in html


def test_at_once_after_sealing_leads_to_the_reviews(course: Course, amara: User) -> None:
    task = stories.assignment(course, visibility=Assignment.Visibility.SEALED)
    submission = stories.sealed(task, amara)
    assert "Watch the reviews" in page(amara, "/")
    stories.run_passes(submission)
    html = page(amara, "/")
    assert "See the reviews" in html
    assert f'href="/submissions/{submission.pk}/reviews/"' in html


def test_what_was_not_sealed_in_time_is_said_so(course: Course, amara: User, ben: User) -> None:
    task = stories.assignment(course)
    stories.handed_in(task, amara)
    Assignment.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "closed before the notes were sealed" in page(amara, f"/courses/{course.pk}/")
    assert "closed, nothing handed in" in page(ben, f"/courses/{course.pk}/")


def test_drafts_are_invisible_to_students_everywhere(course: Course, amara: User, ruth: User) -> None:
    stories.assignment(course, title="A secret plan", state=Assignment.State.DRAFT)
    for url in ("/", f"/courses/{course.pk}/"):
        assert "A secret plan" not in page(amara, url)
        assert "A secret plan" in page(ruth, url)


def test_ruth_sees_how_many_wait_for_what(
    course: Course, ruth: User, amara: User, ben: User, chiara: User
) -> None:
    task = stories.assignment(course)
    stories.reviewed(task, amara)
    decided = stories.reviewed(task, ben)
    Defect.objects.filter(snapshot__revision__submission=decided).update(standing=Defect.Standing.VALID)
    stories.handed_in(task, chiara)
    html = page(ruth, "/")
    assert "1 to adjudicate" in html
    assert "1 to grade" in html
    assert "2 of 3 sealed" in html


def test_counts_agree_with_the_stages_of_the_dashboard(course: Course, ruth: User) -> None:
    students = [person(f"student{number}", "Test") for number in range(6)]
    for student in students:
        enrol(course, student)
    task = stories.assignment(course)
    stories.handed_in(task, students[0])
    stories.sealed(task, students[1])
    done = [stories.reviewed(task, student) for student in students[2:]]
    Grade.objects.create(submission=done[0], points=50)
    Grade.objects.create(submission=done[1], points=50, released_at=timezone.now())
    Defect.objects.filter(snapshot__revision__submission=done[2]).update(standing="valid")
    rows = standings(task)
    [load] = workloads(course)
    for stage in Stage:
        if stage not in (Stage.DRAFT, Stage.NOT_STARTED):
            assert load.stages[stage] == sum(row.stage is stage for row in rows), stage
    assert load.stages[Stage.ADJUDICATE] == load.stages[Stage.GRADE] == load.stages[Stage.GRADED] == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_courses_costs_the_same_however_long(
    course: Course,
    ruth: User,
    amara: User,
    ben: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for number in range(rows):
        task = stories.assignment(course, title=f"Task {number}")
        stories.reviewed(task, amara)
        stories.sealed(task, ben)
    teacher, student = client_of(ruth), client_of(amara)
    teacher.get("/")
    student.get("/")
    with django_assert_num_queries(7):
        teacher.get("/")
    with django_assert_num_queries(7):
        student.get("/")


@pytest.mark.parametrize("rows", [1, 3])
def test_a_course_costs_the_same_however_many_assignments(
    course: Course,
    ruth: User,
    amara: User,
    ben: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    rows: int,
) -> None:
    for number in range(rows):
        task = stories.assignment(course, title=f"Task {number}")
        stories.reviewed(task, amara)
        stories.sealed(task, ben)
    url = f"/courses/{course.pk}/"
    teacher, student = client_of(ruth), client_of(amara)
    with django_assert_num_queries(8):
        teacher.get(url)
    with django_assert_num_queries(8):
        student.get(url)


def test_dates_are_written_in_the_courses_zone(course: Course, amara: User) -> None:
    opens = timezone.now().replace(year=2026, month=1, day=5, hour=9, minute=0)
    stories.assignment(course, opens_at=opens, due_at=opens + timedelta(days=7))
    html = page(amara, f"/courses/{course.pk}/")
    assert "Mon 5 Jan 2026, 10:00" in html
    assert "Times in Europe/Berlin" in html


def test_only_ruth_sees_the_code_and_can_change_it(
    course: Course, ruth: User, tomas: User, amara: User
) -> None:
    url = f"/courses/{course.pk}/"
    assert f"/join/?code={course.join_code}" in page(ruth, url)
    for other in (tomas, amara):
        html = page(other, url)
        assert course.join_code not in html
        assert "Make a new code" not in html


def test_a_rotated_code_opens_nothing_and_a_new_one_does(course: Course, ruth: User, stranger: User) -> None:
    old = course.join_code
    html = client_of(ruth).post(f"/courses/{course.pk}/code/rotate/", follow=True).content.decode()
    course.refresh_from_db()
    assert course.join_code != old
    assert f"The new code is {course.join_code}" in html
    client_of(stranger).post("/join/", {"code": old})
    assert not Membership.objects.filter(user=stranger).exists()
    client_of(stranger).post("/join/", {"code": course.join_code})
    assert Membership.objects.get(user=stranger).role == Membership.Role.STUDENT


def test_a_closed_course_hides_its_code_and_opens_again(course: Course, ruth: User) -> None:
    browser = client_of(ruth)
    url = f"/courses/{course.pk}/code/open/"
    html = browser.post(url, {"open": "0"}, follow=True).content.decode()
    assert "nobody can join by code" in html
    assert course.join_code not in html
    assert course.join_code in browser.post(url, {"open": "1"}, follow=True).content.decode()


def test_amara_can_neither_rotate_nor_close(course: Course, amara: User) -> None:
    code = course.join_code
    for path in ("code/rotate/", "code/open/"):
        assert client_of(amara).post(f"/courses/{course.pk}/{path}", {"open": "0"}).status_code == 403
    course.refresh_from_db()
    assert (course.join_code, course.join_open) == (code, True)


def test_whoever_sets_up_a_course_teaches_it(stranger: User) -> None:
    values = {"name": "Compilers", "term": "Spring", "time_zone": "america/new york"}
    html = client_of(stranger).post("/courses/new/", values, follow=True).content.decode()
    made = Course.objects.get(name="Compilers")
    assert made.time_zone == "America/New_York"
    assert Membership.objects.get(course=made).user == stranger
    assert "There is no assignment yet" in html
    assert made.join_code in html


def test_a_wrong_zone_is_refused_at_its_field_and_the_rest_is_kept(course: Course, ruth: User) -> None:
    values = {"name": "Software engineering II", "time_zone": "Europe/Atlantis"}
    response = client_of(ruth).post(f"/courses/{course.pk}/settings/", values)
    html = response.content.decode()
    assert response.status_code == 422
    assert 'id="id_time_zone_error"' in html
    assert "There is no time zone of this name" in html
    assert 'value="Software engineering II"' in html
    course.refresh_from_db()
    assert (course.name, course.time_zone) == ("Software engineering", "Europe/Berlin")


def test_another_zone_moves_no_date(course: Course, ruth: User) -> None:
    task = stories.assignment(course)
    values = {"name": course.name, "term": course.term, "time_zone": "Asia/Tokyo"}
    client_of(ruth).post(f"/courses/{course.pk}/settings/", values)
    assert Course.objects.get().time_zone == "Asia/Tokyo"
    assert Assignment.objects.get().due_at == task.due_at


def test_a_course_may_have_a_budget_and_its_settings_say_what_is_spent(course: Course, ruth: User) -> None:
    url = f"/courses/{course.pk}/settings/"
    values = {"name": course.name, "term": course.term, "time_zone": course.time_zone}
    assert "have cost $0.00 so far" in page(ruth, url)
    client_of(ruth).post(url, {**values, "budget": "40"})
    budget = Budget.objects.get(name=f"course-{course.pk}")
    assert budget.limit == 40_000_000
    Budget.objects.update(spent=3_100_000)
    html = page(ruth, url)
    assert "have cost $3.10 so far" in html
    assert 'value="40.00"' in html
    response = client_of(ruth).post(url, {**values, "budget": "-2"})
    assert response.status_code == 422
    assert "greater than or equal to 0" in response.content.decode()
    assert Budget.objects.get().limit == 40_000_000
    client_of(ruth).post(url, {**values, "budget": ""})
    assert not Budget.objects.exists()
