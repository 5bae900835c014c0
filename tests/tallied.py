"""Work whose numbers are laid down by hand: sealed submissions with tallies, and no review behind them."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.models import User
from django.utils import timezone

from courses.models import Assignment, Membership, Revision, Submission
from reviews.gap.facts import Facts
from reviews.models import Seal, Snapshot, Tally


def tallied(to: Assignment, student: User, found: Facts) -> Submission:
    """A sealed submission of this student of which these are the facts."""
    membership = Membership.objects.get(course=to.course, user=student)
    submission = Submission.objects.create(assignment=to, student=membership)
    revised(submission, found)
    return submission


def revised(submission: Submission, found: Facts) -> Revision:
    """One more sealed revision of it, of which these are the facts."""
    number = submission.revisions.count() + 1
    snapshot = Snapshot.objects.create(sha256="0" * 64)
    Seal.objects.create(
        snapshot=snapshot,
        snapshot_sha256="0" * 64,
        notes_sha256="0" * 64,
        sha256="0" * 64,
        note_count=0,
        found_nothing=True,
        sealed_at=timezone.now(),
    )
    told(snapshot, found)
    return Revision.objects.create(submission=submission, number=number, snapshot=snapshot)


def told(snapshot: Snapshot, found: Facts) -> Tally:
    """Lay down the tally of a snapshot, as `reviews.gap.tallies` does from its rows."""
    found = replace(found, snapshot=snapshot.pk)
    valid = [defect for defect in found.defects if defect.valid]
    tally, _ = Tally.objects.update_or_create(
        snapshot=snapshot,
        defaults={
            "facts": found.as_json(),
            "valid": len(valid),
            "caught": sum(bool(defect.notes) for defect in valid),
            "false_notes": sum(defect.notes for defect in found.defects if defect.valid is False),
            "undecided": sum(defect.valid is None for defect in found.defects),
            "brier_sum": sum((stated - right) ** 2 for stated, right in found.stated),
            "brier_count": len(found.stated),
        },
    )
    return tally
