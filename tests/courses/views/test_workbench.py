"""What the workbench says of a defect: what is suggested and why, whose word it is, why claims are here."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from reviews.gap.standing import Decision, decide
from reviews.models import Defect
from tests.panels import panelists, review_of, talk
from tests.people import client_of
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SUCCESS_LIE,
    assignment,
    recorded_reviewer,
    recording,
    reviewed,
    sealed,
)

VALID = Defect.Standing.VALID


@pytest.fixture
def talked_over(course: Course, amara: User) -> Submission:
    """Amara noted the race; a panel of two families talked over the shop and refuted the rounding."""
    task = assignment(course, plan=[PlanLine("consensus", reviewers=panelists())])
    submission = sealed(task, amara, claims=(RACE,))
    talk(review_of(submission, "consensus"))
    return submission


def about(submission: Submission, title: str) -> Defect:
    mine = Defect.objects.filter(snapshot__revision__submission=submission)
    return mine.filter(findings__title=title).distinct().get()


def bench(by: User, of: Defect, submission: Submission) -> str:
    return client_of(by).get(reverse("courses:defect", args=[submission.pk, of.number])).text


def test_a_refuted_false_alarm_is_suggested_with_its_grounds_and_accepted_through_the_form(
    ruth: User, talked_over: Submission
) -> None:
    rounding = about(talked_over, ROUNDING.title)
    page = bench(ruth, rounding, talked_over)
    assert "Suggested: invalid, on weak evidence" in page
    assert "A panel dismissed it." in page
    assert 'form="dismiss" name="standing" value="invalid" data-key="a"' in page
    assert "Prices are whole cents.</textarea>" in page
    assert 'value="return sum(prices) * (1 + tax)"' in page
    rounding.refresh_from_db()
    assert rounding.standing == Defect.Standing.UNDECIDED

    accepted = {
        "standing": "invalid",
        "reason": "Prices are whole cents.",
        "evidence": "return sum(prices) * (1 + tax)",
    }
    client_of(ruth).post(reverse("courses:decide", args=[talked_over.pk, rounding.number]), accepted)
    after = bench(ruth, rounding, talked_over)
    assert "by Ruth Ellison, " in after
    assert 'data-key="a"' not in after


def test_what_two_families_and_the_student_saw_is_suggested_as_valid(
    ruth: User, talked_over: Submission
) -> None:
    page = bench(ruth, about(talked_over, RACE.title), talked_over)
    assert "Suggested: valid" in page
    assert "The student noted it before any model spoke." in page
    assert 'form="decide" name="standing" value="valid" data-key="a"' in page


def test_of_one_voice_alone_nothing_is_suggested(ruth: User, talked_over: Submission) -> None:
    page = bench(ruth, about(talked_over, SUCCESS_LIE.title), talked_over)
    assert "The evidence suggests nothing: read the code" in page
    assert "One model alone says so, and nobody refuted it: read the line." in page
    assert 'data-key="a"' not in page


def test_what_was_typed_stands_above_what_is_suggested(ruth: User, talked_over: Submission) -> None:
    rounding = about(talked_over, ROUNDING.title)
    url = reverse("courses:decide", args=[talked_over.pk, rounding.number])
    typed = {"standing": "invalid", "reason": "Nobody sells cents.", "evidence": "x = 1"}
    page = client_of(ruth).post(url, typed).text
    assert "Nobody sells cents.</textarea>" in page
    assert "That line is not in the code" in page


def test_the_answer_keys_word_is_called_so(ruth: User, talked_over: Submission) -> None:
    race = about(talked_over, RACE.title)
    assert "by the answer key" not in bench(ruth, race, talked_over)
    Defect.objects.filter(pk=race.pk).update(standing=VALID, decided_from=Defect.DecidedFrom.KEY)
    assert "by the answer key" in bench(ruth, race, talked_over)


def test_each_claim_says_why_it_is_here_to_the_staff_alone(ruth: User, amara: User, course: Course) -> None:
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    task = assignment(course, plan=[PlanLine("cross_model")], visibility=Assignment.Visibility.SEALED)
    submission = reviewed(task, amara, claims=(INJECTION,))
    injection, race = about(submission, INJECTION.title), about(submission, RACE.title)
    page = bench(ruth, injection, submission)
    assert re.search(r"Put here by its \w+ \(\d\.\d\d\), nearest to S at shop\.py:7: ", page)
    assert "Nobody else speaks of it." in bench(ruth, race, submission)

    finding = race.findings.get()
    url = reverse("courses:move_claim", args=[submission.pk, "finding", finding.pk])
    client_of(ruth).post(url, {"to": injection.number})
    assert "A person put it here." in bench(ruth, injection, submission)

    table = reverse("courses:apparatus", args=[submission.pk])
    opened = client_of(amara).get(f"{table}?defect={injection.number}&witness=X1").text
    assert INJECTION.explanation in opened
    assert "put it here" not in opened.lower()
    assert "put here" not in opened.lower()


def test_what_a_judge_said_is_shown(ruth: User, talked_over: Submission) -> None:
    race = about(talked_over, RACE.title)
    why = "A judge model found it the same as S at shop.py:11-13: both name the lost update."
    race.findings.update(matched_by="judge", match_score=0.5, match_why=why)
    assert why in bench(ruth, race, talked_over)


def test_a_duplicate_has_no_suggestion_of_its_own(ruth: User, talked_over: Submission) -> None:
    race, injection = about(talked_over, RACE.title), about(talked_over, INJECTION.title)
    assert "Suggested:" in bench(ruth, race, talked_over)
    decide(race, Decision(Defect.Standing.DUPLICATE, duplicate_of=injection.number), ruth)
    page = bench(ruth, race, talked_over)
    assert f"repeats {injection.number}" in page
    assert "Suggested:" not in page
    assert "The same defect seems to be" not in page
