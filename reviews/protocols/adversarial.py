"""Adversarial: the devil's advocate."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.briefs import Task
from reviews.protocols.base import Calls, Next, NoReviewer, Protocol, Returned, Seat, Setup, Turn, conclude
from reviews.protocols.seating import models_of


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """One pass after another by one reviewer, a stranger to the author if there is one."""
    seat = _advocate(setup)
    if len(returned) >= setup.passes:
        return conclude(returned)
    number = len(returned) + 1
    siglum = "D" if setup.passes == 1 else f"D{number}"
    return (Turn(seat, number, 1, siglum, Task.CHALLENGE),)


def calls(setup: Setup) -> Calls:
    """As many as passes."""
    _advocate(setup)
    return Calls(setup.passes, setup.passes)


def _advocate(setup: Setup) -> Seat:
    seats = setup.strangers or models_of(setup)
    if not seats:
        raise NoReviewer("The devil's advocate needs a reviewer, and none is switched on.")
    return seats[0]


ADVERSARIAL = Protocol(
    name="adversarial",
    label="Devil's advocate",
    letter="D",
    purpose="An adversary challenges the approach, its assumptions and how it fails.",
    asks_models=True,
    step=step,
    calls=calls,
    takes=frozenset({"passes", "focus"}),
)
