"""A course's own key for a connection: taken in, never given out again."""

from __future__ import annotations

from django import forms

from reviews.engine.keys import MOST_CHARACTERS, NotAKey, clean_key


class KeyForm(forms.Form):
    """One key. What was typed is never put back into the page, not even beside an error."""

    key = forms.CharField(
        label="Key",
        # One longer by far is refused in words, not cut off.
        max_length=10 * MOST_CHARACTERS,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_key(self) -> str:
        """The key as it is stored. Raises ValidationError, whose words do not hold the key."""
        try:
            return clean_key(self.cleaned_data["key"])
        except NotAKey as problem:
            raise forms.ValidationError(f"{problem} Nothing was stored.") from None
