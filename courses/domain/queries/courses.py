"""One's courses and what is next in each: own work for students, what waits for staff."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Case, Count, Exists, OuterRef, Prefetch, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone

from courses.domain.queries.standing import Stage, last_revisions, stage_of
from courses.domain.reruns import PLANNED
from courses.models import Assignment, Course, Grade, Membership, Revision, Submission
from reviews.models import Defect, Review, Seal

MaySee = Callable[[Submission], bool]
"""Whether the student of a submission may see its findings now; the rules know."""


class Step(StrEnum):
    """How far a student's own work is, in the words that the student reads."""

    NOT_OPEN = "not open yet"
    HAND_IN = "nothing handed in yet"
    WRITE = "writing notes"
    NOTHING = "closed, nothing handed in"
    UNSEALED = "closed before the notes were sealed"
    IN_REVIEW = "sealed, in review"
    SEALED = "sealed"
    FINDINGS = "reviewed"
    RELEASED = "graded"


_STATE = {
    Step.NOT_OPEN: "queued",
    Step.HAND_IN: "open",
    Step.WRITE: "draft",
    Step.NOTHING: "cancelled",
    Step.UNSEALED: "cancelled",
    Step.IN_REVIEW: "running",
    Step.SEALED: "sealed",
    Step.FINDINGS: "complete",
    Step.RELEASED: "released",
}
_ASSIGNMENT_STATE = {"draft": "draft", "open": "open", "not open yet": "queued", "closed": "complete"}
_NEXT = {
    Step.HAND_IN: ("Hand in code", "courses:hand_in"),
    Step.WRITE: ("Continue your notes", "courses:code"),
    Step.UNSEALED: ("Look at what you handed in", "courses:code"),
    Step.IN_REVIEW: ("See your receipt", "courses:receipt"),
    Step.SEALED: ("See your receipt", "courses:receipt"),
    Step.FINDINGS: ("See the reviews", "courses:reviews"),
    Step.RELEASED: ("See your grade", "courses:result"),
}


@dataclass(frozen=True, slots=True)
class Next:
    """The one thing to do next: words for a button, and where it leads."""

    action: str
    url: str


@dataclass(frozen=True, slots=True)
class OwnWork:
    """A student's row for one assignment. `points` is None before the grade is released."""

    assignment: Assignment
    step: Step
    submission: Submission | None = None
    revision: Revision | None = None
    notes: int = 0
    sees_findings: bool = False
    points: Decimal | None = None

    @property
    def state(self) -> str:
        """The step as a state of the state component."""
        return _STATE[self.step]

    @property
    def next(self) -> Next | None:
        """What to do next; None where there is nothing to do."""
        if self.step is Step.IN_REVIEW and self.sees_findings and self.submission:
            return Next("Watch the reviews", reverse("courses:reviews", args=[self.submission.pk]))
        if self.step not in _NEXT:
            return None
        action, name = _NEXT[self.step]
        thing: Assignment | Submission = self.submission or self.assignment
        return Next(action, reverse(name, args=[thing.pk]))

    @property
    def asks_consent(self) -> bool:
        """Whether somebody asked to show it to a class and waits for an answer."""
        consent = getattr(self.submission, "consent", None)
        return consent is not None and consent.state == "asked"

    @property
    def is_current(self) -> bool:
        """Whether there is still something to do, to wait for or to read."""
        return self.step not in (Step.NOTHING, Step.UNSEALED)


@dataclass(frozen=True, slots=True)
class Workload:
    """An assignment as staff see it in a list: how many hand in, and how many wait for what."""

    assignment: Assignment
    students: int
    handed_in: int
    stages: Counter[Stage]

    @property
    def state(self) -> str:
        """The assignment as a state of the state component."""
        return _ASSIGNMENT_STATE[self.word]

    @property
    def word(self) -> str:
        """The assignment's state for people."""
        if self.assignment.is_draft:
            return "draft"
        if self.assignment.is_open:
            return "open"
        return "not open yet" if timezone.now() < self.assignment.opens_at else "closed"

    @property
    def sealed(self) -> int:
        """How many have sealed their notes."""
        return self.stages.total()

    @property
    def to_adjudicate(self) -> int:
        """How many submissions have undecided defects."""
        return self.stages[Stage.ADJUDICATE]

    @property
    def to_grade(self) -> int:
        """How many submissions wait for points alone."""
        return self.stages[Stage.GRADE]

    @property
    def incomplete(self) -> int:
        """How many submissions have a review that could not be completed."""
        return self.stages[Stage.INCOMPLETE]

    @property
    def waiting(self) -> int:
        """How many submissions wait for staff."""
        return self.to_adjudicate + self.to_grade + self.incomplete


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One of a person's courses. Students have `work`, staff have `load`."""

    course: Course
    role: str
    work: list[OwnWork] = field(default_factory=list)
    load: list[Workload] = field(default_factory=list)

    @property
    def current_work(self) -> list[OwnWork]:
        """What a student's list of courses shows."""
        return [work for work in self.work if work.is_current]

    @property
    def current_load(self) -> list[Workload]:
        """What a staff member's list of courses shows: open, in preparation, or waiting for staff."""
        return [row for row in self.load if row.waiting or row.assignment.is_draft or row.assignment.is_open]


def index(user: AbstractBaseUser, may_see: MaySee) -> list[CourseRow]:
    """One's courses, in at most eight queries: those one teaches first, each with what is next."""
    memberships = list(Membership.objects.filter(user_id=user.pk).select_related("course"))
    assignments: dict[int, list[Assignment]] = defaultdict(list)
    courses = {membership.course_id: membership.course for membership in memberships}
    for assignment in Assignment.objects.filter(course__in=courses):
        assignment.course = courses[assignment.course_id]
        assignments[assignment.course_id].append(assignment)
    own = [membership for membership in memberships if membership.role == Membership.Role.STUDENT]
    taught = [membership for membership in memberships if membership.role in Membership.STAFF]
    work = _own_work(own, [a for item in own for a in assignments[item.course_id]], may_see)
    load = _workloads([a for item in taught for a in assignments[item.course_id]])
    rows = [
        CourseRow(item.course, item.role, work.get(item.pk, []), load.get(item.course_id, []))
        for item in memberships
    ]
    return sorted(rows, key=lambda row: (row.role == Membership.Role.STUDENT, row.course.name, row.course.pk))


def work_by_person(people: Iterable[AbstractBaseUser], may_see: MaySee) -> dict[int, list[OwnWork]]:
    """The rows of many students in all their courses, by the key of the person, in five queries."""
    memberships = list(
        Membership.objects.filter(
            user_id__in=[person.pk for person in people], role=Membership.Role.STUDENT
        ).select_related("course")
    )
    courses = {membership.course_id for membership in memberships}
    assignments = list(Assignment.objects.filter(course__in=courses).select_related("course"))
    work = _own_work(memberships, assignments, may_see)
    found: dict[int, list[OwnWork]] = defaultdict(list)
    for membership in memberships:
        found[membership.user_id] += work[membership.pk]
    return found


def own_work(membership: Membership, assignments: Iterable[Assignment], may_see: MaySee) -> list[OwnWork]:
    """A student's rows for these assignments of one course, without its drafts, by due date."""
    return _own_work([membership], list(assignments), may_see).get(membership.pk, [])


def assignments_of(course: Course) -> list[Assignment]:
    """The assignments of a course with their course, drafts too, by due date, in one query."""
    found = list(course.assignments.all())
    for assignment in found:
        assignment.course = course
    return found


def workloads(course: Course) -> list[Workload]:
    """The rows of all assignments of a course for its staff, by due date, in four queries."""
    return _workloads(assignments_of(course)).get(course.pk, [])


def _own_work(
    memberships: Sequence[Membership], assignments: Sequence[Assignment], may_see: MaySee
) -> dict[int, list[OwnWork]]:
    """Rows by membership."""
    found: dict[int, list[OwnWork]] = {}
    if not memberships:
        return found
    submissions = {
        (submission.student_id, submission.assignment_id): submission
        for submission in _submissions(memberships)
    }
    for membership in memberships:
        found[membership.pk] = [
            _work(assignment, submissions.get((membership.pk, assignment.pk)), may_see)
            for assignment in assignments
            if assignment.course_id == membership.course_id and not assignment.is_draft
        ]
    return found


def _submissions(memberships: Sequence[Membership]) -> QuerySet[Submission]:
    revisions = last_revisions().annotate(note_count=Count("snapshot__notes"))
    return (
        Submission.objects.filter(student__in=memberships)
        .select_related("grade", "consent")
        .prefetch_related(Prefetch("revisions", queryset=revisions, to_attr="last_revision"))
    )


def _work(assignment: Assignment, submission: Submission | None, may_see: MaySee) -> OwnWork:
    last: Any = getattr(submission, "last_revision", None)
    if submission is None or not last:
        return OwnWork(assignment, _step_before(assignment))
    submission.assignment = assignment
    revision: Revision = last[0]
    seal: Seal | None = getattr(revision.snapshot, "seal", None)
    grade: Grade | None = getattr(submission, "grade", None)
    sees = seal is not None and may_see(submission)
    released = sees and grade is not None and grade.released_at is not None
    return OwnWork(
        assignment,
        _step(assignment, revision, seal, released=released, sees=sees),
        submission,
        revision,
        notes=last[0].note_count,
        sees_findings=sees,
        points=grade.points if grade and released else None,
    )


def _step_before(assignment: Assignment) -> Step:
    if assignment.is_open:
        return Step.HAND_IN
    return Step.NOT_OPEN if timezone.now() < assignment.opens_at else Step.NOTHING


def _step(assignment: Assignment, revision: Any, seal: Seal | None, *, released: bool, sees: bool) -> Step:
    if seal is None:
        return Step.WRITE if assignment.is_open else Step.UNSEALED
    if released:
        return Step.RELEASED
    if any(not review.ended for review in revision.snapshot.current_reviews):
        return Step.IN_REVIEW
    return Step.FINDINGS if sees else Step.SEALED


def _workloads(assignments: Sequence[Assignment]) -> dict[int, list[Workload]]:
    """Rows by course, in three queries."""
    found: dict[int, list[Workload]] = defaultdict(list)
    if not assignments:
        return found
    students = Counter(
        Membership.objects.filter(
            course__in={assignment.course_id for assignment in assignments}, role=Membership.Role.STUDENT
        ).values_list("course", flat=True)
    )
    handed_in = dict(
        Submission.objects.filter(assignment__in=assignments)
        .order_by()
        .values_list("assignment")
        .annotate(Count("pk"))
    )
    stages = _stages(assignments)
    for assignment in assignments:
        found[assignment.course_id].append(
            Workload(
                assignment,
                students[assignment.course_id],
                handed_in.get(assignment.pk, 0),
                stages[assignment.pk],
            )
        )
    return found


def _stages(assignments: Sequence[Assignment]) -> dict[int, Counter[Stage]]:
    """How many sealed submissions of each assignment are at which stage, in one query."""
    reviews = Review.objects.filter(snapshot=OuterRef("snapshot"), current=True, protocol__in=PLANNED)
    undecided = Defect.objects.filter(snapshot=OuterRef("snapshot"), standing=Defect.Standing.UNDECIDED)
    rows = (
        last_revisions()
        .prefetch_related(None)
        .filter(submission__assignment__in=assignments, snapshot__seal__isnull=False)
        .order_by()
        .values_list(
            "submission__assignment",
            "submission__grade__points",
            "submission__grade__released_at",
            _before_points(Exists(reviews.exclude(state__in=Review.ENDED))),
            _before_points(Exists(reviews.exclude(state=Review.State.COMPLETE))),
            _before_points(Exists(undecided)),
        )
    )
    found: dict[int, Counter[Stage]] = defaultdict(Counter)
    for assignment_id, points, released_at, is_running, is_incomplete, is_undecided in rows:
        found[assignment_id][
            stage_of(
                is_released=released_at is not None,
                has_points=points is not None,
                is_running=is_running,
                is_incomplete=is_incomplete,
                is_undecided=is_undecided,
            )
        ] += 1
    return found


def _before_points(whether: Exists) -> Case:
    """False once there are points, without looking: of a whole term only few have none."""
    return Case(When(submission__grade__points__isnull=False, then=Value(False)), default=whether)
