"""The student's notes: kept as drafts while they are written, fixed by the seal."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from reviews.claims import Claim, bounded
from reviews.models import Note, Seal, Snapshot, locked
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import Ground, ground


class Sealed(Exception):
    """The notes are sealed; nothing of them can change any more."""


def save_note(snapshot: Snapshot, claim: Claim, note_id: int | None = None) -> Note:
    """Store a new note, or new words for an old one, with the line that it quotes.

    An unfinished note (no title yet) is stored as well: nothing typed is lost.
    Raises Sealed, or Note.DoesNotExist where the note is not of this snapshot.
    """
    with transaction.atomic():
        _unsealed(snapshot)
        note = Note.objects.get(pk=note_id, snapshot=snapshot) if note_id else Note(snapshot=snapshot)
        claim = bounded(claim)
        note.take(claim)
        note.grounding = ground(claim, snapshot.source_files())[1]
        note.save()
    return note


def delete_note(snapshot: Snapshot, note_id: int) -> None:
    """Take a draft note away. Deleting it twice is the same as once. Raises Sealed."""
    with transaction.atomic():
        _unsealed(snapshot)
        Note.objects.filter(pk=note_id, snapshot=snapshot).delete()


def carry_over(notes: Sequence[Note], to: Snapshot, files: Sequence[SourceFile]) -> None:
    """Move draft notes onto new code: each to where its quoted line now stands.

    A note whose line is gone keeps its words and its old place, marked as not found in the code.
    """
    for note in notes:
        claim, grounding = ground(note.claim(), files)
        note.take(claim)
        note.grounding = Ground.EXACT if grounding is Ground.MOVED else grounding
        note.snapshot = to
        note.save()


def _unsealed(snapshot: Snapshot) -> None:
    locked(snapshot.pk)
    if Seal.objects.filter(snapshot=snapshot).exists():
        raise Sealed("These notes are sealed. Nothing of them can be changed any more.")
