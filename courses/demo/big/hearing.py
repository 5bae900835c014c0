"""What is said about one submission: the student's notes, and every protocol held as the product holds it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from courses.demo.big import chances
from courses.demo.big.exercises import Tree
from courses.demo.big.statements import Said, Speech
from courses.demo.big.witnesses import STUDENT, Difficulty, Eyes, sightings
from reviews.briefs import Task
from reviews.claims import Stance, Verdict, Vote
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Done, Ended, Returned, Setup, Turn

PANEL = "C"


@dataclass(frozen=True, slots=True)
class Heard:
    """A pass that has ended, with its findings in the order of the reply."""

    returned: Returned
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """A review that has ended."""

    protocol: str
    setup: Setup
    heard: tuple[Heard, ...]
    done: Done


@dataclass(frozen=True, slots=True)
class Hearing:
    """All that was said about one submission. `found_nothing` is the sealed statement."""

    tree: Tree
    notes: tuple[Said, ...]
    found_nothing: bool
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """What is the same for all submissions of an assignment: how it is spoken, and the setups of its plan."""

    speech: Speech
    difficulty: Difficulty
    setups: tuple[tuple[str, Setup], ...]
    witnesses: tuple[Eyes, ...]


def witnesses_in(setups: Sequence[tuple[str, Setup]]) -> tuple[Eyes, ...]:
    """Who will read the code as a model, found by asking each protocol for its turns."""
    found = []
    for protocol, setup in setups:
        letter = PROTOCOLS[protocol].letter
        if not PROTOCOLS[protocol].asks_models:
            continue
        returned: list[Returned] = []
        for _ in range(setup.passes):
            turns = PROTOCOLS[protocol].step(setup, returned)
            if isinstance(turns, Done):
                break
            returned += [Returned(turn, Ended.ANSWERED) for turn in turns]
            if letter == PANEL:
                break
        found += [
            Eyes(
                _name(item.turn),
                item.turn.seat.family,
                chances.KEENNESS[letter] + chances.AGAIN * (letter == "A" and item.turn.round > 1),
            )
            for item in returned
        ]
    return tuple(found)


def hear(room: Room, tree: Tree, keenness: float, claims: int, dice: random.Random) -> Hearing:
    """Let everybody read the code and speak; `claims` is how many notes and findings there are in all."""
    by_rule = _reported(room, tree)
    reading = [who for who in room.witnesses if dice.random() >= chances.DECLINES]
    eyes = [Eyes(STUDENT, "", chances.KEENNESS["S"] + keenness), *reading]
    seen = sightings(tree, room.difficulty, eyes, claims - sum(map(len, by_rule.values())), dice)
    notes = tuple(room.speech.by_student(tree, topic, dice) for topic in seen.get(STUDENT, ()))
    held = _Held(room, tree, seen, by_rule, frozenset(who.name for who in reading), dice)
    return Hearing(
        tree,
        notes,
        len(notes) < chances.LEAST_NOTES or dice.random() < chances.FOUND_NOTHING_MORE,
        tuple(held.run(protocol, setup) for protocol, setup in room.setups),
    )


def _name(turn: Turn) -> str:
    """A panel shares its siglum, so its places tell who is who."""
    return f"{PANEL}{turn.position}" if turn.siglum == PANEL else turn.siglum


def _reported(room: Room, tree: Tree) -> dict[str, list[tuple[int, str]]]:
    """What each analyser reports by its rules."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number in tree.topics:
        for provider, rule in room.speech.exercise.topics[number].rules:
            found.setdefault(provider, []).append((number, rule))
    return found


@dataclass(frozen=True, slots=True)
class _Held:
    """The protocols over one submission, with what each reader saw in it."""

    room: Room
    tree: Tree
    seen: dict[str, list[int]]
    by_rule: dict[str, list[tuple[int, str]]]
    reading: frozenset[str]
    dice: random.Random

    def run(self, protocol: str, setup: Setup) -> Run:
        """Turn after turn, as the protocol itself wants them."""
        heard: list[Heard] = []
        step = PROTOCOLS[protocol].step
        while not isinstance(following := step(setup, [item.returned for item in heard]), Done):
            heard += [self._answer(turn, heard) for turn in following]
        return Run(protocol, setup, tuple(heard), following)

    def _answer(self, turn: Turn, before: Sequence[Heard]) -> Heard:
        if not turn.seat.model:
            rules = self.by_rule.get(turn.seat.provider, [])
            said = tuple(self.room.speech.by_analyser(self.tree, topic, rule) for topic, rule in rules)
            return self._answered(turn, said)
        if turn.task is Task.CONFER:
            return self._answered(turn, (), tuple(self._votes(turn, before)))
        if _name(turn) not in self.reading:
            why = f"{turn.seat.name} declined to review this code. That is no verdict on it."
            return Heard(Returned(turn, Ended.UNABLE, why), ())
        topics = self.seen.get(_name(turn), ())
        return self._answered(
            turn, tuple(self.room.speech.by_model(self.tree, topic, self.dice) for topic in topics)
        )

    def _answered(self, turn: Turn, said: tuple[Said, ...], votes: tuple[Vote, ...] = ()) -> Heard:
        returned = Returned(
            turn,
            Ended.ANSWERED,
            _summary(turn, said, votes),
            tuple(item.claim for item in said),
            votes,
            (Verdict.NEEDS_ATTENTION if said else Verdict.APPROVE) if turn.seat.model else None,
        )
        return Heard(returned, said)

    def _votes(self, turn: Turn, before: Sequence[Heard]) -> list[Vote]:
        """On what others found, and now and then against one's own."""
        table = [(item.returned.turn.position, said) for item in before for said in item.said]
        votes = (
            self._vote(f"F{number}", said, own=position == turn.position)
            for number, (position, said) in enumerate(table, 1)
        )
        return [vote for vote in votes if vote is not None]

    def _vote(self, ref: str, said: Said, *, own: bool) -> Vote | None:
        topic = self.room.speech.exercise.topics[said.topic]
        chance = self.dice.random()
        if own:
            withdrawn = not topic.valid and chance < chances.WITHDRAWS
            return Vote(ref, Stance.WITHDRAW, topic.reason) if withdrawn else None
        if topic.valid:
            agreed = "The line does what the finding says."
            return (
                Vote(ref, Stance.CONFIRM, agreed, severity=topic.severity)
                if chance < chances.CONFIRMS
                else None
            )
        if chance < chances.REFUTES:
            return Vote(ref, Stance.REFUTE, topic.reason, topic.refuted, said.claim.path, grounded=True)
        return None


def _summary(turn: Turn, said: Sequence[Said], votes: Sequence[Vote]) -> str:
    if turn.task is Task.CONFER:
        return f"Said something of {len(votes)} findings."
    return f"Read all files; {len(said)} findings." if said else "Read all files and found nothing."
