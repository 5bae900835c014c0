"""Judging: are two claims of one defect? Asked in both orders, and believed only where they agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reviews.briefs import Exhibit, Pair, Task
from reviews.claims import Stance, Vote
from reviews.protocols.base import (
    Calls,
    Done,
    Next,
    NoReviewer,
    Outcome,
    Protocol,
    Returned,
    Seat,
    Setup,
    Turn,
    conclude,
)
from reviews.protocols.exhibits import in_order
from reviews.protocols.seating import models_of

MOST_PAIRS = 60
"""So many pairs are judged in one review: those of which least is known."""

PAIRS_A_CALL = 12
"""More in one call, and a model begins to answer by habit; fewer, and each pays for the instructions."""

REASON_CHARACTERS = 600
"""So much of a reason is kept; a sentence was asked for."""

ORDERS = 2
"""As they are, and the other way round: models favour a place, whatever stands there."""


def step(setup: Setup, returned: Sequence[Returned]) -> Next:
    """Every pair twice, all in one round: odd positions show the pairs as they are, even ones swapped.

    A judge that calls two claims the same in one order only has said nothing of them.
    """
    judge = _judge(setup)
    if returned:
        passes = in_order(returned)
        return conclude(passes, {"pairs": list(_judged(setup, passes))})
    if not setup.pairs:
        return Done(Outcome.COMPLETE, result={"pairs": []})
    return tuple(_turn(setup, judge, position) for position in range(1, _count(setup) + 1))


def calls(setup: Setup) -> Calls:
    """Two for each dozen pairs; none where no pair is uncertain."""
    _judge(setup)
    return Calls(0, _count(setup))


def calls_for(pairs: int) -> int:
    """How many calls it takes to judge so many pairs of one snapshot, of which MOST_PAIRS are judged."""
    return ORDERS * -(-min(pairs, MOST_PAIRS) // PAIRS_A_CALL)


def shown_at(setup: Setup, position: int) -> tuple[Pair, ...]:
    """The pairs that the pass at this position is shown, in its order.

    The swapped ones are also listed from the last to the first: what was judged before a pair sways, too.
    """
    first = (position - 1) // ORDERS * PAIRS_A_CALL
    batch = setup.pairs[first : first + PAIRS_A_CALL]
    return tuple(pair.swapped for pair in reversed(batch)) if is_swapped(position) else batch


def is_swapped(position: int) -> bool:
    """Whether the pass at this position is shown the pairs the other way round."""
    return position % ORDERS == 0


def title_of(pair: Pair) -> str:
    """The title under which a pair is shown."""
    return f"Pair {pair.ref}"


def _judge(setup: Setup) -> Seat:
    seats = models_of(setup)
    if not seats:
        raise NoReviewer("A judging needs a model that is switched on, and its judge is not.")
    return seats[0]


def _count(setup: Setup) -> int:
    return calls_for(len(setup.pairs))


def _turn(setup: Setup, judge: Seat, position: int) -> Turn:
    shown = tuple(
        Exhibit(title_of(pair), f"Claim A\n{pair.first.words}\n\nClaim B\n{pair.second.words}")
        for pair in shown_at(setup, position)
    )
    return Turn(judge, 1, position, f"J{position}", Task.JUDGE, exhibits=shown)


def _judged(setup: Setup, passes: Sequence[Returned]) -> Iterator[dict[str, Any]]:
    """The pairs answered in both orders, as plain JSON values. `same` is None for a contradiction."""
    words = {item.turn.position: {vote.ref: vote for vote in item.votes} for item in passes}
    for number, pair in enumerate(setup.pairs):
        position = number // PAIRS_A_CALL * ORDERS + 1
        one = words.get(position, {}).get(pair.ref)
        other = words.get(position + 1, {}).get(pair.ref)
        if one and other:
            yield {
                "ref": pair.ref,
                "first": pair.first.name,
                "second": pair.second.name,
                "same": _is_same(one) if one.stance is other.stance else None,
                "reason": _reason(one, other),
            }


def _is_same(vote: Vote) -> bool:
    """A judge confirms that a pair is one defect, or refutes it."""
    return vote.stance is Stance.CONFIRM


def _reason(one: Vote, other: Vote) -> str:
    if one.stance is other.stance:
        return _bounded(one.reason)
    same, apart = (one, other) if _is_same(one) else (other, one)
    return (
        "The judge contradicted itself when the two were shown the other way round. "
        f"Once it called them the same: “{_bounded(same.reason)}” Once it did not: “{_bounded(apart.reason)}”"
    )


def _bounded(reason: str) -> str:
    words = " ".join(reason.split())
    return words if len(words) <= REASON_CHARACTERS else f"{words[: REASON_CHARACTERS - 1]}…"


JUDGING = Protocol(
    name="judging",
    label="Judging of uncertain matches",
    letter="J",
    purpose="Once all others have ended, a model is shown claims that may mean the same defect, notes among "
    "them, two at a time and without names, and says whether they do.",
    asks_models=True,
    step=step,
    calls=calls,
    takes=frozenset(),
    planned=False,
)
