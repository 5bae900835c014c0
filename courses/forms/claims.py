"""What a claim says, as anybody types it: the fields that a note and an entry of the answer key share."""

from __future__ import annotations

from django import forms

from reviews import cwe
from reviews.claims import DefectType, Severity

ODC_HELP = {
    DefectType.FUNCTION: "something that is needed is not there, or is another thing than was asked for",
    DefectType.INTERFACE: "two parts, or a caller and an API, do not fit",
    DefectType.CHECKING: "input or state is not validated, or wrongly",
    DefectType.ASSIGNMENT: "a value is set wrongly or not at all",
    DefectType.TIMING: "order, locking, concurrency",
    DefectType.BUILD: "packaging, versions, configuration",
    DefectType.DOCUMENTATION: "comments or texts say something else than the code does",
    DefectType.ALGORITHM: "computed wrongly or wastefully; a local redesign mends it",
}
"""One line each, after Chillarege et al. 1992 (IEEE TSE 18(11)), table 1."""


class ClaimForm(forms.Form):
    """Title, words, weight and category. Those who build on it say whether a title is wanted."""

    title = forms.CharField(required=False, max_length=200)
    explanation = forms.CharField(
        required=False,
        max_length=20_000,
        label="What breaks, and how would one see it?",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    severity = forms.ChoiceField(
        choices=[(severity.value, severity.value) for severity in Severity], widget=forms.RadioSelect
    )
    odc_type = forms.ChoiceField(
        required=False,
        label="Type of defect",
        choices=[("", "not chosen")]
        + [(kind.value, f"{kind.value}: {ODC_HELP[kind]}") for kind in DefectType],
    )
    cwe = forms.CharField(
        required=False,
        max_length=200,
        label="CWE",
        help_text="A number or words: 89, or SQL injection.",
        widget=forms.TextInput(attrs={"list": "cwe-list", "autocomplete": "off"}),
    )

    def clean_cwe(self) -> int | None:
        """The number of the entry. Raises ValidationError where none can be made out."""
        try:
            return cwe.parse(self.cleaned_data["cwe"])
        except ValueError as unclear:
            raise forms.ValidationError(str(unclear)) from unclear
