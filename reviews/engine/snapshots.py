"""Storing the code under review."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from reviews.models import Blob, Snapshot, SnapshotFile
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
