"""What changed between two states: lines of code as hunks, and a plan's Markdown piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Literal

REWORDED = 0.75
"""A paragraph of which so much stands in another, in order, is an earlier wording of it, or a later one."""

BEGINNING = 400
"""Characters of a paragraph by which its wording is compared."""

AROUND = 3
"""Unchanged lines shown before and after a change, as diffs have them."""

_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_BEGINS = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s|#{1,6}\s")


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a hunk: its sign, and its number before and after, from 1; None where it is not there."""

    sign: Literal["+", "-", " "]
    old: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that belong together, and where they begin, as the head of a hunk says it."""

    head: str
    lines: tuple[DiffLine, ...]


def hunks(before: Sequence[str], after: Sequence[str]) -> tuple[Hunk, ...]:
    """The unified hunks that lead from some lines to others; none where they are equal."""
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(_hunk(group) for group in matcher.get_grouped_opcodes(AROUND))


def _hunk(group: Sequence[tuple[str, int, int, int, int]]) -> Hunk:
    old, new = (group[0][1], group[-1][2]), (group[0][3], group[-1][4])
    lines: list[DiffLine] = []
    for tag, old_first, old_end, new_first, new_end in group:
        if tag == "equal":
            pairs = zip(range(old_first, old_end), range(new_first, new_end), strict=True)
            lines += [DiffLine(" ", one + 1, other + 1) for one, other in pairs]
            continue
        lines += [DiffLine("-", number + 1, None) for number in range(old_first, old_end)]
        lines += [DiffLine("+", None, number + 1) for number in range(new_first, new_end)]
    return Hunk(f"@@ -{_span(*old)} +{_span(*new)} @@", tuple(lines))


def _span(first: int, end: int) -> str:
    """Where lines stand, counted as diffs count: of no lines the one before."""
    length = end - first
    return f"{first + 1 if length else first},{length}"


@dataclass(frozen=True, slots=True)
class Piece:
    """Markdown that stayed, came or went between two versions."""

    change: Literal["same", "added", "removed"]
    text: str


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """A text with what changed marked: paragraphs, headings and items whole, in the order of reading."""
    old, new = list(_blocks(before)), list(_blocks(after))
    matcher = SequenceMatcher(None, [b.strip() for b in old], [b.strip() for b in new], autojunk=False)
    found: list[Piece] = []
    for tag, old_first, old_end, new_first, new_end in matcher.get_opcodes():
        if tag == "equal":
            found.append(Piece("same", "".join(new[new_first:new_end])))
            continue
        found += _replaced(old[old_first:old_end], new[new_first:new_end])
    return tuple(_joined(found))


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    """Blocks that went and came; one that was reworded stands right before its new wording."""
    left = list(old)
    for block in new:
        for index, was in enumerate(left):
            if _is_reworded(was.strip()[:BEGINNING], block.strip()[:BEGINNING]):
                yield from (Piece("removed", text) for text in left[: index + 1])
                del left[: index + 1]
                break
        yield Piece("added", block)
    yield from (Piece("removed", text) for text in left)


def _is_reworded(one: str, other: str) -> bool:
    shared = sum(
        block.size for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    )
    return shared >= REWORDED * min(len(one), len(other)) > 0


def _joined(found: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece, so that a list stays a list."""
    for change, group in groupby(found, key=lambda piece: piece.change):
        yield Piece(change, "".join(piece.text for piece in group))


def _blocks(text: str) -> Iterator[str]:
    """Markdown cut where a paragraph, a heading or an item begins; a fenced block stays whole."""
    block: list[str] = []
    fence = ""
    for line in text.splitlines(keepends=True):
        begins = not fence and (_BEGINS.match(line) or (block and not block[-1].strip()))
        if begins and line.strip() and block:
            yield "".join(block)
            block = []
        block.append(line)
        if marked := _FENCE.match(line):
            mark = marked[1]
            if not fence:
                fence = mark
            elif mark.startswith(fence):
                fence = ""
    if block:
        last = "".join(block)
        yield last if last.endswith("\n") else f"{last}\n"
