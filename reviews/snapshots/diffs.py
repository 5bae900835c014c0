"""Unified diffs against an assignment's starter files: applied strictly, and made."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from reviews.snapshots.characters import visible
from reviews.snapshots.files import SourceFile
from reviews.snapshots.gathering import Gathering
from reviews.snapshots.limits import UploadLimits, UploadRefused, size_text
from reviews.snapshots.patches import FileChange, Hunk, read_patch
from reviews.snapshots.paths import accepted_type, clean_path

# Lines that a hunk may have moved, as `patch --fuzz=0` lets it; its content must fit whole.
FARTHEST_OFFSET = 20

_NO_NEWLINE = "\\ No newline at end of file\n"


def apply_diff(
    starter: Sequence[SourceFile], diff_text: str, limits: UploadLimits, types: Sequence[str]
) -> tuple[SourceFile, ...]:
    """The files that `diff_text` makes of `starter`, sorted by path.

    A file keeps its own line ends where the diff's differ. `types` binds changed and new files
    only. Raises UploadRefused where the text is no diff, a hunk does not fit (naming file, hunk,
    line and what is there instead), nothing changes, or the result is over the limits.
    """
    most = 2 * limits.total_bytes
    if len(diff_text.encode(errors="surrogatepass")) > most:
        raise UploadRefused([f"The diff is larger than {size_text(most)}."])
    if not diff_text.strip():
        raise UploadRefused(["The diff is empty."])
    if "\0" in diff_text:
        raise UploadRefused(["The diff holds binary data, not text."])
    before = {file.path: file.text for file in starter}
    after = _changed(before, read_patch(diff_text, before), types)
    if after == before:
        raise UploadRefused(["The diff changes nothing."])
    return _checked(after, limits)


def unified(before: Sequence[SourceFile], after: Sequence[SourceFile]) -> str:
    """The diff, in git's form, that makes `after` of `before`; empty where they are equal."""
    old = {file.path: file.text for file in before}
    new = {file.path: file.text for file in after}
    changed = sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))
    return "".join(_file_diff(path, old.get(path), new.get(path)) for path in changed)


# --- Making --------------------------------------------------------------------------------------
def _file_diff(path: str, old: str | None, new: str | None) -> str:
    # As git does: a tab ends a name in which there is space.
    end = "\t\n" if " " in path else "\n"
    head = f"diff --git a/{path} b/{path}\n"
    if old is None:
        head += "new file mode 100644\n"
    elif new is None:
        head += "deleted file mode 100644\n"
    hunks = difflib.unified_diff(lines_with_ends(old or ""), lines_with_ends(new or ""))
    body = [line if line.endswith("\n") else f"{line}\n{_NO_NEWLINE}" for line in list(hunks)[2:]]
    if body:
        head += f"--- {'/dev/null' if old is None else 'a/' + path}{end}"
        head += f"+++ {'/dev/null' if new is None else 'b/' + path}{end}"
    return head + "".join(body)


def lines_with_ends(text: str) -> list[str]:
    """The lines with their ends, split at LF alone; only the last may lack its end."""
    *lines, last = text.split("\n")
    return [line + "\n" for line in lines] + ([last] if last else [])


# --- Applying ------------------------------------------------------------------------------------
class _DoesNotFit(Exception):
    """A change that its file does not allow; the text is a sentence."""


def _changed(before: dict[str, str], changes: Sequence[FileChange], types: Sequence[str]) -> dict[str, str]:
    """The tree after all changes, each made to the tree as it was before. Raises UploadRefused."""
    problems: list[str] = []
    gone: set[str] = set()
    made: dict[str, str] = {}
    touched: set[str] = set()
    for change in changes:
        try:
            path, text = _one_change(before, change)
        except UploadRefused as refusal:
            problems.extend(refusal.messages)
            continue
        except _DoesNotFit as misfit:
            problems.append(str(misfit))
            continue
        if path in touched:
            problems.append(f"The diff changes {visible(path)} twice. Hand in one diff against the starter.")
        touched.add(path)
        if change.old is not None and not change.is_copy:
            gone.add(change.old)
        if text is not None:
            made[path] = text
            if not accepted_type(path, types):
                problems.append(f"{visible(path)} is not of an accepted type ({', '.join(types)}).")
    for path in sorted(made.keys() & before.keys() - gone):
        problems.append(f"The diff creates {visible(path)}, which the starter has already.")
    if problems:
        raise UploadRefused(problems)
    return {path: text for path, text in before.items() if path not in gone} | made


def _one_change(before: dict[str, str], change: FileChange) -> tuple[str, str | None]:
    """The path that a change leaves or deletes, and its new text, None when deleted."""
    path = clean_path(change.new if change.new is not None else change.old or "")
    if change.old is not None and change.old not in before:
        raise _DoesNotFit(f"The diff changes {visible(change.old)}, which is not among the starter files.")
    text = _patched(change.old or path, before[change.old] if change.old is not None else "", change.hunks)
    if change.new is not None:
        return path, text
    if text:
        raise _DoesNotFit(f"The diff deletes {visible(path)}, but not all of its lines.")
    return path, None


def _patched(path: str, text: str, hunks: Sequence[Hunk]) -> str:
    """The text with all hunks applied, in order. Raises _DoesNotFit."""
    lines = lines_with_ends(text)
    crlf = 2 * text.count("\r\n") > text.count("\n")
    result: list[str] = []
    done = shift = 0
    for hunk in hunks:
        place = _place(lines, hunk, done, hunk.start + shift, crlf)
        if place is None:
            raise _DoesNotFit(_misfit(path, lines, hunk, done, hunk.start + shift))
        at, any_end = place
        shift = at - hunk.start
        result += lines[done:at]
        for kind, line in hunk.lines:
            if kind == "+":
                result.append(_with_end(line, crlf) if any_end else line)
                continue
            if kind == " ":
                result.append(lines[at])
            at += 1
        done = at
    result += lines[done:]
    for line in result[:-1]:
        if not line.endswith("\n"):
            raise _DoesNotFit(
                f"{visible(path)}: the diff says that the file ends with {visible(line, 80)}, but it goes on."
            )
    return "".join(result)


def _place(lines: list[str], hunk: Hunk, done: int, expected: int, crlf: bool) -> tuple[int, bool] | None:
    """The index where a hunk fits, and whether only with line ends of either kind; None for nowhere."""
    old = hunk.old
    if not old:
        # Only its neighbours could tell how lines end; in a file of CRLF a new line is no exception.
        return (expected, crlf) if done <= expected <= len(lines) else None
    bare, bare_lines = [_bare(line) for line in old], [_bare(line) for line in lines]
    for wanted, present, any_end in ((old, lines, False), (bare, bare_lines, True)):
        for at in _offsets(expected):
            if at >= done and present[at : at + len(wanted)] == wanted:
                return at, any_end
    return None


def _offsets(expected: int) -> Iterator[int]:
    """Indexes to try, nearest first."""
    yield expected
    for distance in range(1, FARTHEST_OFFSET + 1):
        yield from (expected + distance, expected - distance)


def _bare(line: str) -> str:
    """A line with LF for CRLF."""
    return line.removesuffix("\r\n") + "\n" if line.endswith("\r\n") else line


def _with_end(line: str, crlf: bool) -> str:
    """A line that has an end, with the file's own."""
    bare = _bare(line)
    return bare.removesuffix("\n") + "\r\n" if crlf and bare.endswith("\n") else bare


def _misfit(path: str, lines: list[str], hunk: Hunk, done: int, expected: int) -> str:
    """Which line of a hunk does not fit, at the place where most of it does."""
    old = [_bare(line) for line in hunk.old]
    where = f"{visible(path)}: the hunk {visible(hunk.header)} does not fit."
    best, fitting = min(max(expected, done), len(lines)), 0
    for at in _offsets(expected):
        same = 0
        while at >= done and same < len(old) and at + same < len(lines):
            if _bare(lines[at + same]) != old[same]:
                break
            same += 1
        if same > fitting:
            best, fitting = at, same
    at = best + fitting
    if fitting == len(old):
        return f"{where} It belongs after line {expected:,}, but the file has {len(lines):,}."
    found = f"has {_shown(lines[at])}" if at < len(lines) else "has ended"
    return f"{where} The diff expects {_shown(old[fitting])} at line {at + 1:,}, where the file {found}."


def _shown(line: str) -> str:
    end = "" if line.endswith("\n") else " without a line end"
    return visible(line.removesuffix("\n").removesuffix("\r"), 80) + end


def _checked(after: dict[str, str], limits: UploadLimits) -> tuple[SourceFile, ...]:
    """The tree as files. Raises UploadRefused for what the limits and other files do not allow."""
    gathering = Gathering(limits)
    for path, text in after.items():
        gathering.keep(path, text)
    return gathering.result()
