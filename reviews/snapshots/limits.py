"""How much may be handed in, and how an upload is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# More than this helps nobody who has to read them; the rest is counted.
MESSAGES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """The most one submission may hold: `files`, bytes a file, bytes in all, folders above a file."""

    files: int
    file_bytes: int
    total_bytes: int
    depth: int

    def sentence(self) -> str:
        """The limits as the form states them."""
        return (
            f"At most {self.files:,} {'file' if self.files == 1 else 'files'}, "
            f"{size_text(self.file_bytes)} each, {size_text(self.total_bytes)} in all, "
            f"folders up to {self.depth} deep."
        )


class UploadRefused(Exception):
    """Nothing of an upload was accepted.

    `messages` are whole sentences for the person who uploaded. `not_utf8` names the files whose
    bytes are not UTF-8; where it is not empty, a form can offer to read those as Latin-1.
    """

    def __init__(self, messages: Sequence[str], not_utf8: Sequence[str] = ()) -> None:
        shown = tuple(messages[:MESSAGES_SHOWN])
        if len(messages) > len(shown):
            shown += (f"And {len(messages) - len(shown):,} more.",)
        super().__init__(" ".join(shown))
        self.messages: tuple[str, ...] = shown
        self.not_utf8: tuple[str, ...] = tuple(not_utf8)


def size_text(size: int) -> str:
    """A number of bytes for people, in units of 1024: "512 KB", "1.5 MB"."""
    if size < 1024:
        return f"{size} bytes"
    unit, value = ("MB", size / 1024**2) if size >= 1024**2 else ("KB", size / 1024)
    return f"{value:.1f}".removesuffix(".0") + f" {unit}"
