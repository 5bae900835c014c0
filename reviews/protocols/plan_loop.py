"""Plan loop: a stranger reads the plan until it holds, then holds the code against it."""

from __future__ import annotations

from collections.abc import Sequence

from reviews.briefs import Document, Task
from reviews.protocols.base import (
    PERSON,
    Calls,
    Next,
    NoReviewer,
    Protocol,
    Returned,
    Seat,
    Setup,
    Turn,
    conclude,
)
from reviews.protocols.drafts import Desk, history, latest, next_turn
from reviews.protocols.exhibits import in_order
from reviews.protocols.seating import family_in_words

STUDENT = "student"


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """The plan is reviewed at most `rounds` times and revised in between; then the code is reviewed.

    The reader is a stranger to the author; the author's model or the student revises. Where the
    limit is reached, or the reviser could not answer or changed nothing, the last version is used
    and is not approved. Where the reader could not answer, nobody is left to read the code either.
    """
    desk, plan = _desk(setup), _plan(setup)
    passes = in_order(returned)
    if passes and _is_over(passes[-1]):
        return conclude(passes, history(plan, passes))
    turn = next_turn(desk, plan, passes)
    if turn is None:
        number = passes[-1].turn.round + 1
        turn = Turn(desk.reader, number, 1, "M", Task.AGAINST_PLAN, document=latest(plan, passes))
    return (turn,)


def calls(setup: Setup) -> Calls:
    """At least one review of the plan and one of the code; a student's revisions are no calls.

    So many where everybody answers; the document itself is not needed to tell.
    """
    _reader(setup)
    if setup.revised_by == STUDENT:
        return Calls(2, setup.rounds + 1)
    _author(setup)
    return Calls(2, 2 * setup.rounds)


def _is_over(last: Returned) -> bool:
    if last.turn.task is Task.REVIEW_TEXT:
        return not last.answered
    return last.turn.task is Task.AGAINST_PLAN


def _desk(setup: Setup) -> Desk:
    reviser = _student(setup) if setup.revised_by == STUDENT else _author(setup)
    return Desk("M", _reader(setup), reviser, setup.rounds)


def _plan(setup: Setup) -> Document:
    if setup.document is None:
        raise NoReviewer(
            "The plan loop needs a plan, and none is among the files. Add it as a Markdown file "
            "named PLAN.md, beside the code."
        )
    return setup.document


def _reader(setup: Setup) -> Seat:
    if not setup.strangers:
        raise NoReviewer(
            f"The plan loop needs a reader of another family than the author's ({family_in_words(setup)}), "
            "and none is switched on."
        )
    return setup.strangers[0]


def _author(setup: Setup) -> Seat:
    if not setup.kin:
        raise NoReviewer(
            f"The plan loop needs a model of the author's own family ({family_in_words(setup)}) to revise "
            "the plan, and none is switched on. The student can revise it instead."
        )
    return setup.kin[0]


def _student(setup: Setup) -> Seat:
    for seat in setup.seats:
        if seat.provider == PERSON:
            return seat
    raise NoReviewer("The plan loop is set to be revised by the student, who has no seat in this review.")


PLAN_LOOP = Protocol(
    name="plan_loop",
    label="Plan loop",
    letter="M",
    purpose="A stranger reads the plan until it holds; then the code is held against it.",
    asks_models=True,
    step=step,
    calls=calls,
    takes=frozenset({"rounds", "revised_by"}),
    needs_document=True,
)
