"""Reading JSON that strangers wrote: whatever stands there, what comes out has the type asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reviews.claims import MOST_LINE, clean_text
from reviews.exchange.imported import NotReadable

MOST_CHARACTERS = 16 * 1024 * 1024
"""Of one file."""


def loaded(text: str) -> Mapping[str, Any]:
    """The JSON object that a text is. Raises NotReadable for anything else."""
    if len(text) > MOST_CHARACTERS:
        most = MOST_CHARACTERS // 1024**2
        raise NotReadable(f"The file is larger than {most} MB. Let the tool report on fewer files or rules.")
    try:
        value = json.loads(unwrapped(text))
    except RecursionError:
        raise NotReadable("The file is nested deeper than any tool's report is.") from None
    except ValueError as error:
        where = (
            f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        )
        raise NotReadable(
            f"The file is not JSON{where}. Save what the tool printed as JSON or SARIF, and nothing else."
        ) from None
    if not isinstance(value, dict):
        raise NotReadable("The file is JSON, but not one object, as a tool's report is.")
    return value


def unwrapped(text: str) -> str:
    """The text without a byte order mark, or the code fence that a chat puts around JSON."""
    bare = text.lstrip("\ufeff \t\r\n")
    if bare.startswith("```") and "\n" in bare:
        bare = bare.partition("\n")[2].rstrip().removesuffix("```")
    return bare


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects in the value, if it is an array; what else is in it becomes an empty one."""
    return (mapping(item) for item in sequence(value))


def sequence(value: Any) -> Sequence[Any]:
    """The value if it is an array, else an empty one."""
    return value if isinstance(value, list) else ()


def string(value: Any, limit: int = 20_000) -> str:
    """The value if it is text, as any database takes it, without white space around it; else nothing."""
    return clean_text(value.strip(), limit) if isinstance(value, str) else ""


def whole(value: Any) -> int | None:
    """The value if it is a whole number that can be a line's, else None."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return value if is_number and abs(value) <= MOST_LINE else None


def share(value: Any) -> float | None:
    """The value if it is a number from 0 to 1, else None."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 1 else None


def at(values: Any, index: Any) -> Mapping[str, Any]:
    """The object at that index of an array, or an empty one."""
    found, number = sequence(values), whole(index)
    return mapping(found[number]) if number is not None and 0 <= number < len(found) else {}
