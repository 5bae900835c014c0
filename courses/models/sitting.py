"""A walkthrough shown to a class: what the room shows, who sits in it without a name, what they answered."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.validators import MaxValueValidator
from django.db import models
from django.urls import reverse

from courses.models.course import CODE_LETTERS, Course, Membership
from courses.models.walkthrough import Walkthrough
from courses.walkthroughs.room import Room
from courses.walkthroughs.story import Story
from reviews.claims import Severity
from reviews.models import Snapshot


def new_sitting_code() -> str:
    """Six letters, about 30 bits, typed by three hundred people; it dies with its sitting."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(6))


LINKS = signing.Signer(sep=".", salt="courses.sitting")


class Sitting(models.Model):
    """One showing of a walkthrough to a class, live or over.

    `story` and `snapshots` (ids by the states' names) are copies: who edits the walkthrough meanwhile
    changes nothing in the room. `room` is `courses.walkthroughs.room.Room` as JSON. `pressed` names the
    newest keys that moved it: one whose answer was lost is sent again, and known by its name. `version`
    grows with all that a projector or a phone may notice. A code is held only while the sitting is open.
    """

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="sittings")
    walkthrough = models.ForeignKey(
        Walkthrough, null=True, on_delete=models.SET_NULL, related_name="sittings"
    )
    title = models.CharField(max_length=200)
    group = models.CharField(max_length=80, blank=True, help_text="Which group or year it was.")
    story: models.JSONField[Any, Any] = models.JSONField()
    snapshots: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)
    room: models.JSONField[Any, Any] = models.JSONField(default=dict)
    pressed: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    # Null, not empty, where it is gone: a unique column holds one empty text.
    code = models.CharField(max_length=6, null=True, unique=True, default=new_sitting_code)  # noqa: DJ001
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField()
    step_since = models.DateTimeField(help_text="When the step that is shown was reached.")
    times: models.JSONField[dict[str, float], dict[str, float]] = models.JSONField(
        default=dict, help_text="Seconds that each step was shown."
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-started_at", "-pk")

    def __str__(self) -> str:
        return f"{self.title}, {self.started_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """What was answered."""
        return reverse("courses:sitting", args=[self.pk])

    @property
    def token(self) -> str:
        """What the link of the picture names it by: longer than a code, and not to be guessed."""
        return LINKS.sign(str(self.pk))

    def told(self) -> Story:
        """The story as plain data."""
        return Story.model_validate(self.story)

    def shown(self) -> Room:
        """The room as plain data."""
        return Room.from_json(self.room)


class Seat(models.Model):
    """Somebody who joined, without a name: the hash of a secret that their browser keeps.

    `member` is there only where a signed-in student asked to keep their own marks.
    """

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="seats")
    key_sha256 = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 (as above)
    member = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="seats"
    )
    joined_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        indexes = [models.Index(fields=("sitting", "seen_at"), name="seat_by_last_sight")]

    def __str__(self) -> str:
        return f"seat {self.pk}"


class Answer(models.Model):
    """What one seat answers to one asking of a question; sent again it replaces itself.

    `marks` are `[path, first line, last line]`. `confidence` is in per cent. `let_through` is None
    until the presenter looked at the words.
    """

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40)
    round = models.PositiveIntegerField(default=0)
    marks: models.JSONField[list[list[Any]], list[list[Any]]] = models.JSONField(default=list)
    severity = models.CharField(
        max_length=8, blank=True, choices=[(severity.value, severity.value) for severity in Severity]
    )
    choice = models.PositiveSmallIntegerField(null=True, blank=True)
    confidence = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(100)])
    words = models.CharField(max_length=280, blank=True)
    let_through = models.BooleanField(null=True)
    sent_at = models.DateTimeField()
    sent_times = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=("seat", "question", "round"), name="one_answer_per_seat"),
        ]
        indexes = [models.Index(fields=("question", "round"), name="answer_by_question")]

    def __str__(self) -> str:
        return f"{self.seat} to {self.question}"


class LiveRun(models.Model):
    """A review of a walkthrough asked of real reviewers during a sitting, on a snapshot of its own."""

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="live_runs")
    step = models.CharField(max_length=40)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("sitting", "step"), name="a_step_live_once")]

    def __str__(self) -> str:
        return f"{self.step} live"
