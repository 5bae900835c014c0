"""The numbers of an assignment and of a course, kept ready and made anew where they no longer hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, Max, OuterRef, QuerySet

from courses.models import Assignment, Revision
from courses.models import Digest as DigestRow
from reviews.gap.digest import VERSION, Digest, digest
from reviews.gap.facts import Facts


class Held(NamedTuple):
    """What a stored digest holds for: how many tallies, and when the newest of them was written."""

    tallies: int = 0
    newest: datetime | None = None


def counting_revisions() -> QuerySet[Revision]:
    """The revision of each submission that numbers are computed from: the last whose notes are sealed."""
    sealed = Revision.objects.filter(snapshot__seal__isnull=False)
    later = sealed.filter(submission=OuterRef("submission"), number__gt=OuterRef("number"))
    return sealed.filter(~Exists(later))


def told(revisions: QuerySet[Revision]) -> QuerySet[Revision]:
    """Those of these revisions that have a tally, in no order; its columns are `snapshot__tally__…`."""
    return revisions.filter(snapshot__tally__isnull=False).order_by()


def digest_of(assignment: Assignment) -> Digest:
    """The counts of an assignment, in two queries; where its tallies have changed, made anew and kept."""
    return digests_of([assignment])[assignment.pk]


def digests_of(assignments: Iterable[Assignment]) -> dict[int, Digest]:
    """The counts of each assignment by its id, in two queries, and two for each that has to be made anew."""
    ids = [assignment.pk for assignment in assignments]
    held = _held(ids)
    stored = {row.assignment_id: row for row in DigestRow.objects.filter(assignment__in=ids)}
    return {
        pk: _kept(stored.get(pk), held.get(pk, Held())) or rebuilt(pk, held.get(pk, Held())) for pk in ids
    }


def rebuilt(assignment_id: int, held: Held) -> Digest:
    """Count the tallies of an assignment anew, and keep the digest as holding for `held`.

    A tally that is written meanwhile is newer than `held` says, so that the digest does not hold for
    longer than it should.
    """
    revisions = counting_revisions().filter(submission__assignment=assignment_id)
    facts = told(revisions).values_list("snapshot__tally__facts", flat=True)
    counted = digest(Facts.from_json(values) for values in facts.iterator(chunk_size=200))
    row = DigestRow(
        assignment_id=assignment_id, counts=counted.as_json(), tallies=held.tallies, newest=held.newest
    )
    DigestRow.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["assignment"],
        update_fields=["counts", "tallies", "newest", "updated_at"],
    )
    return counted


def rebuild(assignments: Iterable[Assignment]) -> int:
    """Count anew all of these assignments, whatever is kept; how many."""
    ids = [assignment.pk for assignment in assignments]
    held = _held(ids)
    for pk in ids:
        rebuilt(pk, held.get(pk, Held()))
    return len(ids)


def _held(assignment_ids: list[int]) -> dict[int, Held]:
    rows = (
        told(counting_revisions().filter(submission__assignment__in=assignment_ids))
        .values_list("submission__assignment")
        .annotate(Count("pk"), Max("snapshot__tally__updated_at"))
    )
    return {pk: Held(count, newest) for pk, count, newest in rows}


def _kept(row: DigestRow | None, held: Held) -> Digest | None:
    """What is stored, if it holds."""
    if row is None or Held(row.tallies, row.newest) != held or row.counts.get("version") != VERSION:
        return None
    return Digest.from_json(row.counts)
