"""The silhouette of a file: how often each of its lines was marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses.pictures.along import along
from courses.pictures.boxes import box_of
from courses.walkthroughs.sums import Given, Run, heat
from reviews.claims import Place

classes = st.lists(
    st.lists(
        st.builds(
            lambda first, more: Place("db.js", first, first + more), st.integers(1, 200), st.integers(0, 9)
        ),
        max_size=5,
    ),
    min_size=1,
    max_size=30,
)


def test_the_line_that_half_of_the_class_marked_is_half_as_long_as_the_picture() -> None:
    picture = along("db.js", 90, [Run(34, 34, 60), Run(56, 59, 12)], 120)
    longest, shorter = picture.bars
    assert longest.width == (picture.right - picture.left) / 2
    assert shorter.height > longest.height
    assert [label.text for label in picture.peaks] == ["34: 60", "56–59: 12"]
    assert picture.table.rows == (("34", "60 of 120"), ("56–59", "12 of 120"))


def test_marks_beyond_the_end_of_the_file_are_left_out() -> None:
    picture = along("db.js", 10, [Run(9, 30, 5), Run(40, 41, 5)], 5)
    assert picture.table.rows == (("9–10", "5 of 5"),)


@given(classes, st.integers(1, 220), st.sampled_from([170, 260]))
def test_everything_stays_within_the_picture(marks: list[list[Place]], lines: int, width: float) -> None:
    runs = heat([Given(tuple(one)) for one in marks]).get("db.js", ())
    picture = along("db.js", lines, runs, len(marks), width=width, tallest=120)
    for bar in picture.bars:
        assert picture.left <= bar.x <= bar.x + bar.width <= picture.right + 0.01
        assert picture.top <= bar.y
        assert bar.y + bar.height <= picture.floor + 1.01
    boxes = [box_of(label) for label in picture.peaks]
    for place, box in enumerate(boxes):
        assert 0 <= box.left <= box.right <= width + 1
        assert not any(box.meets(other) for other in boxes[place + 1 :])
