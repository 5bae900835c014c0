"""What all pictures share: their frame, their table, scales, and the words for a number."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Literal

from reviews.gap.measures import Share

Tone = Literal["plain", "student", "model"]
"""Warm for students, cool for models; never the only sign of anything."""

Anchor = Literal["start", "middle", "end"]

TEXT = 13.5
"""The size of all text, in units: `--text-xs`."""

LEADING = 17
"""From one line of text to the next, in units."""

NOT_APPLICABLE = "not applicable"

FEWEST_DRAWN = 3
"""A share of fewer than this is told in words: its interval would span nearly everything."""


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers behind a picture: each row begins with what it is about."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A frame of `width` by `height` units. `title` names the picture, `description` says how to read it."""

    title: str
    description: str
    width: float
    height: float
    table: Table

    @property
    def wide(self) -> str:
        """The width as a length for the SVG."""
        return f"{self.width / 16:g}rem"

    @property
    def high(self) -> str:
        """The height as a length for the SVG."""
        return f"{self.height / 16:g}rem"


@dataclass(frozen=True, slots=True)
class Label:
    """A text at its baseline."""

    x: float
    y: float
    text: str
    anchor: Anchor = "start"


@dataclass(frozen=True, slots=True)
class Scale:
    """Linear, from `low` to `high` in the data onto `first` to `last` in units; holds what is outside."""

    low: float
    high: float
    first: float
    last: float

    def __call__(self, value: float) -> float:
        """Where a value stands, in units."""
        if self.high == self.low:
            return self.first
        along = min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))
        return rounded(self.first + along * (self.last - self.first))


@dataclass(frozen=True, slots=True)
class Whisker:
    """A share on a scale from 0 to 1: its dot between the ends of its interval, all in units."""

    low: float
    value: float
    high: float


def whisker(share: Share, scale: Scale) -> Whisker:
    """Place a share and its interval; rounding never puts the dot outside of its interval."""
    low, high = min(share.low, share.value), max(share.high, share.value)
    return Whisker(scale(low), scale(share.value), scale(high))


def is_drawn(share: Share | None) -> bool:
    """Whether there is a share, of enough to draw."""
    return share is not None and share.whole >= FEWEST_DRAWN


def ticks(end: float, most: int = 5, *, whole: bool = False) -> tuple[float, ...]:
    """At most `most` + 1 round numbers from 0, evenly apart by 1, 2 or 5 times a power of ten.

    The last is the first that is not below `end`. `whole` keeps to whole numbers.
    """
    if end <= 0:
        return (0, 1)
    power = 10.0 ** math.floor(math.log10(end / most))
    steps = (power * factor for factor in (1, 2, 5, 10, 20))
    step = next(step for step in steps if step * most >= end * (1 - 1e-9))
    step = max(1.0, step) if whole else step
    count = max(1, math.ceil(end / step - 1e-9))
    return tuple(step * place for place in range(count + 1))


def rounded(units: float) -> float:
    """To a hundredth of a unit: finer than any screen."""
    return round(units, 2)


def width_of(text: str) -> float:
    """How many units a text takes at most, by the kind of its letters; nobody can measure it here."""
    return sum(_width(letter) for letter in text) * TEXT


def _width(letter: str) -> float:
    if unicodedata.combining(letter):
        return 0.0
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.05
    if letter in "iljtf.,:;'!|()[] ":
        return 0.36
    if letter in "mwMW@%—…":
        return 1.0
    return 0.76 if letter.isupper() else 0.58


def fit(text: str, room: float) -> str:
    """The text, or as much of its beginning as fits into `room` units, with an ellipsis."""
    if width_of(text) <= room:
        return text
    while text and width_of(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def two(value: float) -> str:
    """A share to two places: "0.63"."""
    return f"{value:.2f}"


def counted(share: Share) -> str:
    """What a share was computed from: "5 of 8"."""
    return f"{share.part:g} of {share.whole:g}"


def interval(share: Share) -> str:
    """The ends of its interval: "0.31 to 0.86"."""
    return f"{two(share.low)} to {two(share.high)}"


def said(share: Share | None) -> str:
    """A share with all that belongs to it, for a title: "0.63, 5 of 8, 95 % interval 0.31 to 0.86"."""
    if share is None:
        return NOT_APPLICABLE
    return f"{two(share.value)}, {counted(share)}, 95 % interval {interval(share)}"
