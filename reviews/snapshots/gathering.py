"""Collects the files of one upload with everything that is wrong with it, so that it is told at once."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Sequence

from reviews.snapshots.characters import visible
from reviews.snapshots.files import SourceFile
from reviews.snapshots.limits import UploadLimits, UploadRefused, size_text
from reviews.snapshots.paths import accepted_type, clean_path

# Source holds tabs, line ends, form feeds and at times an escape; more of the rest is not text.
_CONTROL_BYTES = bytes(sorted({*range(32), 127} - {*b"\t\n\r\f\x1b"}))
_CONTROL_SHARE = 0.1
_CONTROL_FLOOR = 8

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
ENCODINGS = ("utf-8", "latin-1")


def looks_binary(data: bytes) -> bool:
    """Whether bytes are not text: a NUL byte, or a tenth of them control characters (and over 8)."""
    odd = len(data) - len(data.translate(None, _CONTROL_BYTES))
    return b"\0" in data or (odd > _CONTROL_FLOOR and odd > _CONTROL_SHARE * len(data))


class Gathering:
    """The files of one upload, as they come in.

    `encoding` is what bytes that are not UTF-8 are read as; "utf-8" refuses them. Sizes are in bytes.
    """

    def __init__(self, limits: UploadLimits, types: Sequence[str] = (), encoding: str = "utf-8") -> None:
        if encoding not in ENCODINGS:
            raise ValueError(f"encoding is one of {', '.join(ENCODINGS)}, not {encoding!r}")
        self.limits = limits
        self.types = tuple(types)
        self.encoding = encoding
        self.problems: list[str] = []
        self._files: list[SourceFile] = []
        self._named: dict[str, str] = {}
        self._not_utf8: list[str] = []
        self._bytes = 0

    @property
    def full(self) -> bool:
        """Whether the upload is over its size already, so that reading on is of no use."""
        return self._bytes > self.limits.total_bytes

    def refuse(self, problem: str | UploadRefused) -> None:
        """Adds what is wrong; the upload will be refused."""
        self.problems.extend([problem] if isinstance(problem, str) else problem.messages)

    def take(self, raw_path: str, data: bytes) -> None:
        """Takes one file, or notes why not. `data` may be cut one byte after the limit of a file."""
        path = self._placed(raw_path, len(data))
        if path is not None:
            self._decode(path, data)

    def keep(self, raw_path: str, text: str) -> None:
        """Takes one file whose text is known already, as it is, or notes why not."""
        path = self._placed(raw_path, len(text.encode(errors="surrogatepass")))
        if path is not None:
            self._files.append(SourceFile(path, text))

    def result(self) -> tuple[SourceFile, ...]:
        """The files, sorted by path. Raises UploadRefused with all problems, if there are any."""
        if len(self._named) > self.limits.files:
            self.refuse(
                f"There are {len(self._named):,} files, and at most {self.limits.files:,} are allowed."
            )
        if self.full:
            self.refuse(f"The files hold more than {size_text(self.limits.total_bytes)} together.")
        self.problems.extend(_file_and_folder(self._named.values()))
        if not self.problems and not any(file.text.strip() for file in self._files):
            self.refuse("There is nothing to review: no file has any text in it.")
        if self.problems:
            raise UploadRefused(self.problems, self._not_utf8)
        return tuple(sorted(self._files, key=lambda file: file.path))

    def _placed(self, raw_path: str, size: int) -> str | None:
        """The clean path under which a file of `size` bytes is taken, or None with the reason noted."""
        self._bytes += size
        try:
            path = clean_path(raw_path, depth=self.limits.depth)
        except UploadRefused as refusal:
            self.refuse(refusal)
            return None
        if not accepted_type(path, self.types):
            self.refuse(f"{visible(path)} is not of an accepted type ({', '.join(self.types)}).")
        elif size > self.limits.file_bytes:
            self.refuse(f"{visible(path)} is larger than {size_text(self.limits.file_bytes)}.")
        elif self._is_new(raw_path, path):
            return path
        return None

    def _is_new(self, raw_path: str, path: str) -> bool:
        earlier = self._named.get(path.casefold())
        if earlier is None:
            self._named[path.casefold()] = path
            return True
        if earlier != path:
            self.refuse(
                f"{visible(earlier)} and {visible(path)} differ only by case: "
                "on many computers one would replace the other."
            )
        elif raw_path.endswith(path):
            self.refuse(f"{visible(path)} is there twice.")
        else:
            self.refuse(f"{visible(path)} is there twice, in two spellings of the same name.")
        return False

    def _decode(self, path: str, data: bytes) -> None:
        if data.startswith(_UTF16_MARKS):
            self.refuse(f"{visible(path)} is UTF-16 text. Save it as UTF-8 and send it again.")
            return
        if looks_binary(data):
            self.refuse(f"{visible(path)} is a binary file, not text.")
            return
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            if self.encoding == "utf-8":
                self._not_utf8.append(path)
                self.refuse(_not_utf8(path, data, error))
                return
            text = data.decode(self.encoding)
        self._files.append(SourceFile(path, text))


def _not_utf8(path: str, data: bytes, error: UnicodeDecodeError) -> str:
    # The decoder counts from behind a byte order mark.
    at = error.start + (len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0)
    line = data.count(b"\n", 0, at) + 1
    return (
        f"{visible(path)} is not UTF-8 text: line {line:,}, byte {at:,} of the file (0x{data[at]:02X}). "
        "Save it as UTF-8, or have it read as Latin-1."
    )


def _file_and_folder(paths: Iterable[str]) -> list[str]:
    """Paths that are a file here and a folder there."""
    folders: set[str] = set()
    paths = list(paths)
    for path in paths:
        parts = path.casefold().split("/")
        folders.update("/".join(parts[:count]) for count in range(1, len(parts)))
    return [f"{visible(path)} is both a file and a folder." for path in paths if path.casefold() in folders]
