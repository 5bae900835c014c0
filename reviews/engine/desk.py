"""One desk in a process: its threads take turns at computing, and wait for reviewers side by side.

Dozens of threads that all compute hinder one another: each gives up the interpreter's lock in the
middle of a transaction and waits for it again, while all others wait for the database. Whoever waits
for a reviewer leaves the desk; whoever has a reply comes back to it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_desk = threading.Lock()
_here = threading.local()


@contextmanager
def at_the_desk() -> Iterator[None]:
    """Compute in the block, once it is this thread's turn. Not to be nested."""
    with _desk:
        _here.sits = True
        try:
            yield
        finally:
            _here.sits = False


@contextmanager
def away_from_the_desk() -> Iterator[None]:
    """Let others compute while this block waits. Does nothing in a thread that has no desk."""
    if not getattr(_here, "sits", False):
        yield
        return
    _here.sits = False
    _desk.release()
    try:
        yield
    finally:
        _desk.acquire()
        _here.sits = True


def wait_until_free(seconds: float) -> None:
    """Wait until nobody is at the desk, but not longer than so many seconds.

    A worker does it before it takes more work: it may be done sooner by another process.
    """
    if _desk.acquire(timeout=seconds):
        _desk.release()
