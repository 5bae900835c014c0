"""Archives, read member by member into a snapshot's files. Nothing is ever extracted to a disk."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from reviews.snapshots.characters import visible
from reviews.snapshots.files import SourceFile
from reviews.snapshots.gathering import Gathering
from reviews.snapshots.limits import UploadLimits, UploadRefused, size_text
from reviews.snapshots.paths import accepted_type, clean_path
from reviews.snapshots.tars import FLAWED_TAR, is_tar, tar_members
from reviews.snapshots.zips import FLAWED_ZIP, ZIP_MARKS, ZipMember, zip_members

# Deflate reaches about 1,032 to 1 on nothing but zeros; source code stays below 20 to 1.
EXPANSION_RATIO = 100
EXPANSION_FLOOR = 256 * 1024
# Junk and files of other types may come along: so many members and bytes for each that is allowed.
MEMBERS_FACTOR = 5
BYTES_FACTOR = 8

_CHUNK = 64 * 1024
_GZIP_MARK = b"\x1f\x8b"
_OTHER_ARCHIVES = {b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7-Zip", b"Rar!": "RAR"}

_JUNK_FOLDERS = {
    "__MACOSX": "macOS metadata",
    ".git": "version control",
    ".hg": "version control",
    ".svn": "version control",
    "node_modules": "installed packages",
    ".venv": "installed packages",
    "__pycache__": "compiled Python",
}
_JUNK_FILES = {
    ".DS_Store": "macOS metadata",
    "Thumbs.db": "Windows metadata",
    "desktop.ini": "Windows metadata",
}
# Left out where every type is accepted, too: they come along with most projects and are never text.
NEVER_TEXT = (
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".bmp", ".mp3", ".mp4", ".pdf"),
    *(".woff", ".woff2", ".ttf", ".otf", ".eot", ".zip", ".gz", ".jar", ".whl"),
    *(".pyc", ".class", ".o", ".so", ".dll", ".dylib", ".exe", ".db", ".sqlite", ".sqlite3"),
)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An archive's source files, sorted, and what was left out: pairs of path and reason."""

    files: tuple[SourceFile, ...]
    left_out: tuple[tuple[str, str], ...]


def read_archive(
    name: str, stream: BinaryIO, limits: UploadLimits, types: Sequence[str], encoding: str = "utf-8"
) -> Unpacked:
    """The files of a zip, tar or gzipped tar; its content decides which it is, not its `name`.

    A single folder around everything is taken off. `types` and `encoding` are those of
    `read_dropped`, but files of other types are left out instead of refused. Raises UploadRefused
    for a broken or encrypted archive, links, devices, unsafe or duplicate names, overlapping
    entries, and more than the limits, EXPANSION_RATIO or MEMBERS_FACTOR allow.
    """
    most = limits.total_bytes * BYTES_FACTOR
    data = stream.read(most + 1)
    if len(data) > most:
        raise UploadRefused([f"{visible(name)} is larger than {size_text(most)}. {_LEAVE_OUT}"])
    unpacking = _Unpacking(name, limits, types, encoding)
    if data.startswith(ZIP_MARKS):
        unpacking.read_zip(data)
    elif data.startswith(_GZIP_MARK):
        unpacking.read_tar(_inflated(name, data, most))
    elif is_tar(data):
        unpacking.read_tar(data)
    else:
        raise UploadRefused([_not_an_archive(name, data)])
    return unpacking.result()


_LEAVE_OUT = "Pack it again without installed packages and built files."


class _Unpacking:
    """One archive while it is read."""

    def __init__(self, name: str, limits: UploadLimits, types: Sequence[str], encoding: str) -> None:
        self.name = visible(name)
        self.limits = limits
        self.types = types
        self.gathering = Gathering(limits, types, encoding)
        self.found: list[tuple[str, bytes]] = []
        self.left_out: dict[str, str] = {}
        self.other_paths: list[str] = []
        self.members = 0
        self.bytes = 0

    def read_zip(self, data: bytes) -> None:
        """Takes the members of a zip, read in pieces so that no header's word is trusted for a size."""
        try:
            for member in zip_members(data, self.limits.files * MEMBERS_FACTOR):
                self._count()
                path = self._wanted(member.path, member.objection, member.is_folder)
                if path:
                    self._keep(path, self._read_zip_member(member))
        except FLAWED_ZIP as flaw:
            raise UploadRefused([_broken(self.name)]) from flaw

    def _read_zip_member(self, member: ZipMember) -> bytes:
        content = bytearray()
        with member.open() as source:
            while len(content) <= self.limits.file_bytes and (chunk := source.read(_CHUNK)):
                content += chunk
                if _is_bomb(len(content), member.packed_bytes):
                    raise UploadRefused([_bomb(self.name)])
        return bytes(content[: self.limits.file_bytes + 1])

    def read_tar(self, data: bytes) -> None:
        """Takes the members of a tar; `data` is the whole of it, unpacked."""
        try:
            for member in tar_members(data, self.limits.files * MEMBERS_FACTOR):
                self._count()
                path = self._wanted(member.path, member.objection, member.is_folder)
                if path:
                    self._keep(path, member.read(self.limits.file_bytes + 1))
        except FLAWED_TAR as flaw:
            raise UploadRefused([_broken(self.name)]) from flaw

    def result(self) -> Unpacked:
        """The files and what was left out. Raises UploadRefused with all problems."""
        top = _common_top([*(path for path, _ in self.found), *self.other_paths])
        for path, content in self.found:
            self.gathering.take(path.removeprefix(top), content)
        if not self.found and self.left_out and not self.gathering.problems:
            kinds = f" of an accepted type ({', '.join(self.types)})" if self.types else ""
            self.gathering.refuse(f"{self.name} holds no file{kinds}.")
        files = self.gathering.result()
        return Unpacked(
            files, tuple(sorted((path.removeprefix(top), why) for path, why in self.left_out.items()))
        )

    def _count(self) -> None:
        self.members += 1
        if self.members > self.limits.files * MEMBERS_FACTOR:
            raise UploadRefused([_too_many(self.name, self.limits)])

    def _keep(self, path: str, content: bytes) -> None:
        self.found.append((path, content))
        self.bytes += len(content)
        if self.bytes > self.limits.total_bytes:
            most = size_text(self.limits.total_bytes)
            raise UploadRefused([f"{self.name} unpacks to more than {most} of files. {_LEAVE_OUT}"])

    def _wanted(self, raw: str, objection: str, is_folder: bool) -> str:
        """The clean path of a member whose content is to be read; empty for one to be passed over."""
        try:
            path = clean_path(raw.rstrip("/\\") if is_folder else raw)
        except UploadRefused as refusal:
            self.gathering.refuse(refusal)
            return ""
        if junk := junk_of(path, is_folder):
            self.left_out.setdefault(*junk)
        elif objection:
            self.gathering.refuse(f"{visible(path)} in {self.name} is {objection}.")
        elif not is_folder:
            if reason := self._other_type(path):
                self.left_out[path] = reason
                self.other_paths.append(path)
            else:
                return path
        return ""

    def _other_type(self, path: str) -> str:
        if not accepted_type(path, self.types):
            return "not of an accepted type"
        return "not text" if not self.types and accepted_type(path, NEVER_TEXT) else ""


def _inflated(name: str, data: bytes, most: int) -> bytes:
    """The content of a gzip file, counted while it unpacks; `most` is in bytes."""
    content = bytearray()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as source:
            while chunk := source.read(_CHUNK):
                content += chunk
                if _is_bomb(len(content), len(data)):
                    raise UploadRefused([_bomb(visible(name))])
                if len(content) > most:
                    raise UploadRefused(
                        [f"{visible(name)} unpacks to more than {size_text(most)}. {_LEAVE_OUT}"]
                    )
    except (OSError, EOFError, zlib.error) as flaw:
        raise UploadRefused([_broken(visible(name))]) from flaw
    if not is_tar(content):
        raise UploadRefused([f"{visible(name)} is compressed, but holds no tar archive."])
    return bytes(content)


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > EXPANSION_FLOOR and unpacked > EXPANSION_RATIO * packed


def _bomb(shown: str) -> str:
    return f"{shown} unpacks to more than {EXPANSION_RATIO} times its size, as only an archive bomb does."


def _broken(shown: str) -> str:
    return f"{shown} is broken and cannot be unpacked. Pack it again."


def _too_many(shown: str, limits: UploadLimits) -> str:
    most = limits.files * MEMBERS_FACTOR
    return f"{shown} holds more than {most:,} members, with folders and junk. {_LEAVE_OUT}"


def _not_an_archive(name: str, data: bytes) -> str:
    for mark, kind in _OTHER_ARCHIVES.items():
        if data.startswith(mark):
            return f"{visible(name)} is a {kind} archive. Pack it as .zip or .tar.gz instead."
    return f"{visible(name)} is neither a .zip nor a .tar.gz archive."


def junk_of(path: str, is_folder: bool) -> tuple[str, str] | None:
    """What to report as left out, and why: the outermost junk folder, or a file known as junk."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        if reason := _JUNK_FOLDERS.get(part):
            is_last_file = index == len(parts) - 1 and not is_folder
            return "/".join(parts[: index + 1]) + ("" if is_last_file else "/"), reason
    if parts[-1].startswith("._"):
        return path, "macOS metadata"
    reason = _JUNK_FILES.get(parts[-1])
    return (path, reason) if reason else None


def _common_top(paths: Sequence[str]) -> str:
    """The one folder that all paths lie in, with its slash; empty where there is none."""
    tops = {path.partition("/")[0] if "/" in path else "" for path in paths}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""
