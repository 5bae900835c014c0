"""The answer key: defects that an instructor planted or knows of."""

from __future__ import annotations

from django.db import models

from reviews.models.claim import ClaimWords
from reviews.models.defect import Defect
from reviews.models.snapshot import Snapshot


class AnswerKey(models.Model):
    """A list of known defects. Whoever owns it (an assignment) points here."""

    revision = models.PositiveIntegerField(default=0, help_text="Raised with every change of an entry.")
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When a worker was last asked, or last seen, to apply it."
    )
    people = models.JSONField(
        default=list,
        blank=True,
        help_text="Spellings of people of the course in its words, with their pseudonyms.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"answer key {self.pk}"


class AppliedKey(models.Model):
    """That a snapshot is measured against a key. One whose revision is behind the key's waits for it."""

    snapshot = models.OneToOneField(Snapshot, on_delete=models.CASCADE, related_name="applied_key")
    key = models.ForeignKey(AnswerKey, on_delete=models.CASCADE, related_name="applied")
    revision = models.PositiveIntegerField(
        default=0, help_text="The revision of the key that the snapshot's claims are of."
    )
    unjudged = models.PositiveIntegerField(
        default=0,
        help_text="Uncertain pairs with the key that no judge was asked about, after all have spoken.",
    )
    judge_wanted = models.BooleanField(
        default=False, help_text="Whether the judge is to be asked about them."
    )
    failures = models.PositiveSmallIntegerField(
        default=0, help_text="How often this revision of the key could not be applied."
    )
    failed_revision = models.PositiveIntegerField(
        default=0, help_text="The revision of the key that the failures are of."
    )
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="When that may be tried again by itself."
    )
    detail = models.TextField(blank=True, help_text="What went wrong, for people.")

    def __str__(self) -> str:
        return f"{self.key} on {self.snapshot_id}"


class KeyEntry(ClaimWords):
    """A known defect: at a file and line, or by its description alone."""

    class Origin(models.TextChoices):
        """How it came to be known."""

        PLANTED = "planted", "planted"
        FOUND = "found", "found in earlier work"

    key = models.ForeignKey(AnswerKey, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    revision = models.PositiveIntegerField(
        default=0, help_text="The revision of the key that gave it its words."
    )
    origin = models.CharField(max_length=7, choices=Origin, default=Origin.PLANTED)
    from_defect = models.ForeignKey(
        Defect,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="key_entries",
        help_text="The adjudicated defect that it was made of.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("number",)
        verbose_name_plural = "key entries"
        constraints = [
            models.UniqueConstraint(fields=("key", "number"), name="a_number_once_per_key"),
            models.UniqueConstraint(
                fields=("key", "from_defect"),
                condition=models.Q(from_defect__isnull=False),
                name="a_defect_once_per_key",
            ),
        ]
