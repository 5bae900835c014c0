"""Storing the code under review."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import QuerySet

from reviews.models import Blob, Call, Clearance, Seal, Snapshot, SnapshotFile
from reviews.snapshots.files import SourceFile, tree_sha256


@transaction.atomic
def store(files: Sequence[SourceFile]) -> Snapshot:
    """A new immutable snapshot of the files. Texts that are known already are not stored again."""
    blobs = {file.sha256: Blob(sha256=file.sha256, text=file.text) for file in files}
    Blob.objects.bulk_create(blobs.values(), ignore_conflicts=True)
    snapshot = Snapshot.objects.create(sha256=tree_sha256(files))
    SnapshotFile.objects.bulk_create(
        SnapshotFile(snapshot=snapshot, path=file.path, blob_id=file.sha256, line_count=len(file.lines))
        for file in files
    )
    return snapshot


@transaction.atomic
def discard(snapshot_ids: Collection[int]) -> None:
    """Snapshots gone, with all that was said of them and every text that nobody else holds.

    What calls about them cost stays counted in the budgets that paid for them. Raises ProtectedError
    for one that is a submission's.
    """
    calls = Call.objects.filter(by_pass__review__snapshot__in=snapshot_ids)
    texts = {
        *SnapshotFile.objects.filter(snapshot__in=snapshot_ids).values_list("blob", flat=True),
        *_cleared(Clearance.objects.filter(snapshot__in=snapshot_ids)),
        *(text for pair in calls.values_list("system", "material") for text in pair),
    }
    Seal.objects.filter(snapshot__in=snapshot_ids).delete()
    Snapshot.objects.filter(pk__in=snapshot_ids).delete()
    Blob.objects.filter(pk__in=texts - _held(texts)).delete()


def _held(texts: Collection[str]) -> set[str]:
    """Those of the texts that somebody holds."""
    held = {
        *SnapshotFile.objects.filter(blob__in=texts).values_list("blob", flat=True),
        *Call.objects.filter(system__in=texts).values_list("system", flat=True),
        *Call.objects.filter(material__in=texts).values_list("material", flat=True),
    }
    # No database of ours finds a text within JSON by an index, so they are all read, where it matters.
    return held | (set(texts) & _cleared(Clearance.objects.all()) if set(texts) - held else set())


def _cleared(clearances: QuerySet[Clearance]) -> set[str]:
    """The names of the texts that clearances hold."""
    rows = clearances.exclude(files=None).values_list("files", flat=True)
    return {sha256 for files in rows.iterator() for _, sha256, _ in files}
