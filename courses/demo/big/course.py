"""The big course: a whole term of many students, made in bulk.

Chance decides what is in it (`chances`), from a seed: the same seed makes the same course. The code
and the protocols' results, the prompts, the grounding and the seals are made by the product's own
functions; the rows are written directly, as the product would have written them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from courses.demo.big import chances
from courses.demo.big.defects import decide, gathered, judged
from courses.demo.big.exercises import Exercise, dice_of, exercises, picked
from courses.demo.big.hearing import Room, hear, witnesses_in
from courses.demo.big.ledger import Ledger
from courses.demo.big.people import People, populate
from courses.demo.big.rows import Answered, Desk, write
from courses.demo.big.statements import Speech
from courses.demo.big.witnesses import Difficulty
from courses.domain import assignments
from courses.domain.assignments import PlanLine
from courses.domain.budgets import name_of
from courses.domain.circumstances import lasting_name
from courses.domain.grading import suggest
from courses.models import Assignment, Course, Grade
from courses.models.weighing import columns
from reviews.engine.seats import seat_of
from reviews.gap import tallies
from reviews.gap.measures import split
from reviews.models import AnswerKey, Connection, KeyEntry, LanguageModel, Reviewer, Snapshot
from reviews.protocols.base import Setup

STUDENTS_AT_ONCE = 50
"""So many submissions are in memory at a time."""

MOST_ASSIGNMENTS = 40
FEWEST_CLAIMS, MOST_CLAIMS = 20, 100
"""For each submission, on average: analysers alone make some ten."""

AUTHORS = ("claude-opus-4-6", "gpt-5.4")
REVIEWERS = (
    ("Claude Opus 4.6", "anthropic", "claude-opus-4-6"),
    ("GPT 5.4", "openai", "gpt-5.4"),
)
ANALYSERS = ("ruff", "bandit")

Say = Callable[[str], None]


class Refused(Exception):
    """Why no course was made, and what to do."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make: `claims` are all notes and findings together."""

    students: int = 500
    assignments: int = 20
    claims: int = 300_000
    seed: int = 1

    @property
    def submissions(self) -> int:
        """Every student answers every assignment."""
        return self.students * self.assignments

    @property
    def name(self) -> str:
        """The course's name."""
        return f"Big course {self.seed}"


def make(size: Size, say: Say = print) -> Course:
    """Make the course, all of it or nothing, and its numbers. `say` is told what and how long it took.

    Raises Refused for a size that makes no course, and where there is one of this seed.
    """
    _check(size)
    began = time.monotonic()
    with transaction.atomic():
        made = _Term(size, say).make()
    say(f"{size.submissions} submissions and {size.claims} claims after {time.monotonic() - began:.0f} s.")
    counting = time.monotonic()
    snapshots = Snapshot.objects.filter(seal__isnull=False, revision__submission__assignment__course=made)
    counted = tallies.rebuild(snapshots.values_list("pk", flat=True))
    say(f"The numbers of {counted} submissions after {time.monotonic() - counting:.0f} s more.")
    say(f"{made.name} is ready.")
    return made


def _check(size: Size) -> None:
    if min(size.students, size.assignments) < 1 or size.assignments > MOST_ASSIGNMENTS:
        raise Refused(f"A course has a student or more, and 1 to {MOST_ASSIGNMENTS} assignments.")
    if not FEWEST_CLAIMS <= size.claims / size.submissions <= MOST_CLAIMS:
        raise Refused(
            f"{size.submissions} submissions have {FEWEST_CLAIMS * size.submissions} to "
            f"{MOST_CLAIMS * size.submissions} claims, not {size.claims}."
        )
    if Course.objects.filter(name=size.name).exists():
        raise Refused(f"“{size.name}” is there already, and nothing was changed. Another seed makes another.")


@dataclass(slots=True)
class _Term:
    """The making of one course."""

    size: Size
    say: Say
    reviewers: dict[str, Reviewer] = field(default_factory=dict)

    def make(self) -> Course:
        """People, then week after week."""
        size = self.size
        people = populate(size.name, "Spring 2026", chances.ZONE, f"big-{size.seed}", size.students)
        self.reviewers = _reviewers()
        skills = [
            dice_of(size.seed, "skill", number).gauss(0, chances.SKILL) for number in range(size.students)
        ]
        quotas = iter(_quotas(size))
        for exercise in exercises(size.assignments, size.seed):
            began = time.monotonic()
            week = _Week(self, people, exercise)
            desk, room = week.set_up()
            for start in range(0, size.students, STUDENTS_AT_ONCE):
                chosen = range(start, min(start + STUDENTS_AT_ONCE, size.students))
                write(desk, [week.answer(desk, room, skills[i], i, next(quotas)) for i in chosen])
            self.say(f"{exercise.title}: {size.students} submissions in {time.monotonic() - began:.1f} s")
        return people.course


def _reviewers() -> dict[str, Reviewer]:
    """The reviewers by the names of their models, or their own; those that are there are taken."""
    found = {}
    for name, provider, model in REVIEWERS:
        found[model], _ = Reviewer.objects.get_or_create(
            name=name,
            defaults={
                "provider": provider,
                "model": LanguageModel.objects.get(name=model),
                "connection": Connection.objects.filter(name=provider, scope="").first(),
                "active": False,
            },
        )
    for name in ANALYSERS:
        found[name], _ = Reviewer.objects.get_or_create(name=name, defaults={"provider": name})
    return found


def _quotas(size: Size) -> Iterator[int]:
    """How many claims each submission has: about as many each, and in all exactly what is wanted."""
    dice = dice_of(size.seed, "claims")
    left = size.claims
    for done in range(size.submissions):
        to_come = size.submissions - done
        mean = left / to_come
        drawn = round(dice.gauss(mean, chances.CLAIMS_SPREAD)) if to_come > 1 else left
        quota = max(drawn, FEWEST_CLAIMS // 2)
        left -= quota
        yield quota


@dataclass(frozen=True, slots=True)
class _Week:
    """One assignment and its submissions."""

    term: _Term
    people: People
    exercise: Exercise

    @property
    def newest(self) -> bool:
        """Whether staff are still at work on it."""
        return self.exercise.number >= self.term.size.assignments - chances.NEWEST

    def set_up(self) -> tuple[Desk, Room]:
        """The assignment with its plan and key, and who will read what is handed in."""
        number, seed = self.exercise.number, self.term.size.seed
        author = LanguageModel.objects.get(name=AUTHORS[number % len(AUTHORS)])
        speech = Speech(self.exercise)
        known = self._known()
        assignment = self._assignment()
        assignments.set_starter(assignment, self.exercise.tree((0, 0, 0)).files, author, _tests(0)[0])
        setups = tuple((line.protocol, self._setup(line, author)) for line in self._plan())
        families = sorted({seat.family for _, setup in setups for seat in setup.seats if seat.family})
        difficulty = Difficulty.of(self.exercise, families, dice_of(seed, "difficulty", number))
        desk = Desk(
            assignment,
            self.exercise,
            name_of(self.people.course),
            [name_of(self.people.course), name_of(assignment)],
            list(self.people.staff),
            speech,
            Ledger(),
        )
        if known:
            desk.key, desk.entries = _answer_key(speech, known)
            assignment.answer_key = desk.key
            assignment.save(update_fields=["answer_key"])
        return desk, Room(speech, difficulty, setups, witnesses_in(setups))

    def answer(self, desk: Desk, room: Room, skill: float, index: int, claims: int) -> Answered:
        """One student's submission, with all that came of it."""
        student = self.people.students[index]
        dice = dice_of(self.term.size.seed, self.exercise.number, index)
        tree = self.exercise.tree(tuple(picked(dice, chances.VARIANTS) for _ in range(3)))
        earlier = self.exercise.tree((0, 0, 0)) if dice.random() < chances.HANDED_IN_TWICE else None
        keenness = skill + chances.LEARNING * self.exercise.number
        hearing = hear(room, tree, keenness, claims, dice)
        things, homes = gathered(hearing, frozenset(desk.entries), dice)
        decide(things, self.exercise, newest=self.newest, dice=dice)
        tests = (_tests(0) if dice.random() < chances.GREEN else _tests(2)) if dice.random() < 0.9 else None
        before_due = timedelta(seconds=round(dice.uniform(600, 70 * 3600), 3))
        answered = Answered(
            student,
            lasting_name(student.user_id),
            earlier,
            hearing,
            things,
            homes,
            tests,
            desk.assignment.due_at - before_due,
            None,
            dice,
        )
        answered.grade = self._grade(desk, answered)
        return answered

    def _known(self) -> list[int]:
        """The topics that the answer key knows; none where the assignment has no key."""
        if self.exercise.number % chances.WITH_KEY == 0:
            return []
        flaws = [n for n, topic in enumerate(self.exercise.topics) if topic.valid and topic.quote]
        dice = dice_of(self.term.size.seed, "key", self.exercise.number)
        return sorted(dice.sample(flaws, round(len(flaws) * chances.IN_KEY)))

    def _assignment(self) -> Assignment:
        opens = chances.TERM_BEGINS + timedelta(weeks=self.exercise.number)
        visibility = (Assignment.Visibility.DUE, Assignment.Visibility.GRADE)[self.exercise.number % 2]
        made = Assignment(
            course=self.people.course,
            title=self.exercise.title,
            brief=self.exercise.brief,
            state=Assignment.State.PUBLISHED,
            opens_at=opens,
            due_at=opens + timedelta(days=chances.DAYS_OPEN, hours=9),
            accepted_types=".py",
            visibility=visibility,
            least_notes=chances.LEAST_NOTES,
        )
        return assignments.save(made, self._plan())

    def _plan(self) -> tuple[PlanLine, ...]:
        models = tuple(self.term.reviewers[model] for _, _, model in REVIEWERS)
        return (
            PlanLine("linters", reviewers=tuple(self.term.reviewers[name] for name in ANALYSERS)),
            PlanLine("self_review", passes=4, reviewers=models),
            PlanLine("cross_model", reviewers=models),
            PlanLine("adversarial", reviewers=models),
            PlanLine("consensus", rounds=2, reviewers=models),
        )

    def _setup(self, line: PlanLine, author: LanguageModel) -> Setup:
        """What the engine freezes when such a review begins."""
        return Setup(
            author_model=author.name,
            author_family=author.family,
            seats=tuple(seat_of(reviewer) for reviewer in sorted(line.reviewers, key=lambda one: one.pk)),
            passes=line.passes,
            rounds=line.rounds,
            focus=line.focus,
            revised_by=line.revised_by,
        )

    def _grade(self, desk: Desk, answered: Answered) -> Grade | None:
        """The suggested points, sometimes adjusted; nothing while staff are still at work."""
        dice = answered.dice
        if self.newest or dice.random() >= chances.GRADED:
            return None
        gap = split(judged(answered.things, self.exercise))
        suggestion = suggest(
            gap,
            desk.assignment.points,
            weights=self.people.course.weights,
            found_nothing=answered.hearing.found_nothing,
        )
        points = suggestion.points or Decimal(0)
        adjustment = (
            Decimal(2) if dice.random() < chances.ADJUSTED and points <= suggestion.out_of - 2 else Decimal(0)
        )
        graded_at = answered.sealed_at + timedelta(days=6)
        is_out = self.exercise.number < self.term.size.assignments - chances.NEWEST - 1
        return Grade(
            **columns(suggestion.weights),
            suggested=suggestion.points,
            adjustment=adjustment,
            adjustment_reason="The reasoning in the notes is exemplary." if adjustment else "",
            points=points + adjustment,
            feedback="Compare what you wrote with what was there to be seen.",
            graded_by_id=desk.staff[0],
            graded_at=graded_at,
            released_at=desk.assignment.due_at + timedelta(days=8) if is_out else None,
        )


def _answer_key(speech: Speech, known: Sequence[int]) -> tuple[AnswerKey, dict[int, KeyEntry]]:
    key = AnswerKey.objects.create()
    entries = {}
    for number, topic in enumerate(known, 1):
        entry = KeyEntry(key=key, number=number, origin=KeyEntry.Origin.PLANTED)
        entry.take(speech.entry(topic))
        entry.save()
        entries[topic] = entry
    return key, entries


def _tests(failed: int) -> tuple[str, int, int]:
    """What the code's own tests printed, with the numbers that passed and failed."""
    passed = 24 - failed
    said = f"{failed} failed, {passed} passed" if failed else f"{passed} passed"
    return f"===== {said} in 0.84s =====", passed, failed
