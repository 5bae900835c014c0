"""Queries that Django makes into SQL once: making it took a fifth of a pass's processor time.

What is asked, and how rows become objects, stays Django's; only the text is kept, and the converters of
its columns. For what is asked dozens of times a second while somebody waits; everywhere else a plain
query is clearer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError

Row_co = TypeVar("Row_co", covariant=True)
Value = int | str

FEW = 4
"""Up to so many values a query of what is among them is kept."""


class Prepared(Generic[Row_co]):
    """A query of one shape: called with values, it gives the list of what `build` of them would give.

    `kinds` are the types of the values. A value stands in the query as it is, as a number or a text:
    `build` may compare a column with it and no more. Threads may share it.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Row_co]], *kinds: type[Value]) -> None:
        self._build = build
        self._kinds = kinds
        self._made: _Made | None = None

    def __call__(self, *values: Value) -> list[Row_co]:
        """The rows, read now. Raises TypeError where the values are not of the kinds."""
        if len(values) != len(self._kinds) or not all(map(isinstance, values, self._kinds)):
            raise TypeError(f"This query takes {self._kinds}, not {values!r}.")
        # Two threads may both make it at first: they make the same.
        made = self._made = self._made or self._make()
        return made.ask(values)

    def first(self, *values: Value) -> Row_co | None:
        """The first of the rows, or None."""
        return next(iter(self(*values)), None)

    def _make(self) -> _Made:
        marks = [_mark(kind, place) for place, kind in enumerate(self._kinds)]
        rows = self._build(*marks)
        compiler = rows.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        places = [marks.index(value) if value in marks else None for value in parameters]
        if {*range(len(marks))} - {*places}:
            raise ValueError(f"Not all values stand in the query as they are: {sql}")
        # Each thread has its own. This one's would stay open when the thread has ended.
        compiler.connection = None
        return _Made(rows, compiler, sql, tuple(parameters), tuple(places), threading.local())


class PreparedIn(Generic[Row_co]):
    """A query of what is among some values, all of one kind: called with them, it gives the list of rows.

    A text is kept for each number of values up to FEW; for more, making it is the least of the work.
    """

    def __init__(self, build: Callable[[Sequence[Any]], QuerySet[Any, Row_co]], kind: type[Value]) -> None:
        self._build = build
        self._of_number = [
            Prepared(lambda *values: build(values), *[kind] * number) for number in range(1, FEW + 1)
        ]

    def __call__(self, values: Collection[Value]) -> list[Row_co]:
        """The rows, read now; none where there are no values."""
        if not values:
            return []
        if len(values) > FEW:
            return list(self._build(list(values)))
        return self._of_number[len(values) - 1](*values)


def _mark(kind: type[Value], place: int) -> Value:
    """A value that is found again among a query's parameters."""
    return -(10**15) - place if kind is int else f"value {place} of a prepared query"


@dataclass(frozen=True, slots=True)
class _Made:
    """The SQL, and of each of its parameters the place of the value that it is; None: it stays the same."""

    rows: QuerySet[Any, Any]
    compiler: Any
    sql: str
    parameters: tuple[Any, ...]
    places: tuple[int | None, ...]
    own: threading.local
    """Each thread's connection and its compiler for that."""

    def ask(self, values: Sequence[Value]) -> list[Any]:
        bound = tuple(
            same if place is None else values[place]
            for same, place in zip(self.parameters, self.places, strict=True)
        )
        connection = connections[DEFAULT_DB_ALIAS]  # this thread's
        if self.rows.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked for the rest of a transaction: there is none.")
        compiler = self._compiler_for(connection)
        compiler.as_sql = lambda *_, **__: (self.sql, bound)
        rows = self.rows.all()
        rows.query = _Compiled(compiler)  # type: ignore[assignment]  # it is one as far as reading goes
        return list(rows)

    def _compiler_for(self, connection: BaseDatabaseWrapper) -> Any:
        """This thread's own. How values become Python's is found out once: it took four tenths of all."""
        if getattr(self.own, "connection", None) is not connection:
            compiler = copy(self.compiler)
            compiler.connection = connection
            converters = compiler.get_converters(
                [column for column, *_ in compiler.select[: compiler.col_count]]
            )
            compiler.get_converters = lambda _columns: converters
            self.own.connection, self.own.compiler = connection, compiler
        return self.own.compiler


@dataclass(frozen=True, slots=True)
class _Compiled:
    """In the place of a query: of all that one can do, reading only asks for its compiler."""

    compiler: Any
    values_select = ()

    def get_compiler(self, using: str) -> Any:  # noqa: ARG002 -- Django's signature
        """The one that knows its SQL already."""
        return self.compiler
