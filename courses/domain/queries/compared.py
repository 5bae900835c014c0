"""Two sittings of one walkthrough side by side: two groups, or two years."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from courses.domain import live
from courses.domain.queries.answered import given_to, places_of, summed
from courses.domain.queries.saw import where_of
from courses.models import Sitting
from courses.pictures.base import Tone
from courses.pictures.shares import Shares, shares
from courses.walkthroughs.parts import Defect
from courses.walkthroughs.steps import QuestionStep
from courses.walkthroughs.story import Story
from courses.walkthroughs.sums import Sums
from reviews.gap.difference import Apart, difference
from reviews.gap.measures import Share
from reviews.models import Snapshot


@dataclass(frozen=True, slots=True)
class Side:
    """A defect, or a right choice, in both: the shares and how far they lie apart.

    `differs` says why they are not the same thing in both stories; then they are not held together.
    """

    title: str
    where: str
    first: Share | None
    second: Share | None
    apart: Apart | None
    differs: str


@dataclass(frozen=True, slots=True)
class Both:
    """A question that both were asked, with what is held together; `notes` say what differs."""

    question: QuestionStep
    seats: tuple[int, int]
    sides: tuple[Side, ...]
    picture: Shares | None
    notes: tuple[str, ...]
    few: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sittings; `differences` say how their stories differ, none where they are one story."""

    first: Sitting
    second: Sitting
    names: tuple[str, str]
    questions: tuple[Both, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """A sitting with its story read once, and the hashes of its states of the code."""

    sitting: Sitting
    story: Story
    hashes: dict[str, str]

    def sums(self, question: QuestionStep) -> Sums:
        round = self.sitting.shown().round_of(question.id)
        return summed(self.story, question, given_to(self.sitting.pk, question.id, round))


def compared(first: Sitting, second: Sitting) -> Compared:
    """Hold two sittings against each other, question by question and defect by defect."""
    names = _names(first, second)
    one, other = _told(first), _told(second)
    shared = [question for question in one.story.questions() if other.story.question(question.id)]
    return Compared(
        first,
        second,
        names,
        tuple(_both(one, other, question, names) for question in shared),
        tuple(_differences(one, other)),
    )


def _told(sitting: Sitting) -> _Told:
    hashes = dict(Snapshot.objects.filter(pk__in=sitting.snapshots.values()).values_list("pk", "sha256"))
    return _Told(
        sitting,
        live.heard_of(sitting).story,
        {name: hashes[pk] for name, pk in sitting.snapshots.items() if pk in hashes},
    )


def _names(first: Sitting, second: Sitting) -> tuple[str, str]:
    """What the two are called: their groups, or their days, whatever tells them apart."""
    names = [sitting.group or f"{sitting.started_at:%-d %B %Y}" for sitting in (first, second)]
    if names[0] == names[1]:
        names = [
            f"{name}, {sitting.started_at:%-d %B %Y}"
            for name, sitting in zip(names, (first, second), strict=True)
        ]
    if names[0] == names[1]:
        names = [f"{name} ({which})" for name, which in zip(names, ("first", "second"), strict=True)]
    return names[0], names[1]


def _both(one: _Told, other: _Told, question: QuestionStep, names: tuple[str, str]) -> Both:
    asked = other.story.question(question.id) or question
    first, second = one.sums(question), other.sums(asked)
    sides = (
        *_right(question, asked, first, second),
        *_defects(one, other, (question, asked), (first, second)),
    )
    notes = []
    if question != asked:
        notes.append("The question was worded or set differently.")
    if question.code and one.hashes.get(question.code) != other.hashes.get(asked.code or ""):
        notes.append(
            "The code that was shown is not the same in both."
            if question.code in one.hashes and (asked.code or "") in other.hashes
            else "The code of one was withdrawn, so nobody can tell whether it was the same."
        )
    return Both(
        question,
        (first.seats, second.seats),
        sides,
        _picture(sides, names),
        tuple(notes),
        first.few or second.few,
    )


def _right(one: QuestionStep, other: QuestionStep, first: Sums, second: Sums) -> Iterable[Side]:
    if one.right is None and other.right is None:
        return
    same = one.choices == other.choices and one.right == other.right
    yield _side("The right answer", "", first.right, second.right, "" if same else "the choices differ")


def _defects(
    one: _Told, other: _Told, questions: tuple[QuestionStep, QuestionStep], found: tuple[Sums, Sums]
) -> Iterable[Side]:
    asked = (places_of(one.story, questions[0]), places_of(other.story, questions[1]))
    theirs = {defect.id: defect for defect in other.story.defects}
    for defect in one.story.defects:
        if defect.id in asked[0] or defect.id in asked[1]:
            differs = _why_apart(
                defect, theirs.get(defect.id), asked[0].get(defect.id), asked[1].get(defect.id)
            )
            yield _side(
                defect.title,
                where_of(defect, questions[0].code),
                found[0].hits.get(defect.id),
                found[1].hits.get(defect.id),
                differs,
            )


def _why_apart(defect: Defect, theirs: Defect | None, here: object, there: object) -> str:
    if theirs is None:
        return "the other story does not know it"
    if here is None or there is None:
        return "only one of the two was asked about it"
    if here != there:
        return "it stands in other lines"
    return "" if defect.title == theirs.title else f"the other story calls it “{theirs.title}”"


def _side(title: str, where: str, first: Share | None, second: Share | None, differs: str) -> Side:
    apart = difference(first, second) if first and second and not differs else None
    return Side(title, where, first, second, apart, differs)


def _picture(sides: Iterable[Side], names: tuple[str, str]) -> Shares | None:
    rows: list[tuple[str, Share | None, Tone]] = []
    for side in sides:
        if side.apart:
            rows += [(side.title, side.first, "student"), (f"– {names[1]}", side.second, "plain")]
    if not rows:
        return None
    return shares("The share of people who saw each", rows, about="What", width=560)


def _differences(one: _Told, other: _Told) -> Iterable[str]:
    """How two stories differ, as far as it matters for what was answered."""
    if one.story == other.story:
        return
    ours, theirs = one.story.questions(), other.story.questions()
    for question in ours:
        if other.story.question(question.id) is None:
            yield f"Only the first asked “{question.title}”."
    for question in theirs:
        if one.story.question(question.id) is None:
            yield f"Only the second asked “{question.title}”."
    before, after = ([step.id for step in side.story.steps] for side in (one, other))
    if before != after:
        yield "The steps differ: what a class had been told before a question may not be the same."
    elif one.story.steps != other.story.steps:
        yield "Some steps were changed in between: what a class had been told may not be the same."
