"""A walkthrough, the code that it shows, and a student's word that their work may be shown."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse

from courses.models.course import Course
from courses.models.submission import Submission
from courses.walkthroughs.story import Story
from reviews.models import Snapshot


class Walkthrough(models.Model):
    """An ordered, replayable story of steps. `story` is `courses.walkthroughs.story.Story` as JSON.

    `version` grows with every change, so that two editors notice each other. `shelf` is the name of
    the one of ours that it was taken from. One made from a submission is gone with its consent.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="walkthroughs")
    title = models.CharField(max_length=200)
    story: models.JSONField[Any, Any] = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    shared = models.BooleanField(default=False, help_text="All staff of the course may use it.")
    shelf = models.SlugField(max_length=50, blank=True)
    made_from = models.ForeignKey(
        Submission, null=True, blank=True, on_delete=models.CASCADE, related_name="walkthroughs"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("title", "pk")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The walkthrough's page."""
        return reverse("courses:walkthrough", args=[self.pk])

    def told(self) -> Story:
        """The story as plain data."""
        return Story.model_validate(self.story)


class WalkthroughCode(models.Model):
    """A state of the code that a walkthrough shows, by its name in the story."""

    walkthrough = models.ForeignKey(Walkthrough, on_delete=models.CASCADE, related_name="codes")
    name = models.CharField(max_length=40)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(fields=("walkthrough", "name"), name="a_state_of_code_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """Whether a student lets a class see their submission, without their name. Asked for, then given.

    Withdrawn, every walkthrough made from it is gone; it can be given again.
    """

    submission = models.OneToOneField(Submission, on_delete=models.CASCADE, related_name="consent")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"consent to show submission {self.submission_id}"

    @property
    def holds(self) -> bool:
        """Whether the work may be shown now."""
        return self.given_at is not None and self.withdrawn_at is None

    @property
    def state(self) -> str:
        """Asked, given, refused or withdrawn."""
        if self.withdrawn_at:
            return "withdrawn"
        if self.refused_at:
            return "refused"
        return "given" if self.given_at else "asked"
