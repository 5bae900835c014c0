"""A thing that is wrong with a snapshot, once, whoever said so."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from reviews.models.snapshot import Snapshot


class Defect(models.Model):
    """The cluster of claims about one thing, and its standing.

    Title and severity follow the claims until a person sets them (`titled_by_person`).
    """

    class Standing(models.TextChoices):
        """What a person, or the answer key, decided. Nothing else makes a defect valid or invalid."""

        UNDECIDED = "undecided", "undecided"
        VALID = "valid", "valid"
        INVALID = "invalid", "invalid"
        DUPLICATE = "duplicate", "duplicate"

    class DecidedFrom(models.TextChoices):
        """Whose word its standing is; empty while undecided. A person's word stands above the key's."""

        PERSON = "person", "a person"
        KEY = "key", "the answer key"

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="defects")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    severity = models.CharField(max_length=8)
    odc_type = models.CharField(max_length=13, blank=True)
    cwe = models.PositiveIntegerField(null=True, blank=True)
    titled_by_person = models.BooleanField(default=False)
    standing = models.CharField(max_length=9, choices=Standing, default=Standing.UNDECIDED)
    duplicate_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates"
    )
    reason = models.TextField(blank=True)
    evidence = models.TextField(blank=True, help_text="The line of code that the reason rests on.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_from = models.CharField(max_length=6, choices=DecidedFrom, blank=True)
    decided_like = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The defect of another submission whose verdict a person took over.",
    )

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=("snapshot", "number"), name="a_number_once_per_snapshot"),
            models.CheckConstraint(
                condition=models.Q(standing="duplicate", duplicate_of__isnull=False)
                | (~models.Q(standing="duplicate") & models.Q(duplicate_of__isnull=True)),
                name="a_duplicate_names_its_original",
            ),
            models.CheckConstraint(
                condition=~models.Q(standing="invalid") | (~models.Q(reason="") & ~models.Q(evidence="")),
                name="a_dismissal_needs_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"
