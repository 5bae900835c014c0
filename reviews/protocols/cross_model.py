"""Cross-model: a stranger reads the code."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.protocols.base import Calls, Next, NoReviewer, Protocol, Returned, Seat, Setup, Turn, conclude
from reviews.protocols.seating import family_in_words


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """Every seat of another family than the author's, `passes` times each, one round a pass.

    A seat of the author's own family is never asked here, whatever the plan says: a stranger is
    one by computation, not by label.
    """
    strangers = _strangers(setup)
    if len(returned) >= setup.passes * len(strangers):
        return conclude(returned)
    done = len(returned)
    return tuple(
        Turn(seat, done // len(strangers) + 1, place, f"X{done + place}")
        for place, seat in enumerate(strangers, 1)
    )


def calls(setup: Setup) -> Calls:
    """Every stranger, as often as there are passes."""
    number = setup.passes * len(_strangers(setup))
    return Calls(number, number)


def _strangers(setup: Setup) -> tuple[Seat, ...]:
    if not setup.strangers:
        raise NoReviewer(
            f"Cross-model review needs a reviewer of another family than the author's "
            f"({family_in_words(setup)}), and none is switched on."
        )
    return setup.strangers


CROSS_MODEL = Protocol(
    name="cross_model",
    label="Cross-model review",
    letter="X",
    purpose="A model of another family reads the code: other training, other blind spots.",
    asks_models=True,
    step=step,
    calls=calls,
)
