"""What three hundred ask for at once is made once: kept in the cache, made by one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakValueDictionary

from django.core.cache import cache

T = TypeVar("T")

_making: WeakValueDictionary[str, threading.Lock] = WeakValueDictionary()
_guard = threading.Lock()


def once(key: str, seconds: float, make: Callable[[], T]) -> T:
    """The value that the cache has under this key, or what `make` makes, which is kept for so long.

    In each process one thread makes it and the others wait for that: when a step is shown, all phones
    want its code in the same second, and without this each thread would highlight it for itself. What
    is made is never None. `make` may ask for another key, not for this one.
    """
    value: T | None = cache.get(key)
    if value is not None:
        return value
    with turn(key):
        value = cache.get(key)
        if value is None:
            value = make()
            cache.set(key, value, seconds)
        return value


def turn(key: str) -> threading.Lock:
    """The lock under which a key's value is made; gone once nobody holds it or waits for it."""
    with _guard:
        lock = _making.get(key)
        if lock is None:
            lock = _making[key] = threading.Lock()
        return lock
