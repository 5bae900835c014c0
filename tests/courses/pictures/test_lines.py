"""A value over the assignments of a term, one panel for each student."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.pictures.boxes import box_of
from courses.pictures.lines import Value, lines
from reviews.gap.measures import proportion
from tests.courses.pictures.numbers import some_shares

TERM = ["Task API", "Invoices", "Chat room", "Payments"]


def test_amara_handed_nothing_in_for_the_third_and_the_line_breaks_there() -> None:
    row = [proportion(2, 8), proportion(4, 8), None, proportion(6, 8)]
    picture = lines("Recall over the term", TERM, [("Amara", row)])
    (amara,) = picture.panels
    assert len(amara.trends) == 1, "two in a row are joined, the last stands alone"
    assert len(amara.bands) == 1
    assert [dot.whisker is None for dot in amara.dots] == [True, True, False]
    assert amara.last.text == "0.75"
    assert amara.dots[0].title == "Task API: 0.25, 2 of 8, 95 % interval 0.07 to 0.59"
    assert picture.table.rows == (("Amara", "0.25 (2/8)", "0.50 (4/8)", "not applicable", "0.75 (6/8)"),)


def test_a_bare_number_has_a_line_and_no_band() -> None:
    (ben,) = lines("Weighted recall", TERM, [("Ben", [0.5, 0.25, 0.75, 1.0])]).panels
    assert ben.bands == ()
    assert all(dot.whisker is None for dot in ben.dots)
    first, second, third, fourth = (dot.y for dot in ben.dots)
    assert second > first > third > fourth, "the more, the higher"
    assert ben.last.text == "1.00"


def test_who_has_no_value_at_all_is_told_so_rather_than_drawn_at_zero() -> None:
    (chiara,) = lines("Recall", TERM, [("Chiara", [None] * 4)]).panels
    assert (chiara.dots, chiara.trends, chiara.bands) == ((), (), ())
    assert chiara.last.text == "not applicable"


def test_a_line_without_a_value_for_each_assignment_is_an_error() -> None:
    with pytest.raises(ValueError, match="one value for each assignment"):
        lines("Recall", TERM, [("Ben", [0.5])])


values: st.SearchStrategy[Value] = st.one_of(some_shares, st.floats(0, 1), st.none())


@given(st.lists(values, max_size=12), st.text(max_size=60), st.lists(st.text(max_size=40), max_size=12))
def test_nothing_is_drawn_outside_and_labels_stay_apart(
    row: list[Value], name: str, names: list[str]
) -> None:
    term = [*names, *["Task"] * 12][: len(row)]
    (panel,) = lines("Recall", term, [(name, row)]).panels
    boxes = [box_of(label) for label in (panel.name, panel.last, *panel.axis) if label.text]
    for place, box in enumerate(boxes):
        assert box.left >= -1
        assert box.right <= panel.width + 1
        assert box.top >= 0
        assert box.bottom <= panel.height + 1
        assert not any(box.meets(other) for other in boxes[place + 1 :])
    assert len(panel.dots) == sum(value is not None for value in row)
    for points in (*panel.trends, *panel.bands):
        for x, y in (map(float, pair.split(",")) for pair in points.split()):
            assert panel.starts <= x <= panel.ends
            assert panel.top <= y <= panel.floor
    for dot in panel.dots:
        assert panel.top <= dot.y <= panel.floor
        if dot.whisker:
            assert panel.floor >= dot.whisker.low >= dot.y >= dot.whisker.high >= panel.top
