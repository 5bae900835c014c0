"""What comes as a file, or as its text: findings of another tool."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile

from reviews.exchange import read_any
from reviews.exchange.imported import Imported, NotReadable

MOST_BYTES = 5_000_000


class FileForm(forms.Form):
    """One file or one text, which `read` reads; what is wrong with it stands at its field."""

    file = forms.FileField(label="File", required=False)
    text = forms.CharField(
        label="Or its text",
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"class": "code", "rows": 12, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """Read what was given."""
        values = cast(dict[str, Any], super().clean())
        if self.errors:
            return values
        file, text = values.get("file"), values.get("text", "")
        if file and text.strip():
            self.add_error("text", "Give a file or a text, not both. Empty the one that you do not mean.")
        elif file or text.strip():
            self._read("file" if file else "text", file or text)
        else:
            self.add_error("file", "Choose a file, or paste its text.")
        return values

    def read(self, text: str) -> None:
        """Keep what the text says. Raises NotReadable."""
        raise NotImplementedError

    def _read(self, field: str, given: UploadedFile[bytes] | str) -> None:
        again = " Choose it again once it is right." if field == "file" else ""
        try:
            self.read(given if isinstance(given, str) else _decoded(given))
        except NotReadable as problem:
            self.add_error(field, f"{problem}{again}")


class ImportForm(FileForm):
    """Findings of another tool. Valid, it is what its tools say, in `imported`."""

    tool = forms.CharField(
        label="Tool",
        required=False,
        max_length=60,
        help_text="Used where the file does not say which tool it is from.",
    )

    imported: Imported

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = "SARIF 2.1.0, or a review as JSON. At most 5 MB."

    def read(self, text: str) -> None:
        """Read the findings, under the name that the person gives the tool where the file gives none."""
        self.imported = read_any(text, self.cleaned_data.get("tool", ""))


def _decoded(file: UploadedFile[bytes]) -> str:
    """The text of an upload. Raises NotReadable."""
    if (file.size or 0) > MOST_BYTES:
        raise NotReadable("The file is larger than 5 MB. Export less.")
    try:
        text: str = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotReadable("The file is not text in UTF-8.") from None
    return text
