"""What of a snapshot may leave the house, and what was noticed in it before anybody was asked."""

from __future__ import annotations

from typing import Any

from django.db import models

from reviews.models.snapshot import Snapshot


class Clearance(models.Model):
    """The texts of a snapshot as reviewers outside see them: pseudonyms for people, marks for secrets.

    `people` are pairs of a text and its pseudonym, of those who occur in the code. `files` are
    pairs of a path and the SHA-256 of its cleared blob; null until it was first needed.
    """

    snapshot = models.OneToOneField(Snapshot, on_delete=models.CASCADE, related_name="clearance")
    people: models.JSONField[Any, Any] = models.JSONField(default=list)
    files: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)

    def __str__(self) -> str:
        return f"clearance of snapshot {self.snapshot_id}"


class Notice(models.Model):
    """Something in the code that is no defect and must be said: who reads it may be tricked or told.

    An instruction to the reviewer is a finding of its own kind, and a lesson.
    """

    class Kind(models.TextChoices):
        """What was noticed."""

        INSTRUCTION = "instruction", "tries to instruct the reviewer"
        SECRET = "secret", "a secret, replaced before the code left"
        PERSON = "person", "a person's name, replaced before the code left"
        HIDDEN = "hidden", "invisible characters, removed before the code left"

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=11, choices=Kind)
    path = models.CharField(max_length=1024)
    line = models.PositiveIntegerField()
    quote = models.TextField(blank=True, help_text="The line, without the secret.")
    words = models.CharField(max_length=200, help_text="What it is, in words.")

    class Meta:
        ordering = ("path", "line", "pk")

    def __str__(self) -> str:
        return f"{self.kind} at {self.path}:{self.line}"
