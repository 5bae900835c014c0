"""File names from outside, made into relative POSIX paths or refused."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from reviews.snapshots.characters import BIDI_CONTROLS, described, visible
from reviews.snapshots.limits import UploadRefused

# What file systems take for one name (ext4, APFS and NTFS agree on about 255).
PART_BYTES = 255
PATH_CHARACTERS = 1000
DEEPEST = 64

# Joiners are left alone: Persian and Hindi names and emoji need them.
_FORBIDDEN = re.compile(f"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u2060\ufeff{BIDI_CONTROLS}\ud800-\udfff]")
_DRIVE = re.compile(r"[A-Za-z]:")


def clean_path(raw: str, *, depth: int = DEEPEST) -> str:
    """The relative POSIX path that `raw` names, NFC-normalised, with at most `depth` folders.

    Backslashes are separators, as in archives made on Windows; a leading `./` is dropped.
    Applying it twice changes nothing. Raises UploadRefused with one message for an absolute
    path, `..`, an empty part, a control or bidirectional character, or a name that is too long
    or too deep.
    """
    path = unicodedata.normalize("NFC", raw).replace("\\", "/")
    while path.startswith("./"):
        path = path[2:]
    if reason := _objection(path, depth):
        raise UploadRefused([f"{visible(raw)} is not a usable file name: {reason}."])
    return path


def _objection(path: str, depth: int) -> str:
    """Why a normalised path is refused, or nothing."""
    parts = path.split("/")
    if not path:
        return "it is empty"
    if found := _FORBIDDEN.search(path):
        return f"it contains {described(found[0])}"
    if path.startswith("/") or _DRIVE.match(path):
        return "it is absolute; names are relative to the project's folder"
    if ".." in parts or "." in parts:
        return "it contains “..” or “.” as a folder"
    if any(not part.strip() for part in parts):
        return "a folder or the file in it has no name"
    if any(len(part.encode()) > PART_BYTES for part in parts):
        return f"a part of it is longer than {PART_BYTES} bytes"
    if len(path) > PATH_CHARACTERS:
        return f"it is longer than {PATH_CHARACTERS:,} characters"
    if len(parts) - 1 > depth:
        return f"it lies {len(parts) - 1} folders deep, and {depth} are allowed"
    return ""


def accepted_type(path: str, types: Sequence[str]) -> bool:
    """Whether a file's type is in `types`: suffixes (".py", ".test.js") and whole names ("Makefile").

    Case does not matter; no types at all accept everything.
    """
    name = path.rpartition("/")[2].casefold()
    return not types or any(
        name.endswith(kind.casefold()) if kind.startswith(".") else name == kind.casefold() for kind in types
    )
