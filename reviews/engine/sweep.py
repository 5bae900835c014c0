"""Finds what was lost (a broker restarted, a worker killed) and continues it."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from reviews.engine import passes, reviews
from reviews.engine.dispatch import send_on_commit
from reviews.models import Pass, Review

log = logging.getLogger("blindspot.reviews")

LOST_AFTER = 60.0
"""Seconds after which a queued pass that nobody took is put on the queue once more."""


def sweep(lost_after: float = LOST_AFTER) -> int:
    """Send queued and abandoned passes again and advance reviews that were left between rounds.

    Two sweeps at once do no harm: every step they take is conditional. Returns how many passes
    were sent.
    """
    now = timezone.now()
    abandoned = Pass.objects.filter(state=Pass.State.RUNNING, leased_until__lt=now)
    for pass_id, review_id in abandoned.filter(attempt__gte=passes.MAX_ATTEMPTS).values_list("pk", "review"):
        if passes.give_up(pass_id):
            reviews.advance(review_id)
    unsent = Q(sent_at=None) | Q(sent_at__lt=now - timedelta(seconds=lost_after))
    queued = Pass.objects.filter(unsent, state=Pass.State.QUEUED).exclude(not_before__gt=now)
    lost = [
        *queued.values_list("pk", flat=True),
        *abandoned.filter(attempt__lt=passes.MAX_ATTEMPTS).values_list("pk", flat=True),
    ]
    for pass_id in lost:
        # One row at a time, so that it never waits for a lock while it holds another.
        send_on_commit([pass_id])
    for review_id in _between_rounds():
        reviews.advance(review_id)
    if lost:
        log.info("The sweep sent %s passes again.", len(lost))
    return len(lost)


def _between_rounds() -> list[int]:
    """Reviews that have not ended though every pass of theirs has."""
    unfinished = Pass.objects.filter(review=OuterRef("pk")).exclude(state__in=Pass.ENDED)
    waiting = Review.objects.exclude(state__in=Review.ENDED).filter(~Exists(unfinished))
    return list(waiting.values_list("pk", flat=True))
