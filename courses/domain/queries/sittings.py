"""What is left of a sitting: counts, each question's numbers, and how long each step took. No persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from courses.domain import live
from courses.domain.queries.answered import rounds_of
from courses.domain.queries.reveal import Reveal, afterwards
from courses.models import Membership, Sitting
from courses.walkthroughs.seen import Spot, end_of
from courses.walkthroughs.steps import QuestionStep
from courses.walkthroughs.story import Story


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked, with everything that was answered last; `before` are the rounds before."""

    reveal: Reveal
    before: tuple[int, ...]

    @property
    def question(self) -> QuestionStep:
        """The question itself."""
        return self.reveal.question


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a step was on the screen, against its plan, both in seconds. Unshown steps took none.

    `took_width` and `plan_width` are the lengths of their bars, in per cent of the longest.
    """

    title: str
    plan: float
    took: float
    plan_width: float
    took_width: float


@dataclass(frozen=True, slots=True)
class Left:
    """A sitting as its page tells it. `answered` is how many seats answered anything at all."""

    sitting: Sitting
    story: Story
    seats: int
    answered: int
    asked: tuple[Asked, ...]
    unasked: tuple[QuestionStep, ...]
    timings: tuple[Timing, ...]
    planned: float
    took: float

    @property
    def code_is_gone(self) -> bool:
        """Whether its code had to be removed, so that only numbers are left."""
        return bool(self.story.codes) and not self.sitting.snapshots


def left_of(sitting: Sitting) -> Left:
    """Everything that the page of a sitting shows; while it is live, as of now and as it was heard."""
    story = live.heard_of(sitting).story
    answers = rounds_of(sitting.pk)
    asked = tuple(
        _asked(sitting, story, question, answers)
        for question in story.questions()
        if any(name == question.id for name, _ in answers)
    )
    timings = _timings(story, seconds_of(sitting, story))
    return Left(
        sitting=sitting,
        story=story,
        seats=sitting.seats.count(),
        answered=sitting.seats.filter(answers__isnull=False).distinct().count(),
        asked=asked,
        unasked=tuple(q for q in story.questions() if q not in {one.question for one in asked}),
        timings=timings,
        planned=60 * story.minutes,
        took=sum(timing.took for timing in timings),
    )


def shown_upto(sitting: Sitting, story: Story) -> Spot:
    """What was heard when it ended: all, where the last step was reached."""
    at = sitting.shown().at(story)
    return end_of(story) if at == (len(story.steps) - 1, story.beats[-1] - 1) else at


def seconds_of(sitting: Sitting, story: Story) -> dict[str, float]:
    """How long each step was shown; the one on the screen until the end, or until now."""
    until: datetime = sitting.ended_at or timezone.now()
    at = story.steps[sitting.shown().step].id
    since = max(0.0, (until - sitting.step_since).total_seconds())
    return {**sitting.times, at: sitting.times.get(at, 0) + since}


def others_like(sitting: Sitting, by: AbstractBaseUser) -> tuple[Sitting, ...]:
    """Other sittings of the same walkthrough that this person may see, in whatever course, newest first."""
    staff = Membership.objects.filter(user_id=by.pk).exclude(role=Membership.Role.STUDENT)
    same = Q(title=sitting.title)
    if sitting.walkthrough_id:
        same |= Q(walkthrough=sitting.walkthrough_id)
    found = Sitting.objects.filter(same, course__in=staff.values("course")).exclude(pk=sitting.pk)
    return tuple(found.select_related("course").defer("story", "room", "snapshots", "times"))


def _asked(
    sitting: Sitting, story: Story, question: QuestionStep, answers: dict[tuple[str, int], int]
) -> Asked:
    counted = sitting.shown().round_of(question.id)
    before = tuple(answers.get((question.id, round), 0) for round in range(counted))
    return Asked(afterwards(sitting, story, question, shown_upto(sitting, story)), before)


def _timings(story: Story, seconds: dict[str, float]) -> tuple[Timing, ...]:
    longest = max([1.0, *seconds.values(), *(60 * step.minutes for step in story.steps)])

    def wide(amount: float) -> float:
        return round(100 * amount / longest, 1)

    rows: Sequence[tuple[str, float, float]] = [
        (step.title, 60 * step.minutes, seconds.get(step.id, 0)) for step in story.steps
    ]
    return tuple(Timing(title, plan, took, wide(plan), wide(took)) for title, plan, took in rows)
