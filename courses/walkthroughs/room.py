"""What a room shows: a pure state, and what each of the presenter's keys makes of it.

Shown is a step, and of it the first `beat` strokes. A command names the place that its sender saw, so
that two windows that steer, or a key that is heard twice, move the room on once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from courses.walkthroughs.steps import QuestionStep, RevealStep, ReviewStep
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
    DOWN = "down"
    UP = "up"
    RECORDED = "recorded"


MOST_PAGES = 60
"""So far the stage is scrolled, up or down: a diff of eight screens takes ten."""


@dataclass(frozen=True, slots=True)
class Room:
    """What is shown. `hidden` keeps the class's answers off the projector.

    `asked` are questions that were on the screen, `frozen` those that take no more answers. Once a
    witness was heard after one, it is `told`: only asking anew opens it, so that every answer that
    counts was given before anybody's word was seen. `heard` are the steps in which witnesses spoke:
    to show one of them again tells nothing new. `rounds` counts how often a question was asked anew;
    `recorded` are reviews of which the recording is shown though they were run live. `page` is how far
    this beat was scrolled from where it begins, down or (below 0) up.
    """

    step: int = 0
    beat: int = 0
    page: int = 0
    black: bool = False
    hidden: bool = False
    asked: frozenset[str] = frozenset()
    frozen: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    heard: frozenset[str] = frozenset()
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

    def at(self, story: Story) -> tuple[int, int]:
        """The step and beat that are shown. A review that is run live has other beats than its recording."""
        return self.step, min(self.beat, story.steps[self.step].beats - 1)

    def is_open(self, story: Story, question: str) -> bool:
        """Whether this question is on the screen and takes answers."""
        step = story.steps[self.step]
        return isinstance(step, QuestionStep) and step.id == question and question not in self.frozen


_SETS = ("asked", "frozen", "told", "heard", "recorded")


def obey(story: Story, room: Room, command: Command, seen: tuple[int, int], to: int | None = None) -> Room:
    """The room after a command of somebody who saw the step and beat `seen`.

    `to` is what the key leads to: the step to jump to; the page to scroll to; for what is switched on or
    off 1 or 0; for `clear` the asking that begins. So a command that arrives twice, or late, does its
    work once. Without it a switch is turned over. What cannot be done (a step after the last) changes
    nothing, nor does what `is_late`.
    """
    if is_late(story, room, command, seen, to):
        return room
    match command:
        case Command.NEXT | Command.BACK | Command.REVEAL:
            return _walked(story, room, command)
        case Command.DOWN | Command.UP:
            return _scrolled(room, command)
        case Command.JUMP:
            return _moved(story, room, to, 0) if to is not None and 0 <= to < len(story.steps) else room
        case Command.HIDE:
            return replace(room, hidden=_wanted(to, room.hidden))
        case Command.BLACK:
            return replace(room, black=_wanted(to, room.black))
        case Command.FREEZE | Command.CLEAR | Command.RECORDED:
            return _changed(story, room, command, to)


def is_late(story: Story, room: Room, command: Command, seen: tuple[int, int], to: int | None = None) -> bool:
    """Whether the room has moved on since the sender of a command looked, so that it does not count.

    To jump, to hide and to blacken is meant wherever the room is.
    """
    match command:
        case Command.NEXT | Command.BACK | Command.REVEAL:
            return seen != room.at(story)
        case Command.DOWN | Command.UP:
            return seen != room.at(story) or to not in (None, _page_after(room, command))
        case Command.FREEZE:
            # The key is off where a witness was heard: whoever pressed it saw the room before that.
            return seen[0] != room.step or _question_here(story, room) in room.told
        case Command.CLEAR:
            following = room.round_of(_question_here(story, room) or "") + 1
            return seen[0] != room.step or to not in (None, following)
        case Command.RECORDED:
            return seen[0] != room.step
    return False


def unsealed_questions(story: Story, room: Room, review: ReviewStep) -> tuple[QuestionStep, ...]:
    """The questions about a review's code that the class has still to answer, before anybody reads it."""
    before = range(room.step, story.at(review.id))
    return tuple(
        question
        for question in story.questions()
        if question.code == review.code
        and question.id not in room.frozen
        and (question.id in room.asked or story.at(question.id) in before)
    )


def sealed(story: Story, room: Room, review: ReviewStep) -> Room:
    """The room once real reviewers are asked: what was answered about this code stays as it is.

    The review is shown from its beginning, and not its recording.
    """
    asked = frozenset(question.id for question in story.questions() if question.code == review.code)
    asked &= room.asked
    here = story.at(review.id) == room.step
    return replace(
        room,
        beat=0 if here else room.beat,
        page=0 if here else room.page,
        frozen=room.frozen | asked,
        told=room.told | asked,
        recorded=room.recorded - {step.id for step in story.together(review)},
    )


TELLING = ("review", "reveal", "table")
"""Steps in which witnesses are heard."""


def begun(story: Story) -> Room:
    """The room at the first step. Raises ValueError for a story without steps."""
    if not story.steps:
        raise ValueError("A walkthrough without steps cannot be shown.")
    return _moved(story, Room(), 0, 0)


def _walked(story: Story, room: Room, command: Command) -> Room:
    """One stroke on or back, or to the end of what this step has to show."""
    if command == Command.REVEAL:
        return _revealed(story, room)
    at = room.at(story)
    following = _following(story, at) if command == Command.NEXT else _before(story, at)
    return room if following == at else _moved(story, room, *following)


def _changed(story: Story, room: Room, command: Command, to: int | None) -> Room:
    """What is done to the step that is shown, rather than with it."""
    if command == Command.RECORDED:
        return _other_version(story, room, to)
    question = _question_here(story, room)
    if command == Command.CLEAR:
        return _cleared(story, room, question)
    return _frozen(room, question, to)


def _scrolled(room: Room, command: Command) -> Room:
    page = _page_after(room, command)
    return room if abs(page) > MOST_PAGES else replace(room, page=page)


def _page_after(room: Room, command: Command) -> int:
    return room.page + (1 if command == Command.DOWN else -1)


def _other_version(story: Story, room: Room, to: int | None) -> Room:
    """A review's recording instead of what was heard live, or back; of a panel all rounds, from then on.

    The other version begins at its beginning.
    """
    step = story.steps[room.step]
    if not isinstance(step, ReviewStep):
        return room
    ids = {other.id for other in story.together(step)}
    wanted = _wanted(to, step.id in room.recorded)
    if wanted == (step.id in room.recorded):
        return room
    return replace(room, recorded=room.recorded | ids if wanted else room.recorded - ids, beat=0, page=0)


def _wanted(to: int | None, now: bool) -> bool:
    return not now if to is None else bool(to)


def _moved(story: Story, room: Room, step: int, beat: int) -> Room:
    """At another place. Questions that were asked before it are frozen.

    Where a witness speaks they are told too, as is every other question if it speaks for the first time.
    """
    reached = story.steps[step]
    behind = frozenset(q.id for q in story.questions() if q.id in room.asked and story.at(q.id) < step)
    tells = reached.kind in TELLING
    told = behind if reached.id in room.heard else room.asked
    return replace(
        room,
        step=step,
        beat=beat,
        page=0,
        black=False,
        asked=room.asked | {reached.id} if isinstance(reached, QuestionStep) else room.asked,
        frozen=room.frozen | behind | (told if tells else frozenset()),
        told=room.told | told if tells else room.told,
        heard=room.heard | {reached.id} if tells else room.heard,
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


def _frozen(room: Room, question: str | None, to: int | None) -> Room:
    """Answers to a question are taken no more, or again."""
    if question is None:
        return room
    shut = _wanted(to, question in room.frozen)
    return replace(room, frozen=room.frozen | {question} if shut else room.frozen - {question})


def _cleared(story: Story, room: Room, question: str | None) -> Room:
    """Asked anew, on the screen: answers so far are put aside, none is lost."""
    if question is None:
        return room
    anew = replace(
        room,
        rounds={**room.rounds, question: room.round_of(question) + 1},
        frozen=room.frozen - {question},
        told=room.told - {question},
    )
    return _moved(story, anew, story.at(question), 0)


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
