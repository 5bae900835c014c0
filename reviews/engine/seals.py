"""The seal: proof that the notes were there before any reviewer spoke."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from reviews.models import Note, Provenance, Seal, Snapshot, locked
from reviews.models.prepared import Prepared
from reviews.snapshots.files import SourceFile, tree_sha256

SCHEME = "blindspot-seal-1"
PROVENANCE = ("author", "model_name", "family", "prompt", "test_evidence", "tests_passed", "tests_failed")
"""What of the provenance is sealed."""


def seal(snapshot: Snapshot, *, found_nothing: bool, at: datetime | None = None) -> tuple[Seal, bool]:
    """Seal the snapshot with its notes and say whether this call did it.

    It is sealed now, or `at` another time where a story is told afterwards. Sealing twice gives
    the seal of the first time: two tabs, two clicks, a lost reply.
    """
    with transaction.atomic():
        locked(snapshot.pk)
        existing = _seals_of.first(snapshot.pk)
        if existing is not None:
            return existing, False
        made = drawn_up(
            snapshot,
            snapshot.source_files(),
            _notes_of(snapshot.pk),
            getattr(snapshot, "provenance", None),
            found_nothing=found_nothing,
            at=at or timezone.now(),
        )
        made.save(force_insert=True)
        return made, True


_seals_of = Prepared(lambda snapshot_id: Seal.objects.filter(snapshot=snapshot_id), int)
_notes_of = Prepared(lambda snapshot_id: Note.objects.filter(snapshot=snapshot_id).order_by("pk"), int)


def drawn_up(
    snapshot: Snapshot,
    files: Sequence[SourceFile],
    notes: Sequence[Note],
    provenance: Provenance | None,
    *,
    found_nothing: bool,
    at: datetime,
) -> Seal:
    """The seal over these files, notes (in the order of their keys) and provenance; not stored."""
    made = Seal(snapshot=snapshot, note_count=len(notes), found_nothing=found_nothing, sealed_at=at)
    made.snapshot_sha256 = tree_sha256(files)
    made.notes_sha256 = _notes_sha256(notes)
    made.sha256 = _sha256(_manifest(made, provenance))
    return made


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of a seal found; `problems` is empty where it holds."""

    problems: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether snapshot, notes and seal still agree."""
        return not self.problems


def verify(seal: Seal) -> Verdict:
    """Compute every hash anew from the rows and compare it with what was sealed."""
    notes = list(seal.snapshot.notes.order_by("pk"))
    tree = tree_sha256(seal.snapshot.source_files())
    checks = (
        (tree == seal.snapshot_sha256 == seal.snapshot.sha256, "The files are not those sealed."),
        (_notes_sha256(notes) == seal.notes_sha256, "The notes are not those sealed."),
        (len(notes) == seal.note_count, f"{len(notes)} notes are stored, {seal.note_count} were sealed."),
        (_sha256(manifest(seal)) == seal.sha256, "Author, tests or time are not those sealed."),
    )
    return Verdict(tuple(problem for holds, problem in checks if not holds))


def manifest(seal: Seal) -> str:
    """The text that the receipt's SHA-256 is taken of: canonical JSON, one line."""
    return _manifest(seal, Provenance.objects.filter(snapshot=seal.snapshot).first())


def _manifest(seal: Seal, provenance: Provenance | None) -> str:
    return _canonical(
        {
            "scheme": SCHEME,
            "snapshot": seal.snapshot_sha256,
            "notes": seal.notes_sha256,
            "note_count": seal.note_count,
            "found_nothing": seal.found_nothing,
            "provenance": {name: getattr(provenance, name, None) for name in PROVENANCE},
            "sealed_at": seal.sealed_at.astimezone(UTC).isoformat(),
        }
    )


def _notes_sha256(notes: Sequence[Note]) -> str:
    return _sha256(_canonical([_note_values(note) for note in notes]))


def _note_values(note: Note) -> dict[str, Any]:
    """What of a note is sealed: the student's words, not what later became of them."""
    names = ("title", "explanation", "severity", "odc_type", "cwe", "path", "first_line", "last_line")
    return {name: getattr(note, name) for name in (*names, "quote", "confidence", "suggested_fix")}


def _canonical(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
