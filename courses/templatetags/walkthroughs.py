"""What the kinds of steps are called, and what each one is for."""

from __future__ import annotations

from django import template

register = template.Library()

KIND_WORDS = {
    "text": ("text", "Words: what the class is about to see, or has seen."),
    "code": ("code", "A state of the code, opened at a file, with lines lit."),
    "change": ("change", "What changed from one state of the code to another, as a diff."),
    "tests": ("test output", "What the code's own tests or its linter printed."),
    "plan": ("plan", "A plan; one that revises another shows what changed."),
    "review": ("review", "A review that comes in finding by finding."),
    "question": ("question", "A question to the class: lines to mark, or an answer to choose."),
    "reveal": ("reveal", "What the class answered, beside what each witness saw."),
    "table": ("table", "Who saw what, column by column."),
}


@register.filter
def kind_word(kind: str) -> str:
    """What a kind of step is called; `{{ step.kind|kind_word }}`."""
    return KIND_WORDS.get(kind, (kind, ""))[0]


@register.filter
def kind_words(kind: str) -> str:
    """What a kind of step is for, as a sentence; `{{ kind|kind_words }}`."""
    return KIND_WORDS.get(kind, (kind, ""))[1]
