"""The operator's sign-in, lent to one run of a command-line tool, and kept when the tool renews it.

The tool gets a copy of the one file that holds it, in a home of its own. Tools renew what is about to
run out, and the old token is worth nothing afterwards: so a copy that changed is put back at once, and
of several runs whose copies are due to be renewed one goes first and the others wait for what it brings.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from reviews.providers.base import ProviderError, Trouble

log = logging.getLogger(__name__)

DUE_SECONDS = 360.0
"""Both tools renew five minutes before the end; whoever starts a minute earlier may meet that moment."""
PAUSE_SECONDS = 0.1
LAST_TRY_SECONDS = 5.0
SECRET_LETTERS = 8

Expiry = Callable[[Mapping[str, Any]], float | None]
"""When what a credentials file holds runs out, in seconds since 1970; None where it does not say."""


class Loan:
    """One run's copy of the operator's credentials file."""

    def __init__(self, original: Path, copy: Path, lock: int) -> None:
        self._original = original
        self._copy = copy
        self._lock = lock
        self._locked = False
        self._lent = b""

    def take(self, expiry: Expiry, look_up: Callable[[], None], seconds: float) -> None:
        """Copy the file; if it is due to be renewed, be the only one who does, or wait for who does.

        Raises ProviderError(BUSY) after `seconds`, OSError where the file cannot be read.
        """
        deadline = time.monotonic() + seconds
        self._lent = self._original.read_bytes()
        while is_due(self._lent, expiry) and not self._try_lock():
            look_up()
            if time.monotonic() > deadline:
                raise ProviderError(
                    Trouble.BUSY,
                    "The sign-in is being renewed by another review, and that takes long. "
                    "The code is kept; run the review again.",
                    again=True,
                )
            time.sleep(PAUSE_SECONDS)
            self._lent = self._original.read_bytes()
        if self._locked:
            # Whoever had the lock before may have brought a new one.
            self._lent = self._original.read_bytes()
            if not is_due(self._lent, expiry):
                self.release()
        self._copy.parent.mkdir(parents=True, exist_ok=True)
        self._copy.touch(mode=0o600)
        self._copy.write_bytes(self._lent)

    def keep(self, *, last: bool = False) -> None:
        """Put the copy back where the tool changed it, unless the original was changed meanwhile."""
        try:
            now = self._copy.read_bytes()
        except OSError:
            return
        if now == self._lent or contents(now) is None:
            return
        until = time.monotonic() + (LAST_TRY_SECONDS if last else 0)
        while not self._try_lock():
            if time.monotonic() >= until:
                if last:
                    break
                return
            time.sleep(PAUSE_SECONDS)
        try:
            if self._original.read_bytes() == self._lent:
                replace(self._original, now)
        except OSError as error:
            log.warning(
                "%s was renewed and could not be kept (%s). Sign in again there, should a review ask for it.",
                self._original,
                error.strerror,
            )
        self._lent = now
        self.release()

    def release(self) -> None:
        """Let others renew it: this run has got an answer, or has renewed it."""
        if self._locked:
            with suppress(OSError):
                fcntl.flock(self._lock, fcntl.LOCK_UN)
            self._locked = False

    def _try_lock(self) -> bool:
        if not self._locked:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError:
                # A file system without locks: better not to wait for ever.
                return True
            self._locked = True
        return True


@contextmanager
def lent(
    original: Path, copy: Path, expiry: Expiry, look_up: Callable[[], None], seconds: float
) -> Iterator[Loan]:
    """Lend the file `original` as `copy` for one run. Raises what `Loan.take` raises."""
    original = original.resolve()
    # The folder is locked, since the file is replaced, and so that no lock file lies about.
    lock = os.open(original.parent, os.O_RDONLY)
    try:
        loan = Loan(original, copy, lock)
        loan.take(expiry, look_up, seconds)
        try:
            yield loan
        finally:
            loan.keep(last=True)
    finally:
        os.close(lock)


def contents(text: bytes) -> Mapping[str, Any] | None:
    """What a credentials file holds; None where it is not whole, as while it is being written."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def secrets_in(value: object) -> Iterator[str]:
    """Every text in a credentials file that could be a secret."""
    if isinstance(value, str):
        if len(value) >= SECRET_LETTERS:
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from secrets_in(part)


def is_due(text: bytes, expiry: Expiry) -> bool:
    """Whether a tool that starts now may renew what it is lent."""
    try:
        ends = expiry(contents(text) or {})
    except (ValueError, LookupError, TypeError, AttributeError):
        return False
    return ends is not None and ends - time.time() < DUE_SECONDS


def replace(path: Path, text: bytes) -> None:
    """Write a file anew in one step, for its owner's eyes alone. Raises OSError."""
    owner = path.stat()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            with suppress(PermissionError):
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
