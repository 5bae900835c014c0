"""Whether anything is new in a sitting, kept in the cache: an unchanged poll asks no database.

The row is the truth. An entry that is lost is made anew from it, and one that came late (a reader put
an old mark in after a writer's new one) ends by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction

from courses.models import Sitting
from courses.walkthroughs.room import phone_mark

SECONDS = 10
"""How long an entry is believed: so seldom the row is asked while nothing happens."""

OVER = "over"
"""The mark of a sitting that has ended."""


@dataclass(frozen=True, slots=True)
class News:
    """`stage` changes with all that a projector may notice, `phone` with what phones show."""

    stage: str
    phone: str


def tell(sitting: Sitting) -> None:
    """Once the transaction is through, everybody's next poll sees the change."""
    news = of(sitting)
    transaction.on_commit(lambda: cache.set(_key(sitting.pk), (news.stage, news.phone), SECONDS))


def heard(sitting_id: int) -> News:
    """The newest marks; without a query while they are in the cache. Raises Sitting.DoesNotExist."""
    kept: tuple[str, str] | None = cache.get(_key(sitting_id))
    if kept is None:
        news = of(Sitting.objects.get(pk=sitting_id))
        # Only where none is: a writer's entry is newer than what was just read.
        cache.add(_key(sitting_id), (news.stage, news.phone), SECONDS)
        return news
    return News(*kept)


def of(sitting: Sitting) -> News:
    """The marks of a sitting as it was just read."""
    if sitting.ended_at:
        return News(OVER, OVER)
    return News(str(sitting.version), phone_mark(sitting.told(), sitting.shown()))


def _key(sitting_id: int) -> str:
    return f"sitting:{sitting_id}"
