"""The words of a text that say what is wrong: identifiers split, endings and filling words dropped."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])|[a-z]+|\d+")
_STOP = frozenset(
    (
        "a an and any are as at be been because but by can could code do does each every for from get gets "
        "had has have here how if in into is it its just line lines may might more must no not of on one "
        "only or other same should since so some such than that the their them then there these they this "
        "those to two up use used uses using very via was were what when where which while will with "
        "without would you your"
    ).split(" ")
)
"""Words that say nothing of what is wrong."""


@lru_cache(maxsize=2048)
def terms(text: str) -> frozenset[str]:
    """The words of a text that carry its meaning, each once: "getUser" is "user", "queries" is "query"."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_stem(word) for word in words if word not in _STOP and len(word) > 1)


def _stem(word: str) -> str:
    """A rough stem: enough to make 'queries', 'query' and 'queried' one word."""
    for ending, rest in (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + rest
    return word
