"""How much a provider may be asked at once: breaker, places and token bucket, shared by all workers.

All of it stands in the connection's row, which is locked for the moment in which a call is let in.
How fast a connection may be is the site's to say; a course's own key is counted for itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from reviews.engine.connections import site_connection
from reviews.models import Call, Connection, Pass
from reviews.models.prepared import Prepared
from reviews.providers.base import ProviderError, Trouble

FAILURES = 5
"""So many failures within WINDOW open the breaker."""

WINDOW = timedelta(seconds=60)

LEFT_ALONE = timedelta(seconds=60)
"""So long nobody calls; then one does, and the others wait for what becomes of it."""

LEAST = 1e-6
"""Of a request or a token: what is less than this is an error of arithmetic."""

PLACE_SECONDS = 2.0
"""So long to wait where all places are taken: nobody knows when one is free."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """What may still be asked at one moment, of a limit for each minute.

    It fills all the time and holds a minute's worth. Who needs more than that is let in when it is
    full, and the bucket then stays below nothing until the debt has filled up again.
    """

    per_minute: float
    left: float
    at: datetime

    def filled(self, now: datetime) -> Bucket:
        """The same bucket later on. A clock that runs behind another worker's takes nothing away."""
        passed = max((now - self.at).total_seconds(), 0.0)
        left = min(self.left + passed * self.per_minute / 60, self.per_minute)
        return Bucket(self.per_minute, left, max(now, self.at))

    def wait(self, need: float) -> float:
        """Seconds until so much may be taken; 0 where it may be now."""
        lacking = min(need, self.per_minute) - self.left
        return lacking * 60 / self.per_minute if lacking > LEAST else 0.0

    def taken(self, need: float) -> Bucket:
        """The bucket after so much was taken."""
        return Bucket(self.per_minute, self.left - need, self.at)


def admit(connection_id: int, tokens: int, now: datetime) -> Connection:
    """Let one call of about so many tokens in, or say when to come again; the row as it is now.

    Call it in the transaction in which the call's row is written: the lock on the connection that
    is taken here keeps the count of places right until then. Raises ProviderError(BUSY), counted
    as nobody's failure, while the breaker is open, all places are taken, or a minute's worth of
    requests or tokens is used up. Raises Connection.DoesNotExist.
    """
    with transaction.atomic():
        row = _locked.first(connection_id)
        if row is None:
            raise Connection.DoesNotExist
        site = site_connection(row)
        before = row.requests_left, row.tokens_left, row.open_until
        limited = bool(site.requests_per_minute or site.tokens_per_minute)
        if row.open_until is not None and row.open_until > now:
            raise _left_alone(site, row.open_until, now)
        if site.calls_at_once is not None and _places_taken(row, now) >= site.calls_at_once:
            raise _wait(f"{site} is answering as many calls as it may at once ({site.calls_at_once}).")
        requests = _bucket(site.requests_per_minute, row.requests_left, row.filled_at, now)
        budget = _bucket(site.tokens_per_minute, row.tokens_left, row.filled_at, now)
        _see_that_there_is_enough(site, requests, budget, tokens, now)
        row.requests_left = requests.taken(1).left if requests else None
        row.tokens_left = budget.taken(tokens).left if budget else None
        row.filled_at = max(now, row.filled_at or now)
        if row.open_until is not None:
            # This call is the probe: the others wait for what becomes of it.
            row.open_until = now + LEFT_ALONE
        if limited or before != (row.requests_left, row.tokens_left, row.open_until):
            row.save(update_fields=["requests_left", "tokens_left", "filled_at", "open_until"])
        return row


_locked = Prepared(lambda pk: Connection.objects.select_for_update(no_key=True).filter(pk=pk), int)
"""The connection of an id, with its row locked for the rest of the transaction."""


def give_back(connection: Connection, tokens: int) -> None:
    """Put back what a call was thought to need and did not; below 0: it needed more."""
    rows = Connection.objects.filter(pk=connection.pk, tokens_left__isnull=False)
    if tokens:
        rows.update(tokens_left=F("tokens_left") + tokens)


def worked(connection: Connection, asked_at: datetime) -> None:
    """A call that was let in at `asked_at` was answered: failures are forgotten, the breaker closes.

    A late answer to a call from before the breaker opened says nothing about now.
    """
    troubled = Q(failures__gt=0) | Q(open_until__isnull=False)
    opened_before = Q(open_until=None) | Q(open_until__lte=asked_at + LEFT_ALONE)
    rows = Connection.objects.filter(troubled, opened_before, pk=connection.pk)
    rows.update(failures=0, failing_since=None, open_until=None)


def failed(connection: Connection, trouble: Trouble, now: datetime) -> None:
    """A call failed. Only where that says that the provider is unwell is it held against it."""
    if not trouble.of_the_provider:
        return
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk).first()
        if row is None:
            return
        if row.failing_since is None or now - row.failing_since > WINDOW:
            row.failures, row.failing_since = 0, now
        row.failures += 1
        if row.open_until is not None or row.failures >= FAILURES:
            row.open_until = max(now + LEFT_ALONE, row.open_until or now)
        row.save(update_fields=["failures", "failing_since", "open_until"])


def left_alone_until(connection: Connection, now: datetime) -> datetime | None:
    """Until when nobody calls it, for pages; None while it may be called."""
    return connection.open_until if connection.open_until and connection.open_until > now else None


def _places_taken(connection: Connection, now: datetime) -> int:
    """Calls under way: those that may still be, and those whose pass is known to be alive."""
    alive = Q(by_pass__state=Pass.State.RUNNING, by_pass__attempt=F("attempt"), by_pass__leased_until__gt=now)
    calls = Call.objects.filter(connection=connection, state=Call.State.ASKED)
    return calls.filter(Q(live_until__gt=now) | alive).count()


def _bucket(
    per_minute: int | None, left: float | None, filled_at: datetime | None, now: datetime
) -> Bucket | None:
    if per_minute is None:
        return None
    if left is None or filled_at is None:
        return Bucket(per_minute, per_minute, now)
    return Bucket(per_minute, left, filled_at).filled(now)


def _see_that_there_is_enough(
    site: Connection, requests: Bucket | None, budget: Bucket | None, tokens: int, now: datetime
) -> None:
    waits = {
        "requests": requests.wait(1) if requests else 0.0,
        "tokens": budget.wait(tokens) if budget else 0.0,
    }
    what, seconds = max(waits.items(), key=lambda pair: pair[1])
    if seconds:
        until = _clock(now + timedelta(seconds=seconds))
        raise _wait(f"This minute's {what} for {site} are used up until {until}.", seconds)


def _left_alone(site: Connection, until: datetime, now: datetime) -> ProviderError:
    failures = f"{FAILURES} failures in {WINDOW.total_seconds():.0f} seconds"
    return _wait(
        f"{site} is left alone until {_clock(until)} after {failures}.", (until - now).total_seconds()
    )


def _wait(what: str, seconds: float = PLACE_SECONDS) -> ProviderError:
    return ProviderError(
        Trouble.BUSY,
        f"{what} Nothing was sent; it is tried again by itself.",
        again=True,
        counted=False,
        retry_after=seconds,
    )


def _clock(moment: datetime) -> str:
    """A time of day with its zone: "14:03:20 UTC"."""
    return timezone.localtime(moment).strftime("%H:%M:%S %Z")
