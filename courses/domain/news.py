"""Whether anything is new in a sitting, kept in the cache: an unchanged poll asks no database.

The row is the truth. An entry that is lost is made anew from it, and one that came late (a reader put
an old mark in after a writer's new one) ends by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db import transaction

from courses.domain import live
from courses.models import Sitting
from courses.walkthroughs.room import phone_mark

SECONDS = 10
"""How long an entry is believed: so seldom the row is asked while nothing happens."""

SECONDS_LIVE = 1
"""The same while a live run goes on, of whose findings nobody tells."""

OVER = "over"
"""The mark of a sitting that has ended."""


@dataclass(frozen=True, slots=True)
class News:
    """`stage` changes with all that a projector may notice, `phone` with what phones show."""

    stage: str
    phone: str


def tell(sitting: Sitting) -> None:
    """Once the transaction is through, everybody's next poll sees the change."""
    news, seconds = _read(sitting)
    transaction.on_commit(lambda: cache.set(_key(sitting.pk), (news.stage, news.phone), seconds))


def heard(sitting_id: int) -> News:
    """The newest marks; without a query while they are in the cache. Raises Sitting.DoesNotExist."""
    kept: tuple[str, str] | None = cache.get(_key(sitting_id))
    if kept is None:
        news, seconds = _read(Sitting.objects.get(pk=sitting_id))
        # Only where none is: a writer's entry is newer than what was just read.
        cache.add(_key(sitting_id), (news.stage, news.phone), seconds)
        return news
    return News(*kept)


def of(sitting: Sitting) -> News:
    """The marks of a sitting as it was just read."""
    return _read(sitting)[0]


def _read(sitting: Sitting) -> tuple[News, int]:
    """The marks, and for how many seconds they are believed."""
    if sitting.ended_at:
        return News(OVER, OVER), SECONDS
    state, runs = live.state_of(sitting.pk)
    phone = phone_mark(sitting.told(), sitting.shown())
    return News(f"{sitting.version}.{state}", phone), SECONDS_LIVE if runs else SECONDS


def _key(sitting_id: int) -> str:
    return f"sitting:{sitting_id}"
