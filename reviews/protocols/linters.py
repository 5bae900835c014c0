"""Linters: the analysers, as the baseline that everyone trusts too much."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.protocols.base import Calls, Next, NoReviewer, Protocol, Returned, Setup, Turn, conclude


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """Every analyser once, all in one round. They share a column: nobody tells them apart."""
    if returned:
        return conclude(returned)
    if not setup.seats:
        raise NoReviewer("No analyser that is switched on reads files of these kinds.")
    return tuple(Turn(seat, 1, place, "L") for place, seat in enumerate(setup.seats, 1))


def calls(_setup: Setup) -> Calls:
    """Programs are run, not called: linters cost nothing."""
    return Calls(0, 0)


LINTERS = Protocol(
    name="linters",
    label="Linters",
    letter="L",
    purpose="What tools find by rule: the baseline that everyone trusts too much.",
    asks_models=False,
    step=step,
    calls=calls,
    takes=frozenset(),
)
