"""What was found for what it cost: steps of one or two series, from zero at zero."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from courses.pictures.base import LEADING, Label, Picture, Scale, Table, Tone, fit, rounded, ticks, width_of
from courses.pictures.boxes import Box, box_of, place

Unit = Literal["dollars", "calls"]

LEFT, TOP, BOTTOM = 34, 46, 48
"""Room for the numbers of defects, above the highest, and for the costs with their name, in units."""

CENT = 10_000
"""Millionths of a dollar."""

APART = 70
"""Two costs on the axis stand at least so far apart, in units."""

ENDS = 148
"""The most that the names of the series may take beside their ends."""


@dataclass(frozen=True, slots=True)
class Step:
    """After `cost` in all (millionths of a dollar, or calls), `found` defects in all.

    `label` says in a word what was bought with it.
    """

    cost: int
    found: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Steps in the order in which they were paid for."""

    label: str
    steps: tuple[Step, ...]
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Point:
    """The corner at which a step has arrived."""

    x: float
    y: float
    title: str


@dataclass(frozen=True, slots=True)
class Trace:
    """A drawn series: the points of its SVG polyline, and a thin line on to its name."""

    line: str
    points: tuple[Point, ...]
    leader: tuple[float, float, float, float]
    name: Label
    total: Label
    tone: Tone


@dataclass(frozen=True, slots=True)
class Curve(Picture):
    """`labels` are those of the steps for which there was room; the title of a point has it always."""

    traces: tuple[Trace, ...]
    labels: tuple[Label, ...]
    axes: tuple[Label, ...]
    grid: tuple[float, ...]
    left: float
    right: float
    top: float
    floor: float


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where costs and defects stand."""

    across: Scale
    up: Scale
    costs: tuple[float, ...]
    founds: tuple[float, ...]

    @property
    def left(self) -> float:
        return self.across.first

    @property
    def right(self) -> float:
        return self.across.last

    @property
    def floor(self) -> float:
        return self.up.first

    def corners(self, series: Series) -> list[tuple[float, float]]:
        """From the origin, where each step has arrived."""
        return [(self.across(step.cost), self.up(step.found)) for step in (Step(0, 0), *series.steps)]


def curve(
    title: str, series: Sequence[Series], *, unit: Unit = "dollars", width: float = 600, height: float = 300
) -> Curve:
    """Draw cumulative defects over cumulative cost.

    Raises ValueError for more than two series, or for one whose costs or defects ever fall.
    """
    _check(series)
    texts = [text for one in series for text in (one.label, _total(one, unit))]
    aside = min(ENDS, max(map(width_of, texts), default=0))
    plane = _plane(series, rounded(width - max(aside + 20, 40)), height - BOTTOM)
    corners = [plane.corners(one) for one in series]
    heights = _apart([line[-1][1] for line in corners], plane.floor)
    traces = tuple(
        _trace(one, line, (plane.right, y), aside, unit)
        for one, line, y in zip(series, corners, heights, strict=True)
    )
    return Curve(
        title=title,
        description="Each line rises by a step when its reviewers found more; further right has cost more.",
        width=width,
        height=height,
        table=_table(series, unit),
        traces=traces,
        labels=_labels(series, corners, Box(plane.left + 2, LEADING + 4, plane.right, plane.floor), traces),
        axes=_axes(plane, unit),
        grid=tuple(map(plane.up, plane.founds)),
        left=plane.left,
        right=plane.right,
        top=TOP,
        floor=plane.floor,
    )


def _plane(series: Sequence[Series], right: float, floor: float) -> _Plane:
    steps = [step for one in series for step in one.steps]
    founds = ticks(
        max((step.found for step in steps), default=0), _most(floor - TOP, 2 * LEADING), whole=True
    )
    left = rounded(max(LEFT, width_of(f"{founds[-1]:.0f}") + 10))
    paid = max((step.cost for step in steps), default=0)
    costs = ticks(paid, _most(right - left, APART), whole=True)
    return _Plane(Scale(0, costs[-1], left, right), Scale(0, founds[-1], floor, TOP), costs, founds)


def _axes(plane: _Plane, unit: Unit) -> tuple[Label, ...]:
    below, name = plane.floor + LEADING + 4, "cost in dollars" if unit == "dollars" else "calls to models"
    return (
        Label(0, LEADING - 2, "defects found"),
        *(
            Label(plane.left - 8, rounded(plane.up(tick) + 4.5), f"{tick:.0f}", "end")
            for tick in plane.founds
        ),
        *(
            Label(plane.across(tick), below, _tick(tick, plane.costs[1], unit), "middle")
            for tick in plane.costs
        ),
        Label(plane.right, below + LEADING + 2, name, "end"),
    )


def _most(room: float, apart: float) -> int:
    return min(5, max(1, int(room // apart)))


def _check(series: Sequence[Series]) -> None:
    if len(series) > 2:
        raise ValueError("A curve shows two series at most.")
    for one in series:
        for before, after in pairwise((Step(0, 0), *one.steps)):
            if after.cost < before.cost or after.found < before.found:
                raise ValueError(f"What {one.label} cost and found in all cannot fall.")


def _trace(
    one: Series, corners: Sequence[tuple[float, float]], name: tuple[float, float], aside: float, unit: Unit
) -> Trace:
    (end_x, end_y), (right, y) = corners[-1], name
    titles = [f"{one.label}{_after(step)}: {_bought(step, unit)}" for step in one.steps]
    return Trace(
        line=" ".join(f"{x:g},{y:g}" for x, y in _stairs(corners)),
        points=tuple(Point(x, y, title) for (x, y), title in zip(corners[1:], titles, strict=True)),
        leader=(end_x, end_y, right + 8, y),
        name=Label(right + 12, y - 2, fit(one.label, aside + 8)),
        total=Label(right + 12, y - 2 + LEADING, fit(_total(one, unit), aside + 8)),
        tone=one.tone,
    )


def _stairs(corners: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """First what it costs, then what it finds."""
    path = [corners[0]]
    for (_, before), (x, y) in pairwise(corners):
        path += [(x, before), (x, y)]
    return path


def _apart(ends: Sequence[float], floor: float) -> list[float]:
    """Where the names of two lines stand, near their ends and two lines of text apart."""
    room = 2 * LEADING + 4
    heights = [min(max(end, float(LEADING)), floor - LEADING) for end in ends]
    if len(heights) < 2 or abs(heights[0] - heights[1]) >= room:
        return heights
    middle = min(max(sum(heights) / 2, LEADING + room / 2), floor - LEADING - room / 2)
    upper, lower = rounded(middle - room / 2), rounded(middle + room / 2)
    return [upper, lower] if heights[0] <= heights[1] else [lower, upper]


def _labels(
    series: Sequence[Series],
    corners: Sequence[Sequence[tuple[float, float]]],
    room: Box,
    traces: Sequence[Trace],
) -> tuple[Label, ...]:
    """The steps' words beside their corners, those that found most first, as long as there is room."""
    taken = [
        Box(min(a, c) - 1, min(b, d) - 1, max(a, c) + 1, max(b, d) + 1)
        for line in corners
        for (a, b), (c, d) in pairwise(_stairs(line))
    ]
    taken += [_around(trace.leader) for trace in traces]
    taken += [Box(x - 4, y - 4, x + 4, y + 4) for line in corners for x, y in line[1:]]
    wanted = [
        (after[1] - before[1], x, y, step.label)
        for one, line in zip(series, corners, strict=True)
        for step, before, after in zip(one.steps, line, line[1:], strict=False)
        if step.label
        for x, y in [after]
    ]
    placed: list[Label] = []
    for _, x, y, text in sorted(wanted):
        choices = (Label(x - 6, y - 6, text, "end"), Label(x + 7, y + LEADING, text), Label(x, y - 8, text))
        label = place(choices, room, [*taken, *map(box_of, placed)])
        placed += [label] if label else []
    return tuple(placed)


def _around(line: tuple[float, float, float, float]) -> Box:
    x1, y1, x2, y2 = line
    return Box(x1 - 5, min(y1, y2) - 3, x2, max(y1, y2) + 3)


def _table(series: Sequence[Series], unit: Unit) -> Table:
    return Table(
        ("Series", "After", "Cost in all", "Defects found in all"),
        tuple(
            (one.label, step.label, _exact(step.cost, unit), str(step.found))
            for one in series
            for step in one.steps
        ),
    )


def _total(one: Series, unit: Unit) -> str:
    return _bought(one.steps[-1] if one.steps else Step(0, 0), unit)


def _bought(step: Step, unit: Unit) -> str:
    return f"{step.found} for {_exact(step.cost, unit)}"


def _after(step: Step) -> str:
    return f", {step.label}" if step.label else ""


def _exact(cost: int, unit: Unit) -> str:
    """As the ledger says it: never rounded to less, in cents or, where they would hide it, finer."""
    if unit == "calls":
        return "1 call" if cost == 1 else f"{cost} calls"
    if cost % CENT and cost < 10 * CENT:
        return f"${math.ceil(cost * 100 / CENT) / 10_000:.4f}"
    return f"${math.ceil(cost / CENT) / 100:.2f}"


def _tick(tick: float, step: float, unit: Unit) -> str:
    """A tick's cost with as many decimals as the distance of the ticks needs."""
    if unit == "calls":
        return f"{tick:.0f}"
    dollars, apart = tick / (100 * CENT), step / (100 * CENT)
    decimals = 0 if apart >= 1 else max(2, math.ceil(-math.log10(apart) - 1e-9))
    return f"${dollars:.{decimals}f}"
