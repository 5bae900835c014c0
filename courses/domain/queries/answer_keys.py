"""What an answer key's page shows: its entries, where they hold, and who saw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from courses.domain.queries.preview import preview
from courses.models import Assignment, Revision, Submission
from reviews.engine.answer_keys import Standing, standing
from reviews.engine.estimates import Estimate
from reviews.models import KeyClaim, KeyEntry, Note


@dataclass(frozen=True, slots=True)
class Row:
    """An entry: how many sealed submissions hold it, and of how many of those the student saw it."""

    entry: KeyEntry
    held: int
    seen: int


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A submission to which the key could not be applied, and why."""

    submission: Submission
    why: str


@dataclass(frozen=True, slots=True)
class KeyTable:
    """The whole key, and how far it has come in the sealed submissions.

    `judging` is what the calls for matches that wait for the judge come to at most; None where none
    wait or no judge is named any more.
    """

    rows: tuple[Row, ...]
    standing: Standing
    judging: Estimate | None
    given_up: tuple[GivenUp, ...] = ()

    @property
    def cost(self) -> int | None:
        """Millionths of a dollar, at most; None where a price is not known."""
        if self.judging is None or self.judging.unpriced or not self.judging.most.calls:
            return None
        return self.standing.calls * self.judging.most.cost // self.judging.most.calls


def key_table(assignment: Assignment) -> KeyTable:
    """The assignment's key with its numbers, in four queries; more for an estimate, and for failures."""
    if assignment.answer_key_id is None:
        return KeyTable((), Standing(), None)
    claims = KeyClaim.objects.filter(entry__key=assignment.answer_key_id)
    held = _by_entry(claims)
    seen = _by_entry(_seen_by_student(claims))
    entries = KeyEntry.objects.filter(key=assignment.answer_key_id)
    rows = tuple(Row(entry, held.get(entry.pk, 0), seen.get(entry.pk, 0)) for entry in entries)
    reached = standing(assignment.answer_key_id)
    judging = _judging(assignment) if reached.unjudged else None
    return KeyTable(rows, reached, judging, _given_up(reached) if reached.given_up else ())


def _given_up(reached: Standing) -> tuple[GivenUp, ...]:
    revisions = Revision.objects.filter(snapshot__in=reached.given_up)
    found = revisions.select_related("submission__student__user").order_by(
        "submission__student__user__last_name"
    )
    return tuple(GivenUp(row.submission, reached.given_up[row.snapshot_id]) for row in found)


def _judging(assignment: Assignment) -> Estimate | None:
    if assignment.judge is None:
        return None
    preview_of = preview((), assignment.course, assignment, assignment.judge)
    return preview_of.rows[0].estimate


def holding(entry: KeyEntry) -> int:
    """How many sealed submissions hold an entry."""
    return entry.claims.count()


def entry_of(submission: Submission, defect_id: int) -> KeyEntry | None:
    """The entry of the assignment's key that a defect is, if it is one."""
    entries = KeyEntry.objects.filter(key=submission.assignment.answer_key_id)
    return entries.filter(Q(from_defect=defect_id) | Q(claims__defect=defect_id)).first()


def _by_entry(claims: QuerySet[KeyClaim]) -> Mapping[int, int]:
    return dict(claims.order_by().values_list("entry").annotate(count=Count("pk")))


def _seen_by_student(claims: QuerySet[KeyClaim]) -> QuerySet[KeyClaim]:
    """Those whose defect a note of the same submission speaks of; a duplicate's original stands for it."""
    home = Coalesce("defect__duplicate_of", "defect")
    notes = Note.objects.annotate(home=home).filter(snapshot=OuterRef("snapshot"), home=OuterRef("home"))
    return claims.annotate(home=home).filter(Exists(notes))
