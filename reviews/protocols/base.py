"""The protocol seam: given what the passes returned so far, a protocol says what comes next.

A protocol is a pure function in a file of its own. The engine does the rest: rows, dispatch,
leases, retries, progress, cancellation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Seat:
    """A reviewer's place in a review. Model and family are empty for analysers."""

    reviewer_id: int
    name: str
    provider: str
    model: str
    family: str
    role: str


@dataclass(frozen=True, slots=True)
class Setup:
    """What a review was started with: the author, the seats that may be filled, and how often."""

    author_model: str
    author_family: str
    seats: tuple[Seat, ...]
    passes: int = 1

    def seat(self, reviewer_id: int) -> Seat:
        """The seat of that reviewer. Raises LookupError where it has none."""
        for seat in self.seats:
            if seat.reviewer_id == reviewer_id:
                return seat
        raise LookupError(f"Reviewer {reviewer_id} has no seat in this review.")

    def as_json(self) -> dict[str, Any]:
        """Plain values for `Review.setup`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Setup:
        """The inverse of `as_json`."""
        seats = tuple(Seat(**seat) for seat in values["seats"])
        return cls(**{**values, "seats": seats})


@dataclass(frozen=True, slots=True)
class Turn:
    """One call that should be made: who, in which round and place, under which siglum."""

    seat: Seat
    round: int
    position: int
    siglum: str


class Ended(StrEnum):
    """How a pass that has ended came out."""

    ANSWERED = "answered"
    UNABLE = "unable"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Returned:
    """A pass that has ended. `why` says why it could not review."""

    turn: Turn
    ended: Ended
    why: str = ""


class Outcome(StrEnum):
    """How a review as a whole came out."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing more to ask. `reason` names every reviewer that could not answer."""

    outcome: Outcome
    reason: str = ""


class NoReviewer(Exception):
    """The protocol cannot begin with the reviewers there are; the message says what is missing."""


Next = tuple[Turn, ...] | Done
Step = Callable[[Setup, Sequence[Returned]], Next]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol: its name, how people call it, the letter of its sigla, and its function.

    `step(setup, returned)` is given every pass of the rounds so far, all of them ended, and
    returns the next round's turns or `Done`. It raises NoReviewer in the first round only.
    `asks_models` tells whether its seats are filled by models or by analysers.
    """

    name: str
    label: str
    letter: str
    purpose: str
    asks_models: bool
    step: Step


def conclude(returned: Sequence[Returned]) -> Done:
    """Complete when everyone answered; else incomplete, naming who could not and why."""
    silent = [item for item in returned if item.ended is not Ended.ANSWERED]
    if not silent:
        return Done(Outcome.COMPLETE)
    reasons = "; ".join(f"{item.turn.siglum} {item.turn.seat.name}: {item.why}" for item in silent)
    return Done(Outcome.INCOMPLETE, reasons)
