"""Who writes code and who reads it: language models, and reviewers made of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models

from reviews import briefs
from reviews.families import family_of
from reviews.models.connection import Connection


class LanguageModel(models.Model):
    """A model that can write or review code. Models come and go: they are rows, never constants.

    `family` is computed from the name whenever the row is saved: two models of one family count as
    the same author, and whoever could type a family could type an independence.
    """

    name = models.CharField(max_length=100, unique=True, help_text="As the provider spells it: gpt-5.4")
    label = models.CharField(max_length=100, help_text="As people say it: GPT 5.4")
    family = models.SlugField(
        max_length=50, editable=False, help_text="Models of one family share their blind spots."
    )
    offered = models.BooleanField(default=True, help_text="Students can choose it as the author.")
    context_tokens = models.PositiveIntegerField(
        default=200_000,
        validators=[MinValueValidator(4_000)],
        help_text="How much it can read in one call; larger submissions are packed.",
    )
    output_tokens = models.PositiveIntegerField(
        default=16_000, validators=[MinValueValidator(1_000)], help_text="The most it may write in one call."
    )

    class Meta:
        ordering = ("family", "label")

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row with the family that its name has."""
        self.family = family_of(self.name)
        super().save(*args, **kwargs)


ROLES = [(role.value, role.value) for role in briefs.Role]


class Reviewer(models.Model):
    """A provider, a model and a role. Analysers have no model, and only models have a connection."""

    name = models.CharField(max_length=100, unique=True)
    provider = models.CharField(max_length=50, help_text="A key of settings.REVIEW_PROVIDERS.")
    model = models.ForeignKey(LanguageModel, null=True, blank=True, on_delete=models.PROTECT)
    role = models.CharField(max_length=40, choices=ROLES, default=briefs.Role.FULL.value)
    connection = models.ForeignKey(
        Connection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        limit_choices_to={"scope": ""},
        help_text="How its provider is reached.",
    )
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A connection leads to one provider only."""
        if self.connection and self.connection.provider != self.provider:
            raise ValidationError(
                {"connection": f"{self.connection} leads to {self.connection.provider}, not {self.provider}."}
            )
