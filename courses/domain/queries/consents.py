"""What the staff see before they show a student's work: where the consent stands, what would be replaced."""

from __future__ import annotations

from dataclasses import dataclass

from courses.domain.from_submission import draft
from courses.models import Submission, Walkthrough
from courses.walkthroughs.anonymise import Anonymous
from reviews.models import Seal


@dataclass(frozen=True, slots=True)
class Showable:
    """A submission whose student was asked, or may be. Without consent nothing is prepared.

    `unsealed` is how many students of its assignment still write: they would hear the models first.
    """

    made: tuple[Walkthrough, ...]
    prepared: Anonymous | None
    unsealed: int


def showable(submission: Submission) -> Showable:
    """What there is to show of a submission."""
    consent = getattr(submission, "consent", None)
    return Showable(
        made=tuple(submission.walkthroughs.select_related("made_by", "course").order_by("pk")),
        prepared=draft(submission) if consent and consent.holds else None,
        unsealed=_unsealed(submission) if submission.assignment.is_open else 0,
    )


def _unsealed(submission: Submission) -> int:
    students = submission.assignment.course.memberships.filter(role="student").count()
    sealed = Seal.objects.filter(snapshot__revision__submission__assignment=submission.assignment).count()
    return max(students - sealed, 0)
