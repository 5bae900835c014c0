"""Writers to one SQLite file wait in line: none starves, none fails, a dead one holds nobody up."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL locks rows"),
]


def in_threads(works: list[threading.Thread]) -> None:
    for thread in works:
        thread.start()
    for thread in works:
        thread.join()


def test_nobody_waits_much_longer_than_the_work_of_those_before(amara: User) -> None:
    """Twelve who each hold the database for 20 ms: SQLite's own pauses would keep the last for longer."""
    waited: list[float] = []
    together = threading.Barrier(12)

    def work() -> None:
        together.wait()
        began = time.monotonic()
        with transaction.atomic():
            waited.append(time.monotonic() - began)
            time.sleep(0.02)
            User.objects.filter(pk=amara.pk).update(last_name="Diallo")
        connection.close()

    in_threads([threading.Thread(target=work) for _ in range(12)])
    assert max(waited) < 12 * 0.02 + 0.5


def test_a_single_write_gets_its_turn_between_transactions(amara: User) -> None:
    stop = threading.Event()

    def busy() -> None:
        while not stop.is_set():
            with transaction.atomic():
                User.objects.filter(pk=amara.pk).update(first_name="Amara")
                time.sleep(0.01)
        connection.close()

    others = [threading.Thread(target=busy) for _ in range(4)]
    for thread in others:
        thread.start()
    began = time.monotonic()
    for _ in range(10):
        User.objects.filter(pk=amara.pk).update(last_name="Diallo")
    taken = time.monotonic() - began
    stop.set()
    for thread in others:
        thread.join()
    assert taken < 3


def test_a_transaction_that_fails_gives_its_turn_back(amara: User) -> None:
    def fail() -> None:
        with transaction.atomic():
            User.objects.filter(pk=amara.pk).update(last_name="nobody")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    changed: list[int] = []

    def write() -> None:
        changed.append(User.objects.filter(pk=amara.pk, last_name=amara.last_name).update(last_name="Diallo"))
        connection.close()

    in_threads([threading.Thread(target=write)])
    assert changed == [1]


def test_a_writer_that_is_killed_in_its_turn_holds_nobody_up(amara: User, tmp_path: Path) -> None:
    code = f"""
        import fcntl, sys, time
        line = open({str(connection.settings_dict["NAME"]) + "-line"!r}, "ab")
        fcntl.flock(line, fcntl.LOCK_EX)
        print("mine", flush=True)
        time.sleep(60)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"mine\n"
        threading.Timer(0.3, holder.kill).start()
        assert User.objects.filter(pk=amara.pk).update(last_name="Diallo") == 1
