"""What is noticed in code before anybody outside is shown it: plain data, with bounds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

MOST_OF_A_KIND = 200
"""So many notices of one kind are kept; the last of them says how many more there were."""

QUOTE_CHARACTERS = 300
WORDS_CHARACTERS = 200


class Kind(StrEnum):
    """What was noticed; the values are those of `reviews.models.Notice.Kind`."""

    INSTRUCTION = "instruction"
    SECRET = "secret"  # noqa: S105 - a kind, not a password
    PERSON = "person"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something in a file that a person should know of.

    `line` counts from 1; 0 is the file's own name. `quote` is the line as it leaves the house, without
    secrets, names and hidden characters. `words` say what it is, in at most WORDS_CHARACTERS.
    """

    kind: Kind
    path: str
    line: int
    quote: str
    words: str


def cut(text: str, limit: int) -> str:
    """The text without white space around it, and with an ellipsis where it was longer than `limit`."""
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def few(noticed: Iterable[Noticed]) -> tuple[Noticed, ...]:
    """At most MOST_OF_A_KIND of each kind, each within its bounds, sorted by path and line."""
    kept: list[Noticed] = []
    items = sorted(noticed, key=lambda item: (item.path, item.line))
    for kind in Kind:
        of_kind = [item for item in items if item.kind is kind]
        kept += (_bounded(item) for item in of_kind[:MOST_OF_A_KIND])
        if (more := len(of_kind) - MOST_OF_A_KIND) > 0:
            last = of_kind[MOST_OF_A_KIND - 1]
            words = f"{cut(last.words, WORDS_CHARACTERS - 40)}; and {more:,} more in other places"
            kept[-1] = _bounded(replace(last, words=words))
    return tuple(sorted(kept, key=lambda item: (item.path, item.line)))


def _bounded(item: Noticed) -> Noticed:
    return replace(item, quote=cut(item.quote, QUOTE_CHARACTERS), words=cut(item.words, WORDS_CHARACTERS))
