"""The answers of a sitting for a spreadsheet: a row for each seat and question, and no way to a person."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from courses.domain.queries.answered import given, places_of
from courses.domain.queries.sheets import Row, Sheet
from courses.models import Answer, Sitting
from courses.walkthroughs.story import Story
from courses.walkthroughs.sums import Places, hit_by
from reviews.claims import Place

HEAD = (
    "seat", "question", "asked", "marks", "marked", "hit", "beside every known defect", "severity",
    "choice", "right", "confidence (%)", "words",
)  # fmt: skip


def answer_rows(sitting: Sitting) -> Sheet:
    """One row for each seat and asking of a question.

    Seats are numbered anew, at random, every time: two downloads cannot be laid side by side to follow
    anybody, nor does the order say who came first. There are no times of day, and of the words only
    those that the presenter let through.
    """
    return Sheet(HEAD, _rows(sitting))


def _rows(sitting: Sitting) -> Iterator[Row]:
    story = sitting.told()
    asked = {question.id: places_of(story, question) for question in story.questions()}
    answers = list(Answer.objects.filter(seat__sitting=sitting).order_by("question", "round"))
    numbers = _numbers({answer.seat_id for answer in answers})
    for answer in sorted(answers, key=lambda one: (numbers[one.seat_id], one.question, one.round)):
        yield _row(numbers[answer.seat_id], answer, story, asked.get(answer.question, {}))


def _numbers(seats: set[int]) -> dict[int, int]:
    order = sorted(seats)
    secrets.SystemRandom().shuffle(order)
    return {seat: number for number, seat in enumerate(order, 1)}


def _row(number: int, answer: Answer, story: Story, places: Places) -> Row:
    plain = given(answer.marks, answer.severity, answer.choice, answer.confidence)
    hit = [hit_by(mark, places) for mark in plain.marks]
    question = story.question(answer.question)
    choices = question.choices if question else ()
    right = question.right if question else None
    chosen = plain.choice
    return (
        number,
        answer.question,
        answer.round + 1,
        len(plain.marks),
        "; ".join(map(where, plain.marks)),
        "; ".join(sorted(frozenset().union(*hit))),
        sum(not found for found in hit) if places else None,
        answer.severity,
        choices[chosen] if chosen is not None and chosen < len(choices) else "",
        None if right is None or chosen is None else ("yes" if chosen == right else "no"),
        answer.confidence,
        answer.words if answer.let_through else "",
    )


def where(place: Place) -> str:
    """A mark as people write it: "shop.py:7", "shop.py:11-13"."""
    lines = f"{place.first_line}"
    return f"{place.path}:{lines}" + (f"-{place.last_line}" if place.last_line > place.first_line else "")
