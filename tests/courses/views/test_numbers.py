"""The numbers of one submission: what they say, and that each opens to its claims."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from courses.domain import submissions
from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from reviews.claims import Claim, Severity
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, Finding, Note
from tests.people import client_of
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SUCCESS_LIE,
    assignment,
    handed_in,
    recorded_reviewer,
    recording,
    run_passes,
)

CENTS = "    return sum(prices) * (1 + tax)"


@pytest.fixture
def task(course: Course) -> Assignment:
    """Claude reviews itself and sees the rounding; GPT sees the injection and the lie about success."""
    for name in ("claude-opus-4-6", "gpt-5.4"):
        recorded_reviewer(name)
    recording("claude-opus-4-6", "self_review", [ROUNDING], round=1)
    recording("claude-opus-4-6", "self_review", [ROUNDING], round=2)
    recording("gpt-5.4", "cross_model", [replace(INJECTION, severity=Severity.MAJOR), SUCCESS_LIE])
    return assignment(course, plan=[PlanLine("self_review", 2), PlanLine("cross_model")])


def submitted(task: Assignment, ben: User, claims: tuple[Claim, ...], *, nothing: bool = False) -> Submission:
    """Ben's notes are sealed and every reviewer has spoken."""
    submission = handed_in(task, ben, claims=claims)
    submissions.seal(submission, found_nothing=nothing)
    run_passes(submission)
    return submission


def adjudicated(submission: Submission, by: User) -> None:
    """The rounding is a false alarm: prices are whole cents. All else is valid."""
    for defect in Defect.objects.filter(snapshot__revision__submission=submission):
        if defect.title == ROUNDING.title:
            decide(defect, Decision(Defect.Standing.INVALID, "Prices are whole cents.", CENTS), by)
        else:
            decide(defect, Decision(Defect.Standing.VALID), by)


def page_of(submission: Submission, reader: User) -> str:
    text: str = client_of(reader).get(reverse("courses:numbers", args=[submission.pk])).text
    return " ".join(text.split())


def section(page: str, name: str) -> str:
    return page.partition(f'id="{name}"')[2].partition("</details>")[0]


def test_each_number_opens_to_its_claims(task: Assignment, ruth: User, ben: User) -> None:
    submission = submitted(task, ben, (INJECTION, RACE, ROUNDING))
    adjudicated(submission, ruth)
    page = page_of(submission, ruth)
    injection, race = Note.objects.get(title=INJECTION.title), Note.objects.get(title=RACE.title)
    caught = section(page, "caught")
    assert f"#note-{injection.pk}" in caught
    assert f"#finding-{Finding.objects.get(title=INJECTION.title).pk}" in caught, "what others said of it too"
    assert SUCCESS_LIE.title in section(page, "missed")
    assert SUCCESS_LIE.title not in caught
    only = section(page, "student-only")
    assert f"#note-{race.pk}" in only
    assert INJECTION.title not in only
    assert ROUNDING.title in section(page, "false-alarms")
    assert 'href="#caught">2</a> of 3' in page, "recall: two of three"


def test_every_number_that_rests_on_few_defects_has_its_interval(
    task: Assignment, ruth: User, ben: User
) -> None:
    submission = submitted(task, ben, (INJECTION, RACE, ROUNDING))
    adjudicated(submission, ruth)
    page = page_of(submission, ruth)
    assert 'weight <a href="#caught">8</a> of 12, 0.21 to 0.94' in page, "weighted recall, three majors"
    assert 'weight <a href="#missed">4</a> of 12, 0.06 to 0.79' in page, "the missed gap"
    assert 'weight <a href="#student-only">4</a> of 12, 0.06 to 0.79' in page, "the student's edge"
    assert '<a href="#caught">its defects</a>, 0.26 to 0.92' in page, "F"
    result = client_of(ruth).get(reverse("courses:result", args=[submission.pk])).text
    assert "weight 8 of 12, 0.21 to 0.94" in result


def test_severity_and_confidence_are_told_with_what_they_rest_on(
    task: Assignment, ruth: User, ben: User
) -> None:
    submission = submitted(task, ben, (INJECTION, RACE, ROUNDING))
    adjudicated(submission, ruth)
    page = page_of(submission, ruth)
    assert "there is one pair only" in page, "only the injection was weighed by somebody else"
    assert "2 of the 3 decided notes that say how sure they are were right" in page
    # (0.9 - 1)² + (0.7 - 1)² + (0.4 - 0)² = 0.26, over three notes.
    assert "The Brier score is 0.09" in page


def test_no_estimate_is_shown_of_so_few_and_the_page_says_why(
    task: Assignment, ruth: User, ben: User
) -> None:
    submission = submitted(task, ben, (INJECTION,))
    adjudicated(submission, ruth)
    unfound = page_of(submission, ruth).partition('id="unfound"')[2]
    assert "likely at least" not in unfound
    independent = "models of the family anthropic, models of the family openai, the student"
    assert f"Independent here: {independent}." in unfound, "two passes of Claude are one reviewer"


def test_with_nothing_valid_the_numbers_are_not_applicable(task: Assignment, ruth: User, ben: User) -> None:
    submission = submitted(task, ben, (), nothing=True)
    page = page_of(submission, ruth)
    assert "not applicable: no defect is valid" in page
    assert "0.00" not in page.partition('id="notes"')[2].partition('id="severities"')[0], "no false zero"


def test_what_a_student_wrote_is_escaped(task: Assignment, ruth: User, ben: User) -> None:
    submission = submitted(task, ben, (replace(RACE, title="<script>alert(1)</script>"),))
    adjudicated(submission, ruth)
    page = page_of(submission, ruth)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_asks_no_more_for_more_notes(
    task: Assignment, ruth: User, ben: User, amara: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for student, claims in ((ben, (INJECTION,)), (amara, (INJECTION, RACE, ROUNDING))):
        submission = submitted(task, student, claims)
        adjudicated(submission, ruth)
        client = client_of(ruth)
        with django_assert_num_queries(21):
            client.get(reverse("courses:numbers", args=[submission.pk]))
