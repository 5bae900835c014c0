"""The dashboard: what needs attention first, the class above, and what goes out."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain import grading
from courses.domain.assignments import PlanLine
from courses.domain.queries.standing import standing_of
from courses.models import Assignment, Course, Grade, Submission
from courses.views.dashboard import ROWS_A_PAGE
from reviews.gap.standing import Decision, decide
from reviews.models import Defect
from tests.doors import meets_closed_door
from tests.people import client_of, enrol, person
from tests.stories import INJECTION, RACE, ROUNDING, assignment, handed_in, reviewed, sealed

QUERIES = 13


def url(name: str, task: Assignment) -> str:
    return reverse(f"courses:{name}", args=[task.pk])


def grade(submission: Submission, by: User) -> Submission:
    for defect in Defect.objects.filter(snapshot__revision__submission=submission):
        decide(defect, Decision(Defect.Standing.VALID), by)
    suggestion = standing_of(submission).suggestion
    assert suggestion is not None
    grading.give(submission, suggestion, adjustment=Decimal(0), reason="", feedback="", by=by)
    return submission


def names(page: str) -> list[str]:
    body = page.partition('aria-label="Students and their grades"')[2]
    return re.findall(r'<th scope="row">(?:<a [^>]*>)?(\w+),', body)


@pytest.fixture
def task(course: Course) -> Assignment:
    """An assignment that asks the linters, which find the injection."""
    return assignment(course)


def test_what_needs_attention_comes_first(
    ruth: User, amara: User, ben: User, chiara: User, task: Assignment
) -> None:
    grade(reviewed(task, amara), ruth)
    handed_in(task, ben)
    reviewed(task, chiara)
    page = client_of(ruth).get(url("dashboard", task)).text
    assert names(page) == ["Russo", "Diallo", "Carter"]
    for stage in ("to adjudicate", "graded", "draft"):
        assert stage in page


def test_columns_sort_both_ways_and_empty_ones_stay_last(
    ruth: User, amara: User, ben: User, chiara: User, task: Assignment
) -> None:
    grade(reviewed(task, amara, claims=(INJECTION,)), ruth)
    grade(reviewed(task, ben, claims=(INJECTION, RACE)), ruth)
    client = client_of(ruth)

    def order(sort: str) -> list[str]:
        return names(client.get(url("dashboard", task), {"sort": sort}).text)

    assert order("name") == ["Carter", "Diallo", "Russo"]
    assert order("-name") == ["Russo", "Diallo", "Carter"]
    assert order("caught") == ["Diallo", "Carter", "Russo"]
    assert order("-caught") == ["Carter", "Diallo", "Russo"]
    assert order("no such column") == order("attention")
    assert 'aria-sort="descending"' in client.get(url("dashboard", task), {"sort": "-caught"}).text


def test_rows_are_filtered_by_stage_and_by_a_part_of_the_name(
    ruth: User, amara: User, ben: User, task: Assignment
) -> None:
    reviewed(task, amara)
    client = client_of(ruth)
    assert names(client.get(url("dashboard", task), {"stage": "to adjudicate"}).text) == ["Diallo"]
    assert names(client.get(url("dashboard", task), {"name": "BEN c"}).text) == ["Carter"]
    assert "No student fits this filter" in client.get(url("dashboard", task), {"name": "zzz"}).text


def test_next_to_grade_goes_round_and_ends(ruth: User, amara: User, ben: User, task: Assignment) -> None:
    client = client_of(ruth)
    nobody = client.get(url("next_ungraded", task), follow=True)
    assert "No other submission waits for a grade." in nobody.text

    first, second = reviewed(task, ben), reviewed(task, amara)
    to = [reverse("courses:adjudicate", args=[found.pk]) for found in (first, second)]
    assert client.get(url("next_ungraded", task)).headers["Location"] == to[0]
    assert client.get(url("next_ungraded", task), {"after": first.pk}).headers["Location"] == to[1]
    assert client.get(url("next_ungraded", task), {"after": second.pk}).headers["Location"] == to[0]
    grade(second, ruth)
    alone = client.get(url("next_ungraded", task), {"after": first.pk}, follow=True)
    assert "No other submission waits for a grade." in alone.text


def test_grades_go_out_one_by_one_or_all_at_once_and_come_back(
    ruth: User, amara: User, ben: User, chiara: User, task: Assignment
) -> None:
    one, two, three = (grade(sealed(task, user), ruth) for user in (amara, ben, chiara))
    client = client_of(ruth)
    out = Grade.objects.filter(released_at__isnull=False)
    assert "Release 3 grades" in client.get(url("dashboard", task)).text

    some = client.post(url("release_many", task), {"act": "release", "submission": [one.pk]}, follow=True)
    assert "1 grade released." in some.text
    assert [found.submission for found in out.all()] == [one]

    rest = client.post(url("release_many", task), {"act": "release_all"}, follow=True)
    assert "2 grades released." in rest.text
    assert out.all().count() == 3

    marked = {"act": "take_back", "submission": [two.pk, three.pk], "sort": "-name"}
    back = client.post(url("release_many", task), marked, follow=True)
    assert "2 grades taken back" in back.text
    assert 'aria-sort="descending"' in back.text
    assert [found.submission for found in out.all()] == [one]


def test_nothing_marked_or_another_assignments_submission_releases_nothing(
    ruth: User, amara: User, course: Course, task: Assignment
) -> None:
    elsewhere = grade(sealed(assignment(course, title="Other"), amara), ruth)
    client = client_of(ruth)
    for marked in ([], [elsewhere.pk], ["9" * 40, "x"]):
        answer = client.post(url("release_many", task), {"act": "release", "submission": marked}, follow=True)
        assert "No submission was marked" in answer.text
    assert not Grade.objects.filter(released_at__isnull=False).exists()


def test_an_assistant_sees_the_dashboard_and_cannot_release(
    ruth: User, tomas: User, amara: User, task: Assignment
) -> None:
    grade(sealed(task, amara), ruth)
    client = client_of(tomas)
    page = client.get(url("dashboard", task)).text
    assert names(page) == ["Diallo"]
    assert "Release" not in page.partition("<main")[2]
    meets_closed_door(client.post(url("release_many", task), {"act": "release_all"}))
    assert Grade.objects.get().released_at is None
    meets_closed_door(client_of(amara).get(url("dashboard", task)), "Students and their grades")


def test_the_class_is_a_sentence_until_something_is_decided_and_then_three(
    ruth: User, amara: User, ben: User, chiara: User, task: Assignment
) -> None:
    client = client_of(ruth)
    assert "No notes are sealed yet" in client.get(url("dashboard", task)).text
    found = [reviewed(task, user, claims=(RACE, ROUNDING)) for user in (amara, ben, chiara)]
    assert "no defect is decided to be valid yet" in client.get(url("dashboard", task)).text

    for submission in found:
        grade(submission, ruth)
    page = client.get(url("dashboard", task)).text
    assert re.search(r"The students caught \d+ of \d+ valid defects", page)
    assert "No submission came with green tests" in page
    assert f'href="{url("insights", task)}#repeats"' in page


def test_the_dashboard_costs_the_same_for_one_student_and_for_three(
    ruth: User, amara: User, course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    task = assignment(course, plan=[PlanLine("linters")])
    grade(reviewed(task, amara, claims=(INJECTION, RACE)), ruth)
    client = client_of(ruth)
    client.get(url("dashboard", task))
    with django_assert_num_queries(QUERIES):
        client.get(url("dashboard", task))
    for name in ("dora", "emil"):
        student = person(name, "Beck")
        enrol(course, student)
        grade(reviewed(task, student, claims=(INJECTION, RACE, ROUNDING)), ruth)
    client.get(url("dashboard", task))
    with django_assert_num_queries(QUERIES):
        client.get(url("dashboard", task))


def test_a_large_class_is_shown_page_by_page(ruth: User, course: Course, task: Assignment) -> None:
    for number in range(ROWS_A_PAGE + 1):
        enrol(course, person(f"student{number:02}", f"Family{number:02}"))
    client = client_of(ruth)
    first = client.get(url("dashboard", task)).text
    assert "1 to 50 of 51" in first
    assert re.search(r'href="\?[^"]*page=2" rel="next"', first)
    assert names(client.get(f"{url('dashboard', task)}?page=2").text) == ["Family50"]
