"""The versions of a text under review, what lies between them, and a proposed patch."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from reviews.briefs import Task
from reviews.models import Pass, Review
from reviews.protocols.base import Setup
from reviews.snapshots.diffs import apply_diff, unified
from reviews.snapshots.files import SourceFile
from reviews.snapshots.highlight import highlighted_lines
from reviews.snapshots.limits import UploadLimits, UploadRefused

LINES_COMPARED = 2_000
"""Longer texts are not compared here: the time it takes grows with the square of their length."""


@dataclass(frozen=True, slots=True)
class Version:
    """A state of the text under review, counted from 1; `by` says who wrote it."""

    number: int
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions and what lies between them, as safe HTML; `why_none` where that cannot be shown."""

    old: Version
    new: Version
    html: str = ""
    why_none: str = ""


@dataclass(frozen=True, slots=True)
class Patch:
    """A proposed patch as safe HTML; `problems` are why it does not apply, none where it does."""

    html: SafeString
    problems: tuple[str, ...]


def versions_of(review: Review, passes: Sequence[Pass]) -> tuple[tuple[Version, ...], str]:
    """The versions of the text under review, the one that was handed in first; and its path."""
    document = Setup.from_json(review.setup).document if review.setup else None
    if document is None:
        return (), ""
    written = [
        (f"{item.reviewer.name}, round {item.round}", item.text)
        for item in passes
        if item.task == Task.REVISE and item.state == Pass.State.ANSWERED and item.text.strip()
    ]
    texts = [("as handed in", document.text), *written]
    return tuple(Version(number, by, text) for number, (by, text) in enumerate(texts, 1)), document.path


def compare(
    versions: Sequence[Version], path: str, old: int | None = None, new: int | None = None
) -> Comparison | None:
    """Two versions by their numbers, by default the last two; None where there is only one."""
    if len(versions) < 2:
        return None
    by_number = {version.number: version for version in versions}
    before = by_number.get(old or 0, versions[-2])
    after = by_number.get(new or 0, versions[-1])
    if max(version.text.count("\n") for version in (before, after)) > LINES_COMPARED:
        return Comparison(
            before, after, why_none=f"Texts of more than {LINES_COMPARED:,} lines are not compared."
        )
    changes = unified([_file(path, before)], [_file(path, after)])
    if not changes:
        return Comparison(before, after, why_none="The two are equal.")
    # Everybody knows which file it is: only the hunks are shown.
    return Comparison(before, after, as_html(changes[changes.index("\n@@ ") + 1 :]))


def _file(path: str, version: Version) -> SourceFile:
    return SourceFile(path, version.text.replace("\r\n", "\n"))


def patch_of(review: Review, passes: Sequence[Pass]) -> Patch | None:
    """The patch that a rescue proposes; None before there is one, and for other reviews."""
    written = [item.text for item in passes if item.task == Task.PATCH and item.text.strip()]
    if not written:
        return None
    try:
        apply_diff(review.snapshot.source_files(), written[0], UploadLimits(**settings.UPLOAD_LIMITS), ())
    except UploadRefused as refused:
        return Patch(as_html(written[0]), tuple(refused.messages))
    return Patch(as_html(written[0]), ())


def as_html(changes: str) -> SafeString:
    """A unified diff with its lines marked; what hides in it is made visible."""
    name = hashlib.sha256(changes.encode(errors="replace")).hexdigest()
    plain = changes.removesuffix("\n").split("\n")
    # What highlighted_lines returns is escaped; of a .txt it marks nothing.
    escaped = highlighted_lines("changes.txt", changes, name)
    marked = (_marked(line, html) for line, html in zip(_kinds(plain), escaped, strict=True))
    return mark_safe("\n".join(marked))  # noqa: S308


def _kinds(lines: Sequence[str]) -> Iterator[str]:
    """The class of each line of a diff: a line that begins with --- is a heading only before a hunk."""
    left = right = 0
    for line in lines:
        if line.startswith("\\"):
            yield ""  # "No newline at end of file"
        elif left > 0 or right > 0:
            left -= line[:1] in ("-", " ", "")
            right -= line[:1] in ("+", " ", "")
            yield {"-": "gd", "+": "gi"}.get(line[:1], "")
        elif hunk := _HUNK.match(line):
            left, right = (int(count or 1) for count in hunk.groups())
            yield "gu"
        else:
            yield "gh"


_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")


def _marked(kind: str, html: str) -> str:
    return f'<span class="{kind}">{html}</span>' if kind and html else html
