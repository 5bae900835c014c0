"""Code as a stage shows it: files with the lines in question lit, and changes as hunks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from courses.walkthroughs.changes import hunks
from courses.walkthroughs.parts import Lines
from reviews.claims import Place
from reviews.models import SnapshotFile
from reviews.snapshots.files import SourceFile
from reviews.snapshots.highlight import highlighted_lines

MOST_LINES = 800
"""Of a longer file only the lines around those in question are put on a stage."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of code as safe HTML, by its number in its file."""

    number: int
    html: SafeString
    lit: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A file, or a stretch of it, with what is lit. `lit` says where in words: "lines 34 to 36"."""

    path: str
    rows: tuple[Row, ...]
    whole: bool
    lit: str


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line of a hunk as safe HTML: its sign, and its number on either side."""

    sign: str
    old: int | None
    new: int | None
    html: SafeString

    @property
    def word(self) -> str:
        """What the sign says, for who hears the page."""
        return {"+": "added", "-": "removed"}.get(self.sign, "")


@dataclass(frozen=True, slots=True)
class ChangedHunk:
    """Lines that belong together."""

    head: str
    lines: tuple[ChangedLine, ...]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """What became of a file: `new`, `removed` or `changed`, and its hunks."""

    path: str
    word: str
    hunks: tuple[ChangedHunk, ...]

    @property
    def added(self) -> int:
        """How many lines came."""
        return sum(line.sign == "+" for hunk in self.hunks for line in hunk.lines)

    @property
    def removed(self) -> int:
        """How many lines went."""
        return sum(line.sign == "-" for hunk in self.hunks for line in hunk.lines)


class Codes:
    """The states of a walkthrough's code, read as they are needed; `snapshots` are ids by name."""

    def __init__(self, snapshots: Mapping[str, int]) -> None:
        self.snapshots = snapshots

    def listing(
        self, code: str, path: str, lit: Iterable[Lines | Place] = (), only: Lines | None = None
    ) -> Listing | None:
        """A file with lines lit, or of it `only` some lines; None where it is not there any more."""
        row = (
            SnapshotFile.objects.select_related("blob")
            .filter(snapshot=self.snapshots.get(code), path=path)
            .first()
        )
        if row is None:
            return None
        places = [place for item in lit if item.path == path and (place := _place(item))]
        lines = highlighted_lines(path, row.blob.text, row.blob_id)
        first, last = _stretch(len(lines), places, only)
        numbers = {number for place in places for number in range(place.first_line, place.last_line + 1)}
        return Listing(
            path=path,
            rows=tuple(
                # Highlighted lines are escaped where they are made.
                Row(number, mark_safe(lines[number - 1]), number in numbers)  # noqa: S308
                for number in range(first, last + 1)
            ),
            whole=(first, last) == (1, len(lines)),
            lit=_words(places),
        )

    def change(self, before: str, after: str) -> tuple[ChangedFile, ...]:
        """What leads from one state to another, file by file; none where one of them is gone."""
        old, new = self._files(before), self._files(after)
        if not old or not new:
            return ()
        paths = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
        return tuple(_changed_file(path, old.get(path), new.get(path)) for path in paths)

    def holds(self, code: str) -> bool:
        """Whether the state is still there."""
        return SnapshotFile.objects.filter(snapshot=self.snapshots.get(code)).exists()

    def _files(self, code: str) -> dict[str, SourceFile]:
        rows = SnapshotFile.objects.select_related("blob").filter(snapshot=self.snapshots.get(code))
        return {row.path: SourceFile(row.path, row.blob.text) for row in rows}


def _place(item: Lines | Place) -> Place | None:
    return item.place if isinstance(item, Lines) else item


def _stretch(count: int, places: list[Place], only: Lines | None) -> tuple[int, int]:
    """The first and last line that are shown of a file with `count` lines."""
    if only is not None and only.first is not None and only.last is not None:
        return min(only.first, count), min(only.last, count)
    if count <= MOST_LINES:
        return 1, count
    first = max(1, (places[0].first_line if places else 1) - MOST_LINES // 2)
    return first, min(count, first + MOST_LINES - 1)


def _words(places: list[Place]) -> str:
    said = [
        str(place.first_line)
        if place.first_line == place.last_line
        else f"{place.first_line} to {place.last_line}"
        for place in places
    ]
    if not said:
        return ""
    one = len(said) == 1 and " " not in said[0]
    return f"{'line' if one else 'lines'} {', '.join(said)}"


def _changed_file(path: str, old: SourceFile | None, new: SourceFile | None) -> ChangedFile:
    before, after = _lines(old), _lines(new)
    was, now = _highlighted(old), _highlighted(new)
    return ChangedFile(
        path,
        "new" if old is None else "removed" if new is None else "changed",
        tuple(
            ChangedHunk(
                hunk.head,
                tuple(
                    ChangedLine(
                        line.sign,
                        line.old,
                        line.new,
                        mark_safe(now[line.new - 1] if line.new else was[(line.old or 1) - 1]),  # noqa: S308
                    )
                    for line in hunk.lines
                ),
            )
            for hunk in hunks(before, after)
        ),
    )


def _lines(file: SourceFile | None) -> list[str]:
    return file.lines if file and file.text else []


def _highlighted(file: SourceFile | None) -> list[str]:
    return highlighted_lines(file.path, file.text, file.sha256) if file else []
