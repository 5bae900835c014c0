"""A protocol's run over a snapshot, and the calls that it is made of."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from reviews import briefs
from reviews.models.reviewer import Reviewer
from reviews.models.snapshot import Snapshot


class Review(models.Model):
    """One run of a protocol over a snapshot. `setup` is `protocols.base.Setup` as JSON, frozen."""

    class State(models.TextChoices):
        """Where a review stands. Incomplete: somebody could not review, which is not silence."""

        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        COMPLETE = "complete", "complete"
        INCOMPLETE = "incomplete", "incomplete"
        FAILED = "failed", "failed"
        CANCELLED = "cancelled", "cancelled"

    ENDED = (State.COMPLETE, State.INCOMPLETE, State.FAILED, State.CANCELLED)

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="reviews")
    protocol = models.CharField(max_length=40)
    position = models.PositiveIntegerField(help_text="Its place in the review plan, from 1.")
    attempt = models.PositiveIntegerField(default=1, help_text="2 and more for a run again.")
    current = models.BooleanField(default=True, help_text="False once it was run again.")
    reviewer_ids: models.JSONField[Any, Any] = models.JSONField(
        default=list, help_text="The reviewers that the plan names; empty: any that suit."
    )
    setup: models.JSONField[Any, Any] = models.JSONField(default=dict)
    scope = models.CharField(max_length=40, blank=True, help_text="Whose keys are used: course-7.")
    budgets: models.JSONField[Any, Any] = models.JSONField(
        default=list, help_text="The names of the budgets that its calls are paid from."
    )
    on_behalf_of = models.CharField(max_length=64, blank=True, help_text="A hash, for providers.")
    result: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text="What the protocol made of what its reviewers said."
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.TextField(blank=True, help_text="Why it is incomplete, failed or cancelled.")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="Who asked for this run; empty for the plan's own.",
    )
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("position", "attempt")
        constraints = [
            models.UniqueConstraint(
                fields=("snapshot", "position", "attempt"), name="a_review_once_per_attempt"
            ),
            models.UniqueConstraint(
                fields=("snapshot", "position"),
                condition=models.Q(current=True),
                name="one_current_review_per_position",
            ),
        ]
        indexes = [models.Index(fields=("state",), name="review_by_state")]

    def __str__(self) -> str:
        return f"{self.protocol} on {self.snapshot_id}"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in self.ENDED


class Pass(models.Model):
    """One call of one reviewer in one round of a review.

    A worker claims it by a conditional UPDATE that raises `attempt` and sets `leased_until`; it
    may store its result only while its attempt is the row's. So a pass is stored once.
    """

    class State(models.TextChoices):
        """Where a pass stands. Unable is not silence."""

        QUEUED = "queued", "queued"
        WAITING = "waiting", "waits for the student"
        RUNNING = "running", "running"
        ANSWERED = "answered", "answered"
        UNABLE = "unable", "could not review"
        CANCELLED = "cancelled", "cancelled"

    ENDED = (State.ANSWERED, State.UNABLE, State.CANCELLED)

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="passes")
    reviewer = models.ForeignKey(Reviewer, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    siglum = models.CharField(max_length=8)
    role = models.CharField(max_length=40)
    task = models.CharField(max_length=20, default=briefs.Task.REVIEW.value)
    exhibits: models.JSONField[Any, Any] = models.JSONField(
        default=list, help_text="What it is shown besides the code: pairs of a title and a text."
    )
    document: models.JSONField[Any, Any] = models.JSONField(
        null=True, blank=True, help_text="The path and text of the document that it works on."
    )
    state = models.CharField(max_length=9, choices=State, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0, help_text="Failed calls and workers that died.")
    leased_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When it was last put on the queue.")
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=20, blank=True)
    detail = models.TextField(blank=True, help_text="Its summary, or why it could not review.")
    reviewer_version = models.CharField(max_length=100, blank=True)
    recorded = models.BooleanField(default=False)
    paths: models.JSONField[Any, Any] = models.JSONField(default=list, help_text="The files it read.")
    left_out: models.JSONField[Any, Any] = models.JSONField(
        default=list, help_text="Pairs of a file that did not fit in, and what was shown of it."
    )
    votes: models.JSONField[Any, Any] = models.JSONField(default=list)
    verdict = models.CharField(max_length=15, blank=True)
    text = models.TextField(blank=True, help_text="The document or patch that it wrote.")
    raw = models.TextField(blank=True, help_text="The reply as it came.")

    class Meta:
        ordering = ("round", "position")
        verbose_name_plural = "passes"
        constraints = [
            models.UniqueConstraint(fields=("review", "round", "position"), name="a_pass_once_per_round"),
        ]
        indexes = [models.Index(fields=("state", "leased_until"), name="pass_by_state_and_lease")]

    def __str__(self) -> str:
        return f"{self.siglum} of review {self.review_id}"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in self.ENDED

    @property
    def about_code(self) -> bool:
        """Whether its findings are claims about the snapshot, not about a text or a patch."""
        return briefs.Task(self.task).about_code


class Recording(models.Model):
    """A stored report for a known snapshot, replayed and labelled as recorded wherever it appears."""

    sha256 = models.CharField(max_length=64, help_text="The snapshot that it is about.")
    protocol = models.CharField(max_length=40)
    model = models.CharField(max_length=100)
    role = models.CharField(max_length=40)
    round = models.PositiveIntegerField()
    seconds = models.FloatField(default=0)
    report: models.JSONField[Any, Any] = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("sha256", "protocol", "model", "role", "round"), name="one_recording_per_call"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}, {self.protocol}, round {self.round}"
