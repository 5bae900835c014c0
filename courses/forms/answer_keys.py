"""The answer key: an entry as an instructor types it, and a file of entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict

from courses.forms.claims import ClaimForm
from courses.forms.imports import FileForm
from courses.models import Assignment
from reviews import cwe
from reviews.claims import Claim, DefectType, Place, Severity
from reviews.exchange import answer_key
from reviews.gap.keys import ChangedMeanwhile, quotation
from reviews.models import KeyEntry
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import find_quotation

PLACE = ("path", "first", "last", "quote")
SHOWN = 200
"""Characters of a line of code that an error shows."""
SHOWN_NOW = 600
"""Characters of what stands in a field now that somebody else wrote."""


class RemoveForm(forms.Form):
    """That an entry goes out. `revision` is the one of the stored entry that the person saw."""

    revision = forms.IntegerField(min_value=0)


class EntryForm(ClaimForm):
    """A known defect. Its place is looked up in the assignment's starter files, if there are any.

    `revision` is the one of the stored entry that the person saw.
    """

    revision = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    title = forms.CharField(
        max_length=200,
        error_messages={"required": "Give the entry a title: it is what the class will read."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    origin = forms.ChoiceField(
        label="How it is known", choices=KeyEntry.Origin.choices, widget=forms.RadioSelect
    )
    path = forms.CharField(
        required=False,
        max_length=1024,
        label="File",
        help_text="Empty for a defect of the whole: it then holds for every submission.",
        widget=forms.TextInput(attrs={"list": "key-files", "autocomplete": "off", "spellcheck": "false"}),
    )
    first = forms.IntegerField(
        required=False,
        min_value=1,
        label="From line",
        error_messages={"min_value": "Lines are counted from 1."},
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    last = forms.IntegerField(
        required=False,
        min_value=1,
        label="To line",
        error_messages={"min_value": "Lines are counted from 1."},
        widget=forms.NumberInput(attrs={"class": "short"}),
    )
    quote = forms.CharField(
        required=False,
        max_length=4_000,
        strip=False,
        label="The line of code",
        help_text="Copied as it stands there. By it the defect is found in other versions of the file, and "
        "where it is gone the entry does not hold.",
        widget=forms.Textarea(attrs={"class": "code short", "rows": 2, "spellcheck": "false"}),
    )
    suggested_fix = forms.CharField(
        required=False, max_length=20_000, label="Suggested fix", widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, assignment: Assignment, entry: KeyEntry | None, data: Mapping[str, Any] | None = None
    ) -> None:
        initial = (
            _initial(entry) if entry else {"severity": Severity.MAJOR, "origin": KeyEntry.Origin.PLANTED}
        )
        super().__init__(data, initial=initial)
        self.use_required_attribute = False
        self.entry = entry
        self.sources: Sequence[SourceFile] = assignment.starter.source_files() if assignment.starter else ()

    def clean(self) -> dict[str, Any]:
        """Put the lines in order, and look the place up where it is a new one."""
        values = cast(dict[str, Any], super().clean())
        for name in ("explanation", "quote", "suggested_fix"):
            values[name] = values.get(name, "").replace("\r\n", "\n")
        values["quote"] = values["quote"].strip("\n")
        given = [line for line in (values.get("first"), values.get("last")) if line is not None]
        values["first"], values["last"] = (min(given), max(given)) if given else (None, None)
        if self.errors.keys() & set(PLACE):
            return values
        if not values["path"] and (given or values["quote"].strip()):
            self.add_error("path", "Name the file that this line is in, or leave lines and code empty.")
        elif values["path"] and self.sources and self._moved():
            self._look_up(values["path"], values["first"], values["last"], values["quote"])
        return values

    def claim(self) -> Claim:
        """What the entry says, of a valid form."""
        values = self.cleaned_data
        old = self.entry.claim() if self.entry else Claim("")
        first, last = values["first"], values["last"]
        return Claim(
            title=values["title"],
            explanation=values["explanation"],
            severity=Severity(values["severity"]),
            path=values["path"],
            place=Place(values["path"], first, last) if first is not None else None,
            quote=values["quote"],
            odc_type=DefectType(values["odc_type"]) if values["odc_type"] else None,
            cwe=values["cwe"],
            confidence=old.confidence,
            suggested_fix=values["suggested_fix"],
            elsewhere=old.elsewhere,
        )

    def beaten(self, meanwhile: ChangedMeanwhile) -> None:
        """Somebody else was first: say what stands there now, and let this be sent again in its place."""
        stored = meanwhile.stored
        typed = KeyEntry(origin=self.origin_of(), revision=stored.revision)
        typed.take(self.claim())
        mine, now = _initial(typed), _initial(stored)
        for name in (name for name in now if _shown(mine[name]) != _shown(now[name])):
            words = _shown(now[name])
            told = f"{words[:SHOWN_NOW]}…" if len(words) > SHOWN_NOW else words
            self.add_error(name, f"Stored now: “{told}”" if told else "Stored now: nothing.")
        self.add_error(
            None,
            f"{meanwhile} What you typed is kept. Where it differs from what is stored now, that stands "
            "beside it. Save again to put yours in its place.",
        )
        sent = cast(QueryDict, self.data).copy()
        sent["revision"] = str(stored.revision)
        self.data = sent

    def origin_of(self) -> KeyEntry.Origin:
        """How it came to be known, of a valid form."""
        return KeyEntry.Origin(self.cleaned_data["origin"])

    def _moved(self) -> bool:
        """Whether the place is another one than was stored: that one may be of other code."""
        if self.entry is None:
            return True
        before = _initial(self.entry)
        return any((self.cleaned_data[name] or "") != (before[name] or "") for name in PLACE)

    def _look_up(self, path: str, first: int | None, last: int | None, quote: str) -> None:
        """Check the place against the starter files, and quote its line where nothing is quoted."""
        file = next((file for file in self.sources if file.path == path), None)
        if file is None:
            names = ", ".join(item.path for item in self.sources[:6])
            more = f" and {len(self.sources) - 6} more" if len(self.sources) > 6 else ""
            self.add_error("path", f"The starter files have no {path}. They are {names}{more}.")
            return
        if last is not None and last > len(file.lines):
            self.add_error("last", f"{path} has {len(file.lines):,} lines. {_reads(file, len(file.lines))}")
            return
        if not quote.strip():
            if first is not None and last is not None:
                self.cleaned_data["quote"] = quotation(Place(path, first, last), self.sources)
            return
        found = find_quotation(quote, file.lines, near=first or 1)
        if found is None:
            self.add_error("quote", f"This is not in {path}. {_reads(file, first)}".strip())
        elif first is None:
            self.cleaned_data["first"], self.cleaned_data["last"] = found
        elif last is not None and not first <= found[0] <= last:
            self.add_error("first", f"{_reads(file, first)} What you quote stands at line {found[0]}.")


def _reads(file: SourceFile, line: int | None) -> str:
    """What stands at a line, as a sentence; nothing where no line is meant."""
    if line is None:
        return ""
    text = file.lines[line - 1].strip()
    return f"Line {line} reads: {text[:SHOWN]}" if text else f"Line {line} is empty."


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _initial(entry: KeyEntry) -> dict[str, Any]:
    """The values with which the form of a stored entry begins."""
    return {
        "revision": entry.revision,
        "title": entry.title,
        "explanation": entry.explanation,
        "severity": entry.severity,
        "odc_type": entry.odc_type,
        "cwe": cwe.label(entry.cwe) if entry.cwe else "",
        "origin": entry.origin,
        "path": entry.path,
        "first": entry.first_line,
        "last": entry.last_line,
        "quote": entry.quote,
        "suggested_fix": entry.suggested_fix,
    }


class KeyFileForm(FileForm):
    """A file of entries. Valid, it is what it says, in `key_file`."""

    key_file: answer_key.KeyFile

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = "An answer key as JSON, or SARIF 2.1.0. At most 5 MB."

    def read(self, text: str) -> None:
        """Read the entries."""
        self.key_file = answer_key.read(text)
