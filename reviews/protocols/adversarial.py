"""Adversarial: the devil's advocate."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.protocols.base import Next, NoReviewer, Protocol, Returned, Setup, Turn, conclude


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """One pass after another by one reviewer, a stranger to the author if there is one."""
    if len(returned) >= setup.passes:
        return conclude(returned)
    if not setup.seats:
        raise NoReviewer("The devil's advocate needs a reviewer, and none is switched on.")
    seat = next((seat for seat in setup.seats if seat.family != setup.author_family), setup.seats[0])
    number = len(returned) + 1
    return (Turn(seat, number, 1, "D" if setup.passes == 1 else f"D{number}"),)


ADVERSARIAL = Protocol(
    name="adversarial",
    label="Devil's advocate",
    letter="D",
    purpose="An adversary challenges the approach, its assumptions and how it fails.",
    asks_models=True,
    step=step,
)
