"""Unified diffs as plain data: which files change, and in which hunks.

The `unidiff` package reads the hunks. Git's own headers are read here: they alone tell of renames,
copies and empty files, and they quote names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from unidiff import patch as unidiff
from unidiff.errors import UnidiffParseError

from reviews.claims import Place
from reviews.snapshots.characters import visible
from reviews.snapshots.limits import UploadRefused

_NOWHERE = "/dev/null"
_GIT = "diff --git "
_GIT_FIELDS = (
    *("old mode ", "new mode ", "new file mode ", "deleted file mode ", "index "),
    *("similarity index ", "dissimilarity index ", "rename from ", "rename to ", "copy from ", "copy to "),
)
_LINK_MODES = ("120000", "160000")
_PREFIX = re.compile(r"[abciow12]/")
# `diff -N` marks a missing side by the epoch, which lies in 1969 west of Greenwich.
_EPOCH = ("1970-01-01", "1969-12-31")
_ESCAPE = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
_NEW_START = re.compile(r"^@@ -\S+ \+(\d+)")
_ESCAPED = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Hunk:
    """One block of a change.

    `start` is the index from 0 of its first line in the old file, as the header says. `lines` are
    pairs of " ", "-" or "+" and the line with its end, which a file's last line may lack.
    """

    header: str
    start: int
    lines: tuple[tuple[str, str], ...]

    @property
    def old(self) -> list[str]:
        """The lines that the file must have there."""
        return [line for kind, line in self.lines if kind != "+"]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file's change; `old` is None for a new file, `new` for a deleted one. Paths are as written."""

    old: str | None
    new: str | None
    hunks: tuple[Hunk, ...] = ()
    is_copy: bool = False
    # Git writes the paths of renames and copies without a prefix.
    is_bare: bool = field(default=False, repr=False)


def read_patch(text: str, known: Collection[str]) -> list[FileChange]:
    """The changes that a unified diff describes, with its prefixes (`a/`, `b/`) taken off.

    `known` are the paths of the files it was made against: they tell a prefix from a folder.
    Raises UploadRefused for a text that is no unified diff, cannot be read, or holds binary changes.
    """
    lines = _lines(text)
    starts = [index for index, line in enumerate(lines) if line.startswith(_GIT)]
    if lonely := next((line for line in lines if line.startswith("Only in ")), ""):
        raise UploadRefused(
            [f"The diff leaves files out ({visible(lonely.strip())}). Make it with “diff -ruN”."]
        )
    changes = list(_plain(lines[: starts[0]] if starts else lines, 1))
    for start, end in pairwise([*starts, len(lines)]):
        changes += _git(lines[start:end], start + 1)
    if not changes:
        raise UploadRefused([
            "This is not a unified diff: no “---”, “+++” and “@@” lines were found. "
            "Make one with “git diff” or “diff -u”."
        ])  # fmt: skip
    return _without_prefixes(changes, known)


def changed_lines(changes: Iterable[FileChange]) -> list[Place]:
    """The lines that changes add, and those around what they take away, as the new files count."""
    places = []
    for change in changes:
        for hunk in change.hunks:
            line = int(_NEW_START.findall(hunk.header)[0])
            for kind, _ in hunk.lines:
                if change.new and kind == "+":
                    places.append(Place(change.new, line, line))
                elif change.new and kind == "-":
                    places.append(Place(change.new, max(line - 1, 1), max(line, 1)))
                line += kind != "-"
    return places


def _lines(text: str) -> list[str]:
    """The lines with their LF; the CR that a browser or an editor put before every one is taken off."""
    lines = text.removeprefix("\ufeff").split("\n")
    if not lines[-1].strip("\r"):
        lines.pop()
    if all(line.endswith("\r") for line in lines[:-1] if line):
        lines = [line.removesuffix("\r") for line in lines]
    return [line + "\n" for line in lines]


def _plain(lines: Sequence[str], first: int) -> Iterator[FileChange]:
    """The changes of lines without git headers; `first` is the number of the first line."""
    for file in _parsed(lines, first):
        if file.is_binary_file:
            raise UploadRefused([f"The diff changes the binary file {_label(file.path)}."])
        hunks = tuple(_hunk(hunk, lines) for hunk in file)
        if not hunks:
            raise UploadRefused([f"The diff names {visible(file.path)}, but no “@@ -1,2 +1,2 @@” follows."])
        is_new = not hunks[0].old and (file.source_timestamp or "").startswith(_EPOCH)
        is_gone = not file[0].target and (file.target_timestamp or "").startswith(_EPOCH)
        old, new = _named(file.source_file), _named(file.target_file)
        yield FileChange(None if is_new else old, None if is_gone else new, hunks)


def _git(lines: Sequence[str], first: int) -> list[FileChange]:
    """The change of one section that begins with `diff --git`, and any plain ones that follow it."""
    fields: dict[str, str] = {}
    at = 1
    while at < len(lines) and (key := next((key for key in _GIT_FIELDS if lines[at].startswith(key)), "")):
        fields[key.strip()] = lines[at][len(key) :].removesuffix("\n")
        at += 1
    old, new = _halves(lines[0][len(_GIT) :].removesuffix("\n"))
    modes = [fields[key].rpartition(" ") for key in fields if key == "index" or key.endswith("mode")]
    if any(mode in _LINK_MODES for _, _, mode in modes):
        raise UploadRefused(
            [f"The diff makes {_label(new or old)} a link or a submodule. Put the file itself there."]
        )
    if at < len(lines) and lines[at].startswith(("GIT binary patch", "Binary files ")):
        raise UploadRefused([f"The diff changes the binary file {_label(new or old)}."])
    has_hunks = at < len(lines) and lines[at].startswith("--- ")
    body = list(_plain(lines[at:], first + at)) if has_hunks else []
    change = body[0] if body else FileChange(old or None, new or None)
    if verb := next((verb for verb in ("rename", "copy") if f"{verb} from" in fields), ""):
        source, target = _named(fields[f"{verb} from"]), _named(fields.get(f"{verb} to", ""))
        change = replace(change, old=source, new=target, is_copy=verb == "copy", is_bare=True)
    elif "new file mode" in fields:
        change = replace(change, old=None)
    elif "deleted file mode" in fields:
        change = replace(change, new=None)
    elif not body and "index" in fields:
        raise UploadRefused([f"The diff names {_label(new or old)}, but no “@@ -1,2 +1,2 @@” follows."])
    if not change.old and not change.new:
        raise UploadRefused([f"Line {first:,} of the diff does not say which file it means."])
    return [change, *body[1:]]


def _parsed(lines: Sequence[str], first: int) -> unidiff.PatchSet:
    """What unidiff reads. Raises UploadRefused with the line that does not fit."""
    reached = 0

    def fed() -> Iterator[str]:
        nonlocal reached
        for index, line in enumerate(lines):
            reached = index
            yield line

    try:
        patch = unidiff.PatchSet(fed())
    except UnidiffParseError as flaw:
        raise UploadRefused([_unreadable(lines, reached, first, str(flaw))]) from flaw
    for file in patch:
        for hunk in file:
            if not hunk.source_length and not hunk.target_length:
                raise UploadRefused([f"The diff has an empty hunk in {_label(file.path)}. Make it again."])
            _check_end(lines, hunk, first)
    return patch


def _unreadable(lines: Sequence[str], reached: int, first: int, flaw: str) -> str:
    header = next((line for line in reversed(lines[: reached + 1]) if line.startswith("@@ ")), "")
    inside = f" in the hunk {visible(header.strip())}" if header else ""
    wrong = (
        "there are fewer lines than its header says"
        if "shorter" in flaw
        else "there are more lines than its header says"
        if "longer" in flaw
        else "this is not a line of a unified diff"
    )
    return f"The diff cannot be read at its line {first + reached:,}{inside}: {wrong}. Make it again."


def _check_end(lines: Sequence[str], hunk: unidiff.Hunk, first: int) -> None:
    """Raises UploadRefused where lines of a change follow a hunk that its header counts as complete.

    unidiff takes them for remarks between files, and they would be lost without a word.
    """
    at = max((line.diff_line_no for line in hunk if line.diff_line_no), default=0)
    if at < len(lines) and lines[at].startswith("\\"):
        at += 1
    rest = lines[at] if at < len(lines) else ""
    is_header = rest.startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ ")
    is_signature = rest.rstrip() == "--"
    if rest.startswith(("+", "-", " ")) and rest.strip() and not is_header and not is_signature:
        raise UploadRefused([_unreadable(lines, at, first, "longer")])


def _hunk(hunk: unidiff.Hunk, diff_lines: Sequence[str]) -> Hunk:
    lines: list[tuple[str, str]] = []
    for line in hunk:
        if line.line_type == "\\" and lines:
            kind, text = lines.pop()
            lines.append((kind, text.removesuffix("\n")))
        elif line.line_type in (" ", "-", "+"):
            lines.append((line.line_type, line.value))
    start = hunk.source_start - (1 if hunk.source_length else 0)
    header = diff_lines[(hunk[0].diff_line_no or 2) - 2].strip()
    return Hunk(header, start, tuple(lines))


def _label(name: str) -> str:
    """A name for a message, before it is known whether its prefix is one."""
    return visible(_PREFIX.sub("", name, count=1) if _PREFIX.match(name) else name)


def _halves(names: str) -> tuple[str, str]:
    """Both names of a `diff --git` line, empty where they cannot be told apart (rename lines tell then)."""
    middle = len(names) // 2
    old, new = _named(names[:middle]) or "", _named(names[middle + 1 :]) or ""
    same = old == new or (_PREFIX.match(old) and _PREFIX.match(new) and old[2:] == new[2:])
    return (old, new) if same and names[middle : middle + 1] == " " else ("", "")


def _named(written: str) -> str | None:
    """A name as written in a header: None for /dev/null, unquoted where git quoted it."""
    name = written.removesuffix("\r")
    if name == _NOWHERE:
        return None
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    escaped = _ESCAPE.sub(_unescaped, name[1:-1])
    # Octal escapes are bytes of UTF-8, one by one.
    return escaped.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) == 3:
        byte = int(code, 8) & 0xFF
        return chr(byte) if byte < 0x80 else chr(0xDC00 + byte)
    return _ESCAPED.get(code, code)


def _without_prefixes(changes: list[FileChange], known: Collection[str]) -> list[FileChange]:
    """The changes with `a/`, `b/` or any one folder in front taken off, if that fits the known files."""
    written = [change for change in changes if not change.is_bare]
    olds = [change.old for change in written if change.old]
    as_written = sum(name in known for name in olds)
    shortened = sum("/" in name and name.partition("/")[2] in known for name in olds)
    names = [name for change in written for name in (change.old, change.new) if name]
    if shortened < as_written or (shortened == as_written and not all(map(_PREFIX.match, names))):
        return changes
    return [
        change if change.is_bare else replace(change, old=_shorter(change.old), new=_shorter(change.new))
        for change in changes
    ]


def _shorter(name: str | None) -> str | None:
    return name.partition("/")[2] if name and "/" in name else name
