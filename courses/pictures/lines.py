"""Small multiples of one value over the assignments of a term, each with its band of intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from courses.pictures.base import (
    LEADING,
    NOT_APPLICABLE,
    Label,
    Picture,
    Scale,
    Table,
    Tone,
    Whisker,
    fit,
    rounded,
    said,
    two,
    whisker,
)
from reviews.gap.measures import Share

Value = Share | float | None
"""A share has an interval, a bare number from 0 to 1 has none, None is not applicable."""

LEFT, RIGHT, TOP, BOTTOM = 18, 40, 28, 26
"""Room for the axis, for the last value, for the name and for the assignments, in units."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One value; its whisker is drawn only where no neighbour makes a band of it."""

    x: float
    y: float
    whisker: Whisker | None
    title: str


@dataclass(frozen=True, slots=True)
class Panel(Picture):
    """One line. `trends` and `bands` are the points of SVG polylines and polygons, one a run without gap."""

    trends: tuple[str, ...]
    bands: tuple[str, ...]
    dots: tuple[Dot, ...]
    last: Label
    name: Label
    axis: tuple[Label, ...]
    starts: float
    ends: float
    top: float
    floor: float
    tone: Tone


@dataclass(frozen=True, slots=True)
class Lines:
    """The panels, all on one scale, and one table behind them."""

    title: str
    panels: tuple[Panel, ...]
    table: Table


def lines(
    title: str,
    assignments: Sequence[str],
    values: Sequence[tuple[str, Sequence[Value]]],
    *,
    about: str = "Student",
    tone: Tone = "student",
    width: float = 240,
    height: float = 132,
) -> Lines:
    """Draw one panel for each name, with a value for each assignment in turn.

    Raises ValueError where there are not as many values as assignments.
    """
    if any(len(row) != len(assignments) for _, row in values):
        raise ValueError("Each line has one value for each assignment.")
    table = Table(
        (about, *assignments), tuple((name, *(_brief(value) for value in row)) for name, row in values)
    )
    panels = tuple(_panel(name, assignments, row, table, tone, width, height) for name, row in values)
    return Lines(title, panels, table)


def _panel(
    name: str,
    assignments: Sequence[str],
    values: Sequence[Value],
    table: Table,
    tone: Tone,
    width: float,
    height: float,
) -> Panel:
    along = Scale(0, max(1, len(values) - 1), LEFT, width - RIGHT)
    up = Scale(0, 1, height - BOTTOM, TOP)
    dots = [
        None if value is None else _dot(along(place), value, up, f"{assignment}: {_full(value)}")
        for place, (assignment, value) in enumerate(zip(assignments, values, strict=True))
    ]
    runs = [[dot for dot in run if dot] for there, run in groupby(dots, key=bool) if there]
    banded = [
        [dot for dot in part if dot.whisker]
        for run in runs
        for ranged, group in groupby(run, key=lambda dot: dot.whisker is not None)
        if ranged and len(part := list(group)) > 1
    ]
    in_band = {dot for band in banded for dot in band}
    shown = [dot for dot in dots if dot]
    return Panel(
        title=name,
        description=f"A value from 0 to 1 for each of {len(values)} assignments, with its 95 % interval.",
        width=width,
        height=height,
        table=table,
        trends=tuple(_points((dot.x, dot.y) for dot in run) for run in runs if len(run) > 1),
        bands=tuple(_band(band) for band in banded),
        dots=tuple(Dot(dot.x, dot.y, None, dot.title) if dot in in_band else dot for dot in shown),
        last=_last(shown, values),
        name=Label(0, LEADING - 2, fit(name, width)),
        axis=_axis(assignments, along, up, width),
        starts=along.first,
        ends=along.last,
        top=TOP,
        floor=height - BOTTOM,
        tone=tone,
    )


def _dot(x: float, value: Share | float, up: Scale, title: str) -> Dot:
    if isinstance(value, Share):
        placed = whisker(value, up)
        return Dot(x, placed.value, placed, title)
    return Dot(x, up(value), None, title)


def _band(dots: Sequence[Dot]) -> str:
    ranges = [(dot.x, dot.whisker) for dot in dots if dot.whisker]
    return _points([*((x, r.high) for x, r in ranges), *((x, r.low) for x, r in reversed(ranges))])


def _points(places: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)


def _last(dots: Sequence[Dot], values: Sequence[Value]) -> Label:
    """The last number beside its dot, or in the middle that there is none."""
    known = [value for value in values if value is not None]
    if not known:
        return Label(LEFT + 6, TOP + LEADING, NOT_APPLICABLE)
    return Label(rounded(dots[-1].x + 8), rounded(dots[-1].y + 4.5), two(_number(known[-1])))


def _axis(assignments: Sequence[str], along: Scale, up: Scale, width: float) -> tuple[Label, ...]:
    """0 and 1 beside the lines, and the first and the last assignment under them."""
    below, room = up.first + LEADING + 4, (width - LEFT) / 2 - 4
    return (
        *(Label(LEFT - 8, up(end) + 4.5, str(end), "end") for end in (0, 1)),
        *(Label(along.first, below, fit(name, room)) for name in assignments[:1]),
        *(Label(width, below, fit(name, room), "end") for name in assignments[1:][-1:]),
    )


def _number(value: Share | float) -> float:
    return value.value if isinstance(value, Share) else value


def _full(value: Share | float) -> str:
    return said(value) if isinstance(value, Share) else two(value)


def _brief(value: Value) -> str:
    if value is None:
        return NOT_APPLICABLE
    if isinstance(value, Share):
        return f"{two(value.value)} ({value.part:g}/{value.whole:g})"
    return two(value)
