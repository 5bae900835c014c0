"""A file in, a file out, for commands that work on lines: nothing is left half written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from django.core.management.base import CommandError, CommandParser

from reviews.exchange import NotReadable

Read = TypeVar("Read")


def add_files(parser: CommandParser) -> None:
    """The file of groups, and where the predictions go."""
    parser.add_argument("groups", type=Path, metavar="GROUPS.jsonl", help="One JSON object a line.")
    parser.add_argument("--out", type=Path, required=True, metavar="PREDICTIONS.jsonl")


def read_from(path: Path, reader: Callable[[str], Read]) -> Read:
    """What the reader makes of a file. Raises CommandError, which says what is wrong and where."""
    try:
        return reader(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise CommandError(f"{path} is not UTF-8 text.") from None
    except NotReadable as error:
        raise CommandError(f"{path}: {error} Nothing was written.") from None


def write_to(path: Path, lines: Iterable[str]) -> None:
    """Write all lines or, where that fails, leave what was there. Raises CommandError."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8") as written:
            written.writelines(lines)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
