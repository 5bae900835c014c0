"""Borrowing, renewing, returning and reserving."""

import random
import sqlite3
from datetime import UTC, datetime, time, timedelta

import fines
from catalogue import free_copy

LOAN_DAYS = 21
MAX_LOANS = 5
MAX_RENEWALS = 2
LOAN_COLUMNS = "loans.id, member_id, copy_id, due_at, renewals, title"


class LoanRefused(Exception):
    """The library's rules do not allow this loan."""


def due_date(start: datetime) -> datetime:
    """The last second of the last day of a loan."""
    return datetime.combine(start.date() + timedelta(days=LOAN_DAYS), time(23, 59, 59))


def open_loan(connection: sqlite3.Connection, loan_id: int) -> sqlite3.Row:
    """The loan, which must not have been returned yet. Raises LoanRefused."""
    query = f"SELECT {LOAN_COLUMNS} FROM loans JOIN copies ON copies.id = copy_id"
    query += " WHERE loans.id = ? AND returned_at IS NULL"
    loan = connection.execute(query, (loan_id,)).fetchone()
    if loan is None:
        raise LoanRefused("there is no such open loan")
    return loan


def first_in_queue(connection: sqlite3.Connection, title: str) -> int | None:
    """The member who has waited longest for this title, or None."""
    row = connection.execute(
        "SELECT member_id FROM reservations WHERE title = ? ORDER BY id LIMIT 1", (title,)
    ).fetchone()
    return row["member_id"] if row else None


def borrow(connection: sqlite3.Connection, member_id: int, title: str) -> int:
    """Lend a free copy of this title and return the loan's id. Raises LoanRefused."""
    if fines.outstanding(connection, member_id) > 0:
        raise LoanRefused("pay your fines first")
    count = connection.execute(
        "SELECT COUNT(*) FROM loans WHERE member_id = ? AND returned_at IS NULL", (member_id,)
    ).fetchone()[0]
    if count >= MAX_LOANS:
        raise LoanRefused(f"no more than {MAX_LOANS} loans at a time")
    if first_in_queue(connection, title) not in (None, member_id):
        raise LoanRefused("another reader has reserved this title")
    copy = free_copy(connection, title)
    if copy is None:
        raise LoanRefused("all copies are out")
    with connection:
        cursor = connection.execute(
            "INSERT INTO loans (member_id, copy_id, due_at) VALUES (?, ?, ?)",
            (member_id, copy["id"], due_date(datetime.now()).isoformat()),
        )
        connection.execute(
            "DELETE FROM reservations WHERE member_id = ? AND title = ?", (member_id, title)
        )
    return cursor.lastrowid


def renew(connection: sqlite3.Connection, loan_id: int) -> datetime:
    """Give a loan another full period from today, twice at most, and return the new due date."""
    loan = open_loan(connection, loan_id)
    if loan["renewals"] > MAX_RENEWALS:
        raise LoanRefused(f"a loan can be renewed {MAX_RENEWALS} times")
    if first_in_queue(connection, loan["title"]) is not None:
        raise LoanRefused("another reader is waiting for this title")
    due = due_date(datetime.now())
    with connection:
        connection.execute(
            "UPDATE loans SET due_at = ?, renewals = renewals + 1 WHERE id = ?",
            (due.isoformat(), loan_id),
        )
    return due


def days_late(due: datetime, returned: datetime) -> int:
    """Whole calendar days between the due date and the return, never negative."""
    return max((returned.date() - due.date()).days, 0)


def return_copy(connection: sqlite3.Connection, loan_id: int, at: datetime | None = None) -> int:
    """Take a copy back, charge a fine if it is late, and return the number of days late."""
    loan = open_loan(connection, loan_id)
    # Stored without a zone, like the due date, so that the two can be compared.
    returned = at or datetime.now(UTC).replace(tzinfo=None)
    late = days_late(datetime.fromisoformat(loan["due_at"]), returned)
    with connection:
        connection.execute(
            "UPDATE loans SET returned_at = ? WHERE id = ?", (returned.isoformat(), loan_id)
        )
        if late:
            fines.charge(connection, loan["member_id"], late)
    return late


def reserve(connection: sqlite3.Connection, member_id: int, title: str) -> str:
    """Join the queue for a title and return the code with which to collect it."""
    code = f"{random.randrange(10**6):06d}"
    with connection:
        connection.execute(
            "INSERT INTO reservations (member_id, title, code) VALUES (?, ?, ?)",
            (member_id, title, code),
        )
    return code


def collect(connection: sqlite3.Connection, code: str) -> int:
    """Lend the reserved copy to whoever brings its code to the desk."""
    row = connection.execute(
        "SELECT member_id, title FROM reservations WHERE code = ?", (code,)
    ).fetchone()
    if row is None:
        raise LoanRefused("there is no such reservation")
    return borrow(connection, row["member_id"], row["title"])
