"""The difference of two shares of the same things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.gap.difference import difference, paired_difference, worth_of
from reviews.gap.measures import proportion

counts = st.integers(0, 60)


@pytest.mark.parametrize(
    ("table", "value", "low", "high"),
    [
        # Newcombe 1998, table II, method 10.
        ((36, 12, 2, 0), 0.2, 0.0569, 0.3404),
        ((29, 0, 1, 0), -0.0333, -0.1667, 0.0834),
        # Fagerland, Lydersen and Laake 2014, Statistics in Medicine 33: airway hyper-responsiveness.
        ((1, 1, 7, 12), -0.286, -0.507, -0.026),
    ],
)
def test_it_has_the_digits_of_the_papers(
    table: tuple[int, int, int, int], value: float, low: float, high: float
) -> None:
    found = paired_difference(*table)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=6e-4)


def test_of_nothing_there_is_none() -> None:
    assert paired_difference(0, 0, 0, 0) is None


@given(counts, counts, counts, counts)
def test_its_interval_holds_it_and_turns_with_it(both: int, first: int, second: int, neither: int) -> None:
    found, turned = (
        paired_difference(both, first, second, neither),
        paired_difference(both, second, first, neither),
    )
    if found is None or turned is None:
        return
    assert -1 - 1e-9 <= found.low <= found.value <= found.high <= 1 + 1e-9
    assert (turned.value, turned.low, turned.high) == pytest.approx((-found.value, -found.high, -found.low))


heaps = st.lists(st.tuples(*(st.integers(0, 9) for _ in range(4))), max_size=8)


@given(heaps)
def test_alike_things_are_worth_no_more_than_they_are(found: list[tuple[int, int, int, int]]) -> None:
    assert 0 <= worth_of(found) <= sum(map(sum, found)) + 1e-9


def test_the_same_defect_in_six_submissions_is_worth_about_one() -> None:
    found = [(6, 0, 0, 0), (0, 6, 0, 0), (0, 6, 0, 0), (6, 0, 0, 0), (0, 0, 6, 0), (0, 6, 0, 0)]
    assert 4 < worth_of(found) < 7


def test_things_of_their_own_are_worth_what_they_are() -> None:
    found = [(1, 0, 0, 0), (0, 1, 0, 0)] * 20
    assert worth_of(found) == pytest.approx(40)


def test_what_is_worth_less_has_a_wider_interval() -> None:
    whole, less = paired_difference(20, 20, 4, 4), paired_difference(20, 20, 4, 4, 12)
    assert whole is not None
    assert less is not None
    assert whole.value == less.value
    assert less.low < whole.low < whole.high < less.high


@pytest.mark.parametrize(
    ("first", "second", "value", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
        ((56, 70), (48, 80), 0.2, 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.6, 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.5714, 0.0582, 0.8062),
        ((5, 56), (0, 29), 0.0893, -0.0381, 0.1926),
        ((0, 10), (0, 20), 0.0, -0.1611, 0.2775),
        ((10, 10), (0, 10), 1.0, 0.6075, 1.0),
    ],
)
def test_two_groups_have_the_digits_of_the_paper(
    first: tuple[int, int], second: tuple[int, int], value: float, low: float, high: float
) -> None:
    one, other = proportion(*first), proportion(*second)
    assert one is not None
    assert other is not None
    found = difference(one, other)
    assert (found.value, found.low, found.high) == pytest.approx((value, low, high), abs=6e-5)


@given(counts, counts, counts, counts)
def test_two_groups_lie_as_far_apart_from_either_side(a: int, b: int, c: int, d: int) -> None:
    one, other = proportion(a, a + b), proportion(c, c + d)
    if one and other:
        found, turned = difference(one, other), difference(other, one)
        assert -1 - 1e-9 <= found.low <= found.value <= found.high <= 1 + 1e-9
        assert (found.value, found.low) == pytest.approx((-turned.value, -turned.high))
