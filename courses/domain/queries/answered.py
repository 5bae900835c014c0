"""What a class answered to a question, read from its rows and summed up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count

from courses.models import Answer
from courses.walkthroughs.seen import asked_in
from courses.walkthroughs.steps import QuestionStep
from courses.walkthroughs.story import Story
from courses.walkthroughs.sums import Given, Places, Sums, sums
from reviews.claims import Place, Severity


def places_of(story: Story, question: QuestionStep) -> Places:
    """Where each defect of the question's code can be hit, by the defect's name."""
    return {
        defect: tuple(where.place for where in found if where.place)
        for defect, found in asked_in(question, story.defects).items()
    }


def given_to(sitting_id: int, question: str, round: int) -> list[Given]:
    """What each seat answered to one asking of a question, in the order in which they were first sent."""
    answers = Answer.objects.filter(seat__sitting=sitting_id, question=question, round=round)
    fields = answers.order_by("pk").values_list("marks", "severity", "choice", "confidence")
    return [given(*row) for row in fields]


def given(marks: Iterable[Sequence[Any]], severity: str, choice: int | None, confidence: int | None) -> Given:
    """An answer's columns as plain data; a mark is its path, first and last line."""
    return Given(
        tuple(Place(*mark) for mark in marks),
        Severity(severity) if severity else None,
        choice,
        None if confidence is None else confidence / 100,
    )


def summed(story: Story, question: QuestionStep, answers: list[Given]) -> Sums:
    """All that can be counted of these answers to a question of the story."""
    return sums(
        answers,
        places_of(story, question),
        severities={defect.id: defect.severity for defect in story.defects},
        choices=len(question.choices),
        right=question.right,
    )


def let_through(sitting_id: int, question: str, round: int) -> tuple[str, ...]:
    """The words that the presenter let through, in the order in which they were first sent."""
    answers = Answer.objects.filter(
        seat__sitting=sitting_id, question=question, round=round, let_through=True
    )
    return tuple(answers.exclude(words="").order_by("pk").values_list("words", flat=True))


def rounds_of(sitting_id: int) -> dict[tuple[str, int], int]:
    """How many seats answered each asking of each question, by its name and round."""
    rows = Answer.objects.filter(seat__sitting=sitting_id).order_by().values_list("question", "round")
    return {(question, round): count for question, round, count in rows.annotate(Count("pk"))}
