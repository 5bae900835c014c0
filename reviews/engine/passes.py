"""One call of one reviewer: claimed under a lease, made, and stored once."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from reviews.claims import REF_CHARACTERS, Claim, Vote, bounded, clean_text
from reviews.engine import ahead, conversation, reviews
from reviews.engine.desk import at_the_desk, away_from_the_desk
from reviews.engine.dispatch import send_on_commit
from reviews.engine.leases import Lease, kept_alive, lease_end
from reviews.models import Finding, Pass, Review, lock_for
from reviews.models.prepared import Prepared
from reviews.models.writing import update_where
from reviews.protocols.base import Seat, Setup
from reviews.providers.base import (
    GivenUp,
    Limits,
    Listener,
    ModelProvider,
    ProviderError,
    Report,
    Request,
    Trouble,
)
from reviews.providers.registry import provider
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import Ground, ground, is_evidence

log = logging.getLogger("blindspot.reviews")

RAW_CHARACTERS = 2_000_000
"""Of a reviewer's reply, so much is kept."""

TEXT_CHARACTERS = 400_000
"""Of a document or patch that a reviewer writes, so much is kept."""

MAX_FAILURES = 5
"""After so many failed calls, or workers that died on it, a pass is given up with its reason."""

MOST_VOTES = 200
"""So many votes of one reply are read, as many as findings."""

LONGEST_WAIT = 900.0
"""Seconds. A provider that asks for more is not waited for."""

LONGEST_LIFE = 6 * 3600.0
"""Seconds after its first start from which a pass is not tried again: every review ends.

Long enough for a class to be let through a small limit of tokens a minute.
"""

FIRST_WAIT = 2.0
"""Seconds before the second try; doubled for each further one, and spread by a half either way."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a reviewer returned, and what is needed to check and store it."""

    report: Report
    files: tuple[SourceFile, ...]
    left_out: Sequence[Sequence[str]] = ()
    home: Mapping[str, str] = field(default_factory=dict)
    """From the path under which a file left to its own: pseudonyms stand for names in paths, too."""

    def claims(self) -> list[tuple[Claim, Ground]]:
        """What was found, each checked against the texts that were shown, at the snapshot's own paths."""
        checked = [ground(bounded(stated), self.files) for stated in self.report.findings]
        return [(_at_home(claim, self.home), how) for claim, how in checked]

    def votes(self) -> list[Vote]:
        """What was said of others' findings, likewise."""
        votes = [_grounded_vote(vote, self.files) for vote in self.report.votes[:MOST_VOTES]]
        return [replace(vote, path=self.home.get(vote.path, vote.path)) for vote in votes]


def run(pass_id: int) -> None:
    """Run a pass if it is there to be run; a second delivery of the same id does nothing.

    The lease is renewed while the reviewer thinks, and no transaction is open meanwhile.
    """
    with at_the_desk():
        taken = take(pass_id)
        if taken is not None:
            _run(taken)


def _run(taken: Taken) -> None:
    lease, item = taken.lease, taken.item
    begun = threading.Event()
    try:
        with kept_alive(lease) as lost:
            finish(taken, _work(lease, item, lost, begun))
    except GivenUp:
        log.info("Pass %s was let go of: nobody waits for it any more.", lease.pass_id)
    except ProviderError as error:
        settle(lease, error)
    except (OperationalError, InterfaceError) as error:  # what was paid for is in the ledger and used again
        log.warning("The database was away while pass %s ran: %s", lease.pass_id, error)
        what = "The database was away for a moment. It is tried again."
        settle(lease, ProviderError(Trouble.UNREACHABLE, what, again=True))
    except Exception as error:  # a bug of ours must not leave the class waiting
        log.exception("Pass %s failed inside Blindspot.", lease.pass_id)
        what = f"Blindspot itself failed here ({type(error).__name__}); the server's log says more."
        settle(lease, ProviderError(Trouble.UNREADABLE, what))
    if not begun.is_set():
        ahead.let_go(item)


@dataclass(frozen=True, slots=True)
class Taken:
    """A pass that this thread may run now, with its review and snapshot, and the lease that says so."""

    lease: Lease
    item: Pass


def take(pass_id: int) -> Taken | None:
    """Claim a pass that is queued and due, or whose holder's lease ran out; None if it is neither.

    A holder that died counts as a failure. The claim is one UPDATE that holds only while the row is
    as it was read: of many who try, one succeeds.
    """
    now = timezone.now()
    item = _sealed.first(pass_id)
    if item is None or not _may_be_taken(item, now):
        return None
    as_read = {name: getattr(item, name) for name in ("state", "attempt", "failures", "leased_until")}
    item.failures += item.state == Pass.State.RUNNING
    item.state = Pass.State.RUNNING
    item.attempt += 1
    item.leased_until = lease_end()
    item.started_at = item.started_at or now
    claimed = {name: getattr(item, name) for name in (*as_read, "started_at")}
    if not update_where(Pass, {"id": pass_id, **as_read}, claimed):
        return None
    if item.review.state == Review.State.QUEUED:
        begins = Review.objects.filter(pk=item.review_id, state=Review.State.QUEUED)
        begins.update(state=Review.State.RUNNING, started_at=now)
    return Taken(Lease(pass_id, item.attempt), item)


_sealed = Prepared(
    lambda pass_id: Pass.objects.select_related("review__snapshot__clearance").filter(
        pk=pass_id, review__snapshot__seal__isnull=False
    ),
    int,
)
"""The pass of an id, with what is around it, if its snapshot is sealed."""


def _may_be_taken(item: Pass, now: datetime) -> bool:
    if item.state == Pass.State.QUEUED:
        return item.failures < MAX_FAILURES and (item.not_before is None or item.not_before <= now)
    ran_out = item.leased_until is not None and item.leased_until < now
    return item.state == Pass.State.RUNNING and ran_out and item.failures < MAX_FAILURES - 1


def finish(taken: Taken, work: Work) -> bool:
    """Store the report, each finding and vote checked against the code, and let the review go on.

    False if the lease was lost. In one transaction: on SQLite each costs all others a wait.
    """
    report, item = work.report, taken.item
    claims = work.claims()
    returned = {
        "state": Pass.State.ANSWERED,
        "trouble": "",
        "detail": clean_text(report.summary),
        "reviewer_version": clean_text(report.reviewer, 100),
        "recorded": report.recorded,
        "paths": [work.home.get(path, path) for path in report.paths],
        "left_out": [[work.home.get(path, path), shown] for path, shown in work.left_out],
        "votes": [asdict(vote) for vote in work.votes()],
        "verdict": report.verdict or "",
        "text": clean_text(report.text, TEXT_CHARACTERS),
        "raw": clean_text(report.raw, RAW_CHARACTERS),
    }
    with transaction.atomic():
        lock_for(item.pk)
        held = {"id": item.pk, "attempt": taken.lease.attempt, "state": Pass.State.RUNNING}
        if not update_where(Pass, held, {**returned, "ended_at": timezone.now()}):
            return False
        Finding.objects.bulk_create(finding_rows(item, claims))
        reviews.go_on(item.review_id)
    return True


def settle(lease: Lease, error: ProviderError) -> bool:
    """Queue the pass again where that can help, else record why it could not review.

    A wait that our own limits ask for is no failure of the reviewer's. The review goes on where the
    pass has ended. False if the lease was lost.
    """
    with transaction.atomic():
        lock_for(lease.pass_id)
        item = _held(lease).select_for_update(of=("self",)).select_related("review").first()
        if item is None:
            return False
        item.detail = clean_text(str(error))
        item.trouble = error.trouble
        item.raw = clean_text(error.raw, RAW_CHARACTERS)
        item.leased_until = None
        item.failures += error.counted
        wait = _wait(error, item.failures)
        age = (timezone.now() - item.started_at).total_seconds() if item.started_at else 0
        worth = item.failures < MAX_FAILURES and wait <= LONGEST_WAIT and age + wait <= LONGEST_LIFE
        if error.again and worth:
            item.state = Pass.State.QUEUED
            item.not_before = timezone.now() + timedelta(seconds=wait)
            item.save()
            send_on_commit([item.pk], wait=wait)
        else:
            item.state = Pass.State.UNABLE
            item.ended_at = timezone.now()
            item.save()
            reviews.go_on(item.review_id)
    return True


def give_up(pass_id: int) -> bool:
    """End a pass on which workers kept dying; False if it is not such a one."""
    now = timezone.now()
    ended = Pass.objects.filter(
        pk=pass_id, state=Pass.State.RUNNING, leased_until__lt=now, failures__gte=MAX_FAILURES - 1
    ).update(
        state=Pass.State.UNABLE,
        failures=MAX_FAILURES,
        trouble=Trouble.TIMED_OUT,
        ended_at=now,
        detail=f"The worker stopped, or the call failed, {MAX_FAILURES} times while it was reading.",
    )
    return bool(ended)


def _wait(error: ProviderError, failures: int) -> float:
    """Seconds until the next try: what the provider asked for, else a jittered doubling."""
    if error.retry_after is not None:
        return error.retry_after
    return float(FIRST_WAIT * 2 ** max(failures - 1, 0) * random.uniform(0.5, 1.5))  # noqa: S311 -- jitter


def _work(lease: Lease, item: Pass, lost: threading.Event, begun: threading.Event) -> Work:
    """Ask the reviewer; `begun` is set once it replies.

    The seat is the one that the review began with, whatever became of its row.
    """
    seat = Setup.from_json(item.review.setup).seat(item.reviewer_id)
    who = provider(seat.provider)
    if isinstance(who, ModelProvider):

        def begins() -> None:
            begun.set()
            ahead.let_go(item)

        listener = Listener(given_up=lost.is_set, begun=begins)
        heard = conversation.hold(item, lease.attempt, seat, who, listener)
        briefing = heard.briefing
        return Work(heard.report, briefing.subject, briefing.left_out, briefing.leaving.home)
    files = item.review.snapshot.source_files()
    with away_from_the_desk():
        report = who.review(_request(item, seat, files))
    return Work(report, files)


def _request(item: Pass, seat: Seat, files: tuple[SourceFile, ...]) -> Request:
    """What a reviewer that needs no prompt is shown: nothing of student or author."""
    return Request(
        files=files,
        sha256=item.review.snapshot.sha256,
        protocol=item.review.protocol,
        role=item.role,
        round=item.round,
        model=seat.model,
        limits=Limits(),
    )


def _held(lease: Lease) -> QuerySet[Pass]:
    """The pass, if the lease still holds it."""
    return Pass.objects.filter(pk=lease.pass_id, attempt=lease.attempt, state=Pass.State.RUNNING)


def finding_rows(item: Pass, grounded: Sequence[tuple[Claim, Ground]]) -> Iterator[Finding]:
    """What a pass found, as rows that are not stored yet, in the order of its reply."""
    for position, (claim, grounding) in enumerate(grounded, 1):
        finding = Finding(
            by_pass=item,
            snapshot_id=item.review.snapshot_id,
            position=position,
            rule=claim.rule[:100],
            combines=list(claim.combines),
        )
        finding.take(claim)
        finding.grounding = grounding
        yield finding


def _at_home(claim: Claim, home: Mapping[str, str]) -> Claim:
    place = claim.place
    return replace(
        claim,
        path=home.get(claim.path, claim.path),
        place=replace(place, path=home.get(place.path, place.path)) if place else None,
        elsewhere=tuple(replace(item, path=home.get(item.path, item.path)) for item in claim.elsewhere),
    )


def _grounded_vote(vote: Vote, files: Sequence[SourceFile]) -> Vote:
    """The vote, knowing whether the line that it quotes stands in the code: in its file, if it names one."""
    named = [file for file in files if not vote.path or file.path == vote.path]
    stands = any(is_evidence(vote.quote, file.lines) for file in named)
    return replace(
        vote,
        ref=clean_text(vote.ref, REF_CHARACTERS),
        reason=clean_text(vote.reason),
        quote=clean_text(vote.quote),
        path=clean_text(vote.path),
        grounded=stands,
    )
