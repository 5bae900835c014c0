"""What seats answer: sent, sent again, refused once it is frozen; and words that wait to be let through."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from courses.domain import sittings
from courses.models import Answer, Seat, Sitting
from courses.walkthroughs.marks import MOST_MARKS, merged
from reviews.claims import Place, Severity, clean_text

MOST_WORDS = 280


class NotOpen(Exception):
    """The question takes no answer now. Nothing was stored; the message says why."""


class ChangedMeanwhile(Exception):
    """The words are other ones than the presenter read."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it is sent: lines, how bad, which choice (from 0), how sure in per cent, a few words."""

    marks: Sequence[Place] = ()
    severity: Severity | None = None
    choice: int | None = None
    confidence: int | None = None
    words: str = ""


def send(seat: Seat, question: str, asked: int, reply: Reply) -> Answer:
    """Store what a seat answers to the asking `asked` (from 0) of a question; the one before goes.

    The same reply twice, side by side or one after the other, is one answer sent once. Raises NotOpen.
    """
    with transaction.atomic():
        # The one lock of a room: a question is open or frozen for this answer, and nothing between.
        sitting = Sitting.objects.select_for_update().get(pk=seat.sitting_id)
        _check_open(sitting, question, asked)
        answer = Answer.objects.filter(seat=seat, question=question, round=asked).first()
        values = _stored(reply)
        if answer is None:
            return Answer.objects.create(
                seat=seat, question=question, round=asked, sent_at=timezone.now(), **values
            )
        if all(getattr(answer, name) == value for name, value in values.items()):
            return answer
        if answer.words != values["words"]:
            answer.let_through = None
        for name, value in values.items():
            setattr(answer, name, value)
        answer.sent_at = timezone.now()
        answer.sent_times += 1
        answer.save()
    return answer


def count(sitting_id: int, question: str, asked: int) -> int:
    """How many seats answered this asking of a question."""
    return Answer.objects.filter(seat__sitting_id=sitting_id, question=question, round=asked).count()


def let_through(sitting_id: int, answer_id: int, seen: str, *, shown: bool) -> Answer:
    """Show somebody's words to the class, or hold them back; a word can be taken back at any time.

    `seen` is the `print_of` the words that the presenter read. Raises ChangedMeanwhile where they
    were changed since, Answer.DoesNotExist, Sitting.DoesNotExist.
    """
    with transaction.atomic():
        sitting = Sitting.objects.select_for_update().get(pk=sitting_id)
        answer = Answer.objects.get(pk=answer_id, seat__sitting=sitting)
        if shown and print_of(answer.words) != seen:
            raise ChangedMeanwhile("These words were changed since you read them. Read them again.")
        if answer.let_through != shown:
            answer.let_through = shown
            answer.save(update_fields=["let_through"])
            sittings.changed(sitting)
    return answer


def print_of(words: str) -> str:
    """A short text that other words do not have."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _check_open(sitting: Sitting, question: str, asked: int) -> None:
    if sitting.ended_at:
        raise NotOpen("This session is over, so your answer was not taken.")
    room = sitting.shown()
    if question not in room.asked or asked > room.round_of(question):
        raise NotOpen("Nobody has asked this so far, so this answer was not taken.")
    if asked < room.round_of(question):
        raise NotOpen("The question was asked anew, so this answer was not taken. Send it to the new one.")
    if question in room.frozen:
        raise NotOpen("Answers to this question are frozen, so this one was not taken.")
    if not room.is_open(sitting.told(), question):
        raise NotOpen("This question is not on the screen now, so this answer was not taken.")


def _stored(reply: Reply) -> dict[str, object]:
    """The fields of a row, within bounds whoever sent them."""
    marks = merged(reply.marks)[:MOST_MARKS]
    sure = reply.confidence
    return {
        "marks": [[place.path, place.first_line, place.last_line] for place in marks],
        "severity": reply.severity or "",
        "choice": reply.choice,
        "confidence": sure if sure is not None and 0 <= sure <= 100 else None,
        "words": " ".join(clean_text(reply.words, MOST_WORDS).split()),
    }
