"""Self-review: the author's own model reads its own work, again and again."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.briefs import Exhibit, Task
from reviews.protocols.base import Calls, Next, NoReviewer, Protocol, Returned, Seat, Setup, Turn, conclude
from reviews.protocols.exhibits import as_text
from reviews.protocols.seating import family_in_words


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """One pass after another by the author's model, or by its closest kin in the family.

    Each later pass is shown what the passes before it said, and asked what it missed. A pass that
    could not review does not end the row: the others are still witnesses. It did not find nothing
    either: until one has answered, nobody is asked what was missed.
    """
    seat = _author(setup)
    if len(returned) >= setup.passes:
        return conclude(returned)
    number = len(returned) + 1
    if not any(item.answered for item in returned):
        return (Turn(seat, number, 1, f"A{number}"),)
    earlier = [claim for item in returned for claim in item.findings]
    shown = Exhibit("What you found in this code earlier", as_text(earlier))
    return (Turn(seat, number, 1, f"A{number}", Task.AGAIN, exhibits=(shown,)),)


def calls(setup: Setup) -> Calls:
    """As many as passes."""
    _author(setup)
    return Calls(setup.passes, setup.passes)


def _author(setup: Setup) -> Seat:
    if not setup.kin:
        raise NoReviewer(
            f"Self-review needs a reviewer of the author's own family ({family_in_words(setup)}), "
            "and none is switched on."
        )
    return setup.kin[0]


SELF_REVIEW = Protocol(
    name="self_review",
    label="Self-review",
    letter="A",
    purpose="The author's model reads its own work, pass after pass: repetition does not help.",
    asks_models=True,
    step=step,
    calls=calls,
)
