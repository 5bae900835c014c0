"""A student's own marks in the sittings that they joined signed in, beside the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from courses.domain.queries.answered import given, places_of
from courses.domain.queries.saw import Row, saw_table
from courses.domain.queries.sittings import shown_upto
from courses.models import Answer, Membership, Seat, Sitting
from courses.walkthroughs.steps import QuestionStep
from courses.walkthroughs.story import Story
from courses.walkthroughs.sums import Given, hit_by
from reviews.claims import Place


@dataclass(frozen=True, slots=True)
class KeptMark:
    """A mark and the defects that it hit, as rows of who saw what."""

    place: Place
    hit: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What the student answered to a question, and what there was that they did not mark."""

    question: QuestionStep
    answer: Answer
    given: Given
    marks: tuple[KeptMark, ...]
    missed: tuple[Row, ...]
    chosen: str
    right: str


@dataclass(frozen=True, slots=True)
class KeptSeat:
    """A sitting in which the student kept their marks. While it is live, `answers` are not told yet."""

    seat: Seat
    sitting: Sitting
    live: bool
    answers: tuple[KeptAnswer, ...]


def kept_by(membership: Membership) -> tuple[KeptSeat, ...]:
    """All that a student kept in their course, the newest sitting first, in two queries."""
    seats = Seat.objects.filter(member=membership, sitting__course=membership.course_id)
    found = (
        seats.select_related("sitting").prefetch_related("answers").order_by("-sitting__started_at", "-pk")
    )
    return tuple(_kept(seat) for seat in found)


def _kept(seat: Seat) -> KeptSeat:
    sitting = seat.sitting
    if sitting.ended_at is None:
        return KeptSeat(seat, sitting, live=True, answers=())
    story = sitting.told()
    last = _last_round(sitting, seat.answers.all())
    answers = (
        _answer(sitting, story, question, last[question.id])
        for question in story.questions()
        if question.id in last
    )
    return KeptSeat(seat, sitting, live=False, answers=tuple(answers))


def _last_round(sitting: Sitting, answers: Iterable[Answer]) -> dict[str, Answer]:
    room = sitting.shown()
    return {answer.question: answer for answer in answers if answer.round == room.round_of(answer.question)}


def _answer(sitting: Sitting, story: Story, question: QuestionStep, answer: Answer) -> KeptAnswer:
    plain = given(answer.marks, answer.severity, answer.choice, answer.confidence)
    places = places_of(story, question)
    table = saw_table(
        story,
        shown_upto(sitting, story),
        story.defects_in(question.code) if question.code else (),
        hits={},
        seats=None,
        code=question.code,
    )
    rows: Mapping[str, Row] = {row.defect.id: row for row in table.rows if row.defect.id in places}
    marks = tuple(
        KeptMark(mark, tuple(rows[name] for name in sorted(hit_by(mark, places)))) for mark in plain.marks
    )
    hit = {row.defect.id for mark in marks for row in mark.hit}
    choices = question.choices
    return KeptAnswer(
        question=question,
        answer=answer,
        given=plain,
        marks=marks,
        missed=tuple(row for name, row in rows.items() if name not in hit),
        chosen=choices[plain.choice] if plain.choice is not None and plain.choice < len(choices) else "",
        right=choices[question.right] if question.right is not None else "",
    )
