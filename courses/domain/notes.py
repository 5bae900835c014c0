"""Writing notes, from a page that may send the same text twice or know older code."""

from __future__ import annotations

from django.core.cache import cache
from django.db import transaction

from courses.domain.submissions import current_revision
from courses.models import Submission
from reviews.claims import Claim
from reviews.engine.notes import save_note
from reviews.models import Note, Snapshot, locked
from reviews.snapshots.ground import ground

DRAFTS_KNOWN = 30 * 24 * 3600
"""Seconds for which a first save that comes again is known; as long as a browser keeps drafts."""


def find(snapshot: Snapshot, note_id: int | None, draft: str) -> Note | None:
    """The note that a page writes on: by its number, or as what this draft became; None for a new one.

    Raises Note.DoesNotExist where a note of that number is not, or no longer, among the notes.
    """
    if note_id is not None:
        return snapshot.notes.get(pk=note_id)
    known = cache.get(_key(snapshot, draft)) if draft else None
    return snapshot.notes.filter(pk=known).first() if known else None


def write(snapshot: Snapshot, claim: Claim, note: Note | None, draft: str, seen: Snapshot) -> Note:
    """Store a note on the last revision.

    A lost reply or a second click (the same `draft` again) makes no second one. `seen` is the code
    that the page showed; lines of an older one are looked up in the new by what they quote.
    Raises engine.notes.Sealed, or Note.DoesNotExist where it was deleted meanwhile.
    """
    submission = snapshot.revision.submission
    with transaction.atomic():
        # Handing in again takes the same lock: the notes are where the last revision is.
        Submission.objects.select_for_update().get(pk=submission.pk)
        snapshot = current_revision(submission).snapshot
        locked(snapshot.pk)
        if seen.pk != snapshot.pk:
            claim, _ = ground(claim, snapshot.source_files())
        note = note or find(snapshot, None, draft)
        stored = save_note(snapshot, claim, note.pk if note else None)
        if draft:
            cache.set(_key(snapshot, draft), stored.pk, DRAFTS_KNOWN)
    return stored


def _key(snapshot: Snapshot, draft: str) -> str:
    """Of the submission, not the revision: a new revision takes the notes along."""
    return f"note-draft:{snapshot.revision.submission_id}:{draft}"
