"""Matrices of shares: in each cell a bar as high as the share, and beside it what was counted.

`heat` sets categories against witnesses or students, `pairs` witnesses against one another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from courses.pictures.base import (
    NOT_APPLICABLE,
    TEXT,
    Label,
    Picture,
    Table,
    Tone,
    fit,
    interval,
    is_drawn,
    rounded,
    said,
    two,
    width_of,
)
from reviews.gap.measures import Share

CELL, BAR, GAP = 36, 12, 6
"""The height of a cell, the width of its bar, and the space between cells, in units."""

NARROWEST, WIDEST = 44, 100
"""A column is as wide as its label or its counts need, between these."""

STUB = 220
"""The widest that the labels of the rows may be."""

HEAD = 24
"""The height of the labels of the columns."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A rectangle with a bar at its left that is filled from `level` on down, `filled` units high.

    The number stands beside the bar, since a fill behind it or an edge through it would hide it. A
    share of too few has no bar.
    """

    x: float
    y: float
    width: float
    height: float
    bar: float
    level: float
    text: Label
    title: str

    @property
    def filled(self) -> float:
        """The height of what is filled: the share of its own height."""
        return rounded(self.y + self.height - self.level)


@dataclass(frozen=True, slots=True)
class Cells(Picture):
    """Labels of rows and columns, and a cell wherever something was asked."""

    columns: tuple[Label, ...]
    rows: tuple[Label, ...]
    cells: tuple[Cell, ...]
    tone: Tone


def heat(
    title: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Share | None]]],
    *,
    about: str = "Category",
    tone: Tone = "model",
) -> Cells:
    """Draw each row's share for each column in turn; no cell where it is None, since nothing was asked.

    `about` heads the rows in the table behind. Raises ValueError where a row has not as many shares
    as there are columns.
    """
    if any(len(shares) != len(columns) for _, shares in rows):
        raise ValueError("Each row has one share for each column.")
    table = Table((about, *columns), tuple((label, *map(_entry, shares)) for label, shares in rows))
    return _cells(title, "their share", columns, rows, table, tone)


def pairs(
    title: str,
    labels: Sequence[str],
    overlaps: Mapping[tuple[str, str], Share | None],
    *,
    tone: Tone = "model",
) -> Cells:
    """Draw the overlap of every two of `labels`, which are distinct, once: who repeats whom.

    Each column's label stands on the diagonal, above its first cell. `overlaps` holds a pair in
    either order; no cell where it is None or absent.
    """

    def overlap(one: str, other: str) -> Share | None:
        return overlaps.get((one, other)) or overlaps.get((other, one))

    columns = labels[:-1]
    rows = [
        (one, [overlap(one, other) if column <= place else None for column, other in enumerate(columns)])
        for place, one in enumerate(labels[1:])
    ]
    table = Table(
        ("One", "Other", "Overlap", "Counted", "95 % interval"),
        tuple((one, other, *_apart(overlap(one, other))) for one, other in combinations(labels, 2)),
    )
    drawn = _cells(title, "the overlap of two", columns, rows, table, tone)
    stairs = (replace(label, y=label.y + place * (CELL + GAP)) for place, label in enumerate(drawn.columns))
    return replace(drawn, columns=tuple(stairs))


def _cells(
    title: str,
    meaning: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[Share | None]]],
    table: Table,
    tone: Tone,
) -> Cells:
    counts = [width_of(_counts(share)) + BAR for _, shares in rows for share in shares if share]
    wide = rounded(
        min(WIDEST, max([NARROWEST, *(room + GAP for room in (*map(width_of, columns), *counts))]))
    )
    labels = [fit(label, STUB) for label, _ in rows]
    stub = rounded(max(map(width_of, labels), default=0) + 2 * GAP)
    lefts = [rounded(stub + place * (wide + GAP)) for place in range(len(columns))]
    tops = [HEAD + place * (CELL + GAP) for place in range(len(rows))]
    return Cells(
        title=title,
        description=f"The bar in each cell is filled as high as {meaning}; beside it, what was counted.",
        width=rounded(stub + len(columns) * (wide + GAP)),
        height=HEAD + len(rows) * (CELL + GAP),
        table=table,
        columns=tuple(
            Label(rounded(left + wide / 2), HEAD - 9, fit(column, wide), "middle")
            for left, column in zip(lefts, columns, strict=True)
        ),
        rows=tuple(
            Label(0, top + CELL / 2 + TEXT / 3, label) for top, label in zip(tops, labels, strict=True)
        ),
        cells=tuple(
            _cell(left, top, wide, share, f"{row}, {column}: {said(share)}")
            for top, (row, shares) in zip(tops, rows, strict=True)
            for left, column, share in zip(lefts, columns, shares, strict=True)
            if share
        ),
        tone=tone,
    )


def _cell(x: float, y: float, wide: float, share: Share, title: str) -> Cell:
    room = wide - BAR
    count = Label(rounded(x + BAR + room / 2), y + CELL / 2 + TEXT / 3, fit(_counts(share), room), "middle")
    bar = BAR if is_drawn(share) else 0
    return Cell(x, y, wide, CELL, bar, rounded(y + CELL * (1 - share.value)), count, title)


def _counts(share: Share) -> str:
    return f"{share.part:g}/{share.whole:g}"


def _entry(share: Share | None) -> str:
    return f"{two(share.value)} ({_counts(share)}), {interval(share)}" if share else "not asked"


def _apart(share: Share | None) -> tuple[str, str, str]:
    return (two(share.value), _counts(share), interval(share)) if share else (NOT_APPLICABLE, "", "")
