"""The Celery application. The broker carries ids; the rows are the truth."""

from __future__ import annotations

import gc
import os
import threading
from typing import Any

from celery import Celery, bootsteps, signals
from django.conf import settings
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TAKE_AFTER = 0.05
"""Seconds that a worker waits at most, before it takes another task, for its desk to be free."""

FIRST_SWEEP_WAITS = 60.0
"""Seconds in which the sweep of a worker that starts has to be begun."""

app = Celery("blindspot")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


class Sweeper(bootsteps.StartStopStep):
    """Asks for a sweep when a worker starts and every few seconds after.

    Every worker does it, so no beat process can be forgotten; sweeps are safe side by side.
    """

    requires = ("celery.worker.components:Timer",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        """Begin as soon as the worker's timer runs."""
        threading.Thread(target=_load_providers, name="load-providers", daemon=True).start()
        every = settings.REVIEW_SWEEP_SECONDS
        self.entry = parent.timer.call_repeatedly(every, self.ask, priority=10)
        # Nobody asks that way again: a worker that is slow to begin must find it all the same.
        self.ask(expires=FIRST_SWEEP_WAITS, lost_after=0)

    def stop(self, parent: Any) -> None:
        """Stop asking."""
        if self.entry is not None:
            self.entry.cancel()

    def ask(self, expires: float | None = None, **options: float) -> None:
        """Put one sweep on the queue, unless the worker could not get to it before the next."""
        expires = expires or settings.REVIEW_SWEEP_SECONDS
        app.send_task("reviews.tasks.sweep", kwargs=options, expires=expires)


@signals.task_received.connect
def leave_some_to_others(**_about: Any) -> None:
    """Take no more than is begun at once: while one process has all, the others have nothing to do."""
    from reviews.engine.desk import wait_until_free

    wait_until_free(TAKE_AFTER)


@signals.task_prerun.connect
@signals.task_postrun.connect
def keep_connections(**_about: Any) -> None:
    """Close this thread's connection to the database if it is old or broken, as after a request.

    Celery would close it after every task, and a new one costs a pass some tenth of its processor time:
    SQLite reads the whole schema again, PostgreSQL starts a process.
    """
    close_old_connections()


def _load_providers() -> None:
    """Beside the worker's start, so that neither it nor the first reviewer waits for the vendors' SDKs.

    Nor for the machine's certificates, which a class's first calls at once would read each for itself.
    What has been loaded stays: the collector need not look at it again. Measured: it took a quarter of
    a second for every look at the SDKs' half a million objects, at the worst of times.
    """
    from reviews.providers.line import ssl_context
    from reviews.providers.registry import load_all

    load_all()
    ssl_context()
    gc.collect()
    gc.freeze()


app.steps["worker"].add(Sweeper)
