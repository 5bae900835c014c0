"""Rows into the database, many in a statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model

ROWS_A_STATEMENT = 1000

Row = TypeVar("Row", bound=Model)


def store(model: type[Row], rows: Iterable[Row]) -> list[Row]:
    """Store these rows and return them with their keys."""
    return model._default_manager.bulk_create(rows, batch_size=ROWS_A_STATEMENT)
