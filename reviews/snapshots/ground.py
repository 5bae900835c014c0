"""Is it there? Checks a claim's file, lines and quotation against the code, and moves near misses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from reviews.claims import Claim, Place
from reviews.snapshots.files import SourceFile

LEAST_QUOTED = 2
"""Letters and figures without which a quotation says nothing of its place."""

LEAST_EVIDENCE = 6
"""Letters and figures without which a quoted line can refute nobody."""


class Ground(StrEnum):
    """How a claim stands on the code."""

    EXACT = "exact"
    UNQUOTED = "unquoted"
    MOVED = "moved"
    WHOLE = "whole"
    NONE = "none"

    @property
    def words(self) -> str:
        """How a page says it."""
        return _WORDS[self]


_WORDS = {
    Ground.EXACT: "at the cited line",
    Ground.UNQUOTED: "lines cited, nothing quoted",
    Ground.MOVED: "moved to the quoted line",
    Ground.WHOLE: "about the whole",
    Ground.NONE: "not found in the code",
}


def ground(claim: Claim, files: Sequence[SourceFile]) -> tuple[Claim, Ground]:
    """The claim at the place where its quotation stands, and how it got there.

    A quotation that stands elsewhere in the cited file moves the claim to the nearest occurrence; a
    path that only ends like one file's is taken as that file's. Of its further places those stay
    that exist. A claim whose file, lines or quotation cannot be found is returned as it was, as
    NONE: kept, marked, and worth less.
    """
    claim = replace(claim, elsewhere=_that_exist(claim.elsewhere, files))
    path = claim.place.path if claim.place else claim.path
    if not path:
        return claim, Ground.WHOLE
    file = _named(path, files)
    if file is None:
        return claim, Ground.NONE
    renamed = file.path != path
    if _letters(claim.quote) < LEAST_QUOTED:
        return _without_quotation(claim, file, renamed)
    cited = claim.place.first_line if claim.place else 1
    found = find_quotation(claim.quote, file.lines, near=cited)
    if found is None:
        return claim, Ground.NONE
    first, last = found
    if claim.place and not renamed and _within(first, claim.place, len(file.lines)):
        return claim, Ground.EXACT
    return replace(claim, path=file.path, place=Place(file.path, first, last)), Ground.MOVED


def _without_quotation(claim: Claim, file: SourceFile, renamed: bool) -> tuple[Claim, Ground]:
    if claim.place is None:
        return replace(claim, path=file.path), Ground.WHOLE
    if not 1 <= claim.place.first_line <= claim.place.last_line <= len(file.lines):
        return claim, Ground.NONE
    place = replace(claim.place, path=file.path)
    return replace(claim, path=file.path, place=place), Ground.MOVED if renamed else Ground.UNQUOTED


def _that_exist(places: Sequence[Place], files: Sequence[SourceFile]) -> tuple[Place, ...]:
    """The further places of a claim that are really there: what rests on two locations needs both."""
    found = ((place, _named(place.path, files)) for place in places)
    return tuple(
        replace(place, path=file.path)
        for place, file in found
        if file is not None and 1 <= place.first_line <= place.last_line <= len(file.lines)
    )


def _within(first: int, place: Place, line_count: int) -> bool:
    return place.first_line <= first <= place.last_line <= line_count


def _named(path: str, files: Sequence[SourceFile]) -> SourceFile | None:
    """The file of that path, or the only one whose path ends with it (or the other way round)."""
    exact = next((file for file in files if file.path == path), None)
    if exact is not None:
        return exact
    tails = [f for f in files if f.path.endswith(f"/{path}") or path.endswith(f"/{f.path}")]
    return tails[0] if len(tails) == 1 else None


def is_evidence(quote: str, lines: Sequence[str]) -> bool:
    """Whether a quotation stands in these lines and says enough to show something: ")" stands everywhere."""
    return _letters(quote) >= LEAST_EVIDENCE and find_quotation(quote, lines) is not None


def _letters(text: str) -> int:
    return sum(character.isalnum() for character in text)


def find_quotation(quote: str, lines: Sequence[str], near: int = 1) -> tuple[int, int] | None:
    """First and last line (from 1) where the quotation stands, the occurrence closest to `near`.

    White space is folded, and each quoted line may be a part of the line that holds it.
    """
    wanted = [folded for line in quote.split("\n") if (folded := " ".join(line.split()))]
    if not wanted:
        return None
    # Blank lines say nothing: a quotation may span them or leave them out.
    folded_lines = ((number, " ".join(line.split())) for number, line in enumerate(lines, 1))
    held = [(number, line) for number, line in folded_lines if line]
    starts = [
        start
        for start in range(len(held) - len(wanted) + 1)
        if all(part in held[start + offset][1] for offset, part in enumerate(wanted))
    ]
    if not starts:
        return None
    best = min(starts, key=lambda start: abs(held[start][0] - near))
    return held[best][0], held[best + len(wanted) - 1][0]
