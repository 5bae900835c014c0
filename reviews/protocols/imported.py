"""Imported: what another tool found, attached as a witness of its own."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.protocols.base import Calls, Next, Protocol, Returned, Setup, conclude


def step(_setup: Setup, returned: Sequence[Returned]) -> Next:
    """Nobody is asked: the tool spoke elsewhere, and the engine stores its words as a pass."""
    return conclude(returned)


def calls(_setup: Setup) -> Calls:
    """None: whatever it cost was paid elsewhere."""
    return Calls(0, 0)


IMPORTED = Protocol(
    name="imported",
    label="Imported findings",
    letter="I",
    purpose="What another tool found elsewhere, as a witness that goes by its name.",
    asks_models=False,
    step=step,
    calls=calls,
    takes=frozenset(),
    planned=False,
)
