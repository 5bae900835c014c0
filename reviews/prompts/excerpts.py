"""Some lines of the code as a prompt shows them: numbered, with a little around them, and bounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from reviews.claims import Place
from reviews.prompts.noticed import cut
from reviews.snapshots.files import SourceFile

AROUND = 4
"""So many lines are shown before a place and behind it."""

MOST_LINES = 40
"""So many lines of a place are shown; of a longer one, its beginning."""

LINE_CHARACTERS = 300
LEFT_OUT = "    …"


def excerpt(files: Mapping[str, SourceFile], places: Iterable[Place]) -> str:
    """The lines at these places, file by file in the order of the places; empty where none is there.

    `files` are found under the paths of the places. Text from outside never begins at the margin.
    """
    by_path: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        if place.path in files:
            by_path[place.path].append(place)
    shown = (_of_file(files[path], its) for path, its in by_path.items())
    return "\n\n".join(part for part in shown if part)


def _of_file(file: SourceFile, places: Sequence[Place]) -> str:
    lines = file.lines
    numbers = sorted({number for place in places for number in _around(place, len(lines))})
    if not numbers:
        return ""
    head = f"The code in {cut(' '.join(file.path.split()), LINE_CHARACTERS)}"
    more = any(numbers[-1] < place.last_line <= len(lines) for place in places)
    return "\n".join([head, *_numbered(lines, numbers), *([LEFT_OUT] if more else [])])


def _around(place: Place, count: int) -> range:
    last = min(place.last_line, place.first_line + MOST_LINES - 1)
    return range(max(place.first_line - AROUND, 1), min(last + AROUND, count) + 1)


def _numbered(lines: Sequence[str], numbers: Iterable[int]) -> Iterator[str]:
    before = 0
    for number in numbers:
        if before and number > before + 1:
            yield LEFT_OUT
        text = lines[number - 1]
        shown = text if len(text) <= LINE_CHARACTERS else f"{text[: LINE_CHARACTERS - 1]}…"
        yield f"{number:>4}| {shown}"
        before = number
