"""Plan reading: those who are named read a plan once, before there is any code to hold against it."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.briefs import Task
from reviews.protocols.base import Calls, Next, NoReviewer, Protocol, Returned, Setup, Turn, conclude
from reviews.protocols.drafts import approves
from reviews.protocols.seating import models_of


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """Every seat reads the plan, all at once. It is `approved` where each of them approves of it.

    Whoever asks chooses the seats: the author's kin and strangers read a plan alike.
    """
    if returned:
        return conclude(returned, {"approved": all(approves(item) for item in returned)})
    if setup.document is None:
        raise NoReviewer("Plan reading needs a plan, and none is among the files.")
    if not models_of(setup):
        raise NoReviewer("A plan needs a reader, and none is switched on.")
    return tuple(
        Turn(seat, 1, place, "V", Task.REVIEW_TEXT, document=setup.document)
        for place, seat in enumerate(models_of(setup), 1)
    )


def calls(setup: Setup) -> Calls:
    """One for each reader."""
    number = len(models_of(setup))
    if not number:
        raise NoReviewer("A plan needs a reader, and none is switched on.")
    return Calls(number, number)


PLAN_READING = Protocol(
    name="plan_reading",
    label="Plan reading",
    letter="V",
    purpose="A plan is read once, before there is code.",
    asks_models=True,
    step=step,
    calls=calls,
    takes=frozenset({"focus"}),
    planned=False,
    needs_document=True,
)
