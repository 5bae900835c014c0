"""Real worker processes on the test database, to be killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

LEASE_SECONDS = 4.0


class WorkerProcess:
    """What works off reviews in the product, in a process group of its own.

    With the embedded broker that is the whole site (`config.serve`), else a Celery worker.
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self.log = data / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in the background."""
        command = [sys.executable, "-m"]
        if settings.EMBEDDED_WORKER:
            command += ["config.serve", "--port", str(_free_port())]
        else:
            command += ["celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "4"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """SIGKILL to all of its processes: no chance to say goodbye."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": _test_database_url(),
            "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
            "BLINDSPOT_DATA": str(self.data),
            "HTTPS": "0",
            "RECORDED_PACE": "1",
            "REVIEW_LEASE_SECONDS": str(LEASE_SECONDS),
        }


def wait_until(what: Callable[[], bool], *, within: float = 30.0) -> None:
    """Wait for the other process to have done something; fails with what it waited for."""
    ends = time.monotonic() + within
    while not what():
        assert time.monotonic() < ends, f"not within {within} s: {what.__doc__ or what}"
        time.sleep(0.05)


def _test_database_url() -> str:
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    return (
        f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
