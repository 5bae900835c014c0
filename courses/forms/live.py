"""What phones send: a code, and an answer to a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from courses.domain.answers import MOST_WORDS, Reply
from courses.domain.screens import Asked, AskedFile
from courses.models import Answer
from courses.walkthroughs import marks
from reviews.claims import Place, Severity

SURE = (10, 25, 50, 75, 90, 100)
"""The steps, in per cent, in which somebody says how sure they are."""


class CodeForm(forms.Form):
    """The code of a session, from the screen."""

    code = forms.CharField(
        max_length=40,
        label="Code",
        help_text="Six letters and figures, from the screen.",
        widget=forms.TextInput(
            attrs={
                "class": "short-code",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )


@dataclass(frozen=True, slots=True)
class Option:
    """One of the buttons of a question with given answers."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class MarkedFile:
    """A file with the lines of it that are marked in this form."""

    file: AskedFile
    ticked: frozenset[int]

    @property
    def rows(self) -> str:
        """Its lines as safe HTML."""
        return self.file.rows(self.ticked)


class AnswerForm(forms.Form):
    """An answer to a question: as it is typed, or as it was sent.

    Only what the question asks for is read. Lines are tapped (`line`, as "file:line") or typed
    (`lines`); both count. Written by hand in the template, because three hundred phones show it at once.
    """

    lines = forms.CharField(required=False, max_length=marks.MOST_TYPED)
    severity = forms.ChoiceField(
        required=False, choices=[(severity.value, severity.value) for severity in Severity]
    )
    choice = forms.IntegerField(required=False, min_value=0)
    confidence = forms.IntegerField(required=False, min_value=0, max_value=100)
    words = forms.CharField(required=False, max_length=MOST_WORDS)

    def __init__(self, asked: Asked, answer: Answer | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.asked = asked
        self.answer = answer
        self._marks: tuple[Place, ...] = ()
        self.fields["words"].error_messages["max_length"] = (
            f"At most {MOST_WORDS} characters: yours are %(show_value)d."
        )
        self.fields["lines"].error_messages["max_length"] = (
            f"Name your lines in at most {marks.MOST_TYPED} characters."
        )

    def clean(self) -> dict[str, Any]:
        """Read the lines, tapped and typed, and see that a choice was made where one is asked for."""
        values = self.cleaned_data
        step = self.asked.step
        if step.marks:
            self._read_marks(values.get("lines", ""))
        if step.choices and "choice" not in self.errors:
            choice = values.get("choice")
            if choice is None and not step.marks:
                self.add_error("choice", "Choose one of the answers.")
            elif choice is not None and choice >= len(step.choices):
                self.add_error("choice", "Choose one of the answers that are shown.")
        return values

    def reply(self) -> Reply:
        """What is sent, of a valid form."""
        values, step = self.cleaned_data, self.asked.step
        severity = values["severity"] if step.severity else ""
        return Reply(
            marks=self._marks,
            severity=Severity(severity) if severity else None,
            choice=values["choice"] if step.choices else None,
            confidence=values["confidence"] if step.confidence else None,
            words=values["words"] if step.words else "",
        )

    def typed(self) -> str:
        """What was filled in, as one text to be read or copied, right or wrong."""
        ticked = marks.merged(
            Place(marked.file.place.path, line, line) for marked in self.marked for line in marked.ticked
        )
        options = [option.label for option in (*self.choices, *self.severities) if option.chosen]
        texts = [marks.written(ticked), self.value("lines"), *options, self.value("words")]
        return "\n".join(text for text in texts if text)

    # --- What the template shows -----------------------------------------------------------------
    @property
    def marked(self) -> list[MarkedFile]:
        """The files with what is ticked in them: in this form, or in what was sent."""
        return [MarkedFile(file, self._ticked(file)) for file in self.asked.files]

    @property
    def severities(self) -> list[Option]:
        """How bad it is."""
        return self._options("severity", [(severity.value, severity.value) for severity in Severity])

    @property
    def steps_of_certainty(self) -> list[Option]:
        """How sure one is."""
        return self._options("confidence", [(str(step), f"{step}") for step in SURE])

    @property
    def choices(self) -> list[Option]:
        """The answers to choose from."""
        numbered = enumerate(self.asked.step.choices)
        return self._options("choice", [(str(number), label) for number, label in numbered])

    @property
    def sent_lines(self) -> str:
        """The lines of the answer that was sent, written out."""
        return marks.written(_places(self.answer)) if self.answer else ""

    def value(self, name: str) -> str:
        """What stands in a field."""
        if self.is_bound:
            return str(self.data.get(name, ""))
        value = getattr(self.answer, name, None) if self.answer and name != "lines" else None
        return "" if value is None else str(value)

    @property
    def lines_typed(self) -> str:
        """The line numbers as they were typed; what was sent is ticked instead."""
        return self.value("lines")

    @property
    def words_typed(self) -> str:
        """The few words."""
        return self.value("words")

    def _options(self, name: str, choices: Sequence[tuple[str, str]]) -> list[Option]:
        now = self.value(name)
        return [Option(value, label, chosen=value == now) for value, label in choices]

    def _ticked(self, file: AskedFile) -> frozenset[int]:
        if self.is_bound:
            return frozenset(line for number, line in self._tapped() if number == file.number)
        return frozenset(
            line
            for place in _places(self.answer)
            if place.path == file.place.path
            for line in range(place.first_line, place.last_line + 1)
        )

    def _tapped(self) -> list[tuple[int, int]]:
        """File and line of each ticked box, as far as they are numbers."""
        tapped = self.data.getlist("line") if isinstance(self.data, QueryDict) else []
        pairs = (value[:20].partition(":") for value in tapped)
        return [
            (int(number), int(line))
            for number, _, line in pairs
            if number.isascii() and number.isdigit() and line.isascii() and line.isdigit()
        ]

    def _read_marks(self, text: str) -> None:
        files = {file.number: file.place.path for file in self.asked.files}
        tapped = [Place(files.get(number, ""), line, line) for number, line in self._tapped()]
        if any(marks.outside(place, self.asked.places) for place in tapped):
            self.add_error(None, "A line that was marked is not in this question. Reload the page.")
            return
        try:
            found = marks.merged([*tapped, *marks.typed(text, self.asked.places)])
        except marks.Unclear as unclear:
            self.add_error("lines", str(unclear))
            return
        if complaint := marks.too_long(found):
            self.add_error("lines", complaint)
        if len(found) > marks.MOST_MARKS:
            self.add_error(
                "lines",
                f"Mark at most {marks.MOST_MARKS} places; these are {len(found)}. Choose the worst.",
            )
        self._marks = found


def _places(answer: Answer | None) -> list[Place]:
    return [Place(path, first, last) for path, first, last in (answer.marks if answer else ())]
