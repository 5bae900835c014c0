"""The right to run a pass, renewed while the reviewer thinks: one thread keeps all of a process's leases."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from reviews.models import Pass

log = logging.getLogger("blindspot.reviews")

LOOK_EVERY = 1.0
"""Seconds between two looks whether anybody still waits for the answers."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a pass until it runs out; `attempt` fences off every earlier holder."""

    pass_id: int
    attempt: int


def lease_end() -> datetime:
    """Until when a lease that is taken or renewed now holds."""
    return timezone.now() + timedelta(seconds=settings.REVIEW_LEASE_SECONDS)


@contextmanager
def kept_alive(lease: Lease) -> Iterator[threading.Event]:
    """Renew the lease until the block ends. The event is set once it is lost: cancelled, or taken over."""
    lost = _keeper.keep(lease)
    try:
        yield lost
    finally:
        _keeper.release(lease)


class _Keeper:
    """Looks after the leases of this process from a thread that lives as long as there is one.

    Whoever gives back the last lease waits until that thread has ended: nothing looks into a database
    that its caller has done with.
    """

    def __init__(self) -> None:
        self._held: dict[Lease, threading.Event] = {}
        self._guard = threading.Lock()
        self._thread: _Thread | None = None

    def keep(self, lease: Lease) -> threading.Event:
        """Renew this lease from now on; the event tells when it is lost."""
        lost = threading.Event()
        with self._guard:
            if self._thread is None:
                thread = _Thread(self._leases)
                thread.start()
                self._thread = thread
            self._held[lease] = lost
        return lost

    def release(self, lease: Lease) -> None:
        """This lease is renewed no more. Call it outside of any transaction: a renewal may have to wait."""
        idle = None
        with self._guard:
            self._held.pop(lease, None)
            if not self._held:
                # Not this one's any more, so that a lease that is taken meanwhile starts another.
                idle, self._thread = self._thread, None
        if idle is not None:
            idle.end()

    def _leases(self) -> dict[Lease, threading.Event]:
        with self._guard:
            return dict(self._held)


class _Thread(threading.Thread):
    """Looks after what `leases` says, every so often, until it is told to end."""

    def __init__(self, leases: Callable[[], Mapping[Lease, threading.Event]]) -> None:
        super().__init__(name="leases", daemon=True)
        self._leases = leases
        self._over = threading.Event()

    def end(self) -> None:
        """End it, and wait for that."""
        self._over.set()
        self.join()

    def run(self) -> None:
        every = settings.REVIEW_LEASE_SECONDS / 3
        renewed = time.monotonic()
        try:
            while not self._over.wait(min(LOOK_EVERY, every)):
                due = time.monotonic() - renewed >= every
                renewed = time.monotonic() if due else renewed
                try:
                    _look(self._leases(), due)
                except Exception:  # a database that is away for a moment must not end all leases
                    log.exception("Leases could not be looked after; the next look follows.")
                    connection.close()
        finally:
            connection.close()


def _look(leases: Mapping[Lease, threading.Event], due: bool) -> None:
    """Renew what is held, where it is due, and tell those whose lease is lost."""
    mine = Pass.objects.filter(
        pk__in=[lease.pass_id for lease in leases], state=Pass.State.RUNNING
    ).values_list("pk", "attempt")
    held = {Lease(*pair) for pair in mine}
    for lease, lost in leases.items():
        if lease not in held:
            lost.set()
        elif due:
            Pass.objects.filter(pk=lease.pass_id, attempt=lease.attempt, state=Pass.State.RUNNING).update(
                leased_until=lease_end()
            )


_keeper = _Keeper()
