"""Files and folders of this machine, read into a snapshot's files: only for who sits at its terminal."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from reviews.snapshots.archives import NEVER_TEXT, junk_of
from reviews.snapshots.characters import visible
from reviews.snapshots.commits import Base, listed
from reviews.snapshots.diffs import unified
from reviews.snapshots.files import SourceFile
from reviews.snapshots.gathering import Gathering, looks_binary
from reviews.snapshots.limits import UploadLimits, UploadRefused, size_text
from reviews.snapshots.paths import accepted_type, clean_path

HINT = "Name fewer files, a folder within, or a --base to review only what changed."


@dataclass(frozen=True, slots=True)
class Gathered:
    """The files, named as seen from `root`, and what was left out: pairs of path and reason.

    `diff` is what changed in them since a base; empty without one.
    """

    files: tuple[SourceFile, ...]
    left_out: tuple[tuple[str, str], ...]
    root: Path
    diff: str = ""


def read_paths(paths: Sequence[str], limits: UploadLimits, here: Path) -> Gathered:
    """The text files among these files and folders, as they stand on the disk.

    In a folder, what is no text, no source, or ignored by git is left out with its reason; what was
    named itself must be readable. One folder alone is the root of all names, else `here` is, or
    the folder around everything that lies outside of it. Raises UploadRefused.
    """
    reading = _Reading(paths, limits, here)
    gathering = Gathering(limits)
    for name, data in _bounded(reading.texts(), gathering):
        gathering.take(name, data)
    return Gathered(_result(gathering), tuple(sorted(reading.left_out.items())), reading.root)


def read_changes(paths: Sequence[str], base: str, limits: UploadLimits, here: Path) -> Gathered:
    """Of these files and folders what differs from `base`: the changed files whole, and a diff.

    As `read_paths` otherwise. Raises UploadRefused, also where nothing differs.
    """
    reading = _Reading(paths, limits, here)
    first = reading.given[0]
    commit = Base(first if first.is_dir() else first.parent, base)
    if outside := [path for path in reading.given if not commit.holds(path)]:
        where = visible(str(commit.top))
        raise UploadRefused([f"{visible(str(path))} is not in the repository {where}." for path in outside])
    gathering = Gathering(limits)
    before: list[SourceFile] = []
    changed = False
    fresh = ((name, data) for name, data in reading.texts() if not commit.is_same(reading.root / name, data))
    for name, data in _bounded(fresh, gathering):
        changed = True
        gathering.take(name, data)
        before += _earlier(commit, reading.root / name, name, limits)
    gone = [path for given in reading.given for path in commit.below(given) if not os.path.lexists(path)]
    if not changed:
        what = "Files were only deleted" if gone else "Nothing has changed"
        raise UploadRefused([f"{what} since {visible(base)}, so there is nothing to review."])
    for path in gone:
        before += _earlier(commit, path, os.path.relpath(path, reading.root.resolve()), limits)
    files = _result(gathering)
    return Gathered(files, tuple(sorted(reading.left_out.items())), reading.root, unified(before, files))


class _Reading:
    """What was named at the terminal, while it is read."""

    def __init__(self, paths: Sequence[str], limits: UploadLimits, here: Path) -> None:
        self.limits = limits
        self.left_out: dict[str, str] = {}
        self.given = [Path(os.path.abspath(here / path)) for path in dict.fromkeys(paths)]
        missing = [path for path in self.given if not path.exists()]
        if missing:
            raise UploadRefused([f"There is no file or folder {visible(str(path))}." for path in missing])
        self.root = self._root(Path(os.path.abspath(here)))

    def _root(self, here: Path) -> Path:
        if len(self.given) == 1 and self.given[0].is_dir():
            return self.given[0]
        if all(path.is_relative_to(here) for path in self.given):
            return here
        return Path(os.path.commonpath([path.parent for path in self.given]))

    def texts(self) -> Iterator[tuple[str, bytes]]:
        """Names and bytes of all files that are text. Raises UploadRefused for a named file that is none."""
        done: set[Path] = set()
        for given in self.given:
            for path in self._files(given) if given.is_dir() else [given]:
                if path in done:
                    continue
                done.add(path)
                name = path.relative_to(self.root).as_posix()
                data = self._read(path)
                if isinstance(data, bytes):
                    yield name, data
                elif path in self.given:
                    raise UploadRefused([f"{visible(str(path))} cannot be reviewed: it is {data}."])
                else:
                    self.left_out[name] = data

    def _files(self, folder: Path) -> Iterator[Path]:
        """The files below a folder, but those that git ignores and those that come with any project."""
        names = listed(folder) or self._walked(folder)
        for name in names:
            path = folder / name
            junk = junk_of(name, is_folder=False)
            if junk:
                within = f"{folder.relative_to(self.root).as_posix()}/".removeprefix("./")
                self.left_out.setdefault(within + junk[0], junk[1])
            elif os.path.lexists(path):
                yield path

    def _walked(self, folder: Path) -> Iterator[str]:
        """The files below a folder outside of git, relative to it; links are not followed."""

        def closed(error: OSError) -> None:
            name = Path(error.filename).relative_to(self.root).as_posix()
            self.left_out[name] = f"not readable ({error.strerror})"

        for where, folders, files in os.walk(folder, onerror=closed):
            here = Path(where).relative_to(folder)
            junk = [name for name in folders if junk_of((here / name).as_posix(), is_folder=True)]
            links = [name for name in folders if os.path.islink(os.path.join(where, name))]
            folders[:] = sorted(set(folders) - {*junk, *links})
            yield from (f"{(here / name).as_posix()}/" for name in sorted(junk))
            yield from ((here / name).as_posix() for name in sorted([*files, *links]))

    def _read(self, path: Path) -> bytes | str:
        """The bytes of a text file, or what it is instead."""
        try:
            about = path.stat() if path in self.given else path.lstat()
            if stat.S_ISLNK(about.st_mode):
                return "a link"
            if not stat.S_ISREG(about.st_mode):
                return "not a file"
            if accepted_type(path.name, NEVER_TEXT):
                return "not text"
            if about.st_size > self.limits.file_bytes:
                return f"larger than {size_text(self.limits.file_bytes)}"
            data = path.read_bytes()
        except OSError as error:
            return f"not readable ({error.strerror})"
        return self._objection(path, data) or data

    def _objection(self, path: Path, data: bytes) -> str:
        if looks_binary(data):
            return "not text"
        try:
            data.decode("utf-8-sig")
            clean_path(path.relative_to(self.root).as_posix(), depth=self.limits.depth)
        except UnicodeDecodeError:
            return "not UTF-8 text"
        except UploadRefused as refused:
            return str(refused).partition(": ")[2].rstrip(".") or "not usable under this name"
        return ""


def _bounded(texts: Iterator[tuple[str, bytes]], gathering: Gathering) -> Iterator[tuple[str, bytes]]:
    """No more of the texts than one beyond what is allowed: that is enough to refuse them."""
    for name, data in islice(texts, gathering.limits.files + 1):
        yield name, data
        if gathering.full:
            return


def _result(gathering: Gathering) -> tuple[SourceFile, ...]:
    try:
        return gathering.result()
    except UploadRefused as refused:
        raise UploadRefused([*refused.messages, HINT]) from refused


def _earlier(commit: Base, path: Path, name: str, limits: UploadLimits) -> list[SourceFile]:
    """What the file was, under its name, if it was a text of ordinary size."""
    data = commit.content(path, limits.file_bytes)
    if data is None or looks_binary(data):
        return []
    try:
        return [SourceFile(name, data.decode("utf-8-sig"))]
    except UnicodeDecodeError:
        return []
