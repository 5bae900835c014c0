"""Labels that do not get into one another's way: boxes of text, and the first free place for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courses.pictures.base import TEXT, Label, width_of


@dataclass(frozen=True, slots=True)
class Box:
    """From left to right and from top to bottom, in units."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether the two share more than an edge."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """Whether nothing of this one is outside of the other."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


def box_of(label: Label) -> Box:
    """The room that a label takes at most."""
    wide = width_of(label.text)
    left = {"start": label.x, "middle": label.x - wide / 2, "end": label.x - wide}[label.anchor]
    return Box(left, label.y - TEXT * 0.8, left + wide, label.y + TEXT * 0.25)


def place(candidates: Iterable[Label], room: Box, taken: Sequence[Box]) -> Label | None:
    """The first of the places for one label that is within `room` and meets nothing that is taken."""
    for candidate in candidates:
        box = box_of(candidate)
        if box.within(room) and not any(box.meets(other) for other in taken):
            return candidate
    return None
