"""Finds what was lost (a broker restarted, a worker killed) and continues it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from reviews.engine import answer_keys, ledger, passes, reviews
from reviews.engine.dispatch import send_on_commit
from reviews.models import Pass, Review
from reviews.providers.base import Trouble

log = logging.getLogger("blindspot.reviews")

WAIT_FOR_PERSON = timedelta(days=21)
"""So long after a review began it waits for a text of its student's."""

LOST_AFTER = 60.0
"""Seconds after which a queued pass that nobody took is put on the queue once more."""


def sweep(lost_after: float = LOST_AFTER) -> int:
    """Send queued and abandoned passes again and advance reviews that were left between rounds.

    Answer keys that were not applied everywhere are sent to a worker again, too. Two sweeps at once
    do no harm: every step they take is conditional. Returns how many passes were sent.
    """
    now = timezone.now()
    abandoned = Pass.objects.filter(state=Pass.State.RUNNING, leased_until__lt=now)
    ledger.write_off(now)
    worn_out = abandoned.filter(failures__gte=passes.MAX_FAILURES - 1)
    for pass_id, review_id in worn_out.values_list("pk", "review"):
        if passes.give_up(pass_id):
            _advance(review_id)
    unsent = Q(sent_at=None) | Q(sent_at__lt=now - timedelta(seconds=lost_after))
    queued = Pass.objects.filter(unsent, state=Pass.State.QUEUED).exclude(not_before__gt=now)
    lost = [
        *queued.values_list("pk", flat=True),
        *abandoned.exclude(failures__gte=passes.MAX_FAILURES - 1).values_list("pk", flat=True),
    ]
    for pass_id in lost:
        # One row at a time, so that it never waits for a lock while it holds another.
        send_on_commit([pass_id])
    _end_waiting(now)
    for review_id in _between_rounds():
        _advance(review_id)
    answer_keys.send_lost(now, lost_after)
    if lost:
        log.info("The sweep sent %s passes again.", len(lost))
    return len(lost)


def _advance(review_id: int) -> None:
    """Advance one review; what goes wrong with it is its own end, not that of the sweep."""
    try:
        reviews.advance(review_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("Review %s cannot be brought to its end.", review_id)
        reviews.fail(review_id, f"Blindspot itself failed here ({type(error).__name__}).")


def _end_waiting(now: datetime) -> None:
    """A text that nobody hands in does not keep a review open for ever."""
    late = Pass.objects.filter(state=Pass.State.WAITING, review__created_at__lt=now - WAIT_FOR_PERSON)
    late.update(
        state=Pass.State.UNABLE,
        trouble=Trouble.TIMED_OUT,
        ended_at=now,
        detail=f"No new version was handed in within {WAIT_FOR_PERSON.days} days.",
    )


def _between_rounds() -> list[int]:
    """Reviews that have not ended though every pass of theirs has."""
    unfinished = Pass.objects.filter(review=OuterRef("pk")).exclude(state__in=Pass.ENDED)
    waiting = Review.objects.exclude(state__in=Review.ENDED).filter(~Exists(unfinished))
    return list(waiting.values_list("pk", flat=True))
