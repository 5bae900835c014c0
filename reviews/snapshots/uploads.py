"""Pasted and dropped files, read into a snapshot's files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from reviews.snapshots.files import SourceFile
from reviews.snapshots.gathering import Gathering
from reviews.snapshots.limits import UploadLimits


def read_pasted(
    items: Sequence[tuple[str, str]], limits: UploadLimits, types: Sequence[str]
) -> tuple[SourceFile, ...]:
    """The files of pairs (name, pasted text), sorted by path; pairs with neither are passed over.

    A browser's text field sends CRLF whatever was pasted, so line ends become LF. Raises
    UploadRefused with everything that is wrong.
    """
    gathering = Gathering(limits, types)
    for number, (name, text) in enumerate(items, start=1):
        if not name.strip() and not text.strip():
            continue
        if not name.strip():
            gathering.refuse(f"Pasted text {number} has no file name. Give it one, such as app.py.")
            continue
        gathering.take(name.strip(), text.replace("\r\n", "\n").encode(errors="surrogatepass"))
    return gathering.result()


def read_dropped(
    files: Sequence[tuple[str, BinaryIO]],
    limits: UploadLimits,
    types: Sequence[str],
    encoding: str = "utf-8",
) -> tuple[SourceFile, ...]:
    """The files of pairs (name, stream), sorted by path; names may hold folders.

    With `encoding` "latin-1" the files that are not UTF-8 are read so, and only those. No stream is
    read further than its limit. Raises UploadRefused with everything that is wrong.
    """
    gathering = Gathering(limits, types, encoding)
    for name, stream in files:
        if gathering.full:
            break
        gathering.take(name, stream.read(limits.file_bytes + 1))
    return gathering.result()
