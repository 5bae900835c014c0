"""After a run: what each review took, and what it was first to find."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.template.loader import render_to_string
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine
from courses.domain.queries.measured import Measured, measured
from courses.models import Course, Submission
from reviews.engine import reviews
from reviews.gap.standing import Decision, decide
from reviews.models import Call, Defect, Review, Snapshot
from tests.courses.domain.test_budgets import paid
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SUCCESS_LIE,
    assignment,
    recorded_reviewer,
    recording,
    reviewed,
    run_passes,
)

pytestmark = pytest.mark.django_db
AUTHOR, STRANGER = "claude-opus-4-6", "gpt-5.4"


@pytest.fixture
def submission(course: Course, amara: User) -> Submission:
    """The author's model sees the rounding; the stranger that, too, and the race and the lie."""
    for model in (AUTHOR, STRANGER):
        recorded_reviewer(model)
    recording(AUTHOR, "self_review", [ROUNDING])
    recording(AUTHOR, "self_review", [ROUNDING], round=2)
    recording(STRANGER, "cross_model", [ROUNDING, RACE, SUCCESS_LIE])
    plan = [PlanLine("self_review", 2), PlanLine("cross_model")]
    return reviewed(assignment(course, plan=plan), amara, claims=(INJECTION,))


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def firsts(found: Measured) -> dict[str, tuple[int, int]]:
    return {row.review.protocol: (row.first, row.first_valid) for row in found.rows}


def test_a_defect_counts_for_the_first_of_the_plan_that_names_it(submission: Submission) -> None:
    """The stranger answered first here, and still the rounding is the self-review's."""
    Review.objects.filter(protocol="cross_model").update(ended_at=timezone.now() - timedelta(hours=1))
    assert firsts(measured(snapshot_of(submission))) == {"self_review": (1, 0), "cross_model": (2, 0)}


def test_valid_ones_are_counted_apart_and_a_duplicate_with_its_original(
    submission: Submission, ruth: User
) -> None:
    rounding, race, lie = (Defect.objects.get(title=claim.title) for claim in (ROUNDING, RACE, SUCCESS_LIE))
    decide(rounding, Decision(Defect.Standing.INVALID, "Whole cents are sold.", ROUNDING.quote), ruth)
    decide(race, Decision(Defect.Standing.VALID), ruth)
    assert firsts(measured(snapshot_of(submission))) == {"self_review": (1, 0), "cross_model": (2, 1)}
    decide(lie, Decision(Defect.Standing.DUPLICATE, duplicate_of=race.number), ruth)
    assert firsts(measured(snapshot_of(submission))) == {"self_review": (1, 0), "cross_model": (2, 1)}


def test_calls_are_counted_with_tokens_and_money_those_that_failed_too(submission: Submission) -> None:
    paid(submission, input_tokens=1_000, cached_tokens=9_000, output_tokens=300, cost=10_000)
    paid(submission, state=Call.State.FAILED, input_tokens=500, written_tokens=700, cost=2_000)
    first, second = measured(snapshot_of(submission)).rows
    took = first.paid
    assert (took.calls, took.input, took.cached, took.written, took.output) == (2, 1_500, 9_000, 700, 300)
    assert (took.micro, took.unpriced) == (12_000, 0)
    assert (second.paid.calls, second.recorded) == (0, 1)


def test_the_time_is_from_the_first_call_to_the_end(submission: Submission) -> None:
    now = timezone.now()
    Review.objects.filter(protocol="self_review").update(started_at=now - timedelta(seconds=90), ended_at=now)
    Review.objects.filter(protocol="cross_model").update(ended_at=None, state=Review.State.RUNNING)
    assert [row.seconds for row in measured(snapshot_of(submission)).rows] == [90, None]


def test_what_was_run_again_was_paid_for_all_the_same(submission: Submission, ruth: User) -> None:
    paid(submission, cost=10_000)
    reviews.run_again(Review.objects.get(protocol="self_review"), ruth)
    run_passes(submission)
    found = measured(snapshot_of(submission))
    assert [row.paid.calls for row in found.rows] == [0, 0]
    assert (found.earlier.calls, found.total.micro) == (1, 10_000)
    assert firsts(found)["self_review"] == (1, 0), "the new run said it again"
    html = render_to_string("courses/measured.html#table", {"measured": found})
    row = html.partition("Earlier runs, run again since")[2].partition("</tr>")[0]
    labels = re.findall(r'data-label="(.+?)"', row)
    assert labels == ["Calls", "Read", "Cached", "Written", "Cost"], "a phone shows no label without a value"


def test_the_table_says_what_it_does_not_know(submission: Submission) -> None:
    paid(submission, cost=None, price=None)
    html = render_to_string("courses/measured.html#table", {"measured": measured(snapshot_of(submission))})
    assert ">unknown</td>" in html
    assert "Of 1 call nobody knows the cost" in html
    assert "3 passes were replayed from recordings: no call was made for them" in html
    assert "valid" not in html, "what was decided is nobody's business here"
    paid(submission, cost=1_500_000)
    shown = {"measured": measured(snapshot_of(submission)), "decided": True}
    html = render_to_string("courses/measured.html#table", shown)
    assert "at least $1.50" in html
    assert "valid" not in html, "nobody has decided anything yet"
    Defect.objects.update(standing=Defect.Standing.VALID)
    html = render_to_string(
        "courses/measured.html#table", shown | {"measured": measured(snapshot_of(submission))}
    )
    assert "1 valid" in html


@pytest.mark.parametrize("calls", [1, 3])
def test_it_costs_the_same_however_much_was_said(
    submission: Submission, django_assert_num_queries: DjangoAssertNumQueries, calls: int
) -> None:
    for _ in range(calls):
        paid(submission)
    snapshot = snapshot_of(submission)
    with django_assert_num_queries(5):
        measured(snapshot)
