"""Where the verdict on a defect can be taken over, with whose submission it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from courses.models import Revision, Submission
from reviews.gap import travel
from reviews.gap.travel import VERDICTS, Alike
from reviews.models import Defect


@dataclass(frozen=True, slots=True)
class Offer:
    """A submission whose defect seems to be the same. Only what may be chosen has a tick box."""

    submission: Submission
    alike: Alike
    verdict: str

    @property
    def student(self) -> str:
        """Whose work it is."""
        return self.submission.student.user.get_full_name()

    @property
    def possible(self) -> bool:
        """Whether the verdict can be taken over there: a dismissal needs its line in that code."""
        return self.alike.stands or self.verdict != Defect.Standing.INVALID

    @property
    def ticked(self) -> bool:
        """Whether it is chosen unless a person says otherwise."""
        return self.alike.stands

    @property
    def caution(self) -> str:
        """Why it is not ticked; empty where it is."""
        if self.alike.stands:
            return ""
        if not self.possible:
            return "The line that the dismissal quotes is not in this code."
        if not self.alike.line:
            return "It names no line, and the code is not the same: read it first."
        return "The code reads differently here: read it first."


@dataclass(frozen=True, slots=True)
class Carried:
    """A defect of another submission for which the verdict was taken over."""

    submission: Submission
    defect: Defect

    @property
    def student(self) -> str:
        """Whose work it is."""
        return self.submission.student.user.get_full_name()


def can_travel(defect: Defect) -> bool:
    """Whether there is a verdict that others can take over."""
    return defect.standing in VERDICTS


def offers(defect: Defect, within: QuerySet[Submission]) -> list[Offer]:
    """Where of these submissions the same defect seems to be, undecided; by the students' names."""
    if not can_travel(defect):
        return []
    submissions = _snapshots(within)
    found = travel.alike(defect, submissions)
    return sorted(
        (Offer(submissions[item.defect.snapshot_id], item, defect.standing) for item in found),
        key=lambda offer: (offer.submission.student.user.last_name, offer.student),
    )


def carried(defect: Defect, within: QuerySet[Submission]) -> list[Carried]:
    """Where of these submissions the verdict on this defect was taken over and still stands."""
    rows = Defect.objects.filter(
        decided_like=defect, snapshot__revision__submission__in=within
    ).select_related("snapshot__revision__submission__student__user")
    found = [Carried(row.snapshot.revision.submission, row) for row in rows]
    return sorted(found, key=lambda item: item.submission.student.user.last_name)


def _snapshots(within: QuerySet[Submission]) -> dict[int, Submission]:
    """The sealed snapshots of these submissions, in one query."""
    revisions = Revision.objects.filter(submission__in=within, snapshot__seal__isnull=False)
    rows = revisions.select_related("submission__student__user")
    return {revision.snapshot_id: revision.submission for revision in rows}
