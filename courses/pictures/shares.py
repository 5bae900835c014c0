"""A column of shares under one another, each a dot with its interval on an axis from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courses.pictures.base import (
    NOT_APPLICABLE,
    TEXT,
    Label,
    Picture,
    Scale,
    Table,
    Tone,
    Whisker,
    counted,
    fit,
    interval,
    is_drawn,
    said,
    two,
    whisker,
    width_of,
)
from reviews.gap.measures import Share

EDGE, ROW, AXIS = 8, 44, 20
"""Room beside the axis for half a dot, the height of a row, and what is below the last, in units."""


@dataclass(frozen=True, slots=True)
class Row:
    """One share: its label and number above, below them at `y` the whisker, or None of nothing.

    `against` is where a number that the share is held against stands on the same axis.
    """

    label: Label
    number: Label
    y: float
    tick: tuple[float, float]
    whisker: Whisker | None
    tone: Tone
    title: str
    against: float | None = None


@dataclass(frozen=True, slots=True)
class Shares(Picture):
    """`ticks` are the labels of the axis, at 0, one half and 1; each row has a rule of its own to them."""

    rows: tuple[Row, ...]
    ticks: tuple[Label, ...]


def shares(
    title: str,
    rows: Sequence[tuple[str, Share | None, Tone]],
    *,
    about: str = "Witness",
    width: float = 340,
    against: Sequence[float] = (),
) -> Shares:
    """Draw labelled shares in the order given; None is said to be not applicable.

    `about` heads the labels in the table behind; `width` is in units, the default fits a phone.
    `against` are numbers from 0 to 1, one a row, that a diamond marks: what was stated, beside what was.
    """
    scale = Scale(0, 1, EDGE, width - EDGE)
    floor = len(rows) * ROW
    return Shares(
        title=title,
        description=_READ + (_AGAINST if against else ""),
        width=width,
        height=floor + AXIS,
        table=_table(rows, about),
        rows=tuple(
            _row(place * ROW, *row, scale, against[place] if against else None)
            for place, row in enumerate(rows)
        ),
        ticks=tuple(Label(scale(tick), floor + 15, f"{tick:g}", "middle") for tick in (0, 0.5, 1)),
    )


_READ = "Each dot is a share from 0 to 1; the line through it is its 95 % interval."
_AGAINST = " The diamond is what was stated."


def _row(top: float, label: str, share: Share | None, tone: Tone, scale: Scale, against: float | None) -> Row:
    number = f"{two(share.value)} ({counted(share)})" if share else NOT_APPLICABLE
    baseline = top + TEXT + 2
    room = scale.last - scale.first - width_of(number) - TEXT
    return Row(
        label=Label(scale.first, baseline, fit(label, room)),
        number=Label(scale.last, baseline, number, "end"),
        y=top + 28,
        tick=(top + 24, top + 32),
        whisker=whisker(share, scale) if share and is_drawn(share) else None,
        tone=tone,
        title=f"{label}: {said(share)}",
        against=None if against is None else scale(against),
    )


def _table(rows: Sequence[tuple[str, Share | None, Tone]], about: str) -> Table:
    return Table(
        (about, "Share", "Computed from", "95 % interval"),
        tuple(
            (label, two(share.value), counted(share), interval(share))
            if share
            else (label, NOT_APPLICABLE, "", "")
            for label, share, _ in rows
        ),
    )
