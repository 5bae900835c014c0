"""Boundaries around text from outside: whatever stands between them is data.

A boundary is a mark that nobody outside can know beforehand and that occurs in none of the texts that
it encloses. So a text that holds a boundary, or something that looks like one, changes nothing: it is
not this mark.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator
from itertools import count

MARK_LETTERS = 20
"""80 bits in hexadecimal: not to be guessed, and few tokens."""


def mark(seed: str, texts: Iterable[str]) -> str:
    """The mark that follows from a secret seed, and occurs in none of the texts.

    Material that several calls share is fenced by it, so that it is byte for byte the same for all.
    """
    key = seed.encode(errors="surrogatepass")
    digests = (hmac.new(key, b"boundary %d" % number, hashlib.sha256).hexdigest() for number in count())
    return _first_absent((digest[:MARK_LETTERS] for digest in digests), texts)


def fresh_mark(texts: Iterable[str]) -> str:
    """A random mark for one request, that occurs in none of the texts."""
    return _first_absent((secrets.token_hex(MARK_LETTERS // 2) for _ in count()), texts)


def opening(mark: str, label: str) -> str:
    """The line before a fenced text; `label` says what it is, on the same line."""
    return f"<<<{mark} begin: {_one_line(label)}>>>"


def closing(mark: str) -> str:
    """The line after a fenced text."""
    return f"<<<{mark} end>>>"


def fenced(mark: str, label: str, text: str) -> str:
    """The text, unchanged, between two lines that carry the mark.

    Raises ValueError where text or label hold the mark: whoever drew it did not look at them.
    """
    if _holds(text, mark) or _holds(label, mark):
        raise ValueError("the mark occurs in what it should fence: draw it with this text among the texts")
    return f"{opening(mark, label)}\n{text}\n{closing(mark)}"


def _first_absent(candidates: Iterator[str], texts: Iterable[str]) -> str:
    held = [text.lower() for text in texts]
    return next(candidate for candidate in candidates if not any(candidate in text for text in held))


def _holds(text: str, mark: str) -> bool:
    # A reader that does not tell capitals apart must not be fooled either.
    return mark in text.lower()


def _one_line(label: str) -> str:
    """A label may name a file, and a file's name comes from outside."""
    return " ".join(label.split())[:200].replace(">>>", "> > >")
