"""The embedded worker takes what is sent to the broker and ends when it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from celery import signals
from django.contrib.auth import get_user_model
from django.db import connection

from config.celery import app
from config.embedded import EmbeddedWorker
from reviews.models import LanguageModel

pytestmark = pytest.mark.services

begun, release = threading.Event(), threading.Event()
counted: list[int] = []
connected: list[object] = []


@app.task(name="tests.hang", ignore_result=True)
def hang() -> None:
    begun.set()
    release.wait(30)


@app.task(name="tests.count_people", ignore_result=True)
def count_people() -> None:
    counted.append(get_user_model().objects.filter(username="ada").count())


@pytest.fixture
def done() -> Iterator[list[str]]:
    """The names of the tasks that ended well, as they end."""
    names: list[str] = []

    def note(sender: object = None, **rest: object) -> None:
        names.append(str(getattr(sender, "name", "")))

    signals.task_success.connect(note)
    yield names
    signals.task_success.disconnect(note)


@app.task(name="tests.note_connection", ignore_result=True)
def note_connection() -> None:
    connection.ensure_connection()
    connected.append(connection.connection)


@app.task(name="tests.close_connection", ignore_result=True)
def close_connection() -> None:
    connection.close()


def wait_for(name: str, names: list[str], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while name not in names:
        assert time.monotonic() < end, f"{name} did not run; these did: {names}"
        time.sleep(0.02)


def test_a_worker_that_starts_sweeps_at_once(done: list[str], worker: None) -> None:
    wait_for("reviews.tasks.sweep", done)


def test_a_task_sees_what_a_request_committed(done: list[str], worker: None) -> None:
    get_user_model().objects.create_user("ada")
    count_people.delay()
    wait_for("tests.count_people", done)
    assert counted == [1]


def test_a_thread_keeps_its_connection_to_the_database_from_task_to_task(
    done: list[str], transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 60)  # as in the product
    app.control.purge()
    embedded = EmbeddedWorker(threads=1)
    embedded.start()
    wait_for("reviews.tasks.sweep", done)
    for _ in range(3):
        note_connection.delay()
    close_connection.delay()
    wait_for("tests.close_connection", done)
    assert embedded.stop(grace=10)
    assert len(connected) == 3
    assert len({id(opened) for opened in connected}) == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_what_migrations_brought_is_there_for_every_test(transactional_db: None, turn: int) -> None:
    assert LanguageModel.objects.exists(), f"gone in turn {turn}"


def test_stopping_does_not_wait_for_ever_for_a_task_that_hangs(
    done: list[str], transactional_db: None
) -> None:
    app.control.purge()
    embedded = EmbeddedWorker(threads=2)
    embedded.start()
    hang.delay()
    assert begun.wait(10)
    began = time.monotonic()
    assert embedded.stop(grace=0.5) is False
    assert time.monotonic() - began < 2
    release.set()
    wait_for("tests.hang", done)


def test_a_worker_that_ends_unasked_is_seen_to_be_dead(done: list[str], transactional_db: None) -> None:
    app.control.purge()
    embedded = EmbeddedWorker(threads=1)
    embedded.start()
    wait_for("reviews.tasks.sweep", done)
    assert embedded.alive
    app.control.shutdown(destination=[embedded.name])
    end = time.monotonic() + 10
    while embedded.alive:
        assert time.monotonic() < end, "it still runs"
        time.sleep(0.05)
