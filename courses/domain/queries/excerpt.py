"""Claims as pages show them, and the code around the places that they speak of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from reviews.gap.stored import Stored
from reviews.models import Finding, KeyClaim, Note, Snapshot, SnapshotFile
from reviews.protocols import PROTOCOLS
from reviews.snapshots.ground import Ground
from reviews.snapshots.highlight import highlighted_lines

AROUND = 5
"""Lines of code shown before and after a place."""

LONGEST = 40
"""Of a claim on more lines than this, only the first are shown here; the reader has them all."""


@dataclass(frozen=True, slots=True)
class Said:
    """A claim and who made it. `readable` says that its file is there to be opened.

    `rows` are its first and last line as rows of the excerpt that it stands in, from 1.
    """

    claim: Stored
    siglum: str
    letter: str
    who: str
    recorded: bool
    readable: bool
    rows: tuple[int, int] | None = None

    @property
    def kind(self) -> str:
        """`note`, `finding` or `keyclaim`."""
        return type(self.claim).__name__.lower()

    @property
    def anchor(self) -> str:
        """Its id on the reader's page."""
        return f"{self.kind}-{self.claim.pk}"

    @property
    def in_reader(self) -> bool:
        """Whether the reader shows it beside its line: what the answer key says stands in no margin there."""
        return self.readable and not isinstance(self.claim, KeyClaim)

    @property
    def side(self) -> str:
        """The margin that it belongs in: the student's is the left one."""
        return "left" if self.kind == "note" else "right"

    @property
    def grounded(self) -> bool:
        """Whether what it cites is really there."""
        return self.claim.grounding != Ground.NONE

    @property
    def grounding(self) -> str:
        """How it stands on what it is about, in words."""
        words = Ground(self.claim.grounding).words
        return words if self.about_code else words.replace("the code", "the text")

    @property
    def about_code(self) -> bool:
        """Whether it is a claim about the code, not about a plan or a patch."""
        return not isinstance(self.claim, Finding) or self.claim.by_pass.about_code

    @property
    def outcome(self) -> str:
        """What its panel made of it: confirmed, integration, single or dismissed; empty without one."""
        return self.claim.outcome if isinstance(self.claim, Finding) else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an excerpt. `html` is safe; `lit` names the margins whose claims speak of it.

    `skipped` says that lines were left out before it. `said` are the claims that end here.
    """

    number: int
    html: str
    lit: str
    skipped: bool
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines of one file around everything that was said about it."""

    path: str
    lines: tuple[Line, ...]


def said_by(claim: Stored, *, readable: bool) -> Said:
    """The claim with its witness. Wants `by_pass__review` and `by_pass__reviewer` at hand."""
    if isinstance(claim, Note):
        return Said(claim, "S", "S", "The student", recorded=False, readable=readable)
    if isinstance(claim, KeyClaim):
        return Said(claim, "K", "K", "The answer key", recorded=False, readable=readable)
    item = claim.by_pass
    protocol = PROTOCOLS[item.review.protocol]
    who = f"{protocol.label}: {item.reviewer.name}"
    return Said(claim, item.siglum, protocol.letter, who, recorded=item.recorded, readable=readable)


class Sources:
    """The files of a snapshot that some claims name, loaded with one query."""

    def __init__(self, snapshot: Snapshot, paths: Iterable[str]) -> None:
        self._texts = {
            row.path: (row.blob.text, row.blob_id)
            for row in SnapshotFile.objects.filter(
                snapshot=snapshot, path__in={path for path in paths if path}
            ).select_related("blob")
        }
        self._lines: dict[str, list[str]] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._texts

    def line(self, path: str, number: int) -> str:
        """The plain text of one line, counted from 1; empty where there is none."""
        text, _ = self._texts.get(path, ("", ""))
        lines = text.replace("\r\n", "\n").split("\n")
        return lines[number - 1] if 1 <= number <= len(lines) else ""

    def said(self, claim: Stored) -> Said:
        """The claim with its witness. Wants `by_pass__review` and `by_pass__reviewer` at hand."""
        return said_by(claim, readable=claim.path in self)

    def excerpts(self, said: Sequence[Said]) -> tuple[Excerpt, ...]:
        """One excerpt a file, in the order of the claims; none of claims without a place."""
        placed = [item for item in said if item.readable and item.claim.first_line is not None]
        paths = dict.fromkeys(item.claim.path for item in placed)
        found = (self._excerpt(path, [i for i in placed if i.claim.path == path]) for path in paths)
        return tuple(excerpt for excerpt in found if excerpt.lines)

    def _excerpt(self, path: str, said: Sequence[Said]) -> Excerpt:
        html = self._highlighted(path)
        lit: dict[int, str] = {}
        shown: set[int] = set()
        ends: dict[int, list[Said]] = {}
        for item in said:
            first, last = _range(item, len(html))
            if first > last:
                continue
            shown.update(range(max(1, first - AROUND), min(len(html), last + AROUND) + 1))
            ends.setdefault(last, []).append(item)
            for number in range(first, last + 1):
                lit[number] = item.side if lit.get(number, item.side) == item.side else "both"
        numbers = sorted(shown)
        row = {number: index for index, number in enumerate(numbers, 1)}
        return Excerpt(
            path,
            tuple(
                Line(
                    number,
                    html[number - 1],
                    lit.get(number, ""),
                    skipped=bool(index) and numbers[index - 1] != number - 1,
                    said=tuple(
                        replace(item, rows=(row[item.claim.first_line or 1], row[number]))
                        for item in ends.get(number, ())
                    ),
                )
                for index, number in enumerate(numbers)
            ),
        )

    def _highlighted(self, path: str) -> list[str]:
        if path not in self._lines:
            text, sha256 = self._texts[path]
            self._lines[path] = highlighted_lines(path, text, sha256)
        return self._lines[path]


def _range(item: Said, count: int) -> tuple[int, int]:
    """The lines to light, within the file; empty (first after last) for lines that are not there."""
    first = item.claim.first_line or 1
    last = item.claim.last_line or first
    return first, min(last, count, first + LONGEST - 1)
