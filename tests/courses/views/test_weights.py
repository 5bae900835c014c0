"""Ruth says what a defect weighs: where it is shown, and that no grade changes behind anybody's back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain.weights import set_weights
from courses.models import Course, Grade, Submission
from reviews.claims import Severity
from reviews.gap.measures import DEFAULT_WEIGHTS
from reviews.gap.standing import Decision, decide
from reviews.models import Defect
from tests.people import client_of, enrol, person
from tests.reviews.gap.keys import key_applied
from tests.stories import INJECTION, RACE, assignment, sealed

STRICT = {"critical": "9", "major": "1", "minor": "0", "info": "0"}
SITES, STRICTLY = "critical 8, major 4, minor 2, info 1", "critical 9, major 1, minor 0, info 0"


@pytest.fixture
def submission(course: Course, ruth: User, amara: User) -> Submission:
    """Amara noted the injection and not the race; both are real."""
    found = sealed(assignment(course), amara)
    key_applied(found.revisions.get().snapshot, [RACE])
    for defect in Defect.objects.all():
        decide(defect, Decision(Defect.Standing.VALID), ruth)
    return found


def page(user: User, name: str, *of: int) -> str:
    """A page's text, its spaces made one."""
    response = client_of(user).get(reverse(f"courses:{name}", args=of))
    assert response.status_code == 200
    return " ".join(response.text.split())


def save(user: User, course: Course, values: dict[str, str]) -> str:
    answer = client_of(user).post(reverse("courses:set_weights", args=[course.pk]), values, follow=True)
    return " ".join(answer.text.split())


def released(submission: Submission, by: User) -> None:
    client = client_of(by)
    client.post(reverse("courses:grade", args=[submission.pk]), {"feedback": "Look at writes."})
    client.post(reverse("courses:release", args=[submission.pk]))


def derivation(html: str) -> str:
    return html.partition('class="table derivation"')[2].partition("</table>")[0]


def test_ruth_reads_what_a_change_does_before_she_makes_it(
    course: Course, ruth: User, submission: Submission
) -> None:
    html = page(ruth, "course_settings", course.pk)
    assert "once they are given they stay, with the weights that they were given by" in html
    assert 'name="critical" value="8"' in html
    released(submission, ruth)
    assert "the one grade that is given (1 released) keeps its points" in page(
        ruth, "course_settings", course.pk
    )

    html = save(ruth, course, STRICT)
    assert "The weights are saved. Numbers and suggestions follow them; points that were given stay." in html
    assert 'name="critical" value="9"' in html
    assert "1 was given by other weights than the present ones." in html


def test_scores_are_counted_by_the_courses_weights_and_say_so(
    course: Course, ruth: User, amara: User, submission: Submission
) -> None:
    save(ruth, course, STRICT)
    for name in ("adjudicate", "result", "numbers"):
        html = page(ruth, name, submission.pk)
        assert STRICTLY in html, name
        assert SITES not in html, name
        assert "<dt>weighted recall</dt><dd>0.90</dd>" in html.replace("> <", "><"), name
    bench = derivation(page(ruth, "adjudicate", submission.pk))
    assert '<td class="num">72.0</td>' in bench, "nine tenths of 80"
    assert '<td class="num">92.0</td>' in bench
    dashboard = page(ruth, "dashboard", submission.assignment_id)
    assert f"Suggested points weigh each defect by its severity: {STRICTLY}." in dashboard
    assert '<td class="num" data-label="Suggested">92.0</td>' in dashboard
    assert f"What you find weighs by its severity: {STRICTLY}." in page(
        amara, "assignment", submission.assignment_id
    ), "students know it before they begin"


def test_a_grade_that_is_out_keeps_its_points_and_its_derivation(
    course: Course, ruth: User, amara: User, submission: Submission
) -> None:
    released(submission, ruth)
    before = derivation(page(amara, "result", submission.pk))
    assert '<td class="num">73.3</td>' in before
    save(ruth, course, STRICT)

    html = page(amara, "result", submission.pk)
    assert "<h1>73.3 of 100 points</h1>" in html
    assert derivation(html) == before, "every point still has its address"
    assert SITES in before
    assert (
        f"The points were given by these weights and stay. Since then the course’s weights became {STRICTLY}"
        in html
    )
    assert "decided anew since" not in html, "nobody decided anything anew"

    numbers = page(amara, "numbers", submission.pk)
    assert f"The course’s weights are {STRICTLY}. The points were given by other ones, {SITES}, and stay" in (
        numbers
    )
    assert "<dt>weighted recall</dt><dd>0.90</dd>" in numbers.replace("> <", "><")
    dashboard = page(ruth, "dashboard", submission.assignment_id)
    assert "1 grade was given by other weights; its points stay." in dashboard
    assert '<td class="num" data-label="Points">73.3</td>' in dashboard
    assert "73.3 of 100 points" in page(amara, "course", course.pk)


def test_the_bench_warns_before_a_word_of_feedback_gives_points_by_the_new_weights(
    course: Course, ruth: User, amara: User, submission: Submission
) -> None:
    released(submission, ruth)
    assert "The points were given by the weights" not in page(ruth, "adjudicate", submission.pk)
    save(ruth, course, STRICT)
    html = page(ruth, "adjudicate", submission.pk)
    assert f"The points were given by the weights {SITES}, and stay until you save here again" in html
    assert "The grade is out, so the student would see it at once." in html
    assert "it was 73.3 and is 92.0" in html
    assert 'Points given<span class="why"> by the earlier weights</span>' in derivation(html)

    released(submission, ruth)
    assert "The points were given by" not in page(ruth, "adjudicate", submission.pk)
    result = page(amara, "result", submission.pk)
    assert "<h1>92 of 100 points</h1>" in result
    assert STRICTLY in derivation(result)
    assert Grade.objects.get().weights == Course.objects.get().weights


def test_weights_that_make_no_sense_come_back_as_typed_and_change_nothing(course: Course, ruth: User) -> None:
    address = reverse("courses:set_weights", args=[course.pk])
    refused = client_of(ruth).post(address, {**STRICT, "major": "90"})
    assert refused.status_code == 422
    assert (
        "That is more than critical weighs, 90 against 9. Make it 9 at most, or raise critical."
        in refused.text
    )
    assert 'value="90"' in refused.text
    assert 'id="id_major_error"' in refused.text
    assert f'value="{course.name}"' in refused.text, "the rest of the settings is there as ever"
    missing = client_of(ruth).post(address, {**STRICT, "info": "none"})
    assert missing.status_code == 422
    assert "Give a whole number from 0 to 1000." in missing.text
    assert Course.objects.get().weights == DEFAULT_WEIGHTS


def test_neither_tomas_nor_amara_sets_them(course: Course, tomas: User, amara: User) -> None:
    address = reverse("courses:set_weights", args=[course.pk])
    for user in (tomas, amara):
        assert client_of(user).post(address, STRICT).status_code == 403
    assert Course.objects.get().weights == DEFAULT_WEIGHTS


def test_the_other_settings_leave_the_weights_alone(course: Course, ruth: User) -> None:
    save(ruth, course, STRICT)
    smuggled = {f"weight_{severity}": str(weight) for severity, weight in DEFAULT_WEIGHTS.items()}
    values = {"name": "Software engineering II", "term": "", "time_zone": "UTC", **smuggled}
    client_of(ruth).post(reverse("courses:course_settings", args=[course.pk]), values)
    kept = Course.objects.get()
    assert (kept.name, kept.weights[Severity.CRITICAL]) == ("Software engineering II", 9)


def test_where_only_advice_is_valid_and_advice_weighs_nothing_the_page_says_so(
    course: Course, ruth: User, submission: Submission
) -> None:
    Defect.objects.update(severity=Severity.INFO)
    save(ruth, course, STRICT)
    html = page(ruth, "adjudicate", submission.pk)
    assert "No defect that weighs anything is valid yet" in html
    assert "not applicable: no valid defect weighs anything" in html
    assert "1 of 2, " in html, "recall counts it all the same"
    assert "not applicable: no valid defect weighs anything" in page(ruth, "numbers", submission.pk)


def test_what_weighs_nothing_and_was_caught_is_not_called_missed(
    course: Course, ruth: User, submission: Submission
) -> None:
    Defect.objects.filter(notes__isnull=True).update(severity=Severity.CRITICAL)
    Defect.objects.filter(notes__isnull=False).update(severity=Severity.INFO)
    save(ruth, course, STRICT)
    caught = Defect.objects.get(notes__isnull=False)
    row = derivation(page(ruth, "result", submission.pk)).partition(f"#defect-{caught.number}")[2]
    assert caught.title == INJECTION.title
    assert '<span class="why"> caught</span>' in row.partition("</tr>")[0]
    assert Decimal(0) == Decimal(row.partition('<td class="num">')[2].partition("</td>")[0])


def test_the_settings_cost_the_same_however_many_grades(
    course: Course,
    ruth: User,
    submission: Submission,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client, address = client_of(ruth), reverse("courses:course_settings", args=[course.pk])
    released(submission, ruth)
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)
    for name in ("dora", "emil"):
        student = person(name, "Beck")
        enrol(course, student)
        released(sealed(submission.assignment, student), ruth)
    with django_assert_num_queries(7):
        client.get(address)


def test_a_change_of_weights_costs_no_page_a_query(
    course: Course,
    ruth: User,
    submission: Submission,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    released(submission, ruth)
    client = client_of(ruth)
    pages = {"adjudicate": 25, "result": 21, "numbers": 18, "dashboard": 13}
    for weights in (DEFAULT_WEIGHTS, dict(zip(Severity, (9, 1, 0, 0), strict=True))):
        set_weights(course, weights)
        for name, queries in pages.items():
            of = submission.assignment_id if name == "dashboard" else submission.pk
            address = reverse(f"courses:{name}", args=[of])
            client.get(address)
            with django_assert_num_queries(queries):
                client.get(address)
