"""What the insights need beside the digests: students row by row, and the defects behind a number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet, Sum

from courses.domain.insights import counting_revisions, told
from courses.models import Assignment, Course, Membership, Revision, Submission
from reviews.gap.counted import STUDENT, Key, category_of
from reviews.gap.digest import behind
from reviews.gap.facts import DefectFact, Facts, WitnessFact
from reviews.gap.measures import Share, proportion
from reviews.gap.tables.base import Number, Ratio

ROWS_A_PAGE = 50
"""Students, or defects."""

_TALLY = "snapshot__tally"
_SUMS = ("valid", "caught", "false_notes", "undecided", "brier_sum", "brier_count")

Scope = Assignment | Course


def revisions_of(scope: Scope) -> QuerySet[Revision]:
    """The sealed revisions that count of an assignment, or of the published ones of a course."""
    if isinstance(scope, Assignment):
        return counting_revisions().filter(submission__assignment=scope)
    return counting_revisions().filter(
        submission__assignment__course=scope, submission__assignment__state=Assignment.State.PUBLISHED
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """What the notes of one student were worth, in one assignment or in several."""

    valid: int = 0
    caught: int = 0
    false_notes: int = 0
    undecided: int = 0
    brier_sum: float = 0.0
    brier_count: int = 0

    @property
    def recall(self) -> Share | None:
        """|S∩V| / |V|."""
        return proportion(self.caught, self.valid)

    @property
    def precision(self) -> Share | None:
        """TP / (TP + FP)."""
        return proportion(self.caught, self.caught + self.false_notes)

    @property
    def brier(self) -> float | None:
        """The mean squared error of stated confidence: 0 is best, 0.25 is always saying one half."""
        return self.brier_sum / self.brier_count if self.brier_count else None


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student, and what they missed by category."""

    student: Membership
    worth: Worth
    categories: dict[str, Ratio] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Family name first, as lists are sorted."""
        return f"{self.student.user.last_name}, {self.student.user.first_name}"

    @property
    def missed(self) -> Ratio:
        """What they missed of the valid defects."""
        return Ratio(
            Number(self.worth.valid - self.worth.caught, "student", ("missed",)),
            Number(self.worth.caught, "student", ("caught",)),
        )


def students(scope: Scope, page: str | int | None, rows: int = ROWS_A_PAGE) -> Page[tuple[int, Worth]]:
    """A page of students by what they missed, the most first, with what that comes to; in one query."""
    found = (
        told(revisions_of(scope))
        .values_list("submission__student")
        .annotate(*(Sum(f"{_TALLY}__{name}") for name in _SUMS))
    )
    everyone = [(student, Worth(*sums)) for student, *sums in found]
    everyone.sort(key=lambda row: (row[1].caught - row[1].valid, row[0]))
    return Paginator(everyone, rows).get_page(page)


def student_rows(scope: Scope, page: str | int | None) -> tuple[Page[Any], list[StudentRow]]:
    """A page of students with what they missed by category, in three queries."""
    shown = students(scope, page)
    people = _people(student for student, _ in shown)
    counts: dict[int, Counter[tuple[str, bool]]] = defaultdict(Counter)
    rows = told(revisions_of(scope).filter(submission__student__in=people))
    facts = rows.values_list("submission__student", f"{_TALLY}__facts")
    for student, values in facts.iterator(chunk_size=200):
        for defect in Facts.from_json({**values, "witnesses": ()}).defects:
            if defect.valid and STUDENT in defect.asked:
                counts[student][category_of(defect), STUDENT in defect.seen] += 1
    return shown, [StudentRow(people[pk], worth, _ratios(counts[pk])) for pk, worth in shown]


def _people(ids: Iterable[int]) -> dict[int, Membership]:
    return Membership.objects.select_related("user").in_bulk(list(ids))


def _ratios(counted: Counter[tuple[str, bool]]) -> dict[str, Ratio]:
    return {
        category: Ratio(
            Number(counted[category, False], "sights", (category, STUDENT, "missed")),
            Number(counted[category, True], "sights", (category, STUDENT, "seen")),
        )
        for category in sorted({category for category, _ in counted})
    }


# --- Over a term --------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TermRow:
    """A student over the term's assignments; None where nothing of theirs is counted."""

    student: Membership
    total: Worth
    worths: tuple[Worth | None, ...]

    @property
    def name(self) -> str:
        """Family name first, as lists are sorted."""
        return f"{self.student.user.last_name}, {self.student.user.first_name}"


def term_rows(
    course: Course, assignments: Sequence[Assignment], page: str | int | None, rows: int
) -> tuple[Page[Any], list[TermRow]]:
    """A page of students with what their notes were worth in each assignment, in three queries."""
    shown = students(course, page, rows)
    people = _people(student for student, _ in shown)
    found = worths(revisions_of(course).filter(submission__student__in=people))
    return shown, [
        TermRow(people[pk], total, tuple(found.get((pk, assignment.pk)) for assignment in assignments))
        for pk, total in shown
    ]


def worths(revisions: QuerySet[Revision]) -> dict[tuple[int, int], Worth]:
    """What the notes of each revision were worth, by (student, assignment)."""
    columns = ("submission__student", "submission__assignment", *(f"{_TALLY}__{name}" for name in _SUMS))
    return {
        (student, assignment): Worth(*sums)
        for student, assignment, *sums in told(revisions).values_list(*columns)
    }


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A student's own submission whose grade is out, and what its notes were worth."""

    submission: Submission
    worth: Worth


def own_submissions(student: Membership) -> list[Submission]:
    """All of a student's submissions, by due date, with what tells whether their grades are out."""
    return list(
        student.submissions.select_related("assignment__course", "student__user", "grade").order_by(
            "assignment__due_at", "pk"
        )
    )


def own_worths(submissions: Sequence[Submission]) -> list[OwnRow]:
    """What the notes of these submissions of one student were worth, in one query; in their order."""
    revisions = counting_revisions().filter(submission__in=submissions)
    found = {assignment: worth for (_, assignment), worth in worths(revisions).items()}
    return [OwnRow(one, found[one.assignment_id]) for one in submissions if one.assignment_id in found]


# --- Behind a number ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Behind:
    """A defect that a number was computed from, and whose submission it is of."""

    submission: int
    name: str
    assignment: str
    defect: DefectFact
    seen: tuple[WitnessFact, ...]
    """The witnesses that saw it."""


def defects_behind(
    scope: Scope, of: str, key: Key, student: Membership | None, page: str | int | None
) -> tuple[Page[Any], list[Behind]]:
    """A page of the defects behind the count of a key, in one query, by student and number.

    For an assignment, or for one student of a course: the tallies are read one by one.
    """
    revisions = revisions_of(scope)
    if student is not None:
        revisions = revisions.filter(submission__student=student)
    names = ("student__user__last_name", "student__user__first_name", "assignment__title", "pk")
    rows = (
        told(revisions)
        .order_by(*(f"submission__{name}" for name in ("assignment__due_at", *names[:2], "pk")))
        .values_list(f"{_TALLY}__facts", *(f"submission__{name}" for name in names))
    )
    found = []
    for values, last, first, assignment, submission in rows.iterator(chunk_size=200):
        facts = Facts.from_json(values)
        found += [
            (facts, f"{last}, {first}", assignment, submission, defect) for defect in behind(facts, of, key)
        ]
    shown = Paginator(found, ROWS_A_PAGE).get_page(page)
    return shown, [
        Behind(
            submission,
            name,
            assignment,
            defect,
            tuple(one for one in facts.witnesses if one.siglum in defect.seen),
        )
        for facts, name, assignment, submission, defect in shown
    ]
