"""What git knows of a folder on this machine: what it ignores, and what an earlier commit held.

Only git's reading commands are run, with arguments of ours: neither hooks, filters, external diffs
nor the network, whatever the repository's own configuration says.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from reviews.snapshots.characters import visible
from reviews.snapshots.limits import UploadRefused

GIT_SECONDS = 60.0

_SAFELY = (
    *("--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"),
    *("-c", "protocol.allow=never", "-c", "core.quotePath=false"),
)
# The operator's own configuration is read: it says which folders are safe and what is ignored.
_PASSED_ON = ("PATH", "HOME", "XDG_CONFIG_HOME")
_FILES = ("100644", "100755")


class GitFailed(Exception):
    """Git is not there, or refused; the message is git's own."""


def listed(folder: Path) -> list[str] | None:
    """The files below a folder that git does not ignore, relative to it; None outside a repository."""
    try:
        found = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except GitFailed:
        return None
    return sorted({os.fsdecode(name) for name in found.split(b"\0") if name})


class Base:
    """The files of the commit from which a folder's present state branched off.

    That is the last one which `name` and the present have in common: what was done on `name` since
    does not count. Raises UploadRefused outside a repository, and where there is no such commit.
    """

    def __init__(self, folder: Path, name: str) -> None:
        try:
            self.top = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")))
        except GitFailed as failed:
            where = visible(str(folder))
            raise UploadRefused(
                [f"There is no base to compare with: {where} is in no readable git repository ({failed})."]
            ) from failed
        self._files = self._tree(self._commit(name))

    def content(self, path: Path, most: int) -> bytes | None:
        """What the commit held under this path; None where it was no file, or of more than `most` bytes."""
        entry, size = self._files.get(self._name(path), ("", 0))
        return _git(self.top, "cat-file", "blob", entry) if entry and size <= most else None

    def is_same(self, path: Path, data: bytes) -> bool:
        """Whether the commit held just these bytes, or lines that differ in nothing but their ends."""
        entry, _ = self._files.get(self._name(path), ("", 0))
        if not entry:
            return False
        kind = hashlib.sha256 if len(entry) == 64 else hashlib.sha1
        plain = data.replace(b"\r\n", b"\n")
        return any(kind(b"blob %d\0" % len(text) + text).hexdigest() == entry for text in (data, plain))

    def holds(self, path: Path) -> bool:
        """Whether the path lies in this repository at all."""
        return not self._name(path).startswith("../")

    def below(self, folder: Path) -> list[Path]:
        """The paths of the commit's files at or below this one."""
        name = self._name(folder)
        inside = "" if name == "." else f"{name}/"
        return [self.top / path for path in self._files if path == name or path.startswith(inside)]

    def _name(self, path: Path) -> str:
        """A path as git has it: relative to the top, with links on the way resolved."""
        real = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
        return os.path.relpath(real, self.top)

    def _commit(self, name: str) -> str:
        try:
            if name.startswith("-"):
                raise GitFailed("a commit's name does not begin with a dash")
            commit = _git(self.top, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        except GitFailed as failed:
            where = visible(str(self.top))
            raise UploadRefused(
                [f"{visible(name)} names no commit in {where}. Give a branch, a tag or a commit."]
            ) from failed
        try:
            return _git(self.top, "merge-base", commit, "HEAD").decode().split()[0]
        except GitFailed:
            return commit  # two histories that have nothing in common

    def _tree(self, commit: str) -> dict[str, tuple[str, int]]:
        """The name and the size of what each path held."""
        files = {}
        for line in _git(self.top, "ls-tree", "-r", "-z", "--long", "--full-tree", commit).split(b"\0"):
            about, _, path = line.partition(b"\t")
            if path and (parts := about.decode().split())[0] in _FILES:
                files[os.fsdecode(path)] = parts[2], int(parts[3])
        return files


def _git(folder: Path, *arguments: str) -> bytes:
    """What git prints. Raises GitFailed."""
    program = shutil.which("git")
    if program is None:
        raise GitFailed("git is not installed here")
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(
            [program, *_SAFELY, *arguments],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise GitFailed(f"git did not answer within {GIT_SECONDS:g} seconds") from late
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GitFailed(said[0].removeprefix("fatal: ") if said else f"git ended with {done.returncode}")
    return done.stdout
