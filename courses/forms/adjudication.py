"""What staff decide about defects: standing, words, and which claims belong together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from reviews.claims import Severity
from reviews.gap.standing import Decision
from reviews.models import Defect

NEW_DEFECT = "new"
"""The choice that splits a claim off into a defect of its own."""


def others(defects: Iterable[Defect], but: Defect | None = None) -> list[tuple[str, str]]:
    """Defects to choose from, by number; duplicates are left out, since their originals stand for them."""
    return [
        (str(defect.number), str(defect))
        for defect in defects
        if defect.duplicate_of_id is None and (but is None or defect.pk != but.pk)
    ]


class StandingForm(forms.Form):
    """A standing that needs no grounds: valid or undecided."""

    standing = forms.ChoiceField(
        choices=[(name.value, name.label) for name in (Defect.Standing.VALID, Defect.Standing.UNDECIDED)]
    )

    def decision(self) -> Decision:
        """What was decided, of a valid form."""
        return Decision(Defect.Standing(self.cleaned_data["standing"]))


class DismissalForm(forms.Form):
    """A dismissal with its grounds. Whether the line is there is checked where it is decided."""

    reason = forms.CharField(
        label="Why it is a false alarm",
        max_length=4000,
        error_messages={"required": "Say why it is a false alarm: a dismissal needs a reason."},
        widget=forms.Textarea(attrs={"rows": 2, "data-key": "i", "data-key-label": "Dismiss as invalid"}),
    )
    evidence = forms.CharField(
        label="The line of code that shows it",
        max_length=1000,
        help_text="Copied as it stands there.",
        error_messages={"required": "Quote the line of code that shows it: a dismissal needs evidence."},
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )

    def decision(self) -> Decision:
        """What was decided, of a valid form."""
        values = self.cleaned_data
        return Decision(Defect.Standing.INVALID, reason=values["reason"], evidence=values["evidence"])


class DuplicateForm(forms.Form):
    """The defect that another one repeats."""

    duplicate_of = forms.TypedChoiceField(
        label="It repeats",
        coerce=int,
        error_messages={"required": "Choose the other defect that this one repeats."},
        widget=forms.Select(attrs={"data-key": "d", "data-key-label": "Mark as a duplicate"}),
    )

    def __init__(self, *args: Any, defects: Iterable[Defect], defect: Defect, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose a defect"), *others(defects, but=defect)]
        cast(forms.ChoiceField, self.fields["duplicate_of"]).choices = choices

    def decision(self) -> Decision:
        """What was decided, of a valid form."""
        return Decision(Defect.Standing.DUPLICATE, duplicate_of=self.cleaned_data["duplicate_of"])


class RenameForm(forms.Form):
    """A defect's words and weight."""

    title = forms.CharField(label="Title", max_length=200)
    severity = forms.ChoiceField(
        label="Severity", choices=[(severity.value, severity.value) for severity in Severity]
    )


class MergeForm(forms.Form):
    """The defect that takes all claims of this one."""

    into = forms.TypedChoiceField(label="Merge into", coerce=int)

    def __init__(self, *args: Any, defects: Iterable[Defect], defect: Defect, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["into"]).choices = others(defects, but=defect)


class MoveForm(forms.Form):
    """Where a claim should stand: the number of a defect, or NEW_DEFECT."""

    to = forms.ChoiceField(label="Move to")

    def __init__(self, *args: Any, defects: Iterable[Defect], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["to"]).choices = [
            (NEW_DEFECT, "a defect of its own"),
            *others(defects),
        ]
