"""The code under review: immutable files, who wrote them, and the seal over them."""

from __future__ import annotations

from django.db import connection, models

from reviews.models.prepared import Prepared
from reviews.models.reviewer import LanguageModel
from reviews.snapshots.files import SourceFile


class Blob(models.Model):
    """One text, stored once however many snapshots hold it."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.sha256[:12]


class Snapshot(models.Model):
    """The immutable files of one revision."""

    sha256 = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"snapshot {self.sha256[:12]}"

    def source_files(self) -> tuple[SourceFile, ...]:
        """All files with their texts, sorted by path."""
        return tuple(SourceFile(row.path, row.blob.text) for row in _files_of(self.pk))


def locked(snapshot_id: int) -> Snapshot:
    """The snapshot, with its row locked for the rest of the transaction.

    Everything that changes what stands about a snapshot (notes, seal, passes, defects) takes this
    one lock first, so no two of them interleave. Raises Snapshot.DoesNotExist.
    """
    snapshot = _locked.first(snapshot_id)
    if snapshot is None:
        raise Snapshot.DoesNotExist
    return snapshot


_locked = Prepared(lambda pk: Snapshot.objects.select_for_update().filter(pk=pk), int)
_files_of = Prepared(
    lambda pk: SnapshotFile.objects.filter(snapshot=pk).select_related("blob").order_by("path"), int
)


def lock_for(pass_id: int) -> None:
    """Lock the snapshot that a pass reads likewise. On SQLite the transaction itself is that lock."""
    if connection.features.has_select_for_update:
        rows = Snapshot.objects.select_for_update(of=("self",))
        rows.filter(reviews__passes=pass_id).values_list("pk").first()


class SnapshotFile(models.Model):
    """A path in a snapshot and the text that it holds."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="files")
    path = models.CharField(max_length=1024)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT)
    line_count = models.PositiveIntegerField()

    class Meta:
        ordering = ("path",)
        constraints = [
            models.UniqueConstraint(fields=("snapshot", "path"), name="one_file_per_path"),
        ]

    def __str__(self) -> str:
        return self.path


class Provenance(models.Model):
    """Which model wrote the code, with which prompt, and what its own tests said.

    `family` decides what counts as self and what as cross. It, `author` (the model's name for
    people) and `model_name` (its provider's name for it) are copied when the code is handed in: a
    later edit of the list rewrites no history.
    """

    snapshot = models.OneToOneField(Snapshot, on_delete=models.CASCADE, related_name="provenance")
    model = models.ForeignKey(LanguageModel, null=True, blank=True, on_delete=models.PROTECT)
    author = models.CharField(max_length=100)
    model_name = models.CharField(max_length=100, blank=True)
    family = models.SlugField(max_length=50)
    prompt = models.TextField(blank=True)
    test_evidence = models.TextField(blank=True)
    tests_passed = models.PositiveIntegerField(null=True, blank=True)
    tests_failed = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"written by {self.author}"

    @property
    def green(self) -> bool:
        """Whether its own tests ran and all passed: then they are a witness that saw nothing."""
        return bool(self.tests_passed) and self.tests_failed == 0


class Seal(models.Model):
    """Proof that the notes were there before any reviewer spoke.

    `sha256` is the hash over the manifest that `reviews.engine.seals` builds from the snapshot,
    its provenance and the notes.
    """

    snapshot = models.OneToOneField(Snapshot, on_delete=models.PROTECT, related_name="seal")
    snapshot_sha256 = models.CharField(max_length=64)
    notes_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    note_count = models.PositiveIntegerField()
    found_nothing = models.BooleanField(default=False)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal {self.sha256[:12]}"
