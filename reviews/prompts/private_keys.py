"""Private keys in text: PEM, PGP and PuTTY's, whole or cut off, also as a string in code."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----|Private-Lines: \d{1,4}")
_END = re.compile(r"-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
# Key material among what code puts around it: quotes, plus signs, "\n".
_MATERIAL = re.compile(r"(?:(?<=\\[nr])|(?<![A-Za-z0-9+/=\\]))[A-Za-z0-9+/]{40,}={0,2}")
_AROUND = r"[\s'\"`+,;.*#/|>)(]*"
_LAST_LINE = re.compile(rf"{_AROUND}(?:\\[rn])*([A-Za-z0-9+/]{{2,}}={{0,2}})(?:\\[rn])*{_AROUND}")
_IN_LINE_REST = re.compile(r"(?:\\[rn][A-Za-z0-9+/]{2,}={0,2})*")

MOST_LINES = 250
"""So many lines after its beginning a key may go on; a 16,384-bit RSA key has some 200."""
MOST_HEADERS = 8
MOST_CHARACTERS = 40_000


def private_keys(text: str) -> Iterator[list[tuple[int, int]]]:
    """For each private key the spans of its body, one a line: first and last offset."""
    at = 0
    while begins := _BEGIN.search(text, at):
        ends = _END.search(text, begins.end(), begins.end() + MOST_CHARACTERS)
        stop = ends.start() if ends else min(len(text), begins.end() + MOST_CHARACTERS)
        if spans := _body(text, begins.end(), stop):
            yield spans
        at = spans[-1][1] if spans else begins.end()


def _body(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """The lines of key material: headers may come before them, and nothing between them."""
    spans: list[tuple[int, int]] = []
    for number in range(MOST_LINES):
        line_end = text.find("\n", start, stop)
        line_end = stop if line_end < 0 else line_end
        if span := _material(text, start, line_end, bool(spans)):
            spans.append(span)
        elif (spans and text[start:line_end].strip()) or (not spans and number > MOST_HEADERS):
            break
        start = line_end + 1
        if start > stop:
            break
    return spans


def _material(text: str, start: int, end: int, begun: bool) -> tuple[int, int] | None:
    """From the first to the last key material of a line; a short line counts where the key has begun."""
    found = list(_MATERIAL.finditer(text, start, end))
    if found:
        rest = _IN_LINE_REST.match(text, found[-1].end(), end)
        return found[0].start(), rest.end() if rest else found[-1].end()
    short = _LAST_LINE.fullmatch(text, start, end) if begun else None
    return short.span(1) if short else None
