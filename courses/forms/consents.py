"""What is said about showing a student's work to a class."""

from __future__ import annotations

from django import forms


class ConsentForm(forms.Form):
    """One word: staff ask; the student gives or refuses; a refusal of what was given withdraws it."""

    word = forms.ChoiceField(choices=[(word, word) for word in ("ask", "give", "refuse")])
