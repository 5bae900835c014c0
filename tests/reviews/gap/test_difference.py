"""The difference of two shares of the same things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.gap.difference import paired_difference

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
