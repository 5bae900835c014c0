"""Django's SQLite, where all who write to a file wait in line, whichever process they are of.

SQLite itself lets a writer who finds the database taken sleep for a while and look again: first a
millisecond, soon a hundred, while others come and go. With many writers most of the time goes into
sleeping. A lock on a file beside the database wakes those who wait as soon as it is free, and is free
as soon as its holder has died.

The lock decides only whose turn it is. SQLite's own locks are taken as ever.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.db.backends.sqlite3 import base

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class _Cursor(base.SQLiteCursorWrapper):
    """A cursor whose single writes wait in line too: they would find no gap between transactions."""

    line: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        with self.line.turn(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self.line.turn(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that asks for its turn before it writes."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._line: IO[bytes] | None = None
        self._has_turn = False

    @contextmanager
    def turn(self, query: str) -> Iterator[None]:
        """Have the turn for this one statement, if it writes outside of a transaction."""
        if self._has_turn or self.in_atomic_block or not query.startswith(WRITES):
            yield
            return
        self._take_turn()
        try:
            yield
        finally:
            self._end_turn()

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 -- Django's signature
        """A cursor that knows this connection."""
        cursor = self.connection.cursor(factory=_Cursor)
        cursor.line = self
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._end_turn()

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]
        self._end_turn()
        if self._line is not None:
            self._line.close()
            self._line = None

    def _take_turn(self) -> None:
        if self.is_in_memory_db():
            return
        if self._line is None:
            self._line = open(f"{self.settings_dict['NAME']}-line", "ab")  # noqa: SIM115 -- lives as long as this
        fcntl.flock(self._line, fcntl.LOCK_EX)
        self._has_turn = True

    def _end_turn(self) -> None:
        if self._has_turn and self._line is not None:
            self._has_turn = False
            fcntl.flock(self._line, fcntl.LOCK_UN)
