"""What the numbers of many snapshots are computed from, kept ready. Rebuilt from the rows at any time."""

from __future__ import annotations

from typing import Any

from django.db import models

from reviews.models.snapshot import Snapshot


class Tally(models.Model):
    """The facts of one snapshot: `facts` is `reviews.gap.facts.Facts` as JSON, the columns its sums.

    Nothing here depends on what a defect weighs: that is a policy, and may change any day.
    """

    snapshot = models.OneToOneField(
        Snapshot, on_delete=models.CASCADE, related_name="tally", primary_key=True
    )
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    valid = models.PositiveIntegerField(default=0, help_text="|V|")
    caught = models.PositiveIntegerField(default=0, help_text="|S ∩ V|")
    false_notes = models.PositiveIntegerField(default=0, help_text="FP")
    undecided = models.PositiveIntegerField(default=0)
    brier_sum = models.FloatField(default=0.0, help_text="The sum of (p - o)² over decided notes.")
    brier_count = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "tallies"
        indexes = [models.Index(fields=("updated_at",), name="tally_by_update")]

    def __str__(self) -> str:
        return f"tally of snapshot {self.snapshot_id}"
