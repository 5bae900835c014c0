"""Where each submission of an assignment stands, and its gap at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery

from courses.domain.grading import Suggestion, suggest
from courses.domain.reruns import PLANNED
from courses.models import Assignment, Grade, Membership, Revision, Submission
from reviews.gap.apparatus import judged
from reviews.gap.measures import Gap, Weights, split
from reviews.models import Review, Seal

SHOWN = ("snapshot", "protocol", "position", "state", "reason")
"""What of a review a row tells; a class has thousands of them, with times and texts besides."""


class Stage(StrEnum):
    """How far a student's work has come. The order is the order of attention it needs from staff."""

    INCOMPLETE = "review incomplete"
    ADJUDICATE = "to adjudicate"
    GRADE = "to grade"
    GRADED = "graded"
    REVIEWING = "in review"
    RELEASED = "released"
    DRAFT = "draft"
    NOT_STARTED = "not started"


_SHAPES = {
    Stage.INCOMPLETE: "incomplete",
    Stage.ADJUDICATE: "open",
    Stage.GRADE: "ungraded",
    Stage.GRADED: "graded",
    Stage.REVIEWING: "running",
    Stage.RELEASED: "released",
    Stage.DRAFT: "draft",
    Stage.NOT_STARTED: "queued",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One student's row. `gap` and `suggestion` are None before the notes are sealed.

    The suggestion is by the course's present weights.
    """

    student: Membership
    stage: Stage
    submission: Submission | None = None
    revision: Revision | None = None
    seal: Seal | None = None
    reviews: tuple[Review, ...] = ()
    gap: Gap | None = None
    suggestion: Suggestion | None = None
    grade: Grade | None = None

    @property
    def name(self) -> str:
        """The student's name, family name first, as lists are sorted."""
        return f"{self.student.user.last_name}, {self.student.user.first_name}"

    @property
    def shape(self) -> str:
        """The name of the shape that stands for its stage."""
        return _SHAPES[self.stage]

    @property
    def attention(self) -> int:
        """0 for what needs staff first; see Stage."""
        return list(Stage).index(self.stage)

    @property
    def earlier_weights(self) -> Weights | None:
        """The weights that points were given by, where they are not the course's present ones."""
        if self.suggestion is None or self.grade is None or self.grade.points is None:
            return None
        return self.grade.weights if self.grade.weights != self.suggestion.weights else None

    @property
    def derivation(self) -> Suggestion | None:
        """The suggestion by the weights that points were given by; without points by the present ones.

        So the points of a grade that is out can be followed whatever the course's policy has become.
        """
        weights = self.earlier_weights
        if weights is None or self.gap is None or self.seal is None or self.suggestion is None:
            return self.suggestion
        found_nothing = self.seal.found_nothing
        return suggest(self.gap, self.suggestion.out_of, weights=weights, found_nothing=found_nothing)


def last_revisions() -> QuerySet[Revision]:
    """The revision of each submission that counts, with its seal and its plan's current reviews."""
    latest = Revision.objects.filter(submission=OuterRef("submission")).order_by("-number").values("pk")[:1]
    current = Review.objects.filter(current=True, protocol__in=PLANNED).order_by("position").only(*SHOWN)
    return (
        Revision.objects.annotate(latest=Subquery(latest))
        .filter(pk=F("latest"))
        .select_related("snapshot__seal", "snapshot__provenance")
        .prefetch_related(Prefetch("snapshot__reviews", queryset=current, to_attr="current_reviews"))
    )


def standings(assignment: Assignment) -> list[Standing]:
    """A row for every student of the course, sorted by name, in a fixed number of queries."""
    students = Membership.objects.filter(
        course=assignment.course_id, role=Membership.Role.STUDENT
    ).select_related("user")
    submissions = {
        submission.student_id: submission
        for submission in assignment.submissions.select_related("grade").prefetch_related(
            Prefetch("revisions", queryset=last_revisions(), to_attr="last_revision")
        )
    }
    for submission in submissions.values():
        submission.assignment = assignment
    sealed = [
        revision.snapshot_id
        for submission in submissions.values()
        for revision in _last(submission)
        if hasattr(revision.snapshot, "seal")
    ]
    gaps = {snapshot_id: split(defects) for snapshot_id, defects in judged(sealed).items()}
    weights = assignment.course.weights
    return [
        _standing(assignment.points, weights, student, submissions.get(student.pk), gaps)
        for student in students
    ]


def standing_of(submission: Submission) -> Standing:
    """The row of one submission."""
    revision = last_revisions().get(submission=submission)
    submission.last_revision = [revision]  # type: ignore[attr-defined]
    sealed = [revision.snapshot_id] if hasattr(revision.snapshot, "seal") else []
    gaps = {snapshot_id: split(defects) for snapshot_id, defects in judged(sealed).items()}
    assignment = submission.assignment
    return _standing(assignment.points, assignment.course.weights, submission.student, submission, gaps)


def _last(submission: Submission) -> Sequence[Revision]:
    """What the prefetch laid there: the last revision, or nothing before the first one."""
    found: Sequence[Revision] = submission.last_revision  # type: ignore[attr-defined]
    return found


def _standing(
    out_of: int,
    weights: Weights,
    student: Membership,
    submission: Submission | None,
    gaps: dict[int, Gap],
) -> Standing:
    if submission is None or not _last(submission):
        return Standing(student, Stage.NOT_STARTED)
    revision = _last(submission)[0]
    seal: Seal | None = getattr(revision.snapshot, "seal", None)
    if seal is None:
        return Standing(student, Stage.DRAFT, submission, revision)
    reviews: tuple[Review, ...] = tuple(revision.snapshot.current_reviews)  # type: ignore[attr-defined]
    gap = gaps[revision.snapshot_id]
    grade: Grade | None = getattr(submission, "grade", None)
    return Standing(
        student=student,
        stage=_stage(reviews, gap, grade),
        submission=submission,
        revision=revision,
        seal=seal,
        reviews=reviews,
        gap=gap,
        suggestion=suggest(gap, out_of, weights=weights, found_nothing=seal.found_nothing),
        grade=grade,
    )


def stage_of(
    *, is_released: bool, has_points: bool, is_running: bool, is_incomplete: bool, is_undecided: bool
) -> Stage:
    """How far a sealed submission has come. What staff did counts more than what reviewers did."""
    if is_released:
        return Stage.RELEASED
    if has_points:
        return Stage.GRADED
    if is_running:
        return Stage.REVIEWING
    if is_incomplete:
        return Stage.INCOMPLETE
    return Stage.ADJUDICATE if is_undecided else Stage.GRADE


def _stage(reviews: Sequence[Review], gap: Gap, grade: Grade | None) -> Stage:
    return stage_of(
        is_released=bool(grade and grade.released_at),
        has_points=bool(grade and grade.points is not None),
        is_running=any(not review.ended for review in reviews),
        is_incomplete=any(review.state != Review.State.COMPLETE for review in reviews),
        is_undecided=bool(gap.undecided),
    )
