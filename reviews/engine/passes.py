"""One call of one reviewer: claimed under a lease, made, and stored once."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from reviews.claims import bounded, clean_text
from reviews.engine import reviews
from reviews.engine.dispatch import send_on_commit
from reviews.models import Finding, Pass, Review, locked
from reviews.protocols.base import Seat, Setup
from reviews.providers.base import ProviderError, Report, Request, Trouble
from reviews.providers.registry import provider
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import ground

log = logging.getLogger("blindspot.reviews")

RAW_CHARACTERS = 2_000_000
"""Of a reviewer's reply, so much is kept."""

MAX_ATTEMPTS = 3
"""After this many workers died on a pass, or this many retries, it is given up with its reason."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a pass until it runs out; `attempt` fences off every earlier holder."""

    pass_id: int
    attempt: int


def run(pass_id: int) -> None:
    """Run a pass if it is there to be run; a second delivery of the same id does nothing.

    The lease is renewed while the reviewer thinks, and no transaction is open meanwhile.
    """
    lease = take(pass_id)
    if lease is None:
        return
    item = Pass.objects.select_related("review__snapshot").get(pk=pass_id)
    files = item.review.snapshot.source_files()
    try:
        seat = Setup.from_json(item.review.setup).seat(item.reviewer_id)
        with _kept_alive(lease):
            report = provider(seat.provider).review(_request(item, seat, files))
        finish(lease, report, files)
    except ProviderError as error:
        settle(lease, error)
    except Exception as error:  # a bug of ours must not leave the class waiting
        log.exception("Pass %s failed inside Blindspot.", pass_id)
        what = f"Blindspot itself failed here ({type(error).__name__}); the server's log says more."
        settle(lease, ProviderError(Trouble.UNREADABLE, what))
    reviews.advance(item.review_id)


def take(pass_id: int) -> Lease | None:
    """Claim a pass that is queued and due, or whose holder's lease ran out; None if it is neither."""
    now = timezone.now()
    due = Q(state=Pass.State.QUEUED) & (Q(not_before=None) | Q(not_before__lte=now))
    abandoned = Q(state=Pass.State.RUNNING, leased_until__lt=now)
    with transaction.atomic():
        snapshot_id = _snapshot_of(pass_id)
        if snapshot_id is None:
            return None
        locked(snapshot_id)
        taken = (
            Pass.objects.filter(due | abandoned, pk=pass_id, attempt__lt=MAX_ATTEMPTS)
            .filter(review__snapshot__seal__isnull=False)
            .update(
                state=Pass.State.RUNNING,
                attempt=F("attempt") + 1,
                leased_until=_lease_end(),
                started_at=Coalesce("started_at", now),
            )
        )
        if not taken:
            return None
        item = Pass.objects.get(pk=pass_id)
        Review.objects.filter(pk=item.review_id, state=Review.State.QUEUED).update(
            state=Review.State.RUNNING, started_at=now
        )
    return Lease(pass_id, item.attempt)


def finish(lease: Lease, report: Report, files: Sequence[SourceFile]) -> bool:
    """Store the report, each finding checked against the code; False if the lease was lost."""
    with transaction.atomic():
        item = _held(lease)
        if item is None:
            return False
        item.state = Pass.State.ANSWERED
        item.ended_at = timezone.now()
        item.detail = clean_text(report.summary)
        item.reviewer_version = report.reviewer[:100]
        item.recorded = report.recorded
        item.paths = list(report.paths)
        item.usage = dict(report.usage)
        item.raw = clean_text(report.raw, RAW_CHARACTERS)
        item.save()
        Finding.objects.bulk_create(_findings(item, report, files))
    return True


def settle(lease: Lease, error: ProviderError) -> bool:
    """Queue the pass again where that can help, else record why it could not review.

    False if the lease was lost.
    """
    with transaction.atomic():
        item = _held(lease)
        if item is None:
            return False
        item.detail = str(error)
        item.trouble = error.trouble
        item.raw = clean_text(error.raw, RAW_CHARACTERS)
        item.leased_until = None
        if error.retry_after is not None and item.attempt < MAX_ATTEMPTS:
            item.state = Pass.State.QUEUED
            item.not_before = timezone.now() + timedelta(seconds=error.retry_after)
            item.save()
            send_on_commit([item.pk], wait=error.retry_after)
        else:
            item.state = Pass.State.UNABLE
            item.ended_at = timezone.now()
            item.save()
    return True


def give_up(pass_id: int) -> bool:
    """End a pass on which MAX_ATTEMPTS workers died; False if it is not such a one."""
    now = timezone.now()
    ended = Pass.objects.filter(
        pk=pass_id, state=Pass.State.RUNNING, leased_until__lt=now, attempt__gte=MAX_ATTEMPTS
    ).update(
        state=Pass.State.UNABLE,
        trouble=Trouble.TIMED_OUT,
        ended_at=now,
        detail=f"The worker stopped {MAX_ATTEMPTS} times while this reviewer was reading.",
    )
    return bool(ended)


def _request(item: Pass, seat: Seat, files: tuple[SourceFile, ...]) -> Request:
    """What the reviewer is shown: the code and its task, and nothing of student or author.

    The seat is the one that the review began with, whatever became of the reviewer's row since.
    """
    return Request(
        files=files,
        sha256=item.review.snapshot.sha256,
        protocol=item.review.protocol,
        role=item.role,
        round=item.round,
        model=seat.model,
    )


def _held(lease: Lease) -> Pass | None:
    """The pass, locked together with its snapshot, if the lease still holds it."""
    snapshot_id = _snapshot_of(lease.pass_id)
    if snapshot_id is None:
        return None
    locked(snapshot_id)
    mine = Pass.objects.select_for_update().filter(pk=lease.pass_id)
    return mine.filter(attempt=lease.attempt, state=Pass.State.RUNNING).first()


def _snapshot_of(pass_id: int) -> int | None:
    """The snapshot whose lock guards the pass; None for a pass that is gone."""
    return Pass.objects.filter(pk=pass_id).values_list("review__snapshot_id", flat=True).first()


def _findings(item: Pass, report: Report, files: Sequence[SourceFile]) -> Iterator[Finding]:
    for position, stated in enumerate(report.findings, 1):
        claim, grounding = ground(bounded(stated), files)
        finding = Finding(
            by_pass=item, snapshot_id=item.review.snapshot_id, position=position, rule=claim.rule[:100]
        )
        finding.take(claim)
        finding.grounding = grounding
        yield finding


@contextmanager
def _kept_alive(lease: Lease) -> Iterator[None]:
    """Renew the lease from a thread of its own until the block ends."""
    done = threading.Event()
    thread = threading.Thread(target=_renew, args=(lease, done), name=f"lease-{lease.pass_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _renew(lease: Lease, done: threading.Event) -> None:
    mine = Pass.objects.filter(pk=lease.pass_id, attempt=lease.attempt, state=Pass.State.RUNNING)
    try:
        while not done.wait(settings.REVIEW_LEASE_SECONDS / 3):
            mine.update(leased_until=_lease_end())
    finally:
        connection.close()


def _lease_end() -> object:
    return timezone.now() + timedelta(seconds=settings.REVIEW_LEASE_SECONDS)
