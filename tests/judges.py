"""A race in two sets of words, of which no matcher is sure, and judges who say what they are told to."""

from __future__ import annotations

from collections.abc import Callable

from reviews.claims import Claim, Place, Severity
from reviews.models import Review
from tests.replies import judge_reply, pairs_in, review_reply
from tests.servers.models import Answer, Seen, StandIn
from tests.stories import RACE

SOLD_TWICE = Claim(
    title="Somebody can pay for what is gone",
    explanation="Between looking at the stock and taking from it another order comes in.",
    severity=Severity.CRITICAL,
    path="shop.py",
    place=Place("shop.py", 12, 13),
)
"""RACE in other words: the lines are the same, and hardly a word is."""

REASON = "One transaction around the reading and the writing of the stock settles both."

Judges = Callable[[dict[str, str]], Answer]
"""What is answered to the pairs that are shown, by their references."""


def let(server: StandIn, judges: Judges, *found: Claim) -> None:
    """Whoever reviews finds this (the race); of the pairs that are shown, the judge says that."""

    def answer(seen: Seen) -> Answer:
        shown = pairs_in(seen.text)
        return judges(shown) if shown else Answer(text=review_reply(*(found or [RACE])))

    server.answers = answer


def same(shown: dict[str, str]) -> Answer:
    """All are the same."""
    return Answer(text=judge_reply(dict.fromkeys(shown, True), REASON))


def apart(shown: dict[str, str]) -> Answer:
    """None are."""
    return Answer(text=judge_reply(dict.fromkeys(shown, False), "Each is mended by itself."))


def contradictory(shown: dict[str, str]) -> Answer:
    """The same where the note comes first, not the same where the finding does."""
    first = shown["P1"].index(SOLD_TWICE.title) < shown["P1"].index(RACE.title)
    return Answer(text=judge_reply({"P1": first}, "A is B." if first else "A is not B."))


def asked_to_judge(server: StandIn) -> list[Seen]:
    """The requests that show pairs."""
    return [seen for seen in server.asked if pairs_in(seen.text)]


def judging() -> Review:
    """The judging that counts."""
    return Review.objects.get(protocol="judging", current=True)
