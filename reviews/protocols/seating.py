"""Who sits where: seats that models fill, roles that are given out, the author's family in a message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from reviews.protocols.base import PERSON, Seat, Setup


def models_of(setup: Setup) -> tuple[Seat, ...]:
    """The seats that are filled by calls: a student who revises a plan reviews nothing."""
    return tuple(seat for seat in setup.seats if seat.provider != PERSON)


def family_in_words(setup: Setup) -> str:
    """The author's family as a message names it; nobody knows it where the author was not stated."""
    return setup.author_family or "unknown"


def seated(roles: Sequence[str], seats: Sequence[Seat], kind: Callable[[Seat], str]) -> tuple[Seat, ...]:
    """A seat for each role, in the order of the roles; there must be at least one seat.

    First whoever has the role takes it. The roles that are left go to the seats in turn: nobody
    sits twice while somebody stands, and of those who stand one whose `kind` (its model, its
    family) has fewest roles yet goes first.
    """
    taken: dict[int, Seat] = {}
    for place, role in enumerate(roles):
        fitting = [seat for seat in seats if seat.role == role and seat not in taken.values()]
        if fitting:
            taken[place] = _next(fitting, taken, kind)
    for place in range(len(roles)):
        if place not in taken:
            taken[place] = _next(seats, taken, kind)
    return tuple(taken[place] for place in range(len(roles)))


def _next(seats: Sequence[Seat], taken: dict[int, Seat], kind: Callable[[Seat], str]) -> Seat:
    sat = Counter(seat.reviewer_id for seat in taken.values())
    kinds = Counter(kind(seat) for seat in taken.values())
    return min(seats, key=lambda seat: (sat[seat.reviewer_id], kinds[kind(seat)]))
