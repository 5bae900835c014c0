"""What a room shows: a pure state, and what each of the presenter's keys makes of it.

Shown is a step, and of it the first `beat` strokes. A command names the place that its sender saw, so
that two windows that steer, or a key that is heard twice, move the room on once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from courses.walkthroughs.steps import QuestionStep, RevealStep
from courses.walkthroughs.story import Story


class Command(StrEnum):
    """The presenter's keys."""

    NEXT = "next"
    BACK = "back"
    JUMP = "jump"
    REVEAL = "reveal"
    HIDE = "hide"
    FREEZE = "freeze"
    CLEAR = "clear"
    BLACK = "black"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Room:
    """What is shown. `hidden` keeps the class's answers off the projector.

    `asked` are questions that were on the screen, `frozen` those that take no more answers. Once a
    witness was heard after one, it is `told`: only asking anew opens it, so that every answer that
    counts was given before anybody's word was seen. `rounds` counts how often a question was asked
    anew; `recorded` are reviews of which the recording is shown though they were run live.
    """

    step: int = 0
    beat: int = 0
    black: bool = False
    hidden: bool = False
    asked: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    rounds: Mapping[str, int] = field(default_factory=dict)
    recorded: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Room:
        """The room that `as_json` wrote."""
        sets = {name: frozenset(data.get(name, ())) for name in _SETS}
        return replace(cls(**{k: v for k, v in data.items() if k not in _SETS}), **sets)  # type: ignore[arg-type]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON data."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        return plain | {name: sorted(plain[name]) for name in _SETS} | {"rounds": dict(self.rounds)}

    def round_of(self, question: str) -> int:
        """Which asking of a question counts, from 0."""
        return self.rounds.get(question, 0)

    def is_open(self, story: Story, question: str) -> bool:
        """Whether this question is on the screen and takes answers."""
        step = story.steps[self.step]
        return isinstance(step, QuestionStep) and step.id == question and question not in self.frozen


_SETS = ("asked", "frozen", "told", "recorded")


def obey(story: Story, room: Room, command: Command, seen: tuple[int, int], to: int | None = None) -> Room:
    """The room after a command of somebody who saw the step and beat `seen`.

    `to` is the step to jump to. What cannot be done (a step after the last) changes nothing.
    """
    at = (room.step, room.beat)
    match command:
        case Command.NEXT | Command.BACK | Command.REVEAL if seen != at:
            return room
        case Command.NEXT:
            return _moved(story, room, *_following(story, at))
        case Command.BACK:
            return _moved(story, room, *_before(story, at))
        case Command.JUMP:
            return _moved(story, room, to, 0) if to is not None and 0 <= to < len(story.steps) else room
        case Command.REVEAL:
            return _revealed(story, room)
        case Command.HIDE:
            return replace(room, hidden=not room.hidden)
        case Command.BLACK:
            return replace(room, black=not room.black)
        case Command.FREEZE:
            question = _question_here(story, room)
            return _with(room, "frozen", question if question not in room.told else None)
        case Command.CLEAR:
            return _cleared(room, _question_here(story, room))
        case Command.RECORDED:
            step = story.steps[room.step]
            return _with(room, "recorded", step.id if step.kind == "review" else None)
    return room


TELLING = ("review", "reveal", "table")
"""Steps in which witnesses are heard."""


def begun(story: Story) -> Room:
    """The room at the first step. Raises ValueError for a story without steps."""
    if not story.steps:
        raise ValueError("A walkthrough without steps cannot be shown.")
    return _moved(story, Room(), 0, 0)


def _moved(story: Story, room: Room, step: int, beat: int) -> Room:
    """At another place; questions that were asked before it are frozen."""
    reached = story.steps[step]
    behind = frozenset(q.id for q in story.questions() if q.id in room.asked and story.at(q.id) < step)
    return replace(
        room,
        step=step,
        beat=beat,
        black=False,
        asked=room.asked | {reached.id} if isinstance(reached, QuestionStep) else room.asked,
        frozen=room.frozen | behind,
        told=room.told | behind if reached.kind in TELLING else room.told,
    )


def _following(story: Story, at: tuple[int, int]) -> tuple[int, int]:
    step, beat = at
    if beat + 1 < story.steps[step].beats:
        return step, beat + 1
    return (step + 1, 0) if step + 1 < len(story.steps) else at


def _before(story: Story, at: tuple[int, int]) -> tuple[int, int]:
    step, beat = at
    if beat:
        return step, beat - 1
    return (step - 1, story.steps[step - 1].beats - 1) if step else at


def _revealed(story: Story, room: Room) -> Room:
    """All of this step at once; of a question, what was answered."""
    step = story.steps[room.step]
    if isinstance(step, QuestionStep):
        reveal = story.reveal_of(step.id)
        if reveal is None:
            return replace(room, frozen=room.frozen | {step.id}, hidden=False)
        return _moved(story, replace(room, hidden=False), reveal, 0)
    return _moved(story, room, room.step, step.beats - 1)


def _question_here(story: Story, room: Room) -> str | None:
    step = story.steps[room.step]
    if isinstance(step, QuestionStep):
        return step.id
    return step.question if isinstance(step, RevealStep) else None


def _with(room: Room, what: str, name: str | None) -> Room:
    """The name put into one of the sets, or taken out of it."""
    if name is None:
        return room
    held: frozenset[str] = getattr(room, what)
    return replace(room, **{what: held ^ {name}})  # type: ignore[arg-type]


def _cleared(room: Room, question: str | None) -> Room:
    """Asked anew: answers so far are put aside, none is lost."""
    if question is None:
        return room
    rounds = {**room.rounds, question: room.round_of(question) + 1}
    return replace(room, rounds=rounds, frozen=room.frozen - {question}, told=room.told - {question})


def phone_mark(story: Story, room: Room) -> str:
    """What a phone shows, as a short name: another one means that it has to look again."""
    step = story.steps[room.step]
    question = _question_here(story, room)
    asked = (
        f".{room.round_of(question)}.{'open' if question not in room.frozen else 'shut'}" if question else ""
    )
    hidden = ".hidden" if room.hidden else ""
    beat = f".{room.beat}{hidden}" if isinstance(step, RevealStep) else ""
    return f"{step.id}{asked}{beat}{'.black' if room.black else ''}"
