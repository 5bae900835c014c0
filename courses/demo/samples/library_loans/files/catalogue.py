"""What stands on the shelves: adding copies and finding them."""

import sqlite3

from storage import require_staff


def add_copy(
    connection: sqlite3.Connection, actor_id: int, barcode: str, title: str, author: str
) -> int:
    """Put one more copy on the shelf (staff only) and return its id."""
    require_staff(connection, actor_id)
    if not barcode or not title:
        raise ValueError("a copy needs a barcode and a title")
    with connection:
        cursor = connection.execute(
            "INSERT INTO copies (barcode, title, author) VALUES (?, ?, ?)", (barcode, title, author)
        )
    return cursor.lastrowid


def search(connection: sqlite3.Connection, words: str) -> list[sqlite3.Row]:
    """Copies whose title or author contains the words that the reader typed, by title."""
    words = words.strip()
    if not words:
        return []
    query = f"SELECT * FROM copies WHERE title LIKE '%{words}%' OR author LIKE '%{words}%' ORDER BY title"
    return connection.execute(query).fetchall()


def free_copy(connection: sqlite3.Connection, title: str) -> sqlite3.Row | None:
    """A copy of this title that nobody has at the moment, or None."""
    return connection.execute(
        """
        SELECT * FROM copies WHERE title = ? AND id NOT IN
            (SELECT copy_id FROM loans WHERE returned_at IS NULL)
        ORDER BY id LIMIT 1
        """,
        (title,),
    ).fetchone()
