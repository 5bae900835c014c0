"""From a gap to points, item by item."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from courses.domain import grading
from courses.domain.grading import Refused, Suggestion, suggest
from courses.models import Course, Grade, Submission
from reviews.claims import Severity
from reviews.gap.measures import DEFAULT_WEIGHTS, Judged, Weights, split
from tests.stories import assignment, sealed


def defect(number: int, severity: Severity, valid: bool | None, notes: int) -> Judged:
    return Judged(number, f"defect {number}", severity, valid, notes, True)


AMARAS = split(
    [
        defect(1, Severity.CRITICAL, True, 1),
        defect(2, Severity.MAJOR, True, 0),
        defect(3, Severity.MAJOR, True, 1),
        defect(4, Severity.MINOR, False, 2),
        defect(5, Severity.INFO, None, 1),
    ]
)


def test_every_point_has_an_address() -> None:
    """80 points follow weighted recall (12 of 16), 20 follow precision (2 of 4 notes)."""
    suggestion = suggest(AMARAS, 100, weights=DEFAULT_WEIGHTS)
    assert [(item.defect.number, item.worth, item.got) for item in suggestion.recall_items] == [
        (1, 40, 40),
        (2, 20, 0),
        (3, 20, 20),
    ]
    assert [(item.defect.number, item.worth, item.got) for item in suggestion.precision_items] == [
        (1, 5, 5),
        (3, 5, 5),
        (4, 10, 0),
    ]
    assert (suggestion.points, suggestion.undecided) == (Decimal("70.0"), 1)


def test_with_nothing_valid_nothing_is_suggested() -> None:
    suggestion = suggest(split([defect(1, Severity.MINOR, False, 1)]), 100, weights=DEFAULT_WEIGHTS)
    assert suggestion.points is None
    assert "nothing to measure" in suggestion.why_none


def test_the_statement_that_nothing_more_is_there_is_graded_like_a_note() -> None:
    """Amara missed defect 2, so it was not so: 20 points over five words of hers, two of them right."""
    wrong = suggest(AMARAS, 100, weights=DEFAULT_WEIGHTS, found_nothing=True)
    assert wrong.statement is not None
    assert (wrong.statement.worth, wrong.statement.got, wrong.points) == (4, 0, Decimal("68.0"))
    all_seen = split([defect(1, Severity.MAJOR, True, 1)])
    right = suggest(all_seen, 100, weights=DEFAULT_WEIGHTS, found_nothing=True)
    assert right.statement is not None
    assert (right.statement.got, right.points) == (10, Decimal("100.0"))
    nothing_noted = suggest(
        split([defect(1, Severity.MAJOR, True, 0)]), 100, weights=DEFAULT_WEIGHTS, found_nothing=True
    )
    assert nothing_noted.points == 0


defects = st.lists(
    st.builds(
        defect,
        st.integers(1, 99),
        st.sampled_from(list(Severity)),
        st.sampled_from([True, False, None]),
        st.integers(0, 3),
    ),
    max_size=15,
    unique_by=lambda judged: judged.number,
)


@given(defects, st.integers(1, 1000))
def test_what_was_got_and_what_was_lost_make_the_whole(judged: list[Judged], out_of: int) -> None:
    suggestion = suggest(split(judged), out_of, weights=DEFAULT_WEIGHTS)
    got = sum(item.got for item in (*suggestion.recall_items, *suggestion.precision_items))
    worth = sum(item.worth for item in (*suggestion.recall_items, *suggestion.precision_items))
    assert worth <= out_of + Decimal("0.0001")
    if suggestion.points is not None:
        # Rounded to a tenth; the rest is the last digit of a division.
        assert abs(suggestion.points - got) <= Decimal("0.05") + Decimal("1e-20")
        assert 0 <= suggestion.points <= out_of


@given(defects, st.booleans(), st.integers(2, 50))
def test_ten_times_the_weights_suggest_the_same_points_for_the_same_things(
    judged: list[Judged], found_nothing: bool, times: int
) -> None:
    def of(weights: Weights) -> Suggestion:
        return suggest(split(judged), 100, weights=weights, found_nothing=found_nothing)

    plain = of(DEFAULT_WEIGHTS)
    larger = of({severity: times * weight for severity, weight in DEFAULT_WEIGHTS.items()})
    assert larger.points == plain.points
    for ours, theirs in zip(plain.recall_items, larger.recall_items, strict=True):
        assert (ours.worth, ours.hit) == (pytest.approx(theirs.worth), theirs.hit)


def test_another_policy_moves_the_points_and_is_told_with_them() -> None:
    """Amara caught the critical one and a major one, and missed a major one: 1 of 2 where major weighs 0."""
    strict = {Severity.CRITICAL: 10, Severity.MAJOR: 0, Severity.MINOR: 0, Severity.INFO: 0}
    suggestion = suggest(AMARAS, 100, weights=strict)
    assert [(item.worth, item.got, item.hit) for item in suggestion.recall_items] == [
        (80, 80, True),
        (0, 0, False),
        (0, 0, True),
    ]
    assert (suggestion.points, suggestion.weights) == (Decimal("90.0"), strict)


def test_where_only_what_weighs_nothing_is_valid_nothing_is_suggested() -> None:
    advice = split([defect(1, Severity.INFO, True, 1), defect(2, Severity.INFO, True, 0)])
    suggestion = suggest(advice, 100, weights={**DEFAULT_WEIGHTS, Severity.INFO: 0}, found_nothing=True)
    assert (suggestion.points, suggestion.statement) == (None, None)
    assert "No defect that weighs anything is valid yet" in suggestion.why_none
    assert suggest(advice, 100, weights=DEFAULT_WEIGHTS).points == Decimal("60.0")


@pytest.fixture
def amaras(course: Course, amara: User) -> Submission:
    return sealed(assignment(course), amara)


def give(submission: Submission, by: User, adjustment: str = "0", reason: str = "") -> Grade:
    return grading.give(
        submission,
        suggest(AMARAS, 100, weights=DEFAULT_WEIGHTS),
        adjustment=Decimal(adjustment),
        reason=reason,
        feedback="Look at writes.",
        by=by,
    )


@pytest.mark.django_db
def test_an_adjustment_needs_a_reason_and_stays_on_the_scale(amaras: Submission, ruth: User) -> None:
    with pytest.raises(Refused, match="Say why"):
        give(amaras, ruth, "5")
    with pytest.raises(Refused, match="they go from 0 to 100"):
        give(amaras, ruth, "31", "Brilliant.")
    assert not Grade.objects.exists()
    grade = give(amaras, ruth, "5", "The catch on line 14 was brilliant.")
    assert (grade.suggested, grade.points, grade.graded_by) == (Decimal("70.0"), Decimal("75.0"), ruth)


@pytest.mark.django_db
def test_only_grades_with_points_are_released_and_they_can_be_taken_back(
    amaras: Submission, course: Course, ruth: User, ben: User
) -> None:
    bens = sealed(amaras.assignment, ben)
    give(amaras, ruth)
    assert grading.release([amaras, bens]) == (1, 1)
    assert grading.release([amaras, bens]) == (0, 1), "what is out already is not released again"
    assert Grade.objects.get(submission=amaras).released_at is not None
    assert grading.take_back([amaras, bens]) == 1
    assert Grade.objects.get(submission=amaras).released_at is None
