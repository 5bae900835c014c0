"""The instructor's word on a submission."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from courses.models.submission import Submission
from courses.models.weighing import Weighing


class Grade(Weighing):
    """Points and feedback. Students see nothing of it before `released_at` is set.

    `suggested` is the suggestion as it was when the points were given, by the weights that the
    course had then, which are kept here; the points are the suggestion plus `adjustment`, which
    carries its reason.
    """

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="grade")
    suggested = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    adjustment = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    adjustment_reason = models.TextField(blank=True)
    points = models.DecimalField(max_digits=6, decimal_places=1, null=True, blank=True)
    feedback = models.TextField(blank=True)
    graded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    graded_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.points} points"
