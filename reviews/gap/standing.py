"""What a person decides about defects: standing, words, and which claims belong together."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from reviews.claims import Severity
from reviews.gap.defects import next_number, settle
from reviews.gap.reasons import REASON, by_person
from reviews.gap.sheet import is_from_key
from reviews.gap.stored import Stored, claims_in
from reviews.models import Defect, Snapshot, locked
from reviews.snapshots.ground import find_quotation


class Refused(Exception):
    """A decision that cannot stand; the message says why and what to do. `field` names the input."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Decision:
    """A standing with its grounds. `duplicate_of` is the number of another defect."""

    standing: Defect.Standing
    reason: str = ""
    evidence: str = ""
    duplicate_of: int | None = None


def decide(defect: Defect, decision: Decision, by: AbstractBaseUser) -> Defect:
    """Give a defect its standing.

    Raises Refused: a dismissal needs a reason and a line that really stands in the code; a
    duplicate needs an original that is not itself a duplicate.
    """
    with transaction.atomic():
        snapshot = locked(defect.snapshot_id)
        defect.refresh_from_db()
        original = _original(defect, decision)
        if decision.standing == Defect.Standing.INVALID:
            _check_dismissal(snapshot, decision)
        defect.standing = decision.standing
        defect.duplicate_of = original
        defect.reason = decision.reason.strip()
        defect.evidence = decision.evidence.strip()
        defect.decided_by_id = by.pk
        defect.decided_at = timezone.now()
        undecided = decision.standing == Defect.Standing.UNDECIDED
        defect.decided_from = "" if undecided else Defect.DecidedFrom.PERSON
        defect.decided_like = None
        defect.save()
        settle(snapshot)
        defect.refresh_from_db()
    return defect


def rename(defect: Defect, title: str, severity: Severity) -> None:
    """Set a defect's words and weight by hand; no later claim changes them.

    Raises Refused for an empty title.
    """
    if not title.strip():
        raise Refused("title", "Give the defect a title: it is what the class will read.")
    with transaction.atomic():
        snapshot = locked(defect.snapshot_id)
        Defect.objects.filter(pk=defect.pk).update(
            title=title.strip()[:200], severity=severity, titled_by_person=True
        )
        settle(snapshot)


def move(claim: Stored, to: Defect | None) -> Defect:
    """Move a claim into another defect of its snapshot, or into a new one of its own.

    A defect that is left without claims goes away, unless a person decided or renamed it. Where an
    entry of the answer key is moved, the key's word goes with it.
    Raises Refused where the defect is of another snapshot.
    """
    with transaction.atomic():
        snapshot = locked(claim.snapshot_id)
        if to is not None and to.snapshot_id != snapshot.pk:
            raise Refused("defect", "That defect belongs to another submission; nothing was moved.")
        claim.refresh_from_db()
        source = claim.defect_id
        if to is None:
            to = Defect.objects.create(
                snapshot=snapshot,
                number=next_number(snapshot),
                title=claim.title or "Untitled",
                severity=claim.severity,
            )
        _put(claim, to)
        settle(snapshot, touched={pk for pk in (source, to.pk) if pk is not None})
        to.refresh_from_db()
    return to


def merge(defect: Defect, into: Defect) -> None:
    """Move all claims of one defect into another and drop the emptied one.

    A person's decision on the one is kept where nobody decided the other. Raises Refused.
    """
    if defect.pk == into.pk:
        raise Refused("into", "A defect cannot be merged into itself; nothing was changed.")
    with transaction.atomic():
        snapshot = locked(defect.snapshot_id)
        into.refresh_from_db()
        if into.duplicate_of_id is not None:
            raise Refused(
                "into", f"Defect {into.number} is a duplicate itself; merge into its original instead."
            )
        defect.refresh_from_db()
        for claim in claims_in(defect):
            _put(claim, into)
        Defect.objects.filter(duplicate_of=defect).update(duplicate_of=into)
        if into.standing == Defect.Standing.UNDECIDED or is_from_key(into):
            _inherit(into, defect)
        Defect.objects.filter(pk=defect.pk).delete()
        settle(snapshot, touched={into.pk})


def _put(claim: Stored, to: Defect) -> None:
    claim.defect = to
    by_person(claim)
    claim.save(update_fields=["defect", "moved_by_person", *REASON])


def _inherit(into: Defect, merged: Defect) -> None:
    """What a person decided of a defect holds for the one that it became a part of.

    The key's word needs no heir: its entry comes along.
    """
    if merged.standing in (Defect.Standing.VALID, Defect.Standing.INVALID) and not is_from_key(merged):
        for name in (
            "standing",
            "reason",
            "evidence",
            "decided_by",
            "decided_at",
            "decided_from",
            "decided_like",
        ):
            setattr(into, name, getattr(merged, name))
        into.save()


def _original(defect: Defect, decision: Decision) -> Defect | None:
    if decision.standing != Defect.Standing.DUPLICATE:
        return None
    original = Defect.objects.filter(snapshot=defect.snapshot_id, number=decision.duplicate_of or 0).first()
    if original is None or original.pk == defect.pk:
        raise Refused("duplicate_of", "Choose the other defect that this one repeats.")
    if original.duplicate_of_id is not None:
        raise Refused(
            "duplicate_of", f"Defect {original.number} is a duplicate itself; choose its original instead."
        )
    if defect.duplicates.exists():
        raise Refused(
            "duplicate_of", "Other defects are marked as duplicates of this one; point them elsewhere first."
        )
    return original


def _check_dismissal(snapshot: Snapshot, decision: Decision) -> None:
    if not decision.reason.strip():
        raise Refused("reason", "Say why it is a false alarm: a dismissal needs a reason.")
    if not decision.evidence.strip():
        raise Refused("evidence", "Quote the line of code that shows it: a dismissal needs evidence.")
    if not any(find_quotation(decision.evidence, file.lines) for file in snapshot.source_files()):
        raise Refused("evidence", "That line is not in the code. Copy one as it stands there.")
