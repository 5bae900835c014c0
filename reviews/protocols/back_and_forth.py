"""Back and forth: A criticises, B revises, A reads again."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.briefs import Document
from reviews.protocols.base import Calls, Next, NoReviewer, Protocol, Returned, Seat, Setup, conclude
from reviews.protocols.drafts import Desk, history, next_turn
from reviews.protocols.seating import family_in_words


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """A, a stranger, reviews the text; then `rounds` times B, the author's model, revises and A reviews.

    It ends as soon as A approves. Every version is kept.
    """
    a, b = _a_and_b(setup)
    text = _text(setup)
    turn = next_turn(Desk("B", a, b, setup.rounds + 1), text, returned)
    return (turn,) if turn else conclude(returned, history(text, returned))


def calls(setup: Setup) -> Calls:
    """One where A approves at once; else a revision and a review more for every round.

    So many where everybody answers; the document itself is not needed to tell.
    """
    _a_and_b(setup)
    return Calls(1, 2 * setup.rounds + 1)


def _a_and_b(setup: Setup) -> tuple[Seat, Seat]:
    if not setup.strangers or not setup.kin:
        raise NoReviewer(
            f"Back and forth needs two reviewers: one of the author's own family ({family_in_words(setup)}), "
            "which revises, and one of another, which criticises. They are not both switched on."
        )
    return setup.strangers[0], setup.kin[0]


def _text(setup: Setup) -> Document:
    if setup.document is None:
        raise NoReviewer(
            "Back and forth needs a text, and none is among the files. Add it as a Markdown file "
            "named PLAN.md, beside the code."
        )
    return setup.document


BACK_AND_FORTH = Protocol(
    name="back_and_forth",
    label="Back and forth",
    letter="B",
    purpose="A criticises the text, B revises it, A reads it again: every version is kept.",
    asks_models=True,
    step=step,
    calls=calls,
    takes=frozenset({"rounds"}),
    needs_document=True,
)
