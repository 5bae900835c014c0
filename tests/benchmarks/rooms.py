"""Fills a room with three hundred phones on the default of `make run`, and prints what it measured.

A process of its own, on a folder of its own: `python -m tests.benchmarks.rooms`. The site runs as its
users start it; students seal submissions meanwhile, so that reviewers read; Ruth steers over HTTP, and
a projector asks for news as its page does. bench_rooms.py reads the JSON line.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

PHONES, SENDERS, JOINING = 300, 100, 10
STEPS = 8
"""So many of the presenter's keys are timed until the projector shows what they did."""
PROJECTOR_ASKS = 0.5
"""Seconds between two looks of the projector's page."""
ROOT = Path(__file__).parents[2]


def main() -> None:
    """Serve, fill, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "BLINDSPOT_DATA": folder,
            "BLINDSPOT_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "LOG_LEVEL": "ERROR",
        }
        with _site() as address:
            import django

            django.setup()
            print(json.dumps(measure(address, Path(folder))))


@contextmanager
def _site() -> Iterator[str]:
    """The site as `make run` starts it; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "config.serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "http://" in line:
                break
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def measure(address: str, folder: Path) -> dict[str, Any]:
    """One session: all join, a question is asked, a hundred answer, reviews run, Ruth goes on."""
    sitting = _begun()
    presenter = Presenter(address, sitting.pk)
    out = folder / "phones.json"
    began = time.monotonic()
    with _phones(address, sitting.code or "", out) as phones:
        _wait(began, JOINING + 5)
        _sealed(1)
        presenter.press("next")
        _wait(began, JOINING + 8)
        _sealed(2)
        _wait(began, JOINING + 20)
        shown = [presenter.press("next") for _ in range(STEPS)]
        presenter.leave()
        phones.send_signal(signal.SIGINT)
        phones.wait(timeout=60)
    return {**json.loads(out.read_text()), **_kept(sitting.pk), "shown": max(shown), "reviews": _running()}


def _begun() -> Any:
    """A sitting of the REST API's walkthrough, one step before its first question."""
    from django.contrib.auth.models import User

    from courses.domain import sittings
    from courses.models import Walkthrough
    from courses.walkthroughs.room import Command

    ruth = User.objects.get(username="ruth")
    sitting = sittings.begin(Walkthrough.objects.get(shelf="rest-api"), ruth)
    story = sitting.told()
    return sittings.steer(sitting.pk, Command.JUMP, (0, 0), story.at(story.questions()[0].id) - 1)


@contextmanager
def _phones(address: str, code: str, out: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The load generator, in a process of its own that does not outlive this."""
    command = [sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("phones.py")), "--headless"]
    command += [
        "-u",
        str(PHONES),
        "-r",
        str(PHONES / JOINING),
        "--host",
        address,
        "--loglevel",
        "ERROR",
        "--reset-stats",
    ]
    environment = {**os.environ, "BENCH_CODE": code, "BENCH_SENDERS": str(SENDERS), "BENCH_OUT": str(out)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as phones:
        try:
            yield phones
        finally:
            phones.kill()


def _sealed(count: int) -> None:
    """So many of the demo's drafts are sealed: linters read, and recorded models, each at its own pace."""
    from courses.domain import submissions
    from courses.models import Submission

    drafts = Submission.objects.filter(revisions__snapshot__seal=None).select_related("assignment__course")
    for draft in drafts.order_by("pk")[:count]:
        try:
            submissions.seal(draft, found_nothing=True)
        except submissions.CannotSeal as refusal:
            raise RuntimeError(f"The demo has no draft to seal: {refusal}") from refusal


def _running() -> int:
    """How many reviews were begun and how far: at least one ran while the phones asked."""
    from reviews.models import Review

    return Review.objects.exclude(started_at=None).filter(snapshot__seal__isnull=False).count()


def _kept(sitting_id: int) -> dict[str, int]:
    """What the room holds: answers, seats that answered, and seats in all."""
    from courses.models import Answer, Seat

    answers = Answer.objects.filter(seat__sitting=sitting_id)
    return {
        "answers": answers.count(),
        "answered": answers.values("seat").distinct().count(),
        "seats": Seat.objects.filter(sitting=sitting_id).count(),
    }


def _wait(began: float, seconds: float) -> None:
    time.sleep(max(began + seconds - time.monotonic(), 0))


class Presenter:
    """Ruth, signed in, with a projector whose page asks for news all the time."""

    def __init__(self, address: str, sitting_id: int) -> None:
        self.http = httpx2.Client(base_url=address, follow_redirects=True, timeout=30)
        page = self.http.get("/accounts/login/")
        self.http.post("/demo/sign-in/", data={"username": "ruth", **_token(page.text)})
        self.sitting = f"/sittings/{sitting_id}/"
        self.token = _token(self.http.get(f"{self.sitting}presenter/").text)
        self.sitting_id = sitting_id
        self.changed, self.gone = threading.Event(), threading.Event()
        self.projector = threading.Thread(target=self._project, args=(address,))
        self.projector.start()

    def press(self, key: str) -> float:
        """Press a key; seconds until the projector shows it."""
        from courses.models import Sitting

        room = Sitting.objects.get(pk=self.sitting_id).shown()
        self.changed.clear()
        began = time.monotonic()
        said = {"command": key, "step": room.step, "beat": room.beat, **self.token}
        self.http.post(f"{self.sitting}steer/", data=said).raise_for_status()
        if not self.changed.wait(20):
            raise RuntimeError("The projector never showed it.")
        taken = time.monotonic() - began
        time.sleep(1)
        return taken

    def leave(self) -> None:
        """Switch the projector off."""
        self.gone.set()
        self.projector.join()

    def _project(self, address: str) -> None:
        http = httpx2.Client(base_url=address, cookies=self.http.cookies, timeout=30)
        mark = _mark(http.get(f"{self.sitting}projector/").text)
        while not self.gone.wait(PROJECTOR_ASKS):
            news = http.get(f"{self.sitting}news/", params={"v": mark}, headers={"HX-Request": "true"})
            if news.status_code == 200:
                mark = _mark(news.text)
                self.changed.set()


def _token(page: str) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return {"csrfmiddlewaretoken": found[1] if found else ""}


def _mark(page: str) -> str:
    """The newest mark in a projector's page or fragment."""
    found = re.search(r'name="v" value="([^"]*)"|[?&]v=([^"&]*)', page)
    return (found[1] or found[2]) if found else ""


if __name__ == "__main__":
    main()
