"""Codes that opened nothing, counted by the hour, so that nobody guesses one."""

from __future__ import annotations

import time

from django.core.cache import cache


def misses(who: str) -> int:
    """How many codes of this hour opened nothing; `who` names the kind of code and who types it."""
    return int(cache.get(_key(who), 0))


def count_miss(who: str) -> None:
    """One more."""
    cache.add(_key(who), 0, timeout=3600)
    cache.incr(_key(who))


def _key(who: str) -> str:
    # The hour is part of the name: not every cache keeps an entry's age when it counts.
    return f"{who}:{int(time.time() // 3600)}"
