"""Whether stated confidence means something, checked by hand and by algebra."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.gap.calibration import calibration


def test_ben_is_sure_too_often() -> None:
    """By hand: (0.01 + 0.81 + 0.04 + 0.25) / 4, and two of four right."""
    found = calibration([(0.9, True), (0.9, False), (0.2, False), (0.5, True)])
    assert found is not None
    assert (found.n, found.right) == (4, 2)
    assert found.brier == pytest.approx(1.11 / 4)
    assert found.skill == pytest.approx(1 - (1.11 / 4) / 0.25)


def test_a_bin_sets_stated_confidence_against_the_share_that_was_right() -> None:
    found = calibration([(0.9, True), (0.96, False), (1.0, True), (0.2, False)])
    assert found is not None
    low, high = found.bins
    assert (low.low, low.high, low.stated) == (0.2, 0.3, 0.2)
    assert (low.right.part, low.right.whole) == (0, 1)
    assert (high.low, high.high) == (0.9, 1.0), "certainty is in the last bin, not beyond it"
    assert high.stated == pytest.approx(2.86 / 3)
    assert (high.right.part, high.right.whole) == (2, 3)
    assert high.right.low == pytest.approx(0.2077, abs=1e-4)


def test_nothing_stated_is_not_calibrated_and_equal_outcomes_leave_no_skill_to_show() -> None:
    assert calibration([]) is None
    found = calibration([(0.5, True), (1.0, True)])
    assert found is not None
    assert found.brier == 0.125
    assert found.skill is None


def test_always_stating_the_share_that_is_right_has_no_skill_and_knowing_it_has_all() -> None:
    steady = calibration([(0.25, True), (0.25, False), (0.25, False), (0.25, False)])
    knowing = calibration([(1.0, True), (0.0, False)])
    assert steady is not None
    assert knowing is not None
    assert steady.skill == pytest.approx(0)
    assert (knowing.brier, knowing.skill) == (0, 1)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        calibration([(0.5, True), (wrong, True)])


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40), st.integers(1, 20))
def test_bins_hold_every_claim_once_in_order(stated: list[tuple[float, bool]], bins: int) -> None:
    found = calibration(stated, bins)
    assert found is not None
    assert 0 <= found.brier <= 1
    assert found.skill is None or found.skill <= 1
    assert sum(held.right.whole for held in found.bins) == found.n
    assert sum(held.right.part for held in found.bins) == found.right
    assert all(held.low - 1e-9 <= held.stated <= held.high + 1e-9 for held in found.bins)
    assert all(one.high <= other.low for one, other in zip(found.bins, found.bins[1:], strict=False))
