"""What was found for what it cost."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.pictures.boxes import Box, box_of
from courses.pictures.curve import Curve, Series, Step, curve

CENT = 10_000
SELF = Series(
    "Self-review", (Step(420, 4, "pass 1"), Step(6 * CENT, 5, "pass 2"), Step(9 * CENT, 5, "pass 3"))
)
CROSS = Series("Cross-model", (Step(10 * CENT, 9, "gpt-5.4"), Step(30 * CENT, 12, "gemini")), "model")


def corners(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in line.split())]


def test_both_series_begin_at_zero_and_pay_before_they_find() -> None:
    picture = curve("Found for its cost", [SELF, CROSS])
    for trace in picture.traces:
        path = corners(trace.line)
        assert path[0] == (picture.left, picture.floor)
        assert path[1][1] == picture.floor, "at first it costs and finds nothing"
    assert picture.traces[0].name.text == "Self-review"
    assert [trace.total.text for trace in picture.traces] == ["5 for $0.09", "12 for $0.30"]
    assert picture.traces[1].points[0].title == "Cross-model, gpt-5.4: 9 for $0.10"


def test_every_step_is_in_the_table_and_its_word_at_its_corner_where_there_is_room() -> None:
    picture = curve("Found for its cost", [SELF, CROSS])
    assert picture.table.rows[0] == ("Self-review", "pass 1", "$0.0005", "4")
    assert len(picture.table.rows) == 5
    assert {"gpt-5.4", "gemini"} <= {label.text for label in picture.labels}


def test_the_cost_may_be_told_in_calls() -> None:
    picture = curve("Found for its calls", [Series("Consensus", (Step(1, 2), Step(8, 6)))], unit="calls")
    texts = [label.text for label in picture.axes]
    assert "calls to models" in texts
    assert not any("$" in text for text in texts)
    assert picture.traces[0].total.text == "6 for 8 calls"
    assert picture.traces[0].points[0].title == "Consensus: 2 for 1 call"


@pytest.mark.parametrize(
    ("cost", "last"), [(3, "$0.000003"), (9_000, "$0.010"), (31 * CENT, "$0.40"), (900 * CENT, "$10")]
)
def test_the_axis_has_as_many_decimals_as_it_needs(cost: int, last: str) -> None:
    picture = curve("Found for its cost", [Series("Linters", (Step(cost, 1),))])
    assert [label.text for label in picture.axes if "$" in label.text][-1] == last


@pytest.mark.parametrize(
    ("series", "why"),
    [
        ([SELF, CROSS, SELF], "two series at most"),
        ([Series("Linters", (Step(2, 1), Step(1, 2)))], "Linters cost and found in all cannot fall"),
        ([Series("Linters", (Step(1, 3), Step(2, 2)))], "cannot fall"),
        ([Series("Linters", (Step(-1, 0),))], "cannot fall"),
    ],
)
def test_what_is_no_curve_of_cost_is_an_error(series: list[Series], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        curve("Found for its cost", series)


def test_nothing_bought_is_an_empty_plane() -> None:
    assert curve("Found for its cost", []).traces == ()
    nothing = curve("Found for its cost", [Series("Linters", ())])
    assert nothing.traces[0].total.text == "0 for $0.00"


words = st.text("abcm W→界", max_size=30)


@st.composite
def some_series(draw: st.DrawFn, costs: st.SearchStrategy[int]) -> Series:
    bought = draw(st.lists(st.tuples(costs, st.integers(0, 9), words), max_size=9))
    paid = accumulate(cost for cost, _, _ in bought)
    found = accumulate(count for _, count, _ in bought)
    return Series(
        draw(words), tuple(Step(c, f, w) for c, f, (_, _, w) in zip(paid, found, bought, strict=True))
    )


def keeps_its_labels_apart(picture: Curve) -> None:
    room = Box(-0.5, 0, picture.width + 0.5, picture.height)
    texts = [*picture.axes, *picture.labels, *(t for one in picture.traces for t in (one.name, one.total))]
    boxes = [box_of(label) for label in texts if label.text]
    for place, box in enumerate(boxes):
        assert box.within(room), texts[place]
        assert not any(box.meets(other) for other in boxes[place + 1 :]), texts[place]
    strokes = [
        Box(min(a, c), min(b, d), max(a, c) + 0.01, max(b, d) + 0.01)
        for trace in picture.traces
        for (a, b), (c, d) in pairwise(corners(trace.line))
    ]
    for label in picture.labels:
        assert not any(box_of(label).meets(stroke) for stroke in strokes), "no line runs through a label"


@given(
    st.lists(some_series(st.integers(0, 3 * 100 * CENT) | st.integers(0, 40)), max_size=2),
    st.sampled_from([(340, 240), (600, 300), (760, 420)]),
)
def test_curves_rise_and_their_labels_stay_apart(series: list[Series], size: tuple[float, float]) -> None:
    picture = curve("Found for its cost", series, width=size[0], height=size[1])
    for trace in picture.traces:
        for (a, b), (c, d) in pairwise(corners(trace.line)):
            assert picture.left <= a <= c <= picture.right
            assert picture.top <= d <= b <= picture.floor
    keeps_its_labels_apart(picture)


@given(st.lists(some_series(st.integers(0, 4000)), max_size=2))
def test_so_do_those_in_calls(series: list[Series]) -> None:
    keeps_its_labels_apart(curve("Found for its calls", series, unit="calls"))
