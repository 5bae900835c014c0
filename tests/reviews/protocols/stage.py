"""Where protocols are played without database or worker: reviewers, a setup, and what they answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from reviews.briefs import Document, Exhibit
from reviews.claims import Claim, Verdict, Vote
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import PERSON, Done, Ended, Next, Returned, Seat, Setup, Turn

OPUS = Seat(1, "Opus", "recorded", "claude-opus-4-6", "anthropic", "full review")
SONNET = Seat(2, "Sonnet", "recorded", "claude-sonnet-5-5", "anthropic", "full review")
GPT = Seat(3, "GPT", "recorded", "gpt-5.4", "openai", "full review")
RUFF = Seat(4, "ruff", "ruff", "", "", "full review")
BANDIT = Seat(5, "bandit", "bandit", "", "", "full review")
GEMINI = Seat(6, "Gemini", "recorded", "gemini-4-pro", "google", "full review")
LLAMA = Seat(7, "Llama", "campus", "llama-5-70b", "meta", "full review")
STUDENT = Seat(8, "The student", PERSON, "", "", "full review")

PLAN = Document("PLAN.md", "# The shop\n\nSell things.\n")
DEFECT = Exhibit("The defect: SQL injection in find", "F1 [critical] shop.py:7-7: SQL injection in find")

Answer = Callable[[Turn], Returned]


def setup(
    *seats: Seat, passes: int = 1, rounds: int = 3, revised_by: str = "model", author: Seat = OPUS
) -> Setup:
    """Code and a plan that Opus wrote, before these reviewers, and a defect to mend in it."""
    return Setup(
        author.model,
        author.family,
        seats,
        passes,
        rounds,
        revised_by=revised_by,
        document=PLAN,
        exhibit=DEFECT,
    )


def answered(
    turn: Turn,
    findings: Sequence[Claim] = (),
    votes: Sequence[Vote] = (),
    verdict: Verdict | None = None,
    text: str = "",
) -> Returned:
    return Returned(turn, Ended.ANSWERED, "", tuple(findings), tuple(votes), verdict, text)


def unable(turn: Turn) -> Returned:
    return Returned(turn, Ended.UNABLE, "it timed out")


def silent(turn: Turn) -> Returned:
    """Somebody who has read everything, approves and has nothing to say."""
    return answered(turn, verdict=Verdict.APPROVE, text="a text" if turn.task.writes else "")


def play(protocol: str, how: Setup, answer: Answer = silent) -> tuple[list[Returned], Done]:
    """Let the protocol run to its end, with everybody answering so."""
    returned: list[Returned] = []
    following: Next = PROTOCOLS[protocol].step(how, ())
    while not isinstance(following, Done):
        assert following, "a protocol that asks nobody would wait for ever"
        assert len(returned) < 100, "a protocol must end"
        returned += [answer(turn) for turn in following]
        following = PROTOCOLS[protocol].step(how, returned)
    assert json.loads(json.dumps(following.result)) == following.result, "the result is plain JSON"
    return returned, following


def sigla(returned: Sequence[Returned]) -> list[tuple[str, str, int]]:
    """Siglum, reviewer and round of every turn."""
    return [(item.turn.siglum, item.turn.seat.name, item.turn.round) for item in returned]


def tasks(returned: Sequence[Returned]) -> list[tuple[str, str]]:
    """What everybody was asked to do, in order."""
    return [(item.turn.seat.name, item.turn.task.value) for item in returned]
