"""Walkthroughs as one types them: what is told of the whole, its code, its defects, its witnesses, a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from courses.domain.walkthroughs import files_of
from courses.forms.hand_in import upload_limits
from courses.forms.rows import Kind, Row, choices
from courses.forms.step_rows import SEVERITIES, TYPES, UNCHOSEN, LinesRow
from courses.forms.stories import SHORT, StoryForm, Words
from courses.forms.uploads import FilesField, read_uploads
from courses.walkthroughs import editing
from courses.walkthroughs.document import MOST_BYTES, Document, Unreadable, load
from courses.walkthroughs.parts import Code, Defect, Witness
from courses.walkthroughs.story import Story
from reviews import cwe
from reviews.claims import Severity
from reviews.snapshots.characters import visible
from reviews.snapshots.files import SourceFile
from reviews.snapshots.gathering import Gathering
from reviews.snapshots.limits import UploadRefused
from reviews.snapshots.uploads import read_pasted


class NewForm(forms.Form):
    """A walkthrough from nothing."""

    title = forms.CharField(label="Title", max_length=200)
    summary = Words(
        label="Summary", rows=3, help_text="What a class finds out, for those who choose. Markdown."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False

    def story(self) -> Story:
        """The story without steps, of a valid form."""
        return Story(title=self.cleaned_data["title"], summary=self.cleaned_data["summary"])


class ImportForm(forms.Form):
    """A walkthrough as one file. Valid, it is what the file holds, in `document`."""

    file = forms.FileField(
        label="File",
        help_text=f"As another course's walkthrough was exported, at most {MOST_BYTES // 1024**2} MB.",
        allow_empty_file=True,
        error_messages={"required": "Choose the file first."},
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )

    document: Document

    def clean_file(self) -> UploadedFile[bytes]:
        """Read it whole. Raises ValidationError with what is wrong."""
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        try:
            self.document = load(upload.read(MOST_BYTES + 1), upload_limits())
        except Unreadable as problem:
            raise forms.ValidationError(f"{problem} Nothing was stored.") from problem
        return upload


class AboutForm(StoryForm):
    """What is told of the whole."""

    title = forms.CharField(label="Title", max_length=200)
    summary = Words(
        label="Summary", rows=3, help_text="What a class finds out, for those who choose. Markdown."
    )
    source = Words(
        label="Source", rows=3, help_text="Where it comes from, and what in it is recorded. Markdown."
    )

    def changed(self) -> Story:
        """The story with these. Raises Broken."""
        values = self.cleaned_data
        return editing.about(
            self.before, title=values["title"], summary=values["summary"], source=values["source"]
        )


class StateForm(StoryForm):
    """What the class is told of a state of the code; its files stay."""

    title = forms.CharField(label="Title", max_length=SHORT, help_text="Such as “After the first fixes”.")
    author = forms.CharField(label="Who wrote it", required=False, max_length=SHORT)
    prompt = Words(label="The prompt", rows=4)

    def __init__(self, *args: Any, name: str = "", **kwargs: Any) -> None:
        self.name = name
        super().__init__(*args, **kwargs)

    def kept(self) -> dict[str, Any]:
        """The state that is changed."""
        return {"name": self.name}

    def code(self) -> Code:
        """The state as the story has it. Raises pydantic's ValidationError."""
        values = self.cleaned_data
        return Code(name=self.name, title=values["title"], author=values["author"], prompt=values["prompt"])

    def changed(self) -> Story:
        """The story with it. Raises Broken."""
        return editing.put_code(self.before, self.code())


class NewStateForm(StateForm):
    """A state of the code with its files: uploaded, pasted, or another state's with some changed."""

    field_order = ("version", "short_name", "title", "author", "prompt")

    short_name = forms.RegexField(
        r"^[a-z0-9][a-z0-9-]{0,39}$",
        label="Short name",
        error_messages={"invalid": "Small letters, digits and hyphens, at most 40: v1, after-review."},
        widget=forms.TextInput(attrs={"class": "short", "autocapitalize": "off", "spellcheck": "false"}),
    )
    base = forms.ChoiceField(
        label="Begin with the files of",
        required=False,
        help_text="Files that you give below come on top: they replace those of the same name.",
    )
    gone = Words(label="Files of it to take away", rows=2, css="code short", help_text="One path a line.")
    uploads = FilesField(label="Files", required=False, allow_empty_file=True)
    paths = forms.CharField(required=False, widget=forms.HiddenInput)
    pasted_name = forms.CharField(
        label="File name",
        required=False,
        max_length=1000,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    pasted_text = Words(label="Text", css="code", rows=16, max_length=None)
    latin_1 = forms.BooleanField(label="Read files that are not UTF-8 as Latin-1", required=False)

    def prepare(self) -> None:
        """The states that are there, and the next name."""
        taken = [code.name for code in self.before.codes]
        named = [(code.name, f"{code.name}: {code.title}") for code in self.before.codes]
        choices(self, "base", [("", "no other state"), *named])
        self.fields["short_name"].initial = editing.new_name(f"v{len(taken) + 1}", taken)
        self.not_utf8: tuple[str, ...] = ()
        self.files_in: tuple[SourceFile, ...] = ()

    def clean_short_name(self) -> str:
        """The name, if no other state has it. Raises ValidationError."""
        name = str(self.cleaned_data["short_name"])
        if any(code.name == name for code in self.before.codes):
            raise forms.ValidationError(f"Another state of the code is called {name}. Choose another name.")
        return name

    def changed(self) -> Story:
        """The story with it; `files_in` are its files. Raises Broken."""
        self.name = self.cleaned_data["short_name"]
        try:
            self.files_in = self._files()
        except UploadRefused as refusal:
            self.not_utf8 = refusal.not_utf8
            raise editing.Broken(" ".join(refusal.messages)) from refusal
        return super().changed()

    def _files(self) -> tuple[SourceFile, ...]:
        """The base's files with those that were given on top. Raises UploadRefused."""
        values = self.cleaned_data
        files = (
            {file.path: file for file in files_of(self.walkthrough, values["base"])} if values["base"] else {}
        )
        for path in filter(None, map(str.strip, values["gone"].split("\n"))):
            if files.pop(path, None) is None:
                raise UploadRefused(
                    [f"{visible(path)} is to be taken away, and {values['base'] or 'no state'} has it not."]
                )
        before = len(files)
        files |= {file.path: file for file in self._given()}
        if not files:
            raise UploadRefused(
                ["There is no file yet. Choose files, paste one, or begin with another state's."]
            )
        if values["base"] and len(files) == before and not (self._given_any() or values["gone"].strip()):
            raise UploadRefused([f"Nothing is changed yet: these are the files of {values['base']}."])
        gathering = Gathering(upload_limits())
        for file in files.values():
            gathering.keep(file.path, file.text)
        return gathering.result()

    def _given_any(self) -> bool:
        return bool(self.cleaned_data["uploads"] or self.cleaned_data["pasted_text"].strip())

    def _given(self) -> tuple[SourceFile, ...]:
        """What was uploaded and what was pasted. Raises UploadRefused."""
        values = self.cleaned_data
        given: tuple[SourceFile, ...] = ()
        if values["uploads"]:
            given += read_uploads(values["uploads"], values["paths"], latin_1=values["latin_1"])
        if values["pasted_name"].strip() or values["pasted_text"].strip():
            given += read_pasted([(values["pasted_name"], values["pasted_text"])], upload_limits(), ())
        return given


class PlaceRow(LinesRow):
    """Where a defect shows."""

    field_order = ("code", "path", "first", "last")

    code = forms.ChoiceField(label="State of the code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["path"].required = False
        named = [(code.name, f"{code.name}: {code.title}") for code in self.story.codes]
        choices(self, "code", [UNCHOSEN, *named])


class DefectForm(StoryForm):
    """A defect, with its places in each state of the code that has it."""

    kinds = {
        "places": Kind(
            PlaceRow,
            "place",
            "Where it shows",
            20,
            help="One for each state of the code that has it. Without a file, the whole lacks something.",
        )
    }

    title = forms.CharField(label="Title", max_length=SHORT)
    severity = forms.ChoiceField(label="Severity", choices=SEVERITIES, initial=Severity.MAJOR)
    explanation = Words(label="What breaks, and how would one see it?", rows=4)
    odc_type = forms.ChoiceField(label="Type of defect", required=False, choices=TYPES)
    cwe = forms.CharField(
        label="CWE",
        required=False,
        max_length=200,
        help_text="A number or words: 89, or SQL injection.",
        widget=forms.TextInput(attrs={"list": "cwe-list", "autocomplete": "off"}),
    )
    advice = forms.BooleanField(
        label="It is advice on the design: told, and not counted as a defect", required=False
    )

    def __init__(self, *args: Any, defect: Defect | None = None, **kwargs: Any) -> None:
        self.defect = defect
        if defect and "initial" not in kwargs:
            values = defect.model_dump(mode="json")
            values["cwe"] = cwe.label(defect.cwe) if defect.cwe else ""
            kwargs |= {"initial": values, "rows": {"places": values["places"]}}
        super().__init__(*args, **kwargs)

    def kept(self) -> dict[str, Any]:
        """The defect that is changed."""
        return {"defect": self.defect}

    def clean_cwe(self) -> int | None:
        """The number of the entry. Raises ValidationError where none can be made out."""
        try:
            return cwe.parse(self.cleaned_data["cwe"])
        except ValueError as unclear:
            raise forms.ValidationError(str(unclear)) from unclear

    def changed(self) -> Story:
        """The story with it. Raises Broken, and pydantic's ValidationError."""
        values = self.cleaned_data
        places = [
            {name: row[name] for name in ("code", "path", "first", "last")}
            for row in self.rows["places"].values
        ]
        if not places:
            raise editing.Broken("Give at least one place: which state of the code has the defect?")
        taken = [item.id for item in self.before.defects]
        name = self.defect.id if self.defect else editing.new_name(values["title"], taken)
        told = {name: values[name] for name in ("title", "severity", "explanation", "cwe", "advice")}
        made = Defect.model_validate(
            told | {"id": name, "odc_type": values["odc_type"] or None, "places": places}
        )
        return editing.put_defect(self.before, made)


class WitnessRow(Row):
    """Somebody who reviews."""

    siglum = forms.RegexField(
        r"^[A-Z][0-9]{0,2}$",
        label="Siglum",
        error_messages={"invalid": "A capital and at most two digits: A1, X, D."},
        widget=forms.TextInput(
            attrs={"class": "short", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(label="Name", max_length=SHORT)
    family = forms.CharField(label="Family of the model", required=False, max_length=SHORT)
    recorded = forms.BooleanField(label="Recorded", required=False, initial=True)


class WitnessesForm(StoryForm):
    """All witnesses of a story, in the order of its columns."""

    kinds = {
        "witnesses": Kind(
            WitnessRow,
            "witness",
            "Witnesses",
            30,
            ordered=True,
            help="T the tests, L linters, A the author's model, X a stranger, D the devil's advocate, "
            "C the consensus. Models of one family share blind spots, so the family counts.",
        )
    }

    def __init__(self, walkthrough: Any, *args: Any, **kwargs: Any) -> None:
        if "rows" not in kwargs:
            rows = [item.model_dump(mode="json") for item in walkthrough.told().witnesses]
            kwargs["rows"] = {"witnesses": rows}
        super().__init__(walkthrough, *args, **kwargs)

    def changed(self) -> Story:
        """The story with them. Raises Broken."""
        names = ("siglum", "name", "family", "recorded")
        rows: list[Mapping[str, Any]] = [
            {name: row[name] for name in names} for row in self.rows["witnesses"].values
        ]
        return editing.with_witnesses(self.before, tuple(Witness.model_validate(row) for row in rows))
