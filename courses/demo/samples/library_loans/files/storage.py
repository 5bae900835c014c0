"""The tables of the library, and the people in them."""

import sqlite3

SCHEMA = """
CREATE TABLE IF NOT EXISTS members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL DEFAULT 'reader' CHECK (role IN ('reader', 'staff'))
);
CREATE TABLE IF NOT EXISTS copies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    barcode TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    author TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS loans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id INTEGER NOT NULL REFERENCES members,
    copy_id INTEGER NOT NULL REFERENCES copies,
    due_at TEXT NOT NULL,
    returned_at TEXT,
    renewals INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS reservations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id INTEGER NOT NULL REFERENCES members,
    title TEXT NOT NULL,
    code TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS fines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id INTEGER NOT NULL REFERENCES members,
    amount REAL NOT NULL,
    waived_by INTEGER REFERENCES members,
    waived_because TEXT
);
CREATE TABLE IF NOT EXISTS payments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id INTEGER NOT NULL REFERENCES members,
    amount REAL NOT NULL
);
"""


class NotAllowed(Exception):
    """The person may not do this."""


def connect(path: str = "library.db") -> sqlite3.Connection:
    """Open the library's database and create what is missing in it."""
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(SCHEMA)
    return connection


def add_member(connection: sqlite3.Connection, name: str, email: str, role: str = "reader") -> int:
    """Enrol a member and return the new id."""
    with connection:
        cursor = connection.execute(
            "INSERT INTO members (name, email, role) VALUES (?, ?, ?)", (name, email, role)
        )
    return cursor.lastrowid


def require_staff(connection: sqlite3.Connection, member_id: int) -> None:
    """Raise NotAllowed unless this member is on the staff."""
    row = connection.execute("SELECT role FROM members WHERE id = ?", (member_id,)).fetchone()
    if row is None or row["role"] != "staff":
        raise NotAllowed("only staff may do this")
