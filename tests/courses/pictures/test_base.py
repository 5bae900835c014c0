"""Scales, round numbers and the room of texts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.pictures.base import Scale, fit, said, ticks, whisker, width_of
from reviews.gap.measures import proportion


@pytest.mark.parametrize(
    ("end", "most", "whole", "expected"),
    [
        (13, 5, True, (0, 5, 10, 15)),
        (3, 5, True, (0, 1, 2, 3)),
        (1, 5, True, (0, 1)),
        (0, 5, True, (0, 1)),
        (0.31, 5, False, (0, 0.1, 0.2, 0.3, 0.4)),
        (100, 1, False, (0, 100)),
        (1000, 3, True, (0, 500, 1000)),
    ],
)
def test_an_axis_is_numbered_in_round_steps_from_zero(
    end: float, most: int, whole: bool, expected: tuple[float, ...]
) -> None:
    assert ticks(end, most, whole=whole) == pytest.approx(expected)


@given(st.floats(1e-6, 1e6), st.integers(1, 8), st.booleans())
def test_an_axis_reaches_its_end_in_few_equal_steps(end: float, most: int, whole: bool) -> None:
    marks = ticks(end, most, whole=whole)
    assert marks[0] == 0
    assert marks[-1] >= end * (1 - 1e-6)
    assert 2 <= len(marks) <= most + 1
    assert all(b - a == pytest.approx(marks[1]) for a, b in pairwise(marks))


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_a_scale_keeps_the_order_and_never_leaves_its_axis(one: float, other: float) -> None:
    scale = Scale(0, 1, 8, 332)
    low, high = sorted((one, other))
    assert 8 <= scale(low) <= scale(high) <= 332


def test_a_scale_of_nothing_stands_at_its_beginning() -> None:
    assert Scale(0, 0, 8, 332)(5) == 8


@given(st.integers(1, 400), st.data())
def test_a_dot_is_within_its_interval_and_both_within_the_axis(whole: int, data: st.DataObject) -> None:
    share = proportion(data.draw(st.integers(0, whole)), whole)
    assert share is not None
    placed = whisker(share, Scale(0, 1, 8, 332))
    assert 8 <= placed.low <= placed.value <= placed.high <= 332


@given(st.text(max_size=60), st.floats(14, 300))
def test_a_text_is_cut_only_where_it_must_be(text: str, room: float) -> None:
    shown = fit(text, room)
    assert width_of(shown) <= room
    assert shown == text or (shown.endswith("…") and text.startswith(shown[:-1]))


def test_a_number_is_said_with_what_it_was_computed_from() -> None:
    assert said(proportion(5, 8)) == "0.62, 5 of 8, 95 % interval 0.31 to 0.86"
    assert said(None) == "not applicable"
