"""Running a review again at the student's own wish: one that could not be finished, a few times."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from courses.domain.circumstances import people_of
from courses.models import Submission
from reviews.engine import reviews
from reviews.models import Review, locked
from reviews.protocols import PROTOCOLS

UNFINISHED = (Review.State.INCOMPLETE, Review.State.FAILED)
"""A review that is complete says what it says, and one that was cancelled was stopped by a person."""

PLANNED = tuple(name for name, protocol in PROTOCOLS.items() if protocol.planned)
"""A rescue is asked for and not planned: it is none of these runs."""


class NoRerunsLeft(Exception):
    """The student may not have this review run again; the message says why and what to do."""


def left(submission: Submission) -> int:
    """How often the submission's student may still have a review of theirs run again."""
    asked = Review.objects.filter(
        snapshot__revision__submission=submission,
        asked_by=submission.student.user_id,
        attempt__gt=1,
        protocol__in=PLANNED,
    )
    return max(submission.assignment.reruns - asked.count(), 0)


def may_run_again(submission: Submission, user: AbstractBaseUser) -> bool:
    """Whether this person is its student and has a run left. Whether they see findings, the rules say."""
    return submission.student.user_id == user.pk and left(submission) > 0


def can_be_run_again(review: Review) -> bool:
    """Whether a review is one that students may have run again: of the plan, current, and not finished."""
    return review.current and review.state in UNFINISHED and review.protocol in PLANNED


def run_again(submission: Submission, review: Review, by: AbstractBaseUser) -> Review:
    """A fresh run of a review that could not be finished, counted against the student's runs.

    Asked twice at once, it starts one run and counts once. Raises NoRerunsLeft.
    """
    with transaction.atomic():
        locked(review.snapshot_id)
        review.refresh_from_db()
        current = Review.objects.get(snapshot=review.snapshot_id, position=review.position, current=True)
        if not current.ended:
            return current
        if not can_be_run_again(current):
            raise NoRerunsLeft(
                "Only a review that could not be finished can be run again. Nothing was changed."
            )
        if not may_run_again(submission, by):
            raise NoRerunsLeft(
                f"You have had {submission.assignment.reruns} run again, which is as often as this "
                "assignment allows. Nothing was changed. Ask your instructor, who can run it again."
            )
        return reviews.run_again(current, by, people_of(submission.assignment.course))
