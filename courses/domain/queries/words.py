"""Words that a class sent, as the presenter reads them before anybody else does."""

from __future__ import annotations

from dataclasses import dataclass

from courses.domain.answers import print_of
from courses.models import Answer, Sitting

MOST_LISTED = 40
"""Of each list; a presenter lets a handful through, and the rest is counted."""


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody's words, without who. `seen` is what letting them through must bring back."""

    answer_id: int
    text: str
    severity: str
    seen: str


@dataclass(frozen=True, slots=True)
class Words:
    """What was sent to one asking of a question: not looked at yet, shown to the class, held back."""

    sitting_id: int
    question: str
    asked: int
    waiting: tuple[Word, ...]
    shown: tuple[Word, ...]
    held: tuple[Word, ...]
    not_listed: int


def words_of(sitting: Sitting, question: str, asked: int) -> Words:
    """The words sent to the asking `asked` (from 0) of a question, oldest first, with one query."""
    rows = (
        Answer.objects.filter(seat__sitting=sitting, question=question, round=asked)
        .exclude(words="")
        .order_by("sent_at", "pk")
        .values_list("pk", "words", "severity", "let_through")
    )
    lists: dict[bool | None, list[Word]] = {None: [], True: [], False: []}
    left = 0
    for pk, text, severity, verdict in rows:
        if len(lists[verdict]) < MOST_LISTED:
            lists[verdict].append(Word(pk, text, severity, print_of(text)))
        else:
            left += 1
    return Words(
        sitting.pk,
        question,
        asked,
        waiting=tuple(lists[None]),
        shown=tuple(lists[True]),
        held=tuple(lists[False]),
        not_listed=left,
    )
