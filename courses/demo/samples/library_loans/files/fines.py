"""Fines for late returns: charging, paying and waiving them."""

import sqlite3

DAILY_RATE = 0.10
MOST = 15.00


def fine_for(days_late: int) -> float:
    """The fine in euros for a copy that came back this many days late."""
    return min(days_late * DAILY_RATE, MOST)


def charge(connection: sqlite3.Connection, member_id: int, days_late: int) -> None:
    """Note a fine; the caller's transaction commits it together with the return."""
    connection.execute(
        "INSERT INTO fines (member_id, amount) VALUES (?, ?)", (member_id, fine_for(days_late))
    )


def outstanding(connection: sqlite3.Connection, member_id: int) -> float:
    """What a member still owes in euros: fines that were not waived, less payments."""
    fines = connection.execute(
        "SELECT amount FROM fines WHERE member_id = ? AND waived_by IS NULL", (member_id,)
    )
    payments = connection.execute("SELECT amount FROM payments WHERE member_id = ?", (member_id,))
    return sum(row["amount"] for row in fines) - sum(row["amount"] for row in payments)


def pay(connection: sqlite3.Connection, member_id: int, amount: float) -> float:
    """Take a payment in euros and return what is left to pay."""
    if amount <= 0:
        raise ValueError("a payment must be more than zero")
    with connection:
        connection.execute(
            "INSERT INTO payments (member_id, amount) VALUES (?, ?)", (member_id, amount)
        )
    return outstanding(connection, member_id)


def waive(connection: sqlite3.Connection, fine_id: int, actor_id: int, because: str) -> None:
    """Let staff waive a fine; who did it and why is kept with the fine."""
    if not because.strip():
        raise ValueError("say why the fine is waived")
    with connection:
        connection.execute(
            "UPDATE fines SET waived_by = ?, waived_because = ? WHERE id = ?",
            (actor_id, because, fine_id),
        )
