"""Lines that somebody marks on a phone: typed as text or tapped, bounded, merged, written out again.

What a question asks about is a sequence of places: the lines of each file that may be marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reviews.claims import Place

MOST_MARKS = 50
MOST_LINES = 12
"""Of one mark: who marks a whole file hits whatever is wrong in it, and has seen nothing."""
MOST_TYPED = 400
"""Characters of a text in which lines are named."""
MOST_COMPLAINTS = 4

_SEPARATORS = r"\s,;:#"
_LINES = r"l?(?P<first>\d{1,7})(?:\s*(?:[-–—]|\.\.|to)\s*l?(?P<last>\d{1,7}))?"
_FILLING = {"line", "lines", "and", "&"}


class Unclear(ValueError):
    """Why a text names no lines, for the person who typed it."""


def typed(text: str, asked: Sequence[Place]) -> tuple[Place, ...]:
    """The lines that a text names, in its order: `db.js 34, 40-42; server.js:3`.

    A file's name holds for the numbers after it. It may be left out where only one file is asked
    about, and shortened where that is clear: `validate` for `middleware/validate.js`. Raises Unclear
    with all that is wrong, up to MOST_COMPLAINTS sentences.
    """
    if len(text) > MOST_TYPED:
        raise Unclear(f"Name your lines in at most {MOST_TYPED} characters.")
    reading = _Reading(asked)
    for word in reading.words.finditer(text):
        if word["first"]:
            reading.number(int(word["first"]), int(word["last"] or word["first"]))
        elif word[0].casefold() not in _FILLING or word[0].casefold() in reading.names:
            reading.file(word[0])
    reading.end()
    if reading.complaints:
        raise Unclear(" ".join(reading.complaints[:MOST_COMPLAINTS]))
    return tuple(reading.found)


def outside(place: Place, asked: Sequence[Place]) -> str:
    """Why these lines cannot be marked, as a sentence; empty where they can."""
    spans = [span for span in asked if span.path == place.path]
    if not spans:
        return f"{place.path} is not among the files of this question."
    if any(span.first_line <= place.first_line <= place.last_line <= span.last_line for span in spans):
        return ""
    there = " and ".join(f"{span.first_line} to {span.last_line}" for span in spans)
    return f"{_numbers(place, 'Line {}', 'Lines {}')} of {place.path}: the question shows {there}."


def too_long(places: Iterable[Place]) -> str:
    """Why these marks, merged, say too little of where, as sentences; empty where they are short enough."""
    long = [place for place in places if _length(place) > MOST_LINES]
    if not long:
        return ""
    named = [
        f"{_numbers(place, 'Line {}', 'Lines {}')} of {place.path} are one mark of {_length(place)} lines."
        for place in long[:MOST_COMPLAINTS]
    ]
    return f"{' '.join(named)} A mark has at most {MOST_LINES}: name the lines that are wrong."


def _length(place: Place) -> int:
    return place.last_line - place.first_line + 1


def merged(places: Iterable[Place]) -> tuple[Place, ...]:
    """Each line once: what overlaps or touches becomes one place; by path, then line."""
    joined: list[Place] = []
    for place in sorted(places, key=lambda item: (item.path, item.first_line)):
        before = joined[-1] if joined else None
        if before and before.path == place.path and place.first_line <= before.last_line + 1:
            joined[-1] = Place(place.path, before.first_line, max(before.last_line, place.last_line))
        else:
            joined.append(place)
    return tuple(joined)


def written(places: Iterable[Place]) -> str:
    """The places as one would type them: `db.js 34, 40-42; server.js 3`."""
    files: dict[str, list[str]] = {}
    for place in places:
        files.setdefault(place.path, []).append(_numbers(place, "{}", "{}"))
    return "; ".join(f"{path} {', '.join(numbers)}" for path, numbers in files.items())


def _numbers(place: Place, one: str, several: str) -> str:
    if place.first_line == place.last_line:
        return one.format(place.first_line)
    return several.format(f"{place.first_line}-{place.last_line}")


@dataclass
class _Reading:
    """A text being read: the file that was named last, what was found, what is wrong."""

    asked: Sequence[Place]
    path: str = ""
    awaited: bool = False
    lost: bool = False
    found: list[Place] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        paths = {place.path for place in self.asked}
        self.path = next(iter(paths)) if len(paths) == 1 else ""
        self.names = _names(paths)
        known = "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))
        name = f"(?:{known})" if known else "(?!)"
        end = rf"(?![^{_SEPARATORS}])"
        self.words = re.compile(rf"(?:{name}{end})|(?:{_LINES}{end})|[^{_SEPARATORS}]+", re.IGNORECASE)

    def file(self, word: str) -> None:
        """A word that should be a file's name."""
        self.end()
        meant = {place.path for place in self.asked if place.path == word}
        meant = meant or self.names.get(word.casefold(), set())
        self.path = next(iter(meant)) if len(meant) == 1 else ""
        self.awaited, self.lost = bool(self.path), not self.path
        if len(meant) > 1:
            self.complaints.append(f"“{word}” may be {' or '.join(sorted(meant))}: write the whole path.")
        elif not meant:
            files = ", ".join(dict.fromkeys(place.path for place in self.asked))
            self.complaints.append(f"“{word[:60]}” is neither a line nor a file of this question ({files}).")

    def number(self, first: int, last: int) -> None:
        """A line, or lines from one to another in either order."""
        self.awaited = False
        if self.lost:
            return  # The complaint about its file says enough.
        first, last = sorted((first, last))
        if not self.path:
            example = self.asked[0] if self.asked else Place("db.js", 34, 34)
            self.complaints.append(
                f"Which file is line {first} of? Write its name first: {example.path} {first}."
            )
            self.lost = True
        elif complaint := outside(Place(self.path, first, last), self.asked):
            self.complaints.append(complaint)
        else:
            self.found.append(Place(self.path, first, last))

    def end(self) -> None:
        """Another file or nothing follows: the one before should have had a line."""
        if self.awaited:
            self.complaints.append(f"Which lines of {self.path}? Write their numbers after its name.")
        self.awaited = False


def _names(paths: set[str]) -> dict[str, set[str]]:
    """What each path may be called: itself, its last parts, and its file's name without the ending."""
    names: dict[str, set[str]] = {}
    for path in paths:
        parts = path.split("/")
        tails = ["/".join(parts[index:]) for index in range(len(parts))]
        stem = parts[-1].rpartition(".")[0]
        for name in {*tails, stem} - {""}:
            if not re.fullmatch(_LINES, name, re.IGNORECASE):
                names.setdefault(name.casefold(), set()).add(path)
    for path in paths:
        # A whole path is clear, whatever other one ends with it.
        names[path.casefold()] = {other for other in paths if other.casefold() == path.casefold()}
    return names
