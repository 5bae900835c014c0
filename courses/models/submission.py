"""One student's answer to an assignment, and its revisions."""

from __future__ import annotations

from django.db import models
from django.urls import reverse

from courses.models.assignment import Assignment
from courses.models.course import Membership
from reviews.models import Snapshot


class Submission(models.Model):
    """One student's answer: an ordered list of revisions, the last of which counts."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="submissions")
    student = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="submissions")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("student", "pk")
        constraints = [
            models.UniqueConstraint(fields=("assignment", "student"), name="one_submission_per_student"),
        ]

    def __str__(self) -> str:
        return f"{self.student.user.get_full_name()}: {self.assignment}"

    def get_absolute_url(self) -> str:
        """The submission's page."""
        return reverse("courses:submission", args=[self.pk])


class Revision(models.Model):
    """One state of a submission's code. Handing in again before sealing adds a revision."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    snapshot = models.OneToOneField(Snapshot, on_delete=models.PROTECT, related_name="revision")
    left_out: models.JSONField[list[list[str]], list[list[str]]] = models.JSONField(
        default=list, help_text="Paths of the upload that were left out, each with the reason."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=("submission", "number"), name="a_revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number}"
