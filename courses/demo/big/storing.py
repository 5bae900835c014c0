"""Rows into the database, many in a statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Field, JSONField, Model

ROWS_A_STATEMENT = 1000

Row = TypeVar("Row", bound=Model)


def store(model: type[Row], rows: Iterable[Row]) -> list[Row]:
    """Store these rows and return them with their keys. What they refer to must be stored already.

    Where a row says when it was made, that stands, though the field would take the time of storing.
    """
    made = list(rows)
    if connections[DEFAULT_DB_ALIAS].vendor == "postgresql" and isinstance(model._meta.pk, AutoField):
        _copy(model, made)
        return made
    told = [
        (row, field.attname, time)
        for field in model._meta.concrete_fields
        if _takes_the_time(field)
        for row in made
        if (time := getattr(row, field.attname)) is not None
    ]
    model._default_manager.bulk_create(made, batch_size=ROWS_A_STATEMENT)
    for row, name, time in told:
        setattr(row, name, time)
    if told:
        model._default_manager.bulk_update(made, {name for _, name, _ in told}, batch_size=ROWS_A_STATEMENT)
    return made


def _copy(model: type[Row], rows: Sequence[Row]) -> None:
    """By COPY: an INSERT of rows with long JSON spends most of its time on escaping quotes."""
    # Not the proxy, which looks it up with each use: there are millions.
    connection = connections[DEFAULT_DB_ALIAS]
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    table, columns = quote(model._meta.db_table), ", ".join(quote(field.column or "") for field in fields)
    with connection.cursor() as cursor:
        for row, key in zip(rows, _keys(cursor, model, len(rows), table), strict=True):
            row.pk = key
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([_value(field, row) for field in fields])
                row._state.adding, row._state.db = False, connection.alias


def _keys(cursor: Any, model: type[Model], count: int, table: str) -> list[int]:
    """So many fresh keys, from the table's own sequence."""
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
        [table, model._meta.pk.column, count],
    )
    return [key for (key,) in cursor.fetchall()]


def _value(field: Field[Any, Any], row: Model) -> Any:
    """What is copied of a row. The driver takes all that our rows hold as it is, except JSON."""
    value = getattr(row, field.attname)
    if isinstance(field, JSONField):
        return field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])
    return field.pre_save(row, add=True) if value is None and _takes_the_time(field) else value


def _takes_the_time(field: Field[Any, Any]) -> bool:
    return bool(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False))
