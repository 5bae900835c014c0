"""A Celery worker inside this process: what the site's review processes run, and the tests.

It runs the same tasks as `celery -A config worker --pool threads`, in threads of its own, and
leaves signals, logging and the rest of the process alone.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from celery.exceptions import WorkerShutdown
from celery.worker import WorkController
from celery.worker.control import control_command

from config.celery import app


@control_command()
def end_embedded(_state: Any) -> None:
    """End the worker from within its own loop: Celery's parts are not made to be stopped by others."""
    raise WorkerShutdown(0)


class EmbeddedWorker:
    """A worker that is started once and stopped once; `threads` is how many tasks run side by side."""

    def __init__(self, threads: int) -> None:
        self.name = f"embedded-{os.getpid()}-{id(self):x}@localhost"
        self._ready = threading.Event()
        self._worker = WorkController(
            app=app,
            hostname=self.name,
            pool="threads",
            concurrency=threads,
            loglevel="WARNING",
            # The blocking loop: it shares no state with other workers of this process's life.
            use_eventloop=False,
            without_heartbeat=True,
            without_gossip=True,
            without_mingle=True,
            ready_callback=lambda _consumer: self._ready.set(),
        )
        self._thread = threading.Thread(target=self._worker.start, name="embedded-worker", daemon=True)

    def start(self) -> None:
        """Begin in the background; `wait_until_ready` tells when tasks are taken."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether it runs: not after it was stopped, and not where it ended unasked."""
        return self._thread.is_alive()

    def wait_until_ready(self, seconds: float = 10.0) -> bool:
        """Whether the worker takes tasks within so many seconds."""
        return self._ready.wait(seconds)

    def stop(self, grace: float) -> bool:
        """Take no more tasks and give the running ones `grace` seconds; whether all of them ended.

        What is still running then dies with the process: its lease runs out and the sweep of the
        next worker takes it up.
        """
        end = time.monotonic() + grace
        # Before it is ready it would not hear, and Redis subscribes a moment later still.
        while self.alive and not self._ready.wait(0.05) and time.monotonic() < end:
            pass
        while self.alive and time.monotonic() < end:
            app.control.broadcast("end_embedded", destination=[self.name])
            self._thread.join(min(1.5, max(end - time.monotonic(), 0)))
        return not self.alive
