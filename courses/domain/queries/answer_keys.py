"""What an answer key's page shows: its entries, where they hold, and who saw them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from courses.models import Assignment, Submission
from reviews.models import AppliedKey, KeyClaim, KeyEntry, Note


@dataclass(frozen=True, slots=True)
class Row:
    """An entry: how many sealed submissions hold it, and of how many of those the student saw it."""

    entry: KeyEntry
    held: int
    seen: int


@dataclass(frozen=True, slots=True)
class KeyTable:
    """The whole key. `measured` sealed submissions are measured against it, `waiting` not yet anew."""

    rows: tuple[Row, ...]
    measured: int
    waiting: int


def key_table(assignment: Assignment) -> KeyTable:
    """The assignment's key with its numbers, in four queries."""
    if assignment.answer_key_id is None:
        return KeyTable((), 0, 0)
    claims = KeyClaim.objects.filter(entry__key=assignment.answer_key_id)
    held = _by_entry(claims)
    seen = _by_entry(_seen_by_student(claims))
    applied = AppliedKey.objects.filter(key=assignment.answer_key_id).aggregate(
        measured=Count("pk"), waiting=Count("pk", filter=Q(revision__lt=F("key__revision")))
    )
    entries = KeyEntry.objects.filter(key=assignment.answer_key_id)
    rows = tuple(Row(entry, held.get(entry.pk, 0), seen.get(entry.pk, 0)) for entry in entries)
    return KeyTable(rows, applied["measured"], applied["waiting"])


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
