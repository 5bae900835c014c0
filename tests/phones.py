"""Phones in a room, by their addresses alone: they join, look, ask for news, send; and keys they hear of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from courses.domain import sittings
from courses.models import Sitting
from courses.walkthroughs.room import Command
from tests.rooms import shown

HTMX = {"HX-Request": "true"}

Act = Callable[[Callable[[], object]], None]


@pytest.fixture
def phone(sitting: Sitting) -> Client:
    """A browser that joined."""
    return joined(sitting)


def joined(sitting: Sitting, client: Client | None = None) -> Client:
    client = client or Client()
    client.post(reverse("courses:live_enter", args=[sitting.code]))
    return client


def page(client: Client, sitting: Sitting) -> str:
    return client.get(reverse("courses:phone", args=[sitting.pk])).content.decode()


def ask(client: Client, sitting: Sitting, mark: str = "", on: str = "") -> Any:
    return client.get(reverse("courses:phone_news", args=[sitting.pk]), {"v": mark, "on": on}, headers=HTMX)


def send(client: Client, sitting: Sitting, htmx: bool = True, on: str = "find.0", **fields: Any) -> Any:
    return client.post(
        reverse("courses:phone_answer", args=[sitting.pk]),
        {"on": on, **fields},
        headers=HTMX if htmx else {},
    )


@pytest.fixture
def act(django_capture_on_commit_callbacks: Any) -> Act:
    """`act(work)`: the presenter does it, and phones hear of it, as after a commit."""

    def run(work: Callable[[], object]) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            work()

    return run


def press(sitting: Sitting, command: Command) -> Callable[[], object]:
    return lambda: sittings.steer(sitting.pk, command, (3, 0))


def go_to(sitting: Sitting, step: str) -> Callable[[], object]:
    return lambda: shown(sitting, step)


def ticked(html: str) -> list[str]:
    return re.findall(r'name="line" value="([^"]+)" checked', html)
