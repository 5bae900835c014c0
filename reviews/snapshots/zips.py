"""The members of a zip file, checked before one byte of them is unpacked."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from reviews.snapshots.limits import UploadRefused

# A file, or an empty archive.
ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
FLAWED_ZIP = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError, OverflowError
)  # fmt: skip

# APPNOTE.TXT 6.3.10: local header 4.3.7, end of central directory 4.3.16, flags 4.4.4.
_LOCAL_HEADER = struct.Struct("<26xHH")
_END = struct.Struct("<4s4HIIH")
_END_MARK = b"PK\x05\x06"
_ZIP64_LOCATOR_MARK, _ZIP64_LOCATOR_BYTES = b"PK\x06\x07", 20
_LONGEST_COMMENT = 0xFFFF
_ENCRYPTED, _STRONG_ENCRYPTION, _UTF8_NAME, _HIDDEN_HEADER = 0x1, 0x40, 0x800, 0x2000
# A name of 255 bytes a folder and some extra fields; the module reads the directory whole.
_DIRECTORY_BYTES_A_MEMBER = 1024


@dataclass(frozen=True, slots=True)
class ZipMember:
    """One entry: its name as stored, its packed size in bytes, and what speaks against it, if anything."""

    path: str
    packed_bytes: int
    is_folder: bool
    objection: str
    _archive: zipfile.ZipFile
    _info: zipfile.ZipInfo

    def open(self) -> IO[bytes]:
        """The unpacked content as a stream; reading it may raise any of FLAWED_ZIP."""
        return self._archive.open(self._info)


def zip_members(data: bytes, most: int) -> Iterator[ZipMember]:
    """The members of a zip in the order of its directory.

    Raises UploadRefused for more than about `most` members, Zip64 and overlapping entries, and
    any of FLAWED_ZIP for a broken archive.
    """
    _check_directory(data, most)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        if _overlap(data, infos, archive.start_dir):
            raise UploadRefused(["The zip's entries overlap, as only those of an archive bomb do."])
        for info in infos:
            is_folder = info.orig_filename.endswith(("/", "\\"))
            yield ZipMember(_name(info), info.compress_size, is_folder, _objection(info), archive, info)


def _check_directory(data: bytes, most: int) -> None:
    """Bounds the central directory, which zipfile reads whole, by the size that zipfile will read."""
    at = len(data) - _END.size
    if not (data.startswith(_END_MARK, max(at, 0)) and data.endswith(b"\0\0")):
        at = data.rfind(_END_MARK, max(at - _LONGEST_COMMENT, 0))
    if at < 0 or at + _END.size > len(data):
        raise zipfile.BadZipFile("no end of central directory")
    if data.startswith(_ZIP64_LOCATOR_MARK, max(at - _ZIP64_LOCATOR_BYTES, 0)):
        raise UploadRefused(
            ["The zip is in the Zip64 form, made for 4 GB and more. Pack it as a plain .zip."]
        )
    directory_bytes = _END.unpack_from(data, at)[5]
    if directory_bytes > most * _DIRECTORY_BYTES_A_MEMBER:
        raise UploadRefused([f"The zip holds more than {most:,} members."])


def _overlap(data: bytes, infos: list[zipfile.ZipInfo], end: int) -> bool:
    """Whether two entries share bytes (Fifield, "A better zip bomb", WOOT 2019)."""
    infos = sorted(infos, key=lambda info: info.header_offset)
    starts = [*(info.header_offset for info in infos), end][1:]
    for info, next_start in zip(infos, starts, strict=True):
        if info.header_offset < 0:
            raise zipfile.BadZipFile("entry before the file's start")
        name_bytes, extra_bytes = _LOCAL_HEADER.unpack_from(data, info.header_offset)
        content_at = info.header_offset + _LOCAL_HEADER.size + name_bytes + extra_bytes
        if content_at + info.compress_size > next_start:
            return True
    return False


def _name(info: zipfile.ZipInfo) -> str:
    """The name as stored: zipfile's own cuts at NUL, and macOS writes UTF-8 without saying so."""
    if info.flag_bits & _UTF8_NAME:
        return info.orig_filename
    try:
        return info.orig_filename.encode("cp437").decode()
    except UnicodeError:
        return info.orig_filename


def _objection(info: zipfile.ZipInfo) -> str:
    """What speaks against an entry, as the end of "… is …"."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if info.flag_bits & (_ENCRYPTED | _STRONG_ENCRYPTION | _HIDDEN_HEADER):
        return "encrypted; pack it without a password"
    if kind == stat.S_IFLNK:
        return "a link; put the file itself into the archive"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "a device or a pipe"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "compressed in a way that is not read here; use plain zip compression"
    return ""
