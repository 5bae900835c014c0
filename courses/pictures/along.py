"""How often each line of a file was marked: a silhouette along the file, from its first line to its last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courses.pictures.base import LEADING, TEXT, Label, Picture, Scale, Table, Tone, fit, rounded, width_of
from courses.walkthroughs.sums import Run

LEFT, TOP, GAP = 44, 22, 10
"""Room for line numbers, for what heads the picture, and between a bar and its label, in units."""

LINE = 4.5
"""The height of a line of code, in units, where the file is not too long."""

TALLEST = 420
"""A longer file is drawn so high all the same, unless it is asked for less."""


TOLD = 0.2
"""A bar is labelled that is at least so long, of the longest."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Neighbouring lines with as many marks: a rectangle, and what is said of it."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Along(Picture):
    """The bars of one file. `ends` label its first and last line, `peaks` the most marked lines."""

    bars: tuple[Bar, ...]
    ends: tuple[Label, ...]
    peaks: tuple[Label, ...]
    left: float
    right: float
    top: float
    floor: float
    tone: Tone = "student"


def along(
    path: str,
    lines: int,
    runs: Sequence[Run],
    seats: int,
    *,
    width: float = 260,
    tallest: float = TALLEST,
) -> Along:
    """Draw the runs of a file of so many lines; a bar as long as the picture is all `seats`.

    Lines beyond the file's end are left out: they mark nothing that anybody saw.
    """
    high = rounded(min(tallest, max(lines * LINE, 3 * LEADING)))
    down = Scale(0, lines, TOP, TOP + high)
    across = Scale(0, max(1, seats), LEFT, width - LEFT)
    within = [Run(run.first, min(run.last, lines), run.seats) for run in runs if run.first <= lines]
    return Along(
        title=f"Marks along {path}",
        description=f"Each bar is as long as the share of {seats} seats that marked the line.",
        width=width,
        height=rounded(TOP + high + LEADING),
        table=Table(("Lines", "Seats"), tuple((span(run), f"{run.seats} of {seats}") for run in within)),
        bars=tuple(_bar(run, down, across, seats) for run in within),
        ends=(Label(LEFT - GAP, TOP + 5, "1", "end"), Label(LEFT - GAP, TOP + high, str(lines), "end")),
        peaks=_peaks(within, down, across, width),
        left=LEFT,
        right=width - LEFT,
        top=TOP,
        floor=TOP + high,
    )


def span(run: Run) -> str:
    """The lines of a run as people write them: "7", "11–13"."""
    return str(run.first) if run.first == run.last else f"{run.first}–{run.last}"


def _bar(run: Run, down: Scale, across: Scale, seats: int) -> Bar:
    top, bottom = down(run.first - 1), down(run.last)
    return Bar(
        x=across.first,
        y=top,
        width=rounded(across(run.seats) - across.first),
        height=rounded(max(1.0, bottom - top)),
        title=f"lines {span(run)}: {run.seats} of {seats}",
    )


def _peaks(runs: Sequence[Run], down: Scale, across: Scale, width: float) -> tuple[Label, ...]:
    """The longest bars, each with its lines and count, as far as they do not touch."""
    found: list[Label] = []
    least = TOLD * max((run.seats for run in runs), default=0)
    for run in sorted((run for run in runs if run.seats >= least), key=lambda run: (-run.seats, run.first)):
        y = rounded((down(run.first - 1) + down(run.last)) / 2 + TEXT / 3)
        if all(abs(y - other.y) >= LEADING for other in found):
            text = f"{span(run)}: {run.seats}"
            x = min(across(run.seats) + GAP / 2, width - width_of(text))
            found.append(Label(rounded(x), y, fit(text, width)))
    return tuple(sorted(found, key=lambda label: label.y))
