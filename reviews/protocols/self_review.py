"""Self-review: the author's own model reads its own work, again and again."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.protocols.base import Next, NoReviewer, Protocol, Returned, Setup, Turn, conclude


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """One pass after another by the author's model, or by its closest kin in the family.

    Each pass follows the one before, because a later pass is meant to know what was said. A pass
    that could not review does not end the row: the others are still witnesses.
    """
    if len(returned) >= setup.passes:
        return conclude(returned)
    kin = [seat for seat in setup.seats if seat.family and seat.family == setup.author_family]
    if not kin:
        raise NoReviewer(
            f"Self-review needs a reviewer of the author's own family ({setup.author_family}), "
            "and none is switched on."
        )
    seat = next((seat for seat in kin if seat.model == setup.author_model), kin[0])
    number = len(returned) + 1
    return (Turn(seat, number, 1, f"A{number}"),)


SELF_REVIEW = Protocol(
    name="self_review",
    label="Self-review",
    letter="A",
    purpose="The author's model reads its own work, pass after pass: repetition does not help.",
    asks_models=True,
    step=step,
)
