"""`make run` as a person meets it: real processes, a real port, a real Ctrl-C."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.serve import GRACE

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str = "/") -> int:
    """The status of a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


class Site:
    """A running `python -m config.serve` in a session of its own, as in a terminal of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.port = port
        self.data = data
        self.log = data / "output"
        environment = {
            name: value
            for name, value in os.environ.items()
            if name
            not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL", "CELERY_BROKER_URL", "HTTPS", "SECRET_KEY"}
        }
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.serve", "--port", str(port)],
                cwd=ROOT,
                env=environment | {"BLINDSPOT_DEMO": "1", "BLINDSPOT_DATA": str(data)},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_until(self, met: Callable[[], bool], seconds: float = 180) -> None:
        end = time.monotonic() + seconds
        while not met():
            assert time.monotonic() < end, f"not within {seconds} s; it said: {self.said}"
            time.sleep(0.05)

    def wait_for_address(self) -> None:
        self.wait_until(lambda: "Ctrl-C stops it" in self.said or self.process.poll() is not None)

    def children(self) -> list[int]:
        """Its processes, the one that answers requests first and then those that review."""
        found = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid), "--sort", "start_time"],
            capture_output=True,
            text=True,
            check=False,
        )
        return [int(pid) for pid in found.stdout.split()]

    def ctrl_c(self) -> None:
        """What a terminal does: the whole group of processes gets the signal."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> float:
        """Wait for the end; the seconds that it took. Raises TimeoutExpired for one that hangs."""
        began = time.monotonic()
        self.process.wait(timeout=15)
        return time.monotonic() - began


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all: the demo course is made once, as it is for a person."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def serve(data: Path) -> Iterator[Callable[[], Site]]:
    sites: list[Site] = []

    def start() -> Site:
        sites.append(Site(data, free_port()))
        return sites[-1]

    yield start
    for site in sites:
        if site.process.poll() is None:
            os.killpg(site.process.pid, signal.SIGKILL)
            site.process.wait()


def test_a_port_that_is_taken_is_one_line_that_names_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        site = Site(tmp_path, port)
        site.end()
    assert site.process.returncode == 1
    assert site.said.splitlines() == [
        f"Port {port} is taken by another program. Choose another one: make run PORT={port + 1}"
        " (or stop the other Blindspot with Ctrl-C)."
    ]
    assert not (tmp_path / "blindspot.sqlite3").exists()


def test_without_a_secret_key_production_says_so_in_one_line(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "BLINDSPOT_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "config.serve", "--port", str(free_port())],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["Set SECRET_KEY to a long random text (see docs/operations.md)."]


def test_it_serves_keeps_its_data_and_ctrl_c_ends_site_and_worker(serve: Callable[[], Site]) -> None:
    site = serve()
    site.wait_for_address()
    assert re.search(rf"Blindspot is at http://127\.0\.0\.1:{site.port}/", site.said)
    assert get(site.port) < 400
    children = site.children()
    assert len(children) == 3, "one that answers and two that review"
    site.ctrl_c()
    site.end()
    assert site.process.returncode == 0
    assert "Traceback" not in site.said
    for child in children:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
    assert stat.S_IMODE((site.data / "broker").stat().st_mode) == 0o700

    database = site.data / "blindspot.sqlite3"
    collected = (site.data / "static" / ".collected").stat().st_mtime_ns
    assert database.stat().st_size > 0
    again = serve()
    again.wait_for_address()
    assert get(again.port) < 400
    assert (again.data / "static" / ".collected").stat().st_mtime_ns == collected
    again.process.send_signal(signal.SIGTERM)
    again.end()
    assert again.process.returncode == 0
    assert "Traceback" not in again.said


def test_each_process_that_dies_is_replaced_and_the_others_stay(serve: Callable[[], Site]) -> None:
    site = serve()
    site.wait_for_address()
    assert get(site.port) < 400
    web, *reviewing = site.children()
    for dead in (web, reviewing[0]):
        before = site.children()
        os.kill(dead, signal.SIGKILL)

        def replaced(dead: int = dead, before: list[int] = before) -> bool:
            now = site.children()
            return len(now) == 3 and set(before) - set(now) == {dead}

        site.wait_until(replaced, seconds=10)
        assert get(site.port) < 400
    site.ctrl_c()
    site.end()
    assert site.process.returncode == 0


def test_no_process_outlives_a_site_that_was_killed(serve: Callable[[], Site]) -> None:
    site = serve()
    site.wait_for_address()
    assert get(site.port) < 400
    children = site.children()
    site.process.kill()
    site.process.wait()

    def gone() -> bool:
        return not any(Path(f"/proc/{child}").exists() for child in children)

    site.wait_until(gone, seconds=10)
    again = serve()
    again.wait_for_address()
    assert get(again.port) < 400
    assert not list((again.data / "broker").glob("*.new"))
    again.ctrl_c()
    again.end()


def test_a_second_ctrl_c_ends_it_at_once(serve: Callable[[], Site]) -> None:
    site = serve()
    site.wait_for_address()
    # A browser that keeps its connection open holds a graceful end back for a while.
    with socket.create_connection(("127.0.0.1", site.port), timeout=60) as visitor:
        visitor.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert visitor.recv(12).startswith(b"HTTP/1.1")
        site.ctrl_c()
        site.wait_until(lambda: "Stopping" in site.said, seconds=5)
        site.ctrl_c()
        assert site.end() < GRACE, "nobody waited for the visitor"
    assert site.process.returncode == 0
    assert "Traceback" not in site.said
