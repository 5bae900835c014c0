"""A changed answer key reaches every sealed snapshot: here and now, or by a worker where they are many.

What is uncertain of it is put to the judge where the reviews of a snapshot have one and have ended: by
itself in few snapshots, in more once a person has seen how many calls that is.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils import timezone

from reviews.engine import judging
from reviews.engine.dispatch import send_to_apply_on_commit
from reviews.engine.reviews import ask_the_judge
from reviews.gap import keys
from reviews.models import AnswerKey, AppliedKey, Snapshot, locked
from reviews.prompts.redact import occurring
from reviews.protocols.exhibits import unsigned
from reviews.protocols.judging import calls_for

log = logging.getLogger("blindspot.reviews")

AT_ONCE = 4
"""So many snapshots are done while the person waits; more are a worker's.

And in so many the judge is asked without anybody having said so; in more a person says so.
"""


MAX_FAILURES = 5
"""After so many tries that failed by a bug of ours, a snapshot is left behind a key, with the reason."""

FIRST_WAIT = timedelta(seconds=60)
"""Before the second try; doubled for each further one."""

BEHIND = Q(revision__lt=F("key__revision"))
FAILED = Q(failed_revision=F("key__revision"), failures__gt=0)
"""Where the key as it stands now failed; one that is changed begins anew."""

GIVEN_UP = BEHIND & FAILED & Q(failures__gte=MAX_FAILURES)


AS_NEW: Mapping[str, Any] = {"failures": 0, "not_before": None, "detail": ""}
"""What stands where nothing failed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a key has come: `measured` snapshots follow it, `behind` of them not yet its last change.

    `given_up` are those to which it could not be applied, by their ids, with the reason. `unjudged` are
    the uncertain matches of each snapshot that wait for a person's word before a judge is asked; in
    `asking` snapshots one is about to be asked.
    """

    measured: int = 0
    behind: int = 0
    given_up: Mapping[int, str] = field(default_factory=dict)
    unjudged: tuple[int, ...] = ()
    asking: int = 0

    @property
    def calls(self) -> int:
        """What it takes to judge all that waits."""
        return sum(map(calls_for, self.unjudged))


def spread(key: AnswerKey) -> int:
    """Bring the snapshots that are behind the key up to it; how many of them a worker does.

    Call it outside of any transaction, so that each snapshot is locked for itself.
    """
    to_do = _to_apply(timezone.now()) | Q(judge_wanted=True)
    waiting = AppliedKey.objects.filter(to_do, key=key).count()
    if waiting > AT_ONCE:
        send_to_apply_on_commit(key.pk)
        return waiting
    _bring_up(key)
    return 0


def catch_up(key_id: int) -> None:
    """Apply a key to what is behind it, and ask the judges that are wanted. A key may be gone by now."""
    key = AnswerKey.objects.filter(pk=key_id).first()
    if key is not None:
        _bring_up(key)


def apply_everywhere(key: AnswerKey) -> int:
    """Apply a key to every snapshot that is behind it, and may be tried now; in how many that went well.

    Each is a transaction of its own, so what was done stays done, and running it twice is once.
    """
    done = 0
    behind = AppliedKey.objects.filter(_to_apply(timezone.now()), key=key)
    for applied in list(behind.select_related("snapshot").order_by("pk")):
        AnswerKey.objects.filter(pk=key.pk).update(sent_at=timezone.now())
        done += try_to_apply(applied.snapshot, key)
    return done


def measure(snapshot: Snapshot, key: AnswerKey) -> None:
    """Measure a snapshot that was just sealed against a key; it is one more whose reviews have a judge."""
    keys.measure_against([snapshot], key)
    try_to_apply(snapshot, key)
    if _want_judged(AppliedKey.objects.filter(snapshot=snapshot)):
        _try_to_judge(snapshot.pk)


def try_to_apply(snapshot: Snapshot, key: AnswerKey) -> bool:
    """Apply a key and say whether that went well; where it did not, the snapshot stays behind.

    It is tried again after a pause, and given up after MAX_FAILURES. Call it outside of any
    transaction: what goes wrong here must undo nothing else.
    """
    try:
        with transaction.atomic():
            keys.apply(snapshot, key)
            waiting = judging.unjudged(snapshot)
            AppliedKey.objects.filter(snapshot=snapshot).update(unjudged=waiting, **AS_NEW)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("%s cannot be applied to snapshot %s.", key, snapshot.pk)
        _note_failure(snapshot, type(error).__name__)
        return False
    return True


def try_again(key: AnswerKey) -> int:
    """Begin anew where a key was given up; how many of the snapshots a worker does. As `spread`."""
    AppliedKey.objects.filter(GIVEN_UP, key=key).update(**AS_NEW)
    return spread(key)


def note_names(key: AnswerKey, people: Iterable[str]) -> None:
    """Remember whose names stand in the words of a key, so that none leaves with them.

    `people` are full names and e-mail addresses. Who is known from earlier words stays known. Call it
    in the transaction that changes the words.
    """
    found = occurring(people, [unsigned(entry.claim()) for entry in key.entries.all()])
    with transaction.atomic():
        stored = AnswerKey.objects.select_for_update(no_key=True).get(pk=key.pk)
        known = {spelling for spelling, _ in stored.people}
        fresh = [[spelling, pseudonym] for spelling, pseudonym in found if spelling not in known]
        if fresh:
            stored.people = [*stored.people, *fresh]
            stored.save(update_fields=["people"])


def standing(key_id: int) -> Standing:
    """How far a key has come, in one query."""
    known = AppliedKey.objects.filter(key=key_id).annotate(
        is_given_up=ExpressionWrapper(GIVEN_UP, BooleanField())
    )
    rows = list(known.select_related("key"))
    given_up = {row.snapshot_id: row.detail for row in rows if row.is_given_up}
    waiting = (row.unjudged for row in rows if row.unjudged and not row.judge_wanted)
    return Standing(
        measured=len(rows),
        behind=sum(row.revision < row.key.revision for row in rows) - len(given_up),
        given_up=given_up,
        unjudged=tuple(waiting),
        asking=sum(row.judge_wanted for row in rows),
    )


def have_judged(key: AnswerKey) -> int:
    """Put all that is uncertain of a key to the judges; in how many snapshots a worker does.

    Asked twice at once it is asked once. Call it outside of any transaction.
    """
    _want_judged(AppliedKey.objects.filter(key=key))
    wanted = AppliedKey.objects.filter(key=key, judge_wanted=True).count()
    if wanted > AT_ONCE:
        send_to_apply_on_commit(key.pk)
        return wanted
    _judge(key)
    return 0


def send_lost(now: datetime, lost_after: float) -> None:
    """Ask again for keys that snapshots are behind, or wait for, unless a worker was at it just now.

    Where somebody still reads, a judge that is wanted waits for the end of that, which begins it.
    """
    to_do = _to_apply(now) | Q(judge_wanted=True) & ~judging.somebody_reads()
    waiting = AppliedKey.objects.filter(to_do, key=OuterRef("pk"))
    quiet = Q(sent_at=None) | Q(sent_at__lt=now - timedelta(seconds=lost_after))
    for key_id in AnswerKey.objects.filter(quiet, Exists(waiting)).values_list("pk", flat=True):
        send_to_apply_on_commit(key_id)


def _note_failure(snapshot: Snapshot, what: str) -> None:
    """Count a failure of the key as it stands now. Two workers that fail at once count as one."""
    applied = AppliedKey.objects.select_related("key").filter(snapshot=snapshot).first()
    if applied is None:
        return
    known = applied.failures if applied.failed_revision == applied.key.revision else 0
    applied.failures, applied.failed_revision = known + 1, applied.key.revision
    applied.not_before = timezone.now() + FIRST_WAIT * 2**known
    applied.detail = f"Blindspot itself failed here ({what}); the server's log says more."
    applied.save(update_fields=[*AS_NEW, "failed_revision"])


def _to_apply(now: datetime) -> Q:
    """Which snapshots are behind a key and may be tried: where that failed not at once, and not for ever."""
    return BEHIND & ~(FAILED & (Q(failures__gte=MAX_FAILURES) | Q(not_before__gt=now)))


def _bring_up(key: AnswerKey) -> None:
    apply_everywhere(key)
    unasked = AppliedKey.objects.filter(key=key, unjudged__gt=0)
    if unasked.count() <= AT_ONCE:
        _want_judged(unasked)
    _judge(key)


def _want_judged(applied: QuerySet[AppliedKey]) -> int:
    """Let the judge be asked about these; of how many that is new."""
    return applied.filter(unjudged__gt=0, judge_wanted=False).update(judge_wanted=True)


def _judge(key: AnswerKey) -> None:
    """Begin the judgings that are wanted. One whose judge is still at work is begun when that has ended."""
    wanted = AppliedKey.objects.filter(key=key, judge_wanted=True).order_by("pk")
    for snapshot_id in list(wanted.values_list("snapshot", flat=True)):
        AnswerKey.objects.filter(pk=key.pk).update(sent_at=timezone.now())
        _try_to_judge(snapshot_id)


def _try_to_judge(snapshot_id: int) -> None:
    """Begin a judging; of two workers the second finds nothing wanted any more.

    A bug of ours ends the wish: it is not tried for ever, and a person can ask again.
    """
    try:
        with transaction.atomic():
            ask_the_judge(locked(snapshot_id))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("The judge cannot be asked about the answer key on snapshot %s.", snapshot_id)
        AppliedKey.objects.filter(snapshot=snapshot_id).update(judge_wanted=False)
