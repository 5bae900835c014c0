"""All rows that say which claim of a snapshot is in which defect: read at once, and written at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.utils import timezone

from reviews.gap.reasons import REASON
from reviews.gap.stored import Stored, claims_on, speaks
from reviews.gap.wording import WORDS, put_in_words
from reviews.models import Defect, Finding, KeyClaim, Note, Snapshot
from reviews.models.prepared import Prepared
from reviews.models.writing import update_rows

PLACED = ("defect", *REASON)
"""What `write` stores of a claim."""

KNOWN = (*WORDS, "titled_by_person", "standing", "decided_from", "decided_at")
"""What `write` stores of a defect that was there before."""


class Sheet:
    """The defects and claims of one snapshot in memory. The caller holds the snapshot's lock."""

    def __init__(self, snapshot: Snapshot) -> None:
        """Read them in four queries."""
        self.snapshot = snapshot
        self.defects = _defects_of(snapshot.pk)
        self.stored = claims_on(snapshot)
        self._claims_were = {id(item): _values(item, _COLUMNS) for item in self.stored}
        self._defects_were = {defect.pk: _values(defect, KNOWN) for defect in self.defects}
        self._members_were = self.members()

    def members(self) -> dict[int, list[Stored]]:
        """The claims of each defect that has any, those of runs that were run again included."""
        found: dict[int, list[Stored]] = defaultdict(list)
        for item in self.stored:
            if item.defect_id is not None:
                found[item.defect_id].append(item)
        return found

    def fixed(self) -> set[int]:
        """The defects that a person has had a hand in. The key's word is no person's."""
        originals = {defect.duplicate_of_id for defect in self.defects}
        moved_into = {item.defect_id for item in self.stored if item.moved_by_person}
        return {
            defect.pk
            for defect in self.defects
            if by_person(defect)
            or defect.titled_by_person
            or defect.pk in originals
            or defect.pk in moved_into
        }

    def add(self, count_of: int) -> list[Defect]:
        """So many new defects, in one statement, with the next free numbers."""
        numbers = count(1 + max((defect.number for defect in self.defects), default=0))
        made = Defect.objects.bulk_create(
            Defect(snapshot=self.snapshot, number=next(numbers), title="Untitled", severity="major")
            for _ in range(count_of)
        )
        self.defects += made
        return made

    def heed_key(self) -> set[int]:
        """Let the answer key decide where nobody did, and take its word back where it no longer says so.

        A defect that a person set back to undecided stays so. Returns those where it was taken back.
        """
        home = {defect.pk: defect.duplicate_of_id or defect.pk for defect in self.defects}
        known = {home.get(item.defect_id or 0) for item in self.stored if isinstance(item, KeyClaim)}
        taken_back = set()
        for defect in self.defects:
            if defect.pk in known and _open(defect):
                defect.standing = Defect.Standing.VALID
                defect.decided_from, defect.decided_at = Defect.DecidedFrom.KEY, timezone.now()
            elif defect.pk not in known and is_from_key(defect):
                defect.standing, defect.decided_from, defect.decided_at = _UNDECIDED, "", None
                taken_back.add(defect.pk)
        return taken_back

    def put_in_words(self) -> None:
        """Unless a person named it, give each defect the words of its claims, first of those of now.

        One that is left without any keeps its words for good: a person decided about it in these.
        """
        members = self.members()
        originals = {defect.duplicate_of_id for defect in self.defects}
        for defect in self.defects:
            held = members.get(defect.pk, [])
            if not held:
                defect.titled_by_person |= by_person(defect) or defect.pk in originals
            elif not defect.titled_by_person:
                put_in_words(defect, [item for item in held if speaks(item)] or held)

    def changed(self) -> set[int]:
        """The defects whose claims are no longer those that were read, or have no reason yet."""
        members = self.members()
        return {
            pk
            for pk, held in members.items()
            if [id(item) for item in held] != [id(item) for item in self._members_were.get(pk, ())]
            or not all(item.matched_by for item in held)
        }

    def write(self) -> None:
        """Store what changed, and drop the defects without a claim in which no person had a hand."""
        for kind in (Note, Finding, KeyClaim):
            changed = [item for item in self.stored if isinstance(item, kind) and self._is_changed(item)]
            update_rows(changed, PLACED)
        gone = self._empty()
        if gone:
            Defect.objects.filter(pk__in=gone).delete()
        self.defects = [defect for defect in self.defects if defect.pk not in gone]
        known = [d for d in self.defects if _values(d, KNOWN) != self._defects_were.get(d.pk)]
        update_rows(known, KNOWN)

    def _is_changed(self, item: Stored) -> bool:
        return _values(item, _COLUMNS) != self._claims_were[id(item)]

    def _empty(self) -> set[int]:
        kept = self.members().keys() | {defect.duplicate_of_id for defect in self.defects}
        return {
            defect.pk
            for defect in self.defects
            if defect.pk not in kept and _open(defect) and not defect.titled_by_person
        }


_defects_of = Prepared(lambda snapshot: Defect.objects.filter(snapshot=snapshot), int)


def by_person(defect: Defect) -> bool:
    """Whether a person decided about a defect, if only that it be open again."""
    decided = defect.standing != _UNDECIDED or defect.decided_at is not None
    return decided and not is_from_key(defect)


def is_from_key(defect: Defect) -> bool:
    """Whether a defect is valid by the answer key's word alone."""
    return defect.decided_from == Defect.DecidedFrom.KEY


def _open(defect: Defect) -> bool:
    return defect.standing == _UNDECIDED and defect.decided_at is None


def _values(row: Defect | Stored, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


_UNDECIDED = Defect.Standing.UNDECIDED
_COLUMNS = ("defect_id", *REASON)
