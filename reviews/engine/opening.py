"""What a snapshot's reviews begin with: the plan, what is around it, and what is read ahead of any lock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reviews.briefs import Exhibit
from reviews.engine.clearances import Spelled, spelled_in_code
from reviews.engine.seats import seats_for
from reviews.models import Snapshot
from reviews.protocols.base import Seat


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a review plan. No reviewers named means: any that suit the protocol.

    `shown` is what every pass that reads the code is shown besides. With `even_off` the reviewers
    that are named are asked though they are switched off: somebody names them here and now.
    """

    protocol: str
    passes: int = 1
    reviewer_ids: tuple[int, ...] = ()
    rounds: int = 3
    focus: str = ""
    revised_by: str = "model"
    shown: tuple[Exhibit, ...] = ()
    even_off: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is around a submission's reviews: whose keys, which budgets, whose names must not leave.

    `scope` and `budgets` are names that mean nothing here ("course-7"). `on_behalf_of` is a hash.
    `people` are the names and addresses of the people of the course. `judge` is the reviewer to whom
    uncertain matches are put; without one nobody is asked.
    """

    scope: str = ""
    budgets: tuple[str, ...] = ()
    on_behalf_of: str = ""
    people: tuple[str, ...] = ()
    judge: int | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """All that a snapshot's reviews begin with. `names` are the people who occur in the code or a focus."""

    snapshot: Snapshot
    lines: tuple[tuple[Planned, tuple[Seat, ...]], ...]
    around: Circumstances
    names: Spelled


def opening(snapshot: Snapshot, plan: Iterable[Planned], around: Circumstances | None = None) -> Opening:
    """Read ahead what the reviews of a snapshot begin with, while nobody waits.

    Code never changes, so no lock guards it; on SQLite everybody else who writes waits for whoever
    holds one, and looking for a class's names in the code takes as long as all the rest.
    """
    around = around or Circumstances()
    lines = tuple((planned, seats_of(snapshot, planned)) for planned in plan)
    focuses = [planned.focus for planned, _ in lines if planned.focus]
    return Opening(snapshot, lines, around, spelled_in_code(snapshot, around.people, focuses))


def seats_of(snapshot: Snapshot, planned: Planned) -> tuple[Seat, ...]:
    """Who has a seat in the review that this line of a plan begins."""
    return seats_for(
        snapshot, planned.protocol, planned.reviewer_ids, planned.revised_by, even_off=planned.even_off
    )
