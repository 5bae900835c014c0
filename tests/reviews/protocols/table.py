"""A panel of four, what they found in a small shop, and what they say of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reviews.claims import Claim, Place, Severity, Stance, Vote
from reviews.protocols.base import Done, Returned, Seat, Turn
from tests.reviews.protocols.stage import GEMINI, GPT, LLAMA, OPUS, Answer, answered, play, setup, unable

FOUR = (OPUS, GPT, GEMINI, LLAMA)

INJECTION = Claim(
    "SQL injection in find",
    "The name goes into the query by an f-string, so a quote in it changes the query.",
    Severity.CRITICAL,
    "shop.py",
    Place("shop.py", 7, 7),
    cwe=89,
    confidence=0.6,
)
SAME_INJECTION = Claim(
    "Unescaped user input",
    "find builds its query with an f-string: a name with a quote can change what it selects.",
    Severity.MAJOR,
    "shop.py",
    Place("shop.py", 6, 8),
    confidence=0.9,
)
RACE = Claim(
    "Two buyers can take the same stock",
    "The stock is read, then written, with no transaction.",
    Severity.MAJOR,
    "shop.py",
    Place("shop.py", 11, 13),
)
HEADER = Claim(
    "The header is called X-Version", severity=Severity.MINOR, path="api.py", place=Place("api.py", 3, 3)
)
READER = Claim(
    "The client asks for Version", severity=Severity.MINOR, path="client.py", place=Place("client.py", 9, 9)
)

Words = Mapping[tuple[int, int], Iterable[Claim | Vote] | None]
"""What each says, by round and position: findings and votes, or None for who could not answer."""


def saying(words: Words) -> Answer:
    """Four who say these words, and nothing where there are none."""

    def answer(turn: Turn) -> Returned:
        said = words.get((turn.round, turn.position), ())
        if said is None:
            return unable(turn)
        given = list(said)
        return answered(
            turn,
            [item for item in given if isinstance(item, Claim)],
            [item for item in given if isinstance(item, Vote)],
        )

    return answer


def panel(words: Words, rounds: int = 3, seats: tuple[Seat, ...] = FOUR) -> tuple[list[Returned], Done]:
    return play("consensus", setup(*seats, rounds=rounds), saying(words))


def yes(ref: str, severity: Severity | None = None) -> Vote:
    return Vote(ref, Stance.CONFIRM, "I see it, too.", severity=severity)


def no(ref: str, *, grounded: bool = True) -> Vote:
    return Vote(
        ref, Stance.REFUTE, "The name is bound.", "execute(sql, (name,))", "shop.py", grounded=grounded
    )


def back(ref: str, reason: str = "I misread the loop.") -> Vote:
    return Vote(ref, Stance.WITHDRAW, reason)


def outcomes(done: Done) -> dict[str, str]:
    return dict(done.result["outcomes"])


def group_of(done: Done, ref: str) -> dict[str, Any]:
    return next(dict(group) for group in done.result["groups"] if ref in group["refs"])
