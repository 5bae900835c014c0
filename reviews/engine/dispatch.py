"""Puts ids on the queue. What is lost on the way is found by the sweep."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from reviews.models import AnswerKey, Pass

log = logging.getLogger("blindspot.reviews")

RUN_PASS = "reviews.tasks.run_pass"  # noqa: S105 -- a task's name
CLEAR = "reviews.tasks.clear_snapshot"
APPLY_KEY = "reviews.tasks.apply_key"


def send_on_commit(pass_ids: Iterable[int], *, wait: float = 0) -> None:
    """Once this transaction stands, ask a worker to run these passes in `wait` seconds.

    A broker that is away loses nothing: the rows say what is queued.
    """
    ids = list(pass_ids)
    Pass.objects.filter(pk__in=ids).update(sent_at=timezone.now() + timedelta(seconds=wait))
    transaction.on_commit(lambda: _send(ids, wait), robust=True)


def send_to_clear_on_commit(snapshot_id: int) -> None:
    """Once this transaction stands, ask a worker to clear a snapshot; the first pass does it otherwise."""
    transaction.on_commit(lambda: _send_to_clear(snapshot_id), robust=True)


def send_to_apply_on_commit(key_id: int) -> None:
    """Once this transaction stands, ask a worker to apply an answer key where it is not yet."""
    AnswerKey.objects.filter(pk=key_id).update(sent_at=timezone.now())
    transaction.on_commit(lambda: _send_to_apply(key_id), robust=True)


def _send_to_clear(snapshot_id: int) -> None:
    try:
        current_app.send_task(CLEAR, args=[snapshot_id], retry=False)
    except OperationalError:
        log.warning("The broker is away; snapshot %s is cleared by its first pass.", snapshot_id)


def _send_to_apply(key_id: int) -> None:
    try:
        current_app.send_task(APPLY_KEY, args=[key_id], retry=False)
    except OperationalError:
        log.warning("The broker is away; answer key %s is applied once a sweep finds it.", key_id)


def _send(ids: list[int], wait: float) -> None:
    for pass_id in ids:
        try:
            current_app.send_task(RUN_PASS, args=[pass_id], countdown=wait or None, retry=False)
        except OperationalError:
            log.warning("The broker is away; pass %s stays queued until a sweep finds it.", pass_id)
