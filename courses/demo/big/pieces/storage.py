"""Code that stores things: pieces with a flaw each."""

from courses.demo.big.pieces.topic import Piece, Topic, alarm
from reviews.claims import DefectType, Severity

# fmt: off
STORAGE = (
    Piece(
        "storage.py",
        '''
def find_$many(name):
    """All $many of that name."""
    with closing(connect()) as db:
        return db.execute(f"SELECT * FROM $many WHERE name = '{name}'").fetchall()
''',
        Topic(
            """return db.execute(f"SELECT * FROM $many WHERE name = '{name}'").fetchall()""",
            Severity.CRITICAL, DefectType.CHECKING, 89,
            ("SQL injection through the name in find_$many", "find_$many builds its query from the name",
             "The name goes unescaped into SQL"),
            ("A quote in the name changes the query, so whoever searches can read every table.",
             "The name is put into the SQL text by an f-string; a caller can inject its own conditions."),
            "Pass the name as a parameter of the query.", (("ruff", "S608"), ("bandit", "B608")),
        ),
        alarm("with closing(connect()) as db:", "find_$many leaks its database connection",
               "The connection is opened for each call and nobody closes it.",
               "with closing(connect()) as db:", "closing() closes the connection when the block ends."),
        """return db.execute("SELECT * FROM $many WHERE name = ?", (name,)).fetchall()""",
    ),
    Piece(
        "storage.py",
        '''
def take_$one(db, key, wanted):
    """Take so many of a $one from the stock, and say what is left."""
    if wanted <= 0:
        raise ValueError("take at least one")
    left = db.execute("SELECT stock FROM $many WHERE id = ?", (key,)).fetchone()[0]
    if left >= wanted:
        db.execute("UPDATE $many SET stock = ? WHERE id = ?", (left - wanted, key))
    return left - wanted
''',
        Topic(
            "if left >= wanted:",
            Severity.CRITICAL, DefectType.TIMING, 362,
            ("Two callers can take the same $one", "take_$one reads the stock, then writes it: a race",
             "Lost update of the stock"),
            ("Two requests read the same stock and both write it back: more is taken than there is.",
             "Between reading and writing another caller can change the stock; that change is lost."),
            "Subtract in one conditional UPDATE and look at the number of rows.",
        ),
        alarm("left = db.execute(\"SELECT stock FROM $many WHERE id = ?\", (key,)).fetchone()[0]",
               "take_$one accepts a negative amount", "A negative amount raises the stock.",
               "if wanted <= 0:", "Amounts below one are refused before the stock is read.", Severity.MAJOR),
    ),
    Piece(
        "storage.py",
        '''
def save_$many(path, $many):
    """Write all $many to a file."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump([asdict($one) for $one in $many], file)
''',
        Topic(
            'with open(path, "w", encoding="utf-8") as file:',
            Severity.MAJOR, DefectType.ALGORITHM, None,
            ("A crash while saving loses all $many", "save_$many truncates the file before it writes",
             "The old file is gone before the new one is complete"),
            ("The file is emptied first: if the process ends while it writes, every $one is lost.",
             "Nothing is written beside the old file and renamed, so a full disk leaves half a file."),
            "Write to a file beside it and rename that.",
        ),
        alarm("json.dump([asdict($one) for $one in $many], file)",
              "save_$many writes in the platform's encoding",
               "On some systems letters outside of ASCII cannot be written.",
               'with open(path, "w", encoding="utf-8") as file:', "The encoding is given: UTF-8 everywhere."),
    ),
    Piece(
        "storage.py",
        '''
def restore_$many(data):
    """The $many of a backup that a user uploads."""
    if len(data) > MOST_BYTES:
        raise ValueError("the backup is too large")
    return pickle.loads(data)
''',
        Topic(
            "return pickle.loads(data)",
            Severity.CRITICAL, DefectType.CHECKING, 502,
            ("Uploaded backups are unpickled", "restore_$many runs code from an upload",
             "pickle on data from outside"),
            ("A crafted backup runs any code with the rights of the server when it is unpickled.",
             "pickle.loads executes what the data says, and the data comes from a user."),
            "Read a format that holds data alone, as JSON.", (("ruff", "S301"), ("bandit", "B301")),
        ),
        alarm("return pickle.loads(data)", "restore_$many reads backups of any size",
               "A huge backup fills the memory of the server.",
               "if len(data) > MOST_BYTES:", "Larger backups are refused on the line above.", Severity.MAJOR),
        "return [$One(**item) for item in json.loads(data)]",
    ),
    Piece(
        "storage.py",
        '''
def attachment(name):
    """The bytes of a file that was attached to a $one."""
    path = FOLDER / name
    if not path.is_file():
        return b""
    return path.read_bytes()
''',
        Topic(
            "path = FOLDER / name",
            Severity.CRITICAL, DefectType.CHECKING, 22,
            ("attachment reads any file of the server", "Path traversal through the attachment's name",
             "The name may lead out of the folder"),
            ("A name with ../ leads out of the folder, so settings and keys can be downloaded.",
             "The name is joined to the folder and never checked: an absolute one replaces it."),
            "Resolve the path and check that it stays in the folder.",
        ),
        alarm("return path.read_bytes()", "attachment fails where the file is missing",
               "An unknown name raises an exception that nobody catches.",
               "if not path.is_file():", "A missing file is answered with no bytes."),
    ),
    Piece(
        "storage.py",
        '''
def page_of_$many(db, number, size=20):
    """One page of $many; pages count from 1."""
    size = min(size, 100)
    rows = db.execute("SELECT * FROM $many ORDER BY id LIMIT ? OFFSET ?", (size, number * size))
    return rows.fetchall()
''',
        Topic(
            'rows = db.execute("SELECT * FROM $many ORDER BY id LIMIT ? OFFSET ?", (size, number * size))',
            Severity.MAJOR, DefectType.ALGORITHM, None,
            ("The first page of $many is never shown", "Off by one in page_of_$many",
             "The offset should be (number - 1) * size"),
            ("Pages count from 1, but page 1 skips the first rows: they are on no page at all.",
             "number * size skips one page too many, so the newest rows cannot be reached."),
            "Use (number - 1) * size.",
        ),
        alarm("size = min(size, 100)", "page_of_$many lets a caller ask for everything",
               "A page of a million rows is built in memory.",
               "size = min(size, 100)", "No page is longer than a hundred rows."),
        'rows = db.execute("SELECT * FROM $many ORDER BY id LIMIT ? OFFSET ?", (size, (number - 1) * size))',
    ),
)
