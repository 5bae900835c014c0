"""The members of an unpacked tar file, checked before Python's tarfile sees them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from reviews.snapshots.limits import UploadRefused

FLAWED_TAR = (tarfile.TarError, ValueError, OverflowError, RecursionError, EOFError)

# POSIX.1-1988 ustar header: where the name and the type are.
_BLOCK = tarfile.BLOCKSIZE
_NAME, _KIND = slice(0, 100), slice(156, 157)
_MARK, _MARK_AT = b"ustar", 257
_FILE_KINDS = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE)
_EXTENSION_KINDS = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
_EXTENSION_BYTES = 16 * 1024
_EXTENSIONS_A_MEMBER = 3


@dataclass(frozen=True, slots=True)
class TarMember:
    """One entry: its name as stored, and what speaks against it, if anything."""

    path: str
    is_folder: bool
    objection: str
    _archive: tarfile.TarFile
    _info: tarfile.TarInfo

    def read(self, most: int) -> bytes:
        """At most `most` bytes of the content; may raise any of FLAWED_TAR."""
        source = self._archive.extractfile(self._info)
        return source.read(most) if source else b""


def is_tar(data: bytes | bytearray) -> bool:
    """Whether data begins as a tar does; an empty one is two blocks of zeros or more."""
    return data.startswith(_MARK, _MARK_AT) or (len(data) >= 2 * _BLOCK and not data.strip(b"\0"))


def tar_members(data: bytes, most: int) -> Iterator[TarMember]:
    """The members of a tar in their order; folders named "." are passed over.

    Raises UploadRefused for more than `most` members and any of FLAWED_TAR for a broken archive.
    """
    _check_headers(data, most)
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for info in archive:
            if info.name != ".":
                yield TarMember(info.name, info.isdir(), _objection(info), archive, info)


def _check_headers(data: bytes, most: int) -> None:
    """Bounds what tarfile would read whole or parse slowly.

    Extension headers may be of any size, and some Pythons match them in quadratic time
    (CVE-2024-6232) or follow negative sizes back for ever (CVE-2025-8194). What moves the next
    header elsewhere than its size says is refused, so that this walk and tarfile's agree. tarfile
    would also take a damaged header for the end; here its checksum is an error.
    """
    at = headers = 0
    while (header := data[at : at + _BLOCK]).strip(b"\0"):
        headers += 1
        if headers > most * _EXTENSIONS_A_MEMBER:
            raise UploadRefused([f"The tar holds more than {most:,} members."])
        size, kind = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape").size, header[_KIND]
        is_file = kind in _FILE_KINDS and not _is_old_folder(header)
        at += _BLOCK
        if size < 0 or (size and not is_file and kind not in _EXTENSION_KINDS):
            raise tarfile.ReadError("a size where there is none")
        if kind in _EXTENSION_KINDS:
            extension = data[at : at + size]
            if size > _EXTENSION_BYTES or b" size=" in extension or b" GNU.sparse" in extension:
                raise tarfile.ReadError("an extension that no source archive needs")
        at += -(-size // _BLOCK) * _BLOCK


def _is_old_folder(header: bytes) -> bool:
    """Whether tarfile takes the header for a folder in the form of 1979: a file that ends in a slash."""
    return header[_KIND] == tarfile.AREGTYPE and header[_NAME].split(b"\0", 1)[0].endswith(b"/")


def _objection(info: tarfile.TarInfo) -> str:
    """What speaks against an entry, as the end of "… is …"."""
    if info.issym() or info.islnk():
        return "a link; put the file itself into the archive"
    if info.ischr() or info.isblk() or info.isfifo():
        return "a device or a pipe"
    if info.issparse() or not (info.isdir() or info.isreg()):
        return "not a plain file"
    return ""
