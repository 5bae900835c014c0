"""Matrices of shares: who saw which category, and who repeats whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.pictures.boxes import Box, box_of
from courses.pictures.cells import CELL, Cells, heat, pairs
from reviews.gap.measures import Share, proportion
from tests.courses.pictures.numbers import some_shares


def test_what_was_not_asked_has_no_cell_and_what_was_missed_has_an_empty_one() -> None:
    picture = heat(
        "Seen", ["S", "A1"], [("checking", [proportion(6, 8), None]), ("timing", [None, proportion(0, 3)])]
    )
    checking, timing = picture.cells
    assert (checking.text.text, timing.text.text) == ("6/8", "0/3")
    assert (checking.filled, timing.filled) == (0.75 * CELL, 0)
    assert checking.title == "checking, S: 0.75, 6 of 8, 95 % interval 0.41 to 0.93"
    assert checking.x < timing.x
    assert checking.y < timing.y
    assert picture.table.head == ("Category", "S", "A1")
    assert picture.table.rows[1] == ("timing", "not asked", "0.00 (0/3), 0.00 to 0.56")


def test_two_students_of_one_name_keep_their_own_rows() -> None:
    picture = heat("Seen", ["checking"], [("Ben", [proportion(1, 2)]), ("Ben", [proportion(2, 2)])])
    assert [cell.text.text for cell in picture.cells] == ["1/2", "2/2"]


def test_a_row_that_does_not_fit_its_columns_is_an_error() -> None:
    with pytest.raises(ValueError, match="one share for each column"):
        heat("Seen", ["S", "A1"], [("checking", [None])])


def test_the_authors_passes_repeat_one_another_and_each_pair_is_shown_once() -> None:
    picture = pairs(
        "Missed together",
        ["A1", "A2", "X1"],
        {("A1", "A2"): proportion(5, 5), ("X1", "A1"): proportion(1, 6), ("A2", "X1"): None},
    )
    assert [cell.title for cell in picture.cells] == [
        "A2, A1: 1.00, 5 of 5, 95 % interval 0.57 to 1.00",
        "X1, A1: 0.17, 1 of 6, 95 % interval 0.03 to 0.56",
    ]
    assert [label.text for label in picture.rows] == ["A2", "X1"]
    assert [label.text for label in picture.columns] == ["A1", "A2"]
    assert picture.table.rows == (
        ("A1", "A2", "1.00", "5/5", "0.57 to 1.00"),
        ("A1", "X1", "0.17", "1/6", "0.03 to 0.56"),
        ("A2", "X1", "not applicable", "", ""),
    )


def test_nobody_and_one_alone_make_an_empty_picture() -> None:
    assert pairs("Missed together", [], {}).cells == ()
    assert pairs("Missed together", ["A1"], {}).cells == ()
    assert heat("Seen", [], []).table.rows == ()


def stays_in_its_frame(picture: Cells) -> None:
    frames = [Box(cell.x, cell.y, cell.x + cell.width, cell.y + cell.height) for cell in picture.cells]
    room = Box(0, 0, picture.width, picture.height)
    labels = [box_of(label) for label in (*picture.rows, *picture.columns)]
    for place, frame in enumerate(frames):
        assert frame.within(room)
        assert not any(frame.meets(other) for other in [*frames[place + 1 :], *labels])
    for place, label in enumerate(labels):
        assert label.left >= -0.01
        assert label.right <= picture.width + 0.01
        assert not any(label.meets(other) for other in labels[place + 1 :])
    for cell in picture.cells:
        text = box_of(cell.text)
        assert cell.x + cell.bar <= text.left + 0.01
        assert text.right <= cell.x + cell.width + 0.01
        assert cell.y <= cell.level <= cell.y + cell.height
        assert 0 <= cell.filled <= cell.height


names = st.text(min_size=1, max_size=40)
matrices = st.lists(names, max_size=7).flatmap(
    lambda columns: st.tuples(
        st.just(columns),
        st.lists(
            st.tuples(names, st.lists(some_shares, min_size=len(columns), max_size=len(columns))), max_size=7
        ),
    )
)


@given(matrices)
def test_cells_and_labels_of_a_heat_map_stay_apart(
    matrix: tuple[list[str], list[tuple[str, list[Share | None]]]],
) -> None:
    stays_in_its_frame(heat("Seen", *matrix))


@given(st.lists(names, unique=True, max_size=7), st.data())
def test_cells_and_labels_of_pairs_stay_apart_and_none_is_shown_twice(
    labels: list[str], data: st.DataObject
) -> None:
    overlaps = {(a, b): data.draw(some_shares) for a in labels for b in labels if a < b}
    picture = pairs("Missed together", labels, overlaps)
    stays_in_its_frame(picture)
    assert len(picture.cells) == sum(share is not None for share in overlaps.values())
