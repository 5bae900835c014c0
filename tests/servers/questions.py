"""A question as the engine asks it, for tests of what puts questions to models."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reviews.prompts.forms import REVIEW_FORM
from reviews.providers.base import Question

SYSTEM = "You review code. Report only what breaks, and say for whom.\n" * 10
MATERIAL = "".join(f"{number:4} | rows = Task.objects.filter(pk={number})\n" for number in range(1, 201))
TASK = "Review the code in the role of security.\n"


def question(model: str = "gpt-5.4", **changes: Any) -> Question:
    """The first of several passes over the same material, which a provider's cache will want to keep."""
    asked = Question(
        model=model,
        system=SYSTEM,
        material=MATERIAL,
        task=TASK,
        form=REVIEW_FORM,
        user="5f2a" * 16,
        cache_key="review-7-gpt",
        shared=True,
        seconds=10.0,
    )
    return replace(asked, **changes)
