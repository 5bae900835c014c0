"""Who saw what of a story, up to a place in it: defects against witnesses, over plain data.

Where a review was run live, a story says so itself: its step holds what was said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from courses.walkthroughs.parts import Defect, Said, Where, Witness
from courses.walkthroughs.steps import QuestionStep, ReviewStep, TestsStep
from courses.walkthroughs.story import Story

Sight = Literal["seen", "missed", "failed", "unasked"]
"""What a witness did with a defect; `failed` is that it could not review. As the page's cells say."""

Spot = tuple[int, int]
"""A step's position and the beat that is shown of it, from 0."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """One time that a witness was asked about a state of the code, as far as it was heard.

    `ended` says that its last word was spoken, so that silence means something. `unable` is why it
    could not review.
    """

    siglum: str
    code: str
    saw: frozenset[str] = frozenset()
    ended: bool = True
    unable: str = ""


def end_of(story: Story) -> Spot:
    """The place at which everything was shown."""
    return (len(story.steps), 0)


def hearings(story: Story, upto: Spot) -> tuple[Hearing, ...]:
    """Every hearing of a witness that begins before `upto` or at it, in the story's order.

    A review of a plan is none: defects stand in code. Tests and linters that complain name no
    defect, so only green ones are heard.
    """
    return tuple(_hearings(story, upto))


def said_upto(story: Story, code: str, upto: Spot) -> tuple[Said, ...]:
    """All that reviews of a state of the code said up to a place, in the order in which it was heard."""
    return tuple(
        said
        for index, step in enumerate(story.steps[: upto[0] + 1])
        if isinstance(step, ReviewStep) and step.code == code
        for said in _heard(step, index, upto)
    )


def witnesses(story: Story, heard: Iterable[Hearing]) -> tuple[Witness, ...]:
    """Who was heard so far, in the story's order of its witnesses; tests and linters need not be there."""
    found = {hearing.siglum for hearing in heard}
    named = tuple(witness for witness in story.witnesses if witness.siglum in found)
    rest = sorted(found - {witness.siglum for witness in named}, reverse=True)
    return (*(Witness(siglum=siglum, name=_TOOLS[siglum]) for siglum in rest), *named)


_TOOLS = {"T": "The code's own tests", "L": "Linters"}


def sights(story: Story, heard: Iterable[Hearing]) -> dict[str, dict[str, Sight]]:
    """For each defect what each witness that was heard did with it; who is absent was not asked.

    Seen once is seen; missed is to have reviewed a state of the code that has it, to the end, and
    not to have said it; could not review where that is all there was.
    """
    found: dict[str, dict[str, Sight]] = {defect.id: {} for defect in story.defects}
    states = {defect.id: {where.code for where in defect.places} for defect in story.defects}
    for hearing in heard:
        for defect, row in found.items():
            sight = _sight(hearing, defect, states[defect])
            row[hearing.siglum] = _better(row.get(hearing.siglum, "unasked"), sight)
    return found


def named_by(heard: Iterable[Hearing]) -> frozenset[str]:
    """The defects that anybody has named."""
    return frozenset().union(*(hearing.saw for hearing in heard))


def unnamed_yet(story: Story, heard: Sequence[Hearing]) -> frozenset[str]:
    """Defects that nobody has named so far and a later step will: their titles would spoil it."""
    return named_by(hearings(story, end_of(story))) - named_by(heard)


def counted(defects: Iterable[Defect]) -> tuple[Defect, ...]:
    """Those that count: a remark on the design is told, and is no defect."""
    return tuple(defect for defect in defects if not defect.advice)


def asked_in(question: QuestionStep, defects: Iterable[Defect]) -> dict[str, tuple[Where, ...]]:
    """Where the class could mark each defect: its lines in the files that the question shows.

    A defect without lines there (the whole lacks something, another file has it) was not asked.
    """
    if not question.marks or question.code is None:
        return {}
    found = {
        defect.id: tuple(where for where in defect.places_in(question.code) if _shows(question, where))
        for defect in counted(defects)
    }
    return {defect: places for defect, places in found.items() if places}


def _hearings(story: Story, upto: Spot) -> Iterator[Hearing]:
    for index, step in enumerate(story.steps[: upto[0] + 1]):
        if isinstance(step, TestsStep) and step.green:
            yield Hearing(step.witness, step.code)
        if isinstance(step, ReviewStep) and step.code is not None:
            said = _heard(step, index, upto)
            ended = index < upto[0] or upto[1] >= step.beats - 1
            for siglum in step.witnesses:
                yield Hearing(siglum, step.code, _saw(said, siglum), ended, step.unable)


def _heard(step: ReviewStep, index: int, upto: Spot) -> tuple[Said, ...]:
    return step.said if index < upto[0] else step.said[: upto[1]]


def _saw(said: Iterable[Said], siglum: str) -> frozenset[str]:
    """What its findings are about; a finding that its panel dismissed shows nothing."""
    return frozenset(
        item.defect for item in said if item.defect and item.witness == siglum and item.outcome != "dismissed"
    )


def _sight(hearing: Hearing, defect: str, states: set[str]) -> Sight:
    if defect in hearing.saw:
        return "seen"
    if hearing.code not in states:
        return "unasked"
    if hearing.unable:
        return "failed"
    return "missed" if hearing.ended else "unasked"


_RANK: Mapping[Sight, int] = {"unasked": 0, "failed": 1, "missed": 2, "seen": 3}


def _better(one: Sight, other: Sight) -> Sight:
    return max(one, other, key=_RANK.__getitem__)


def _shows(question: QuestionStep, where: Where) -> bool:
    place = where.place
    if place is None:
        return False
    shown = (lines for lines in question.files if lines.path == place.path)
    return any(lines.place is None or lines.place.overlaps(place) for lines in shown)
