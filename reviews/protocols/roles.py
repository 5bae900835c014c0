"""Roles: one reviewer for each, every one looking for something else."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.briefs import Role
from reviews.protocols.base import Calls, Next, NoReviewer, Protocol, Returned, Seat, Setup, Turn, conclude
from reviews.protocols.seating import models_of, seated

ROLES = (Role.ARCHITECTURE, Role.IMPLEMENTATION, Role.FULL, Role.SECURITY)


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """All roles at once, each by the reviewer that has it, else by one of a model not asked yet."""
    if returned:
        return conclude(returned)
    seats = seated(ROLES, _reviewers(setup), kind=lambda seat: seat.model)
    return tuple(
        Turn(seat, 1, place, f"R{place}", role=role)
        for place, (role, seat) in enumerate(zip(ROLES, seats, strict=True), 1)
    )


def calls(setup: Setup) -> Calls:
    """One a role."""
    _reviewers(setup)
    return Calls(len(ROLES), len(ROLES))


def _reviewers(setup: Setup) -> tuple[Seat, ...]:
    if not models_of(setup):
        raise NoReviewer("A review by roles needs at least one reviewer, and none is switched on.")
    return models_of(setup)


ROLE_REVIEW = Protocol(
    name="roles",
    label="Review by roles",
    letter="R",
    purpose="Architecture, implementation, review, security audit: each reader looks for one thing.",
    asks_models=True,
    step=step,
    calls=calls,
    takes=frozenset(),
)
