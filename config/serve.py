"""The whole site as one foreground command: `python -m config.serve [--port 8000]`.

Prepares the database and the static files, then serves with gunicorn. With the embedded broker
gunicorn also keeps the processes that review: it starts, watches, replaces and ends them as it does
the web process, so that they start and stop together, and each dies alone.
"""

from __future__ import annotations

import argparse
import errno
import gc
import hashlib
import multiprocessing
import os
import select
import signal
import socket
import sys
from types import FrameType
from typing import Any

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import ThreadWorker

from config import broker

THREADS = 32
"""Requests answered side by side. They wait for the database more than they compute."""

KEEP_ALIVE = 30
"""Seconds a silent connection is kept: well above the pages' polling interval."""

GRACE = 4
"""Seconds that requests and tasks get to end after Ctrl-C."""


def main(arguments: list[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM; raises SystemExit with one line where that cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m config.serve", description="Serve Blindspot.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        if problem := port_problem(chosen.host, chosen.port):
            sys.exit(problem)
        set_up_django()
        prepare()
        if settings.EMBEDDED_BROKER:
            broker.clear(settings.BROKER_DIR)
        Server(chosen.host, chosen.port).run()
    except KeyboardInterrupt:
        sys.exit(0)


def port_problem(host: str, port: int) -> str | None:
    """Why nobody can listen at this address, as one line, or None."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as error:
        code = getattr(error, "errno", None)
        if code == errno.EADDRINUSE:
            return (
                f"Port {port} is taken by another program. Choose another one: make run PORT={port + 1}"
                " (or stop the other Blindspot with Ctrl-C)."
            )
        if code == errno.EACCES:
            return f"Port {port} needs more rights than you have. Choose one above 1023: make run PORT=8000"
        return f"Nothing can listen at {host}, port {port}: {error}. Choose another one: make run PORT=8000"
    return None


def set_up_django() -> None:
    """Load settings and applications; raises SystemExit with one line for wrong settings."""
    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def prepare() -> None:
    """Bring the database and the static files up to date.

    In a process of its own, so that no connection, lock or thread of it reaches the web process
    through the fork. Raises SystemExit where it failed; the process has said why.
    """
    process = multiprocessing.get_context("fork").Process(target=_prepare)
    process.start()
    process.join()
    if process.exitcode:
        sys.exit(process.exitcode)


def _prepare() -> None:
    # The parent, interrupted as well, ends without a word; so does this.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        call_command("migrate", interactive=False, verbosity=0)
        collect_static()
        if settings.DEMO:
            call_command("seed_demo")
    except CommandError as error:
        sys.exit(str(error))


def collect_static() -> None:
    """Collect the static files, unless none has changed since the last time."""
    stamp = settings.STATIC_ROOT / ".collected"
    due = static_fingerprint()
    if stamp.exists() and stamp.read_text() == due:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(due)


def static_fingerprint() -> str:
    """A hash over name, size and time of every static file of the project and its packages."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = os.stat(storage.path(name))
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


PAUSE = 5
"""Seconds before a worker that ended unasked is replaced."""


class Process(ThreadWorker):  # type: ignore[misc]
    """A process of the site, in gunicorn's care: the one that answers requests, or one that reviews."""

    reviews = False

    def load_wsgi(self) -> None:
        """Load the web application where it is needed."""
        if not self.reviews:
            super().load_wsgi()

    def run(self) -> None:
        """Answer or review until it is told to stop, or the parent is gone."""
        # A terminal's Ctrl-C reaches this process too; the parent decides what it means.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if self.reviews:
            self.review()
        else:
            settle_down()
            super().run()

    def review(self) -> None:
        """Run a Celery worker, and end with it where it ends unasked: gunicorn starts another."""
        from config.embedded import EmbeddedWorker

        for listener in self.sockets:
            listener.close()
        worker = EmbeddedWorker(settings.CELERY_WORKER_CONCURRENCY)
        worker.start()
        while self.alive and self.is_parent_alive():
            # Every signal wakes it up.
            select.select([self.PIPE[0]], [], [], 1.0)
            if not worker.alive:
                # Not too often: where the cause lasts, so would the start of its successors.
                select.select([self.PIPE[0]], [], [], PAUSE)
                return
        worker.stop(grace=GRACE - 2)
        # The interpreter would take seconds to take itself apart, and wait for the threads of calls
        # that nobody waits for any more.
        sys.stdout.flush()
        os._exit(0)


def settle_down() -> None:
    """Load all pages before the first is asked for, and let the collector pass over what stays.

    A look of the collector at all that is loaded stops every thread of a process: not while three
    hundred phones wait.
    """
    from django.urls import get_resolver

    _ = get_resolver().url_patterns
    gc.collect()
    gc.freeze()


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with one web process of many threads, and the review processes of the embedded broker."""

    def __init__(self, host: str, port: int) -> None:
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.stopping = False
        super().__init__()

    def load_config(self) -> None:
        """Say everything here: gunicorn reads no file, argument or variable of its own."""
        options: dict[str, Any] = {
            "bind": self.address,
            "workers": 1 + (settings.REVIEW_PROCESSES if settings.EMBEDDED_BROKER else 0),
            "worker_class": Process,
            "threads": THREADS,
            "keepalive": KEEP_ALIVE,
            # Threads answer while others compute: a slow page is no dead process.
            "timeout": 0,
            "graceful_timeout": GRACE,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "critical" if self.stopping else "warning",
            "control_socket_disable": True,
            "when_ready": self.announce,
            "pre_fork": assign,
            "worker_exit": end_quietly,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The web application, made in the web process."""
        from config.wsgi import application

        return application

    def announce(self, arbiter: Any) -> None:
        """Tell the address and take over Ctrl-C, in the parent, once it listens."""

        def interrupted(_number: int, _frame: FrameType | None) -> None:
            if os.getpid() != arbiter.pid:
                return
            if self.stopping:
                # A second Ctrl-C: at once. The rows are the truth; the next start goes on from them.
                arbiter.kill_workers(signal.SIGKILL)
                os._exit(0)
            self.stopping = True
            os.write(1, b"\nStopping ...\n")
            arbiter.SIG_QUEUE.put_nowait(signal.SIGTERM)

        signal.signal(signal.SIGINT, interrupted)
        print(f"Blindspot is at http://{self.address}/ . Ctrl-C stops it.", flush=True)


def assign(arbiter: Any, process: Process) -> None:
    """Decide what a process is for before it begins: the first one answers, and whichever replaces it."""
    process.reviews = any(not other.reviews for other in arbiter.WORKERS.values())


def end_quietly(_arbiter: Any, _process: Process) -> None:
    """Let no signal interrupt a process that is on its way out."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
