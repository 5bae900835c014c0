"""The next version of a text that a reviewer criticised."""

from __future__ import annotations

from typing import Any

from django import forms

from reviews.engine.passes import TEXT_CHARACTERS


class TextForm(forms.Form):
    """One text, which begins as the version before and must not stay it."""

    text = forms.CharField(
        label="Your version",
        max_length=TEXT_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "rows": 24, "spellcheck": "false"}),
        error_messages={"required": "The text is empty. Write the next version, then hand it in."},
    )

    def __init__(self, *args: Any, before: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = self._before = before

    def clean_text(self) -> str:
        """The text with the line ends of files; a browser sends those of mails."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        if not text.strip():
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        if text.strip() == self._before.replace("\r\n", "\n").strip():
            raise forms.ValidationError(
                "This is the text as it was, so there is nothing new to read. Change it; where the "
                "criticism is wrong, say in the text why."
            )
        return text
