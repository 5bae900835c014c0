"""Files from a person's computer, several at once, with their folders where a script told them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile

from courses.forms.hand_in import upload_limits
from reviews.snapshots.archives import read_archive
from reviews.snapshots.files import SourceFile
from reviews.snapshots.uploads import read_dropped

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz")


class FilesInput(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; gives a list."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """The uploaded files, each not empty of name. Raises ValidationError."""
        return [super(FilesField, self).clean(item, initial) for item in data or []]


def read_uploads(
    uploads: Sequence[UploadedFile[bytes]], paths: str, *, latin_1: bool
) -> tuple[SourceFile, ...]:
    """One archive, or any files; their folders come beside them, as a JSON list of paths.

    Raises UploadRefused.
    """
    encoding = "latin-1" if latin_1 else "utf-8"
    streams = [(str(upload.name), cast(BinaryIO, upload)) for upload in uploads]
    if len(streams) == 1 and streams[0][0].lower().endswith(ARCHIVES):
        return read_archive(*streams[0], upload_limits(), (), encoding).files
    names = _listed(paths)
    if len(names) == len(streams):
        streams = [(name, stream) for name, (_, stream) in zip(names, streams, strict=True)]
    return read_dropped(streams, upload_limits(), (), encoding)


def _listed(paths: str) -> list[str]:
    """The paths that the drop field's script lists; nothing without it."""
    try:
        found = json.loads(paths or "[]")
    except (ValueError, RecursionError):
        return []
    return found if isinstance(found, list) and all(isinstance(path, str) for path in found) else []
