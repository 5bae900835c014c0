"""The answer key of an assignment, for tests of its pages: their addresses, and what is in it."""

from __future__ import annotations

from django.urls import reverse

from courses.models import Assignment
from reviews.models import KeyEntry

PLANTED = KeyEntry.Origin.PLANTED


def url(name: str, task: Assignment, *more: int) -> str:
    return reverse(f"courses:{name}", args=[task.pk, *more])


def entries(task: Assignment) -> list[KeyEntry]:
    return list(KeyEntry.objects.filter(key__assignments=task))
