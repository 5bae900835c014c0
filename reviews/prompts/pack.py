"""Fits the files of a submission into what a reviewer can read, and says what was left out.

Whole files first, by relevance; then outlines; then names alone. Nothing is cut without a word: where
a file does not fit, its outline is shown, and of one such file the beginning too, with the numbers of the
lines that these are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from reviews.prompts.outlines import LINE_CHARACTERS, outline
from reviews.prompts.relevance import by_relevance
from reviews.snapshots.characters import ODD
from reviews.snapshots.files import SourceFile

BYTES_PER_TOKEN = 3.0
"""Cautious: prose and code come to some 3.6, but the number before each line costs two or three tokens
for its six characters, and a letter of many scripts costs a token and more, hence bytes."""

OUTLINES_SHARE = 0.15
"""Where not all files fit whole, so much of the room is kept for outlines of the others."""

OUTLINE = "outline"
NAME_ONLY = "name only"
NOT_SHOWN = "not shown"

_LEAST_BEGINNING = 10
"""Fewer first lines than this of a file tell nothing."""
_HEAD_BYTES = 400
"""At most so long are the first line and the title above the names."""
_NAMES_TITLE = "===== by name only ====="


@dataclass(frozen=True, slots=True)
class Packed:
    """Files as a reviewer is shown them.

    `whole` are the paths of those shown whole. `left_out` are pairs of each other path and what was
    shown of it: "outline", "name only", which lines besides an outline, or "not shown" where even the
    names were too many. Both are sorted by path.
    """

    text: str
    whole: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]


def pack(files: Sequence[SourceFile], tokens: int, wanted: Iterable[str] = ()) -> Packed:
    """The files with numbered lines, in at most `tokens` by a cautious estimate; equal for equal files.

    `wanted` are paths, or ends of paths, that matter more than all others.
    """
    ranked = [_Candidate(file) for file in by_relevance(files, wanted)]
    room = int(tokens * BYTES_PER_TOKEN) - _HEAD_BYTES
    if sum(_size(item.as_name) for item in ranked) > room:
        return _only_names(ranked, room)
    _choose(ranked, room)
    shown = sorted(ranked, key=lambda item: item.path)
    whole = [item for item in shown if item.shown == _WHOLE]
    parts = [item for item in shown if item.shown not in (_WHOLE, NAME_ONLY)]
    names = [item for item in shown if item.shown == NAME_ONLY]
    blocks = [item.text for item in (*whole, *parts)]
    if names:
        blocks += [_NAMES_TITLE, *(item.text for item in names)]
    text = "\n".join([_head(len(files), len(whole), len(parts), len(names)), *blocks]) if files else ""
    left_out = tuple((item.path, item.shown) for item in shown if item.shown != _WHOLE)
    return Packed(text, tuple(item.path for item in whole), left_out)


_WHOLE = "whole"


class _Candidate:
    """A file, and the ways in which it can be shown; `text` and `shown` are the chosen one."""

    def __init__(self, file: SourceFile) -> None:
        self.path = file.path
        self.lines = file.lines
        self._file = file
        self.as_name = f"{_one_line(file.path)} ({_counted(self.lines)})"
        self.text = self.as_name
        self.shown = NAME_ONLY

    @cached_property
    def as_whole(self) -> str:
        title = _title(self.path, _counted(self.lines))
        return "\n".join([title, *self._numbered(range(1, len(self.lines) + 1))])

    @cached_property
    def outline(self) -> tuple[int, ...]:
        return outline(self._file)

    @cached_property
    def as_outline(self) -> str:
        title = _title(self.path, f"outline: {len(self.outline):,} of {len(self.lines):,} lines")
        return "\n".join([title, *self._sketched(0)])

    def as_beginning(self, count: int) -> str:
        """The first `count` lines whole, and the outline of the rest."""
        title = _title(self.path, self.beginning(count))
        return "\n".join([title, *self._numbered(range(1, count + 1)), *self._sketched(count)])

    def beginning(self, count: int) -> str:
        """What is shown of it then, in words."""
        return f"lines 1 to {count:,} of {len(self.lines):,}, and an outline of the rest"

    def show(self, shown: str, text: str) -> int:
        """Choose a way; returns by how many bytes it is longer than the one before."""
        longer = _size(text) - _size(self.text)
        self.shown, self.text = shown, text
        return longer

    def _numbered(self, numbers: Iterable[int]) -> Iterator[str]:
        width = max(4, len(str(len(self.lines))))
        return (f"{number:>{width}}| {self.lines[number - 1]}" for number in numbers)

    def _sketched(self, after: int) -> Iterator[str]:
        """The outline's lines behind line `after`, with a mark where lines are missing; long ones cut."""
        last = after
        for number in self.outline:
            if number > after:
                if number > last + 1:
                    yield "     …"
                (line,) = self._numbered([number])
                yield line if len(line) <= LINE_CHARACTERS else f"{line[:LINE_CHARACTERS]} …"
                last = number
        if last < len(self.lines):
            yield "     …"


def _choose(ranked: Sequence[_Candidate], room: int) -> None:
    """Show as much as there is room for, in bytes: whole files, then outlines, then one file's beginning."""
    left = room - sum(_size(item.text) for item in ranked)
    fits = sum(_size(item.as_whole) for item in ranked) <= room
    kept = 0 if fits else int(room * OUTLINES_SHARE)
    for item in ranked:
        if _size(item.as_whole) - _size(item.text) <= left - kept:
            left -= item.show(_WHOLE, item.as_whole)
    others = [item for item in ranked if item.shown != _WHOLE]
    for item in others:
        if item.outline and _size(item.as_outline) - _size(item.text) <= left:
            left -= item.show(OUTLINE, item.as_outline)
    for item in others:
        if _size(item.as_whole) - _size(item.text) <= left:
            left -= item.show(_WHOLE, item.as_whole)
    for item in others:
        if item.shown != _WHOLE:
            count = _lines_that_fit(item, left + _size(item.text))
            if count >= _LEAST_BEGINNING:
                item.show(item.beginning(count), item.as_beginning(count))
            break


def _lines_that_fit(item: _Candidate, room: int) -> int:
    """How many first lines of a file fit into so many bytes together with the outline of the rest."""
    low, high = 0, len(item.lines) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if _size(item.as_beginning(middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return low


def _only_names(ranked: Sequence[_Candidate], room: int) -> Packed:
    """Where not even all names fit: those of the most relevant files, and how many more there are."""
    named: list[str] = []
    more = f"and {len(ranked):,} more files"
    left = room - _size(more)
    for item in ranked:
        left -= _size(item.as_name)
        if left < 0:
            break
        named.append(item.path)
    lines = [item.as_name for item in ranked[: len(named)]]
    head = [_head(len(ranked), 0, 0, len(named)), _NAMES_TITLE]
    text = "\n".join([*head, *lines, f"and {len(ranked) - len(named):,} more files"]) if named else ""
    shown = dict.fromkeys(named, NAME_ONLY)
    left_out = sorted((item.path, shown.get(item.path, NOT_SHOWN)) for item in ranked)
    return Packed(text, (), tuple(left_out))


def _head(files: int, whole: int, parts: int, names: int) -> str:
    if whole == files:
        what = f"{files:,} {'file, whole' if files == 1 else 'files, all of them whole'}."
    else:
        what = (
            f"{files:,} {'file' if files == 1 else 'files'}, too long to be shown whole: {whole:,} whole, "
            f"{parts:,} as an outline or in part, {names:,} by name only."
        )
    return f"{what} The number before a line is its number in its file, and no part of it."


def _counted(lines: Sequence[str]) -> str:
    return f"{len(lines):,} {'line' if len(lines) == 1 else 'lines'}"


def _title(path: str, what: str) -> str:
    return f"===== {_one_line(path)} ({what}) ====="


def _one_line(path: str) -> str:
    return ODD.sub("\ufffd", path).replace("\n", "\ufffd")


def _size(text: str) -> int:
    """Bytes of a block, with the line end between it and the next."""
    return len(text.encode(errors="surrogatepass")) + 1
