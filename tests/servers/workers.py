"""Real processes of the product on the test database, to be killed: workers, the whole site."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self

from django.conf import settings
from django.db import connection

from config.celery import app
from config.serve import static_fingerprint

LEASE_SECONDS = 4.0
SWEEP_SECONDS = 1.0
"""Shorter than the product's, so that no test waits long for what a killed worker left."""


class WorkerProcess:
    """What works off reviews in the product, in a process group of its own.

    With the embedded broker that is the whole site (`config.serve`), else Celery workers, as many as
    the site would start. `data` is where its output goes; `threads` are those of each; `pace` is that
    of recordings, from the next start on.
    """

    def __init__(
        self,
        data: Path,
        threads: int = 4,
        lease_seconds: float = LEASE_SECONDS,
        sweep_seconds: float = SWEEP_SECONDS,
    ) -> None:
        self.log = data / "worker.log"
        self.threads = threads
        self.pace = 1.0
        self.lease_seconds = lease_seconds
        self.sweep_seconds = sweep_seconds
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start it in the background."""
        command = [sys.executable, "-m"]
        if settings.EMBEDDED_BROKER:
            commands = [[*command, "config.serve", "--port", str(free_port())]]
            _spare_static_files()
        else:
            command += ["celery", "-A", "config", "worker", "--pool", "threads", "--hostname"]
            commands = [[*command, f"{number}@%h"] for number in range(settings.REVIEW_PROCESSES)]
        with self.log.open("ab") as log:
            self.processes = [
                subprocess.Popen(
                    command, env=self.environment(), stdout=log, stderr=log, start_new_session=True
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

    def environment(self) -> dict[str, str]:
        """What its processes are told."""
        return product_environment() | {
            "RECORDED_PACE": str(self.pace),
            "REVIEW_THREADS": str(self.threads),
            "REVIEW_LEASE_SECONDS": str(self.lease_seconds),
            "REVIEW_SWEEP_SECONDS": str(self.sweep_seconds),
        }


class SiteProcess:
    """The whole site as people start it (`config.serve`), on the test database, always at one address.

    `with SiteProcess(data) as site:` starts it, and kills it in the end.
    """

    def __init__(self, data: Path) -> None:
        self.log = data / "site.log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_about: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        _want_static_files()
        environment = product_environment() | {"ALLOWED_HOSTS": "127.0.0.1"}
        with self.log.open("ab") as log:
            self.process = process = subprocess.Popen(
                [sys.executable, "-m", "config.serve", "--port", str(self.port)],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        def answers() -> bool:
            """The site answers."""
            assert process.poll() is None, f"the site did not start: {self.log.read_text()}"
            try:
                urllib.request.urlopen(f"{self.url}/live/", timeout=5).close()
            except OSError:
                return False
            return True

        wait_until(answers, within=60)

    def kill(self) -> None:
        """SIGKILL to all of its processes, if it runs: no chance to say goodbye."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


def product_environment() -> dict[str, str]:
    """What a process of the product is told, so that it works on the test's data."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": _test_database_url(),
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        # The same folder, so that what a test sends reaches it through the embedded broker.
        "BLINDSPOT_DATA": str(settings.DATA_DIR),
        "HTTPS": "0",
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


STAMP = settings.STATIC_ROOT / ".collected"


def _spare_static_files() -> None:
    """Nobody opens a page of a worker's site, so it need not collect and compress what is on them."""
    if not STAMP.exists():
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        STAMP.write_text(static_fingerprint())


def _want_static_files() -> None:
    """Whoever opens a page needs them, also where another site was spared."""
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        STAMP.unlink(missing_ok=True)


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
