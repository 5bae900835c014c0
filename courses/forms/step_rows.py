"""What the steps of a walkthrough repeat: lines of files, findings, answers to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from courses.forms.rows import Kind, Row, choices
from courses.forms.stories import SHORT, Words
from courses.walkthroughs.parts import MOST_LINE
from courses.walkthroughs.steps import MOST_SAID
from reviews import cwe
from reviews.claims import DefectType, Severity

NONE = ("", "none")
UNCHOSEN = ("", "choose")
"""So that a row which nobody touched is known as such."""
SEVERITIES = [(severity.value, severity.value) for severity in Severity]
TYPES = [("", "not chosen"), *((kind.value, kind.value) for kind in DefectType)]
OUTCOMES = [
    ("", "none: this is no panel"),
    ("confirmed", "confirmed: two or more say so"),
    ("single", "single: one says so"),
    ("integration", "integration: it shows only across places"),
    ("dismissed", "dismissed: refuted with a reason and a quoted line"),
]


class LinesRow(Row):
    """Lines of a file."""

    path = forms.CharField(
        label="File",
        max_length=400,
        error_messages={"required": "Give the file that these lines are in."},
        widget=forms.TextInput(attrs={"list": "paths", "autocomplete": "off", "spellcheck": "false"}),
    )
    first = forms.IntegerField(
        label="From line",
        required=False,
        min_value=1,
        max_value=MOST_LINE,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    last = forms.IntegerField(
        label="To line",
        required=False,
        min_value=1,
        max_value=MOST_LINE,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    def clean(self) -> dict[str, Any]:
        """One number alone is one line."""
        values = self.cleaned_data
        given = [line for line in (values.get("first"), values.get("last")) if line is not None]
        values["first"], values["last"] = (min(given), max(given)) if given else (None, None)
        return values


def lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of lines as the story has them."""
    return [{name: row[name] for name in ("path", "first", "last")} for row in rows]


class SaidRow(LinesRow):
    """A finding, as the class hears it."""

    field_order = ("witness", "title", "severity", "explanation", "path", "first", "last", "defect", "quote")
    seldom = ("quote", "fix", "odc_type", "cwe", "confidence", "outcome", "reason")
    seldom_words = "The quoted line, a fix, a category, how sure they are, what a panel made of it"

    witness = forms.ChoiceField(label="Who says it")
    title = forms.CharField(label="Title", max_length=SHORT)
    severity = forms.ChoiceField(label="Severity", choices=SEVERITIES, initial=Severity.MAJOR)
    explanation = Words(label="What they say", rows=3)
    quote = Words(label="The line that they quote", rows=2, css="code short")
    defect = forms.ChoiceField(label="Which defect it is about", required=False)
    fix = Words(label="The fix that they propose", rows=2)
    odc_type = forms.ChoiceField(label="Type of defect", required=False, choices=TYPES)
    cwe = forms.CharField(label="CWE", required=False, max_length=200)
    confidence = forms.IntegerField(
        label="How sure they are, in per cent",
        required=False,
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    outcome = forms.ChoiceField(label="What the panel made of it", required=False, choices=OUTCOMES)
    reason = Words(label="The reason, where it was dismissed", rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].required = False
        named = [(item.siglum, f"{item.siglum}, {item.name}") for item in self.story.witnesses]
        choices(self, "witness", [UNCHOSEN, *named])
        choices(self, "defect", [NONE, *((item.id, item.title) for item in self.story.defects)])

    def clean_cwe(self) -> int | None:
        """The number of the entry. Raises ValidationError where none can be made out."""
        try:
            return cwe.parse(self.cleaned_data["cwe"])
        except ValueError as unclear:
            raise forms.ValidationError(str(unclear)) from unclear


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row's finding as the story has it."""
    texts = ("witness", "title", "severity", "explanation", "path", "first", "last", "quote", "fix", "cwe")
    sure = row["confidence"]
    return {name: row[name] for name in (*texts, "outcome", "reason")} | {
        "odc_type": row["odc_type"] or None,
        "defect": row["defect"] or None,
        "confidence": None if sure is None else sure / 100,
    }


def row_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """A stored finding as a row has it."""
    sure = item["confidence"]
    return dict(item) | {
        "cwe": cwe.label(item["cwe"]) if item["cwe"] else "",
        "confidence": None if sure is None else round(sure * 100),
    }


class ChoiceRow(Row):
    """One of several answers."""

    text = forms.CharField(label="Answer", max_length=SHORT)
    right = forms.BooleanField(label="It is the right one", required=False)


LIT = Kind(LinesRow, "place", "Lines that are lit", 20, help="Without numbers the whole file.")
ASKED = Kind(LinesRow, "file", "Files in which lines are marked", 10, help="Without numbers the whole file.")
SAID = Kind(
    SaidRow, "finding", "Findings, in the order in which the class hears them", MOST_SAID, ordered=True
)
ANSWERS = Kind(ChoiceRow, "answer", "Answers to choose from", 8, ordered=True)
