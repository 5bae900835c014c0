"""Ruth gives points, with reasons, releases them and takes them back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from courses.domain.queries.standing import standing_of
from courses.models import Course, Grade, Submission
from reviews.gap.standing import Decision, decide
from reviews.models import Defect
from tests.doors import meets_closed_door
from tests.people import client_of
from tests.stories import INJECTION, RACE, ROUNDING, assignment, sealed

LINE = "db = sqlite3.connect('shop.db')"


@pytest.fixture
def submission(course: Course, ruth: User, amara: User) -> Submission:
    """Amara hit two defects and raised one false alarm: 80 for recall, 2/3 of 20 for precision."""
    found = sealed(assignment(course), amara, claims=(INJECTION, RACE, ROUNDING))
    for defect in Defect.objects.all():
        if "floats" in defect.title:
            decide(defect, Decision(Defect.Standing.INVALID, "Cents are exact here.", LINE), ruth)
        else:
            decide(defect, Decision(Defect.Standing.VALID), ruth)
    return found


def url(name: str, submission: Submission) -> str:
    return reverse(f"courses:{name}", args=[submission.pk])


def test_the_derivation_adds_up_to_the_suggestion(ruth: User, submission: Submission) -> None:
    suggestion = standing_of(submission).suggestion
    assert suggestion is not None
    items = (*suggestion.recall_items, *suggestion.precision_items)
    assert sum(item.worth for item in items) == pytest.approx(Decimal(100))
    assert sum(item.got for item in items) == pytest.approx(Decimal("93.333"), abs=Decimal("0.001"))

    page = client_of(ruth).get(url("adjudicate", submission)).text
    table = page.partition('class="table derivation"')[2].partition("</table>")[0]
    for number in ("53.3", "26.7", "6.7", "93.3"):
        assert f'<td class="num">{number}</td>' in table
    assert "critical 8, major 4, minor 2, info 1" in table


def test_every_number_opens_to_its_defects(ruth: User, submission: Submission) -> None:
    page = client_of(ruth).get(url("adjudicate", submission)).text
    opened = page.partition("What these numbers were computed from")[2].partition("</details>")[0]
    for defect in Defect.objects.all():
        assert f'href="{reverse("courses:defect", args=[submission.pk, defect.number])}"' in opened
    assert "2 of 2, 0.34 to 1.00" in page
    assert "2 of 3, 0.21 to 0.94" in page


def test_an_adjustment_without_a_reason_is_refused_and_the_feedback_kept(
    ruth: User, submission: Submission
) -> None:
    typed = {"adjustment": "3", "adjustment_reason": " ", "feedback": "Well **seen**."}
    refused = client_of(ruth).post(url("grade", submission), typed)
    assert refused.status_code == 422
    assert "Say why you adjust the points" in refused.text
    assert "Well **seen**.</textarea>" in refused.text
    assert not Grade.objects.exists()


def test_points_that_leave_the_scale_are_refused(ruth: User, submission: Submission) -> None:
    typed = {"adjustment": "7", "adjustment_reason": "Brilliant"}
    refused = client_of(ruth).post(url("grade", submission), typed)
    assert refused.status_code == 422
    assert "That makes 100.3 points; they go from 0 to 100." in refused.text
    assert not Grade.objects.exists()


def test_points_are_given_released_and_taken_back(ruth: User, amara: User, submission: Submission) -> None:
    staff, student = client_of(ruth), client_of(amara)
    typed = {"adjustment": "-3.3", "adjustment_reason": "Thin on the race", "feedback": "Well **seen**."}
    saved = staff.post(url("grade", submission), typed, follow=True)
    assert "Saved: 90.0 of 100 points." in saved.text
    meets_closed_door(student.get(url("result", submission)), "of 100 points", "Thin on the race")
    assert "Release 90 points" in saved.text

    staff.post(url("release", submission))
    result = student.get(url("result", submission))
    assert "90 of 100 points" in result.text
    assert "Well <strong>seen</strong>." in result.text
    assert "Thin on the race" in result.text

    taken = staff.post(url("take_back", submission), follow=True)
    assert "no longer sees the grade" in taken.text
    meets_closed_door(student.get(url("result", submission)), "of 100 points", "Thin on the race")
    assert Grade.objects.get().points == Decimal("90.0")


def test_nothing_is_released_before_points_are_given(ruth: User, submission: Submission) -> None:
    answer = client_of(ruth).post(url("release", submission), follow=True)
    assert "Give points first" in answer.text
    assert not Grade.objects.exists()


def test_an_assistant_gives_points_but_releases_nothing(tomas: User, submission: Submission) -> None:
    client = client_of(tomas)
    page = client.post(url("grade", submission), {"feedback": "Fine"}, follow=True)
    assert Grade.objects.get().graded_by == tomas
    assert "Release" not in page.text
    meets_closed_door(client.post(url("release", submission)))
    assert Grade.objects.get().released_at is None


def test_a_later_decision_is_pointed_out_beside_the_points(ruth: User, submission: Submission) -> None:
    client = client_of(ruth)
    client.post(url("grade", submission), {})
    race = Defect.objects.get(title=RACE.title)
    decide(race, Decision(Defect.Standing.UNDECIDED), ruth)
    page = client.get(url("adjudicate", submission)).text
    assert "it was 93.3 and is 90.0" in page
    assert "1 defect is undecided and counts for nothing yet" in page


def test_i_found_nothing_is_shown_and_without_a_valid_defect_nothing_is_suggested(
    ruth: User, ben: User, course: Course
) -> None:
    silent = sealed(assignment(course), ben, claims=())
    page = client_of(ruth).get(url("adjudicate", silent)).text
    assert "The student stated: I found nothing" in page
    assert "No defect is valid yet" in page
    assert "not applicable" in page
    given = client_of(ruth).post(
        url("grade", silent), {"adjustment": "50", "adjustment_reason": "Honest"}, follow=True
    )
    assert "Saved: 50.0 of 100 points" in given.text
