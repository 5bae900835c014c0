"""What a person contributes to a review: the next version of the plan that reviewers criticised."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from reviews.claims import clean_text
from reviews.engine import reviews
from reviews.engine.clearances import look_for_instructions, note_people
from reviews.engine.passes import TEXT_CHARACTERS
from reviews.models import Pass, locked


class NotWaiting(Exception):
    """Nobody waits for this text any more; the message says what to do."""


def hand_in_text(item: Pass, text: str, by: AbstractBaseUser, people: Iterable[str] = ()) -> None:
    """Take the text for which a review waits, and let the review go on.

    `people` are the names and addresses that must not leave with it.

    Raises NotWaiting once the text was handed in already or the review was cancelled.
    """
    with transaction.atomic():
        snapshot = locked(item.review.snapshot_id)
        note_people(snapshot, people, [text])
        look_for_instructions(snapshot, item.document[0], text)
        now = timezone.now()
        taken = Pass.objects.filter(pk=item.pk, state=Pass.State.WAITING).update(
            state=Pass.State.ANSWERED,
            started_at=now,
            ended_at=now,
            text=clean_text(text, TEXT_CHARACTERS),
            reviewer_version=by.get_username()[:100],
        )
        if not taken:
            raise NotWaiting("This review no longer waits for a text. Copy what you wrote, then look again.")
    reviews.advance(item.review_id)
