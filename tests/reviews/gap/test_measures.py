"""The gap in numbers, checked by hand and by algebra."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Severity
from reviews.gap.measures import DEFAULT_WEIGHTS, Judged, Share, proportion, split, weigh


def defect(number: int, severity: str, valid: bool | None, notes: int, by_models: bool) -> Judged:
    return Judged(number, f"defect {number}", Severity(severity), valid, notes, by_models)


def counted(share: Share | None) -> tuple[float, float] | None:
    return (share.part, share.whole) if share else None


AMARAS = [
    defect(1, "critical", True, 1, True),
    defect(2, "major", True, 0, True),
    defect(3, "major", True, 2, False),
    defect(4, "minor", False, 1, False),
    defect(5, "info", False, 0, True),
    defect(6, "major", None, 1, True),
]


def test_amaras_gap_is_split_by_who_saw_what() -> None:
    gap = split(AMARAS)
    assert [d.number for d in gap.both] == [1]
    assert [d.number for d in gap.student_only] == [3]
    assert [d.number for d in gap.models_only] == [2]
    assert [d.number for d in gap.false_alarms] == [4], "a model's false alarm is not the student's"
    assert [d.number for d in gap.undecided] == [6]


def test_a_second_note_on_one_defect_neither_helps_nor_hurts() -> None:
    gap = split(AMARAS)
    assert gap.recall is not None
    assert gap.precision is not None
    assert (gap.recall.part, gap.recall.whole) == (2, 3)
    assert (gap.precision.part, gap.precision.whole) == (2, 3)


def test_weighted_recall_counts_what_matters_more() -> None:
    assert counted(split(AMARAS).weighted_recall(DEFAULT_WEIGHTS)) == (8 + 4, 8 + 4 + 4)


def test_what_the_model_alone_saw_and_what_amara_alone_saw() -> None:
    gap = split(AMARAS)
    assert counted(gap.missed_gap(DEFAULT_WEIGHTS)) == (4, 8 + 4 + 4)
    assert counted(gap.students_edge(DEFAULT_WEIGHTS)) == (4, 8 + 4 + 4)


def test_the_interval_of_a_weighted_number_is_that_of_as_many_defects_as_their_weights_are_worth() -> None:
    """By hand: 8, 4 and 4 are worth 16² / 96 = 2.667 defects; p = 3/4, z = 1.96."""
    share = split(AMARAS).weighted_recall(DEFAULT_WEIGHTS)
    assert share is not None
    assert (share.low, share.high) == (pytest.approx(0.2385, abs=1e-4), pytest.approx(0.9664, abs=1e-4))


def test_one_critical_defect_beside_many_small_ones_says_hardly_more_than_one_defect() -> None:
    small = [defect(number, "info", True, 0, True) for number in range(2, 12)]
    gap = split([defect(1, "critical", True, 1, True), *small])
    share = gap.weighted_recall({**DEFAULT_WEIGHTS, Severity.CRITICAL: 1000})
    alone = proportion(1, 1)
    assert share is not None
    assert alone is not None
    assert counted(share) == (1000, 1010)
    assert share.low == pytest.approx(alone.low, abs=0.01)


def test_f_weighs_recall_and_precision_alike() -> None:
    """By hand: recall 3/4, precision 3/5; J = 3/6, whose interval is 0.1876 to 0.8124."""
    gap = split(
        [
            *(defect(number, "minor", True, 1, False) for number in (1, 2, 3)),
            defect(4, "minor", True, 0, True),
            defect(5, "minor", False, 2, False),
        ]
    )
    assert gap.f1 is not None
    assert gap.f1.value == pytest.approx(2 * 0.6 * 0.75 / (0.6 + 0.75))
    assert gap.f1.low == pytest.approx(2 * 0.1876 / 1.1876, abs=1e-4)
    assert gap.f1.high == pytest.approx(2 * 0.8124 / 1.8124, abs=1e-4)


def test_who_wrote_no_note_has_no_precision_and_an_f_of_zero() -> None:
    gap = split([defect(1, "major", True, 0, True)])
    assert gap.precision is None
    assert gap.f1 is not None
    assert gap.f1.value == 0


def test_nothing_valid_is_not_applicable_rather_than_zero_or_all() -> None:
    gap = split([defect(1, "minor", False, 1, True)])
    assert gap.recall is None
    assert gap.weighted_recall(DEFAULT_WEIGHTS) is None
    assert gap.missed_gap(DEFAULT_WEIGHTS) is None
    assert gap.students_edge(DEFAULT_WEIGHTS) is None
    assert gap.f1 is None
    assert gap.precision is not None
    assert gap.precision.value == 0


def test_where_nothing_that_weighs_anything_is_valid_weighted_numbers_are_not_applicable() -> None:
    """Four pieces of advice in a course where advice weighs nothing: recall has a value, W(V) is 0."""
    gap = split([defect(number, "info", True, 1, True) for number in range(4)])
    weights = {**DEFAULT_WEIGHTS, Severity.INFO: 0}
    assert gap.recall is not None
    assert gap.weighted_recall(weights) is gap.missed_gap(weights) is gap.students_edge(weights) is None
    assert counted(gap.weighted_recall(DEFAULT_WEIGHTS)) == (4, 4)


def test_wilsons_interval_for_two_of_three() -> None:
    """By hand: p = 2/3, z = 1.96, n = 3."""
    share = proportion(2, 3)
    assert share is not None
    assert (share.low, share.high) == (pytest.approx(0.2077, abs=1e-4), pytest.approx(0.9385, abs=1e-4))


judged = st.lists(
    st.builds(
        defect,
        st.integers(1, 99),
        st.sampled_from(list(Severity)),
        st.sampled_from([True, False, None]),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=20,
)


@given(judged)
def test_every_valid_defect_is_in_exactly_one_part(defects: list[Judged]) -> None:
    gap = split(defects)
    assert len(gap.valid) == sum(1 for d in defects if d.valid)
    assert len(gap.caught) + len(gap.missed) == len(gap.valid)
    assert weigh(gap.caught, DEFAULT_WEIGHTS) + weigh(gap.missed, DEFAULT_WEIGHTS) == weigh(
        gap.valid, DEFAULT_WEIGHTS
    )


policies = st.lists(st.integers(0, 1000), min_size=4, max_size=4).map(
    lambda some: dict(zip(Severity, sorted(some, reverse=True), strict=True))
)
"""Weights as a course may have them, and those of nothing but 0 besides."""


@given(judged, policies, st.integers(1, 50))
def test_only_the_proportions_of_weights_count(
    defects: list[Judged], weights: dict[Severity, int], times: int
) -> None:
    gap = split(defects)
    larger = {severity: times * weight for severity, weight in weights.items()}
    for number in (gap.weighted_recall, gap.missed_gap, gap.students_edge):
        share, same = number(weights), number(larger)
        assert (share is None) == (same is None)
        if share is not None and same is not None:
            assert same.value == pytest.approx(share.value)
            assert (same.low, same.high) == (pytest.approx(share.low), pytest.approx(share.high))


@given(judged, policies.filter(lambda weights: weights[Severity.CRITICAL] > 0))
def test_what_weighs_one_everywhere_is_plain_recall_and_any_policy_lies_between_none_and_all(
    defects: list[Judged], weights: dict[Severity, int]
) -> None:
    gap = split(defects)
    equal = gap.weighted_recall(dict.fromkeys(Severity, 7))
    assert (equal is None) == (gap.recall is None)
    if equal is not None and gap.recall is not None:
        assert equal.value == pytest.approx(gap.recall.value)
        assert (equal.low, equal.high) == (pytest.approx(gap.recall.low), pytest.approx(gap.recall.high))
    recall, missed, edge = gap.weighted_recall(weights), gap.missed_gap(weights), gap.students_edge(weights)
    assert (recall is None) == (missed is None) == (edge is None) == (weigh(gap.valid, weights) == 0)
    if recall is not None and missed is not None and edge is not None:
        assert 0 <= edge.value <= recall.value <= 1
        assert 0 <= missed.value <= 1 - recall.value + 1e-12
        for share in (recall, missed, edge):
            assert 0 <= share.low <= share.value + 1e-12
            assert share.value - 1e-12 <= share.high <= 1


@given(judged)
def test_f_is_that_of_recall_and_precision_and_the_gap_is_part_of_what_was_missed(
    defects: list[Judged],
) -> None:
    gap = split(defects)
    if gap.recall is None:
        return
    if gap.precision is not None and gap.caught:
        p, r = gap.precision.value, gap.recall.value
        assert gap.f1 is not None
        assert gap.f1.value == pytest.approx(2 * p * r / (p + r))
        assert gap.f1.low <= gap.f1.value <= gap.f1.high + 1e-12
    recall, missed = gap.weighted_recall(DEFAULT_WEIGHTS), gap.missed_gap(DEFAULT_WEIGHTS)
    edge = gap.students_edge(DEFAULT_WEIGHTS)
    assert recall is not None
    assert missed is not None
    assert edge is not None
    assert missed.part <= recall.whole - recall.part
    assert edge.part <= recall.part


@given(st.integers(1, 500), st.data())
def test_an_interval_holds_its_share(whole: int, data: st.DataObject) -> None:
    share = proportion(data.draw(st.integers(0, whole)), whole)
    assert share is not None
    assert 0 <= share.low <= share.value + 1e-12
    assert share.value - 1e-12 <= share.high <= 1
