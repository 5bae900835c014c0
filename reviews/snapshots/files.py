"""The files of a snapshot as plain data, and the hash that names them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One text file: a relative POSIX path and its whole text."""

    path: str
    text: str

    @property
    def sha256(self) -> str:
        """Hex SHA-256 of the text as UTF-8."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; split at LF and CRLF only, as editors and linters count."""
        return self.text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def tree_sha256(files: Iterable[SourceFile]) -> str:
    """Hex SHA-256 of a set of files: of `sha256 <two spaces> path LF` lines, sorted by path.

    Any `sha256sum` prints the same lines, so a receipt can be checked without Blindspot.
    """
    manifest = "".join(f"{file.sha256}  {file.path}\n" for file in sorted(files, key=lambda f: f.path))
    return hashlib.sha256(manifest.encode()).hexdigest()
