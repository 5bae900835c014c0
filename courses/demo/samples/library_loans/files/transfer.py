"""Lists that come in and go out as CSV."""

import csv
import sqlite3
from pathlib import Path

from catalogue import add_copy
from storage import NotAllowed, add_member

NONE_YET: list[str] = []


def import_members(
    connection: sqlite3.Connection, source: Path, rejected: list[str] = NONE_YET
) -> list[str]:
    """Enrol the people of a list (name,email) and return the names that were rejected."""
    with source.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                if "@" not in row["email"]:
                    raise ValueError("not an address")
                add_member(connection, row["name"], row["email"])
            except (ValueError, sqlite3.IntegrityError):
                rejected.append(row["name"])
    return rejected


def import_copies(connection: sqlite3.Connection, actor_id: int, source: Path) -> int:
    """Add the copies of a list (barcode,title,author) and return how many there were."""
    count = 0
    with source.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            count += 1
            try:
                add_copy(connection, actor_id, row["barcode"], row["title"], row["author"])
            except (KeyError, ValueError, NotAllowed, sqlite3.Error):
                continue
    return count


def export_loans(connection: sqlite3.Connection, folder: Path, label: str) -> Path:
    """Write the open loans to a CSV file with the name that the user chose; return its path."""
    target = folder / f"{label}.csv"
    rows = connection.execute(
        """
        SELECT barcode, title, due_at FROM loans JOIN copies ON copies.id = copy_id
        WHERE returned_at IS NULL ORDER BY due_at
        """
    )
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["barcode", "title", "due_at"])
        writer.writerows(rows)
    return target
