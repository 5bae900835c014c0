"""A changed answer key reaches every sealed snapshot: here and now, or by a worker where they are many."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from reviews.engine.dispatch import send_to_apply_on_commit
from reviews.gap import keys
from reviews.models import AnswerKey, AppliedKey

AT_ONCE = 4
"""So many snapshots are done while the person waits; more are a worker's."""


def spread(key: AnswerKey) -> int:
    """Bring the snapshots that are behind the key up to it; how many of them a worker does.

    Call it outside of any transaction, so that each snapshot is locked for itself.
    """
    waiting = keys.behind(key).count()
    if waiting > AT_ONCE:
        send_to_apply_on_commit(key.pk)
        return waiting
    keys.apply_everywhere(key)
    return 0


def catch_up(key_id: int) -> None:
    """Apply a key to what is behind it; one that is gone is nobody's any more."""
    key = AnswerKey.objects.filter(pk=key_id).first()
    if key is not None:
        keys.apply_everywhere(key)


def send_lost(now: datetime, lost_after: float) -> None:
    """Ask again for keys that snapshots are behind, unless a worker was at it just now."""
    behind = AppliedKey.objects.filter(key=OuterRef("pk"), revision__lt=F("key__revision"))
    quiet = Q(sent_at=None) | Q(sent_at__lt=now - timedelta(seconds=lost_after))
    for key_id in AnswerKey.objects.filter(quiet, Exists(behind)).values_list("pk", flat=True):
        send_to_apply_on_commit(key_id)
