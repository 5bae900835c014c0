"""The embedded broker: whole messages, each for one reader, heard at once, whoever dies."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import Counter
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kombu import Connection
from kombu.exceptions import ChannelError

from config import broker


def connection(folder: Path) -> Connection:
    """A connection of one process to the broker in a folder."""
    return Connection(
        "filesystem://localhost//",
        transport="config.broker:Transport",
        transport_options={**broker.options(folder)},
    )


def name_in(folder: Path) -> str:
    """A queue's name for this folder alone: a process remembers which queues it has made."""
    return hashlib.sha256(str(folder).encode()).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "broker"


def test_what_was_put_first_is_had_first(folder: Path) -> None:
    with connection(folder) as mine, mine.SimpleQueue(name_in(folder)) as queue:
        for number in range(20):
            queue.put({"id": number})
        heard = [queue.get(timeout=5) for _ in range(20)]
        assert [message.payload["id"] for message in heard] == list(range(20))
        with pytest.raises(Empty):
            queue.get(timeout=0.1)


@settings(max_examples=5)
@given(readers=st.integers(2, 4), writers=st.integers(1, 3))
def test_many_readers_and_writers_have_every_message_once(
    tmp_path_factory: pytest.TempPathFactory, readers: int, writers: int
) -> None:
    folder = tmp_path_factory.mktemp("many") / "broker"
    had: Counter[int] = Counter()
    guard = threading.Lock()
    each = 30

    def write(writer: int) -> None:
        with connection(folder) as mine, mine.SimpleQueue(name_in(folder)) as queue:
            for number in range(each):
                queue.put(writer * each + number)

    def read() -> None:
        with connection(folder) as mine, mine.SimpleQueue(name_in(folder)) as queue:
            while True:
                try:
                    message = queue.get(timeout=1)
                except Empty:
                    return
                message.ack()
                with guard:
                    had[message.payload] += 1

    # Made once, as every process does before its threads begin.
    with connection(folder) as first, first.SimpleQueue(name_in(folder)):
        pass
    threads = [threading.Thread(target=read) for _ in range(readers)]
    threads += [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert had == Counter(range(writers * each))


def test_a_reader_is_woken_by_a_message_long_before_it_would_look(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker, "LOOK_EVERY", 60.0)
    with connection(folder) as mine, mine.SimpleQueue(name_in(folder)) as queue:
        heard: list[Any] = []
        reader = threading.Thread(target=lambda: heard.append(queue.get(timeout=30).payload))
        reader.start()
        time.sleep(0.3)
        began = time.monotonic()
        with connection(folder) as other, other.SimpleQueue(name_in(folder)) as theirs:
            theirs.put("now")
        reader.join()
        assert heard == ["now"]
        assert time.monotonic() - began < 5


def test_a_message_half_written_is_nobodys_and_is_cleared_away(folder: Path) -> None:
    with connection(folder) as mine, mine.SimpleQueue(name_in(folder)) as queue:
        queue.put("whole")
        (message,) = folder.glob("*.msg")
        message.with_name(f"0{message.name}.new").write_text('{"body": "ha')
        assert queue.get(timeout=5).payload == "whole"
        with pytest.raises(Empty):
            queue.get(timeout=0.1)
        queue.put("left behind")
    broker.clear(folder)
    assert not list(folder.glob("*.*"))


def test_the_bell_of_a_reader_that_is_gone_is_taken_away(folder: Path) -> None:
    broker.options(folder)
    dead = broker.Bell(folder / "control")
    (bell,) = (folder / "control").glob("*.bell")
    dead.remove()
    os.mkfifo(bell)
    broker.ring(folder / "control")
    assert not bell.exists()


def test_a_disk_that_cannot_be_written_is_the_broker_being_away(folder: Path) -> None:
    with connection(folder) as mine, mine.SimpleQueue(name_in(folder)) as queue:
        folder.rename(folder.with_name("gone"))
        with pytest.raises(ChannelError):
            queue.put("lost")
        folder.with_name("gone").rename(folder)


def test_only_its_owner_may_look_into_the_folder(folder: Path) -> None:
    broker.options(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
