"""The protocol seam: given what the passes returned so far, a protocol says what comes next.

A protocol is a pure function in a file of its own. The engine does the rest: rows, dispatch,
leases, retries, budgets, progress, cancellation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from reviews.briefs import Document, Exhibit, Pair, Side, Task
from reviews.claims import Claim, Place, Verdict, Vote

USUAL_CONTEXT = 200_000
USUAL_OUTPUT = 16_000
"""Tokens that a model of which nothing is said can read at once, and may write."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A reviewer's place in a review. Model and family are empty for analysers and for persons.

    `context_tokens` is what the model can read at once, `output_tokens` how long its reply may be, as
    both were when the review began: they decide what all its reviewers are shown, in every round.
    """

    reviewer_id: int
    name: str
    provider: str
    model: str
    family: str
    role: str
    connection_id: int | None = None
    context_tokens: int = USUAL_CONTEXT
    output_tokens: int = USUAL_OUTPUT


UNKNOWN = "unknown"
"""The family of an author of whom nobody said which model it is."""

PERSON = "person"
"""The provider of a seat that a person fills: asked by a page, not by a call."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a review was started with: the author, the seats that may be filled, and how.

    `rounds` bounds the rounds of talk. `document` is what plan loop and back and forth are about;
    `exhibit` is the defect that a rescue is about; `shown` is what every pass that reads the code is
    shown besides: what changed in it. `revised_by` is "model" or "student". `pairs` are the claims that
    a judging is about. `judge` is the reviewer to whom uncertain pairs are put once all reviews of the
    snapshot have ended; None where nobody is asked.
    """

    author_model: str
    author_family: str
    seats: tuple[Seat, ...]
    passes: int = 1
    rounds: int = 3
    focus: str = ""
    revised_by: str = "model"
    document: Document | None = None
    exhibit: Exhibit | None = None
    shown: tuple[Exhibit, ...] = ()
    pairs: tuple[Pair, ...] = ()
    judge: int | None = None

    def seat(self, reviewer_id: int) -> Seat:
        """The seat of that reviewer. Raises LookupError where it has none."""
        for seat in self.seats:
            if seat.reviewer_id == reviewer_id:
                return seat
        raise LookupError(f"Reviewer {reviewer_id} has no seat in this review.")

    @property
    def kin(self) -> tuple[Seat, ...]:
        """The seats of the author's family, the author's very model first."""
        kin = [seat for seat in self.seats if seat.family and seat.family == self.author_family]
        return tuple(sorted(kin, key=lambda seat: seat.model != self.author_model))

    @property
    def strangers(self) -> tuple[Seat, ...]:
        """The seats of other families than the author's, by computation, whatever a label says.

        Nobody is a stranger to an author whom nobody knows.
        """
        if self.author_family in ("", UNKNOWN):
            return ()
        return tuple(seat for seat in self.seats if seat.family and seat.family != self.author_family)

    def as_json(self) -> dict[str, Any]:
        """Plain values for `Review.setup`."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Setup:
        """The inverse of `as_json`."""
        document, exhibit = values.get("document"), values.get("exhibit")
        return cls(
            **{
                **values,
                "seats": tuple(Seat(**seat) for seat in values["seats"]),
                "document": Document(**document) if document else None,
                "exhibit": Exhibit(**exhibit) if exhibit else None,
                "shown": tuple(Exhibit(**item) for item in values.get("shown", ())),
                "pairs": tuple(_pair(item) for item in values.get("pairs", ())),
            }
        )


def _pair(values: Mapping[str, Any]) -> Pair:
    return Pair(values["ref"], _side(values["first"]), _side(values["second"]))


def _side(values: Mapping[str, Any]) -> Side:
    return Side(values["name"], values["words"], tuple(Place(**place) for place in values["places"]))


@dataclass(frozen=True, slots=True)
class Turn:
    """One call that should be made: who, in which round and place, under which siglum, to do what.

    An empty `role` is the seat's own. `document` is the text that this turn works on: the version of
    a plan that is reviewed or revised, the approved plan, the patch.
    """

    seat: Seat
    round: int
    position: int
    siglum: str
    task: Task = Task.REVIEW
    role: str = ""
    exhibits: tuple[Exhibit, ...] = ()
    document: Document | None = None


class Ended(StrEnum):
    """How a pass that has ended came out."""

    ANSWERED = "answered"
    UNABLE = "unable"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Returned:
    """A pass that has ended. `why` says why it could not review.

    `findings` are in the order in which they were stored; `text` is what a writing task wrote.
    """

    turn: Turn
    ended: Ended
    why: str = ""
    findings: tuple[Claim, ...] = ()
    votes: tuple[Vote, ...] = ()
    verdict: Verdict | None = None
    text: str = ""

    @property
    def answered(self) -> bool:
        """Whether it is a witness at all: one that could not review has no voice."""
        return self.ended is Ended.ANSWERED


class Outcome(StrEnum):
    """How a review as a whole came out."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing more to ask. `reason` names every reviewer that could not answer.

    `result` is what the protocol made of it all, as plain JSON values (empty for most).
    """

    outcome: Outcome
    reason: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)


class NoReviewer(Exception):
    """The protocol cannot begin with the reviewers there are; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls a protocol makes at least and at most."""

    least: int
    most: int


Next = tuple[Turn, ...] | Done
Step = Callable[[Setup, Sequence[Returned]], Next]


@dataclass(frozen=True, slots=True)
class Protocol:
    """A protocol: its name, how people call it, the letter of its sigla, and its function.

    `step(setup, returned)` is given every pass of the rounds so far, all of them ended, and
    returns the next round's turns or `Done`. It raises NoReviewer in the first round only.
    `calls(setup)` tells how many calls that will be; it raises NoReviewer likewise.
    `asks_models` tells whether its seats are filled by models or by analysers. `takes` names what
    a plan may set: passes, rounds, focus, revised_by. `planned` is false for what no plan holds.
    `needs_document` asks the engine to find the plan among the files and put it into the setup.
    """

    name: str
    label: str
    letter: str
    purpose: str
    asks_models: bool
    step: Step
    calls: Callable[[Setup], Calls]
    takes: frozenset[str] = frozenset({"passes"})
    planned: bool = True
    needs_document: bool = False


def conclude(returned: Sequence[Returned], result: Mapping[str, Any] | None = None) -> Done:
    """Complete when everyone answered; else incomplete, naming who could not and why."""
    silent = [item for item in returned if not item.answered]
    if not silent:
        return Done(Outcome.COMPLETE, result=result or {})
    reasons = "; ".join(f"{item.turn.siglum} {item.turn.seat.name}: {item.why}" for item in silent)
    return Done(Outcome.INCOMPLETE, reasons, result or {})
