"""A note as a student types it: every part optional until the notes are sealed."""

from __future__ import annotations

from typing import Any, cast

from django import forms

from courses.forms.claims import ClaimForm
from reviews import cwe
from reviews.claims import Claim, DefectType, Place, Severity
from reviews.models import Note, Snapshot, SnapshotFile
from reviews.snapshots.files import SourceFile

WHOLE = "the whole submission"


class NoteForm(ClaimForm):
    """A note. `snapshot` is the code that the person has before their eyes; lines are quoted from it.

    `draft` is a random text that stays with a new note until it is stored, so that the same first
    save sent twice makes one note; `note` is its number once it is stored.
    """

    title = forms.CharField(
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    confidence = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=100,
        label="How sure are you?",
        help_text="In per cent, 0 to 100.",
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    suggested_fix = forms.CharField(
        required=False, max_length=20_000, label="Suggested fix", widget=forms.Textarea(attrs={"rows": 2})
    )
    path = forms.ChoiceField(required=False, label="About")
    first = forms.IntegerField(
        required=False, min_value=1, label="from line", widget=forms.NumberInput(attrs={"class": "short"})
    )
    last = forms.IntegerField(
        required=False, min_value=1, label="to line", widget=forms.NumberInput(attrs={"class": "short"})
    )
    note = forms.IntegerField(required=False, widget=forms.HiddenInput)
    draft = forms.CharField(
        required=False, max_length=40, widget=forms.HiddenInput(attrs={"data-draft": True})
    )

    def __init__(self, snapshot: Snapshot, before: Note | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.auto_id = f"id_note_{before.pk if before else 'new'}_%s"
        self.use_required_attribute = False
        self.snapshot = snapshot
        self.before = before
        self._quote = ""
        paths = list(snapshot.files.values_list("path", flat=True))
        if before and before.path and before.path not in paths:
            paths.append(before.path)
        cast(forms.ChoiceField, self.fields["path"]).choices = [
            ("", WHOLE),
            *((item, item) for item in paths),
        ]
        for name in ("first", "last"):
            self.fields[name].error_messages["min_value"] = "Lines are counted from 1."
        for error in ("min_value", "max_value", "invalid"):
            self.fields["confidence"].error_messages[error] = "Give a whole number from 0 to 100."

    def clean(self) -> dict[str, Any]:
        """Put first and last line in order, check that they are there, and take their text as quotation."""
        values = self.cleaned_data
        for name in ("explanation", "suggested_fix"):
            values[name] = values.get(name, "").replace("\r\n", "\n")
        first, last = values.get("first"), values.get("last")
        if first is None and last is not None:
            first, last = last, None
        if first is not None:
            first, last = sorted((first, last or first))
        values["first"], values["last"] = first, last
        if self._stays():
            self._quote = self.before.quote if self.before else ""
        elif first is not None and last is not None and not self.errors.keys() & {"path", "first", "last"}:
            self._take_quotation(values.get("path", ""), first, last)
        return values

    def claim(self) -> Claim:
        """What the note says, of everything that could be read; the rest stays as it was before."""
        values = self.cleaned_data
        old = self.before.claim() if self.before else Claim(title="", severity=Severity.MAJOR)
        if self.errors.keys() & {"path", "first", "last"}:
            path, place, quote = old.path, old.place, old.quote
        else:
            path, quote = values.get("path", ""), self._quote
            first, last = values.get("first"), values.get("last")
            place = Place(path, first, last) if first is not None and last is not None else None
        odc_type = values.get("odc_type", old.odc_type)
        confidence = values.get("confidence", self.before.confidence if self.before else None)
        return Claim(
            title=values.get("title", old.title),
            explanation=values.get("explanation", old.explanation),
            severity=Severity(values.get("severity", old.severity)),
            path=path,
            place=place,
            quote=quote,
            odc_type=DefectType(odc_type) if odc_type else None,
            cwe=values.get("cwe", old.cwe),
            confidence=None if confidence is None else confidence / 100,
            suggested_fix=values.get("suggested_fix", old.suggested_fix),
        )

    def typed(self) -> str:
        """Everything as it was typed, as one text to be copied."""
        shown = [(self.fields[name].label or name.capitalize(), self.data.get(name, "")) for name in _COPIED]
        return "\n\n".join(f"{label}\n{text}" for label, text in shown if text.strip())

    def _stays(self) -> bool:
        """Whether the place is the one that the note had: then its quotation stays, found or not."""
        if self.before is None:
            return False
        now = tuple(self.cleaned_data.get(name) for name in ("path", "first", "last"))
        return now == (self.before.path, self.before.first_line, self.before.last_line)

    def _take_quotation(self, path: str, first: int, last: int) -> None:
        if not path:
            self.add_error("path", "Choose the file that these lines are in, or leave the lines empty.")
            return
        row = SnapshotFile.objects.select_related("blob").filter(snapshot=self.snapshot, path=path).first()
        if row is None:
            self.add_error("path", "This file is not in the code any more. Choose another one.")
        elif last > row.line_count:
            ends = "1 line" if row.line_count == 1 else f"{row.line_count:,} lines"
            self.add_error("last" if first <= row.line_count else "first", f"{path} has {ends}.")
        else:
            self._quote = "\n".join(SourceFile(path, row.blob.text).lines[first - 1 : last])


_COPIED = ("title", "explanation", "suggested_fix", "cwe", "confidence")


def initial_of(note: Note) -> dict[str, Any]:
    """The values with which the form of a stored note begins."""
    return {
        "title": note.title,
        "explanation": note.explanation,
        "severity": note.severity,
        "odc_type": note.odc_type,
        "cwe": cwe.label(note.cwe) if note.cwe else "",
        "confidence": note.confidence,
        "suggested_fix": note.suggested_fix,
        "path": note.path,
        "first": note.first_line,
        "last": note.last_line,
        "note": note.pk,
    }
