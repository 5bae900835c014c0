"""What the insights of an assignment are computed from, kept ready. Rebuilt from the tallies at any time."""

from __future__ import annotations

from typing import Any

from django.db import models

from courses.models.assignment import Assignment


class Digest(models.Model):
    """The counts of one assignment: `counts` is `reviews.gap.digest.Digest` as JSON.

    It holds for the `tallies` tallies of the assignment, the newest of which was written at `newest`;
    where the rows say otherwise it is made anew.
    """

    assignment = models.OneToOneField(
        Assignment, on_delete=models.CASCADE, related_name="digest", primary_key=True
    )
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    tallies = models.PositiveIntegerField(default=0)
    newest = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"digest of {self.assignment_id}"
