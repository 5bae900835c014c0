"""Three hundred phones, for locust: each joins, asks for news every two seconds, and some send marks.

`rooms.py` starts it and says in the environment which room it is about. At the end it writes what it
measured to BENCH_OUT as JSON: requests, failures, percentiles in milliseconds, and how many answers
were acknowledged.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import re
import statistics
import time
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task
from locust.env import Environment

CODE = os.environ.get("BENCH_CODE", "")
SENDERS = int(os.environ.get("BENCH_SENDERS", "100"))
WITHIN = 10.0
"""Seconds within which they all send, from when they see the question."""

_numbers = itertools.count()
_acknowledged: list[int] = []
_joined: list[float] = []
"""Seconds from the code's page to a seat."""


class Phone(FastHttpUser):
    """One phone in the room."""

    # As the page does it: every two seconds, spread, so that a room that was opened at once does not
    # ask at once for ever.
    wait_time = between(1.7, 2.3)
    # A phone asks once: what fails is counted, not tried again.
    max_retries = 0

    def on_start(self) -> None:
        """Join by the code, as somebody who scanned it."""
        self.number = next(_numbers)
        self.sends_at: float | None = None
        self.has_sent = False
        began = time.monotonic()
        page = self.client.get(f"/live/{CODE}/", name="the code's page")
        joined = self.client.post(
            f"/live/{CODE}/",
            data={"csrfmiddlewaretoken": _hidden(page.text, "csrfmiddlewaretoken")},
            name="join",
        )
        self.room = re.search(r"/live/room/\d+/", joined.text or "")[0]  # type: ignore[index]
        _joined.append(time.monotonic() - began)
        self.sees(joined.text)
        time.sleep(random.uniform(0, 2))

    @task
    def look(self) -> None:
        """Ask for news, and send marks where it is time."""
        asked = {"v": self.mark, "on": self.on}
        news = self.client.get(f"{self.room}news/", params=asked, headers={"HX-Request": "true"}, name="news")
        if news.status_code == 200:
            self.sees(news.text)
        if self.sends_at is not None and time.time() >= self.sends_at and not self.has_sent:
            self.send()

    def sees(self, page: str | None) -> None:
        """Remember what is shown; a question is answered after a while by those who answer."""
        self.mark, self.on = _hidden(page, "v"), _hidden(page, "on")
        self.token = _hidden(page, "csrfmiddlewaretoken")
        if self.on and self.sends_at is None and self.number < SENDERS:
            self.sends_at = time.time() + random.uniform(0, WITHIN - 2)

    def send(self) -> None:
        """Mark two places and say a few words."""
        first = 1 + self.number % 60
        said = {
            "csrfmiddlewaretoken": self.token,
            "on": self.on,
            "lines": f"db.js {first}-{first + 2}; server.js {first}",
            "severity": "major",
            "confidence": "75",
            "words": f"Phone {self.number} would not ship this.",
        }
        headers = {"HX-Request": "true"}
        with self.client.post(
            f"{self.room}answer/", data=said, headers=headers, name="answer", catch_response=True
        ) as answer:
            if answer.status_code == 200:
                self.has_sent = True
                _acknowledged.append(self.number)


def _hidden(page: str | None, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page or "")
    return found[1] if found else ""


def write_down(environment: Environment, **_about: Any) -> None:
    """What was measured, for whoever started this."""
    entries = environment.stats.entries.values()
    measured = {
        "requests": environment.stats.total.num_requests,
        "failures": {str(error.error): error.occurrences for error in environment.stats.errors.values()},
        "p99": environment.stats.total.get_response_time_percentile(0.99),
        "p50": environment.stats.total.get_response_time_percentile(0.50),
        "slowest": environment.stats.total.max_response_time,
        "by_name": {
            entry.name: [
                entry.num_requests,
                entry.get_response_time_percentile(0.99),
                entry.max_response_time,
            ]
            for entry in entries
        },
        "joined": [statistics.median(_joined), max(_joined)],
        "acknowledged": len(_acknowledged),
    }
    Path(os.environ["BENCH_OUT"]).write_text(json.dumps(measured))


events.quitting.add_listener(write_down)  # type: ignore[no-untyped-call]
