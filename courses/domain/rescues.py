"""Asking for a patch once the grade is out, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser

from courses.domain.circumstances import around
from courses.models import Submission
from reviews.engine import rescues
from reviews.engine.rescues import RESCUES_FROM
from reviews.models import Defect, Review, Snapshot
from reviews.protocols.rescue import RESCUE


class NotAgain(Exception):
    """The student may not ask for this fix again; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A valid defect and the review that proposes its patch, if one was asked for."""

    defect: Defect
    review: Review | None

    @property
    def failed(self) -> bool:
        """Whether one was asked for and could not be finished."""
        return bool(self.review and self.review.ended and self.review.state != Review.State.COMPLETE)

    def may_be_asked_for(self, submission: Submission, by: AbstractBaseUser) -> bool:
        """Whether asking starts a run: the first, or one more after a failure.

        Of those its student has as many for each fix as the assignment allows reviews to be run again.
        """
        if self.review is None:
            return True
        is_student = submission.student.user_id == by.pk
        return self.failed and not (is_student and self.review.attempt > submission.assignment.reruns)


def fixes(snapshot: Snapshot) -> list[Fix]:
    """The valid defects of a snapshot with their rescues, in two queries."""
    current = snapshot.reviews.filter(protocol=RESCUE.name, current=True)
    by_defect = {review.position - RESCUES_FROM: review for review in current.defer("setup", "result")}
    valid = snapshot.defects.filter(standing=Defect.Standing.VALID)
    return [Fix(defect, by_defect.get(defect.pk)) for defect in valid]


def propose_fix(submission: Submission, defect: Defect, by: AbstractBaseUser) -> Review:
    """Ask for a patch for a valid defect, or find the one that was asked for.

    One that could not be finished is asked for anew. Raises CannotRescue, NotAgain.
    """
    before = Fix(defect, rescues.rescue_of(defect))
    if before.failed and not before.may_be_asked_for(submission, by):
        raise NotAgain(
            "This fix could not be finished, and you have asked for it as often as this assignment allows. "
            "Nothing was changed. Ask your instructor, who can ask for it again."
        )
    return rescues.rescue(defect, around(submission), by)
