"""Shares under one another: where the marks stand and what is said of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses.pictures.base import Tone
from courses.pictures.boxes import box_of
from courses.pictures.shares import shares
from reviews.gap.measures import Share, proportion
from tests.courses.pictures.numbers import some_shares

Rows = list[tuple[str, Share | None, Tone]]


def test_the_class_saw_half_and_the_consensus_was_never_asked() -> None:
    picture = shares(
        "What each saw", [("Students", proportion(4, 8), "student"), ("Consensus", None, "model")]
    )
    students, consensus = picture.rows
    assert (students.label.text, students.number.text) == ("Students", "0.50 (4 of 8)")
    assert students.title == "Students: 0.50, 4 of 8, 95 % interval 0.22 to 0.78"
    assert students.whisker is not None
    assert students.whisker.value == picture.ticks[1].x, "one half stands over the tick of one half"
    assert consensus.whisker is None
    assert consensus.number.text == "not applicable"
    assert picture.table.rows == (
        ("Students", "0.50", "4 of 8", "0.22 to 0.78"),
        ("Consensus", "not applicable", "", ""),
    )


def test_the_axis_reads_zero_to_one_whatever_the_shares() -> None:
    picture = shares("Few", [("Linters", proportion(0, 9), "plain")])
    assert [tick.text for tick in picture.ticks] == ["0", "0.5", "1"]
    assert picture.rows[0].whisker is not None
    assert picture.rows[0].whisker.value == picture.ticks[0].x


@given(
    st.lists(st.tuples(st.text(max_size=80), some_shares, st.sampled_from(["plain", "model"])), max_size=12),
    st.sampled_from([280, 340, 640]),
)
def test_labels_and_marks_stay_apart_and_within_the_picture(rows: Rows, width: float) -> None:
    picture = shares("Shares", rows, width=width)
    boxes = [box_of(label) for row in picture.rows for label in (row.label, row.number)]
    boxes += [box_of(tick) for tick in picture.ticks]
    for place, box in enumerate(boxes):
        assert box.left >= -1
        assert box.right <= width + 1
        assert 0 <= box.top <= box.bottom <= picture.height
        assert not any(box.meets(other) for other in boxes[place + 1 :])
    for row in picture.rows:
        if row.whisker:
            assert 0 < row.whisker.low <= row.whisker.value <= row.whisker.high < width
            assert box_of(row.number).bottom <= row.y - 6
    assert len(picture.table.rows) == len(rows)
