"""The ledger: every call to a model, as it was made and as it was answered."""

from __future__ import annotations

from typing import Any

from django.db import models

from reviews.models.connection import Connection
from reviews.models.review import Pass
from reviews.models.snapshot import Blob


class Call(models.Model):
    """One call. It is written before the call is made and completed as soon as the reply is there.

    A pass whose worker died after that finds its reply here and does not pay again.
    """

    class State(models.TextChoices):
        """Asked and not yet heard of; replied; failed; or lost with its worker: perhaps paid for."""

        ASKED = "asked", "asked"
        REPLIED = "replied", "replied"
        FAILED = "failed", "failed"
        LOST = "lost", "lost"

    by_pass = models.ForeignKey(Pass, null=True, on_delete=models.CASCADE, related_name="calls")
    attempt = models.PositiveIntegerField(help_text="The pass's attempt that made it.")
    number = models.PositiveIntegerField(help_text="2: asked once more, in the right form.")
    connection = models.ForeignKey(Connection, null=True, on_delete=models.SET_NULL, related_name="calls")
    provider = models.CharField(max_length=50)
    model = models.CharField(max_length=100)
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    trouble = models.CharField(max_length=20, blank=True)
    detail = models.TextField(blank=True)
    instructions = models.CharField(max_length=100, help_text="Name and version of what it was told.")

    system = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    material = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    task = models.TextField()
    schema: models.JSONField[Any, Any] = models.JSONField(default=dict)
    reply = models.TextField(blank=True)
    ending = models.CharField(max_length=10, blank=True)
    request_id = models.CharField(max_length=200, blank=True)
    answered_by = models.CharField(max_length=100, blank=True)

    input_tokens = models.PositiveIntegerField(default=0)
    cached_tokens = models.PositiveIntegerField(default=0)
    written_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    reasoning_tokens = models.PositiveIntegerField(default=0)
    price: models.JSONField[Any, Any] = models.JSONField(
        null=True, blank=True, help_text="That day's, in US dollars for a million tokens; null: unknown."
    )
    cost = models.BigIntegerField(null=True, blank=True, help_text="Millionths of a US dollar.")
    reserved = models.BigIntegerField(default=0, help_text="Millionths of a US dollar.")
    budgets: models.JSONField[Any, Any] = models.JSONField(default=list)

    asked_at = models.DateTimeField()
    live_until = models.DateTimeField(help_text="Until then it takes one of the connection's places.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("asked_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=("by_pass", "attempt", "number"), name="a_call_once_per_attempt"),
        ]
        indexes = [models.Index(fields=("connection", "state"), name="call_by_connection_and_state")]

    def __str__(self) -> str:
        return f"{self.model}: {self.state}"
