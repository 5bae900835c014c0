"""Finished sittings of the demo course: two made-up classes, plainly called so, drawn from a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from courses.domain import sittings
from courses.domain.queries.answered import places_of
from courses.models import Answer, Membership, Seat, Sitting, Walkthrough
from courses.walkthroughs.room import Command, begun, obey
from courses.walkthroughs.steps import QuestionStep
from courses.walkthroughs.story import Story
from reviews.claims import Place, Severity
from reviews.models import SnapshotFile

CLASSES = (("Made up: a class of 120", 120, 8, 1.0), ("Made up: an evening class of 64", 64, 6, 0.7))
"""What each is called, its seats, how many days ago it was, and how much better than guessing it is."""

CHANCE = {Severity.CRITICAL: 0.65, Severity.MAJOR: 0.3, Severity.MINOR: 0.16, Severity.INFO: 0.08}
"""How many of a class see a defect of that severity, about."""

WORDS = (
    "The value goes straight into the query",
    "Two of these at once, and one is lost",
    "Looks fine to me",
    "The tests are green, so what",
    "Who may call this at all?",
    "Nobody checks what comes in",
    "I would ask the author",
)


def make(walkthrough: Walkthrough, by: User, now: datetime, keeper: Membership | None = None) -> None:
    """Let made-up classes sit through a walkthrough; `keeper` kept their marks in the first of them."""
    for seed, (group, seats, days, worth) in enumerate(CLASSES):
        sitting = sittings.begin(walkthrough, by, group)
        maker = _Maker(random.Random(seed + 7), sitting, sitting.told(), worth)  # noqa: S311 -- made up, the same every time
        maker.fill(seats, now - timedelta(days=days), keeper if seed == 0 else None)


@dataclass(frozen=True, slots=True)
class _Maker:
    dice: random.Random
    sitting: Sitting
    story: Story
    worth: float

    def fill(self, seats: int, began: datetime, keeper: Membership | None) -> None:
        """Seats, their answers, and the sitting's end."""
        began = began.replace(hour=10, minute=15, second=0, microsecond=0)
        made = Seat.objects.bulk_create(
            Seat(
                sitting=self.sitting,
                member=keeper if number == 0 else None,
                joined_at=began,
                seen_at=began,
            )
            for number in range(seats)
        )
        skills = [self.dice.betavariate(3, 2) * self.worth for _ in made]
        for question in self.story.questions():
            asked = _Asked(
                self.dice, question, self._severities(), self._lines(question), self._places(question)
            )
            Answer.objects.bulk_create(
                asked.answer(seat, skill, began)
                for seat, skill in zip(made, skills, strict=True)
                if self.dice.random() < 0.93
            )
        self._end(began)

    def _severities(self) -> dict[str, Severity]:
        return {defect.id: defect.severity for defect in self.story.defects}

    def _places(self, question: QuestionStep) -> Mapping[str, Sequence[Place]]:
        return places_of(self.story, question)

    def _lines(self, question: QuestionStep) -> dict[str, int]:
        """How long the question's files are."""
        rows = SnapshotFile.objects.filter(
            snapshot=self.sitting.snapshots.get(question.code or ""),
            path__in=[lines.path for lines in question.files],
        )
        return dict(rows.values_list("path", "line_count"))

    def _end(self, began: datetime) -> None:
        """Every step was shown, in a time of its own; then the room was closed."""
        room = begun(self.story)
        for step in range(len(self.story.steps)):
            room = obey(self.story, room, Command.JUMP, (0, 0), step)
        room = obey(self.story, room, Command.REVEAL, (room.step, room.beat))
        times = {
            step.id: round(60 * step.minutes * self.dice.uniform(0.6, 1.6), 1) for step in self.story.steps
        }
        ended = began + timedelta(seconds=sum(times.values()))
        last = times.pop(self.story.steps[-1].id)
        Sitting.objects.filter(pk=self.sitting.pk).update(
            started_at=began,
            step_since=ended - timedelta(seconds=last),
            ended_at=ended,
            times=times,
            room=room.as_json(),
            code=None,
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """One question, answered by people of some skill, from 0 to 1."""

    dice: random.Random
    question: QuestionStep
    severities: Mapping[str, Severity]
    lines: Mapping[str, int]
    places: Mapping[str, Sequence[Place]]

    def answer(self, seat: Seat, skill: float, sent: datetime) -> Answer:
        """What somebody answered: whoever sees more is surer, and most are surer than they may be."""
        marks = [*self._seen(skill), *self._beside(skill)] if self.question.marks else []
        choice = self._choice(skill)
        sure = 0.45 + 0.4 * skill + self.dice.gauss(0, 0.15)
        words = self.dice.choice(WORDS) if self.question.words and self.dice.random() < 0.08 else ""
        return Answer(
            seat=seat,
            question=self.question.id,
            marks=marks,
            severity=self.dice.choice(list(Severity)[:3]) if marks and self.question.severity else "",
            choice=choice,
            confidence=min(100, max(0, 25 * round(4 * sure))) if self.question.confidence else None,
            words=words,
            let_through=True if words else None,
            sent_at=sent,
        )

    def _seen(self, skill: float) -> list[list[str | int]]:
        found: list[list[str | int]] = []
        for defect, places in self.places.items():
            if self.dice.random() < 1.3 * skill * CHANCE[self.severities[defect]]:
                place = self.dice.choice(list(places))
                found.append([place.path, place.first_line, min(place.last_line, place.first_line + 3)])
        return found

    def _beside(self, skill: float) -> list[list[str | int]]:
        """Lines that only look wrong: some look so to many."""
        found: list[list[str | int]] = []
        while self.lines and self.dice.random() < 0.85 - 0.5 * skill:
            path = self.dice.choice(sorted(self.lines))
            count = self.lines[path]
            line = 1 + min(count - 1, int(abs(self.dice.gauss(0.3, 0.2)) * count))
            if [path, line, line] not in found:
                found.append([path, line, line])
        return found

    def _choice(self, skill: float) -> int | None:
        count = len(self.question.choices)
        if not count:
            return None
        if self.question.right is not None and self.dice.random() < 0.5 * skill:
            return self.question.right
        return self.dice.randrange(count)
