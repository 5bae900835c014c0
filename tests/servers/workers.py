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

from config.celery import app
from config.serve import static_fingerprint

LEASE_SECONDS = 4.0


class WorkerProcess:
    """What works off reviews in the product, in a process group of its own.

    With the embedded broker that is the whole site (`config.serve`), else Celery workers, as many as
    the site would start. `data` is where its output goes; `threads` are those of each; `pace` is that
    of recordings, from the next start on.
    """

    def __init__(self, data: Path, threads: int = 4, lease_seconds: float = LEASE_SECONDS) -> None:
        self.log = data / "worker.log"
        self.threads = threads
        self.pace = 1.0
        self.lease_seconds = lease_seconds
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start it in the background."""
        command = [sys.executable, "-m"]
        if settings.EMBEDDED_BROKER:
            commands = [[*command, "config.serve", "--port", str(_free_port())]]
            _without_static_files()
        else:
            command += ["celery", "-A", "config", "worker", "--pool", "threads", "--hostname"]
            commands = [[*command, f"{number}@%h"] for number in range(settings.REVIEW_PROCESSES)]
        with self.log.open("ab") as log:
            self.processes = [
                subprocess.Popen(
                    command, env=self._environment(), stdout=log, stderr=log, start_new_session=True
                )
                for command in commands
            ]

    def wait_until_ready(self, seconds: float = 60.0) -> None:
        """Until every process that reviews answers; fails where they do not within so many seconds."""
        ends = time.monotonic() + seconds
        while len(app.control.ping(timeout=0.5) or ()) < settings.REVIEW_PROCESSES:
            assert time.monotonic() < ends, f"not ready within {seconds} s: {self.log.read_text()}"

    @property
    def reviewing(self) -> list[int]:
        """The ids of the processes that review."""
        if not settings.EMBEDDED_BROKER:
            return [process.pid for process in self.processes]
        (site,) = self.processes
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(site.pid), "--sort", "start_time"],
            capture_output=True,
            text=True,
            check=False,
        )
        # The first is the one that answers requests.
        return [int(pid) for pid in found.stdout.split()[1:]]

    def kill(self) -> None:
        """SIGKILL to all of its processes: no chance to say goodbye."""
        for process in self.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.processes = []

    def stop(self) -> None:
        """End it if it still runs."""
        self.processes = [process for process in self.processes if process.poll() is None]
        self.kill()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": _test_database_url(),
            "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
            # The same folder, so that what a test sends reaches it through the embedded broker.
            "BLINDSPOT_DATA": str(settings.DATA_DIR),
            "HTTPS": "0",
            "RECORDED_PACE": str(self.pace),
            "REVIEW_THREADS": str(self.threads),
            "REVIEW_LEASE_SECONDS": str(self.lease_seconds),
            "REVIEW_SWEEP_SECONDS": "1",
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


def _without_static_files() -> None:
    """Nobody opens a page of these sites, so the first one need not collect and compress what is on them."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    (settings.STATIC_ROOT / ".collected").write_text(static_fingerprint())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
