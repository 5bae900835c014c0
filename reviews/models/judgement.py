"""What a judge model said of two claims that may be one."""

from __future__ import annotations

from django.db import models

from reviews.models.review import Review
from reviews.models.snapshot import Snapshot


class Judgement(models.Model):
    """Whether two claims of a snapshot speak of the same defect.

    `same` is null where the judge contradicted itself once the two were shown the other way round.
    `first` and `second` name the claims ("finding-88", "note-12"), in the order of their names.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="judgements")
    first = models.CharField(max_length=32)
    second = models.CharField(max_length=32)
    same = models.BooleanField(null=True)
    reason = models.TextField(blank=True)
    review = models.ForeignKey(
        Review, null=True, blank=True, on_delete=models.SET_NULL, related_name="judgements"
    )
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("snapshot", "first", "second"), name="a_pair_judged_once"),
        ]

    def __str__(self) -> str:
        return f"{self.first} and {self.second}: {self.same}"
