"""Rescue: a patch for one valid defect, and a stranger's word on the patch."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.briefs import Document, Exhibit, Task
from reviews.protocols.base import (
    Calls,
    Done,
    Next,
    NoReviewer,
    Outcome,
    Protocol,
    Returned,
    Seat,
    Setup,
    Turn,
    conclude,
)
from reviews.protocols.drafts import approves
from reviews.protocols.exhibits import in_order
from reviews.protocols.seating import models_of

PATCH = "patch.diff"


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """One reviewer proposes a patch for the defect; one of another family than the proposer reviews it.

    Strangers to the author's model come first: what wrote the defect is slow to see it.
    """
    proposer, reader = _pair(setup)
    defect = _defect(setup)
    passes = in_order(returned)
    if not passes:
        return (Turn(proposer, 1, 1, "F", Task.PATCH, exhibits=(defect,)),)
    patch = passes[0]
    if len(passes) > 1 or not patch.answered:
        return conclude(passes, {"approved": approves(passes[-1])})
    if not patch.text.strip():
        return Done(Outcome.INCOMPLETE, f"{proposer.name} proposed an empty patch.", {"approved": False})
    document = Document(PATCH, patch.text)
    return (Turn(reader, 2, 1, "F", Task.REVIEW_PATCH, exhibits=(defect,), document=document),)


def calls(setup: Setup) -> Calls:
    """The patch and its review."""
    _pair(setup)
    return Calls(2, 2)


def _pair(setup: Setup) -> tuple[Seat, Seat]:
    kin = [seat for seat in models_of(setup) if seat not in setup.strangers]
    seats = [*setup.strangers, *kin]
    others = [seat for seat in seats if seat.family != seats[0].family]
    if not others:
        raise NoReviewer(
            "A rescue needs reviewers of two families, one to propose a patch and another to review it, "
            "and fewer are switched on."
        )
    return seats[0], others[0]


def _defect(setup: Setup) -> Exhibit:
    if setup.exhibit is None:
        raise NoReviewer("A rescue is about one defect, and none was chosen.")
    return setup.exhibit


RESCUE = Protocol(
    name="rescue",
    label="Rescue",
    letter="F",
    purpose="A reviewer proposes a patch for one valid defect, and another family reviews the patch.",
    asks_models=True,
    step=step,
    calls=calls,
    takes=frozenset(),
    planned=False,
)
