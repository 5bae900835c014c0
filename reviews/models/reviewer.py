"""Who writes code and who reads it: language models, and reviewers made of them."""

from __future__ import annotations

from django.db import models


class LanguageModel(models.Model):
    """A model that can write or review code. Models come and go: they are rows, never constants.

    `family` is the vendor's family ("anthropic", "openai"): two models of one family count as the
    same author, because independence is computed from families.
    """

    name = models.CharField(max_length=100, unique=True, help_text="As the provider spells it: gpt-5.4")
    label = models.CharField(max_length=100, help_text="As people say it: GPT 5.4")
    family = models.SlugField(max_length=50, help_text="Models of one family share their blind spots.")
    offered = models.BooleanField(default=True, help_text="Students can choose it as the author.")

    class Meta:
        ordering = ("family", "label")

    def __str__(self) -> str:
        return self.label


class Reviewer(models.Model):
    """A provider, a model and a role. Analysers have no model."""

    class Role(models.TextChoices):
        """What the reviewer is asked to look at."""

        FULL = "full review", "full review"

    name = models.CharField(max_length=100, unique=True)
    provider = models.CharField(max_length=50, help_text="A key of settings.REVIEW_PROVIDERS.")
    model = models.ForeignKey(LanguageModel, null=True, blank=True, on_delete=models.PROTECT)
    role = models.CharField(max_length=40, choices=Role, default=Role.FULL)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
