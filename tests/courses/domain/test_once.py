"""What many ask for at once is made once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from courses.domain.once import once

PHONES = 20


def test_when_a_whole_room_asks_at_once_it_is_made_once() -> None:
    made: list[int] = []
    all_here = threading.Barrier(PHONES)

    def make() -> str:
        made.append(1)
        return "the code, highlighted"

    def ask(_phone: int) -> str:
        all_here.wait(10)
        return once("room-1", 60, make)

    with ThreadPoolExecutor(PHONES) as room:
        assert set(room.map(ask, range(PHONES))) == {"the code, highlighted"}
    assert len(made) == 1
    assert once("room-2", 60, lambda: "another room's") == "another room's"


def test_what_could_not_be_made_is_made_by_the_next_who_asks() -> None:
    def fails() -> str:
        raise LookupError("the code was taken back")

    with pytest.raises(LookupError):
        once("room-3", 60, fails)
    assert once("room-3", 60, lambda: "there again") == "there again"
