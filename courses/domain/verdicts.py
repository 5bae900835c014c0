"""A verdict is taken over for other submissions, where a person chose to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet

from courses.models import Revision, Submission
from reviews.gap import travel
from reviews.models import Defect


@dataclass(frozen=True, slots=True)
class Taken:
    """A submission for which a verdict was to be taken over; `why_not` is empty where it was."""

    submission: Submission
    why_not: str

    @property
    def student(self) -> str:
        """Whose work it is."""
        return self.submission.student.user.get_full_name()


def take_over(
    defect: Defect, chosen: Collection[int], within: QuerySet[Submission], by: AbstractBaseUser
) -> list[Taken]:
    """Take the verdict on a defect over for the chosen ones (primary keys) in these submissions.

    Chosen can be only what was offered: what does not look the same is passed over, what somebody
    decided meanwhile is left alone. Raises `reviews.gap.standing.Refused`.
    """
    rows = Revision.objects.filter(submission__in=within).select_related("submission__student__user")
    submissions = {row.snapshot_id: row.submission for row in rows}
    offered = {item.defect.pk for item in travel.alike(defect, submissions)}
    there = Defect.objects.filter(pk__in=chosen, snapshot__in=submissions)
    seen = [row.pk for row in there if row.pk in offered or row.standing != Defect.Standing.UNDECIDED]
    return [
        Taken(submissions[item.defect.snapshot_id], item.why_not) for item in travel.apply(defect, seen, by)
    ]
