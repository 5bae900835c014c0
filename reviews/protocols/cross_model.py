"""Cross-model: a stranger reads the code."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.protocols.base import Next, NoReviewer, Protocol, Returned, Setup, Turn, conclude


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """Every seat of another family than the author's, `passes` times each, one round a pass.

    A seat of the author's own family is never asked here, whatever the plan says: a stranger is
    one by computation, not by label.
    """
    strangers = [seat for seat in setup.seats if seat.family and seat.family != setup.author_family]
    if not strangers:
        raise NoReviewer(
            f"Cross-model review needs a reviewer of another family than the author's "
            f"({setup.author_family}), and none is switched on."
        )
    if len(returned) >= setup.passes * len(strangers):
        return conclude(returned)
    done = len(returned)
    return tuple(
        Turn(seat, done // len(strangers) + 1, place, f"X{done + place}")
        for place, seat in enumerate(strangers, 1)
    )


CROSS_MODEL = Protocol(
    name="cross_model",
    label="Cross-model review",
    letter="X",
    purpose="A model of another family reads the code: other training, other blind spots.",
    asks_models=True,
    step=step,
)
