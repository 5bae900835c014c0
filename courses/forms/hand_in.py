"""Handing in code: five ways in, and who wrote it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from courses.domain.submissions import Authorship, starter_authorship
from courses.models import Assignment
from reviews.models import LanguageModel
from reviews.snapshots.archives import read_archive
from reviews.snapshots.diffs import apply_diff
from reviews.snapshots.evidence import EVIDENCE_BYTES, read_test_evidence
from reviews.snapshots.files import SourceFile
from reviews.snapshots.limits import UploadLimits, UploadRefused, size_text
from reviews.snapshots.uploads import read_dropped, read_pasted

OTHER = "other"
PASTED_AT_MOST = 20
"""Rows of the form; who has more files drops them or packs an archive."""


class Way(TextChoices):
    """How code comes in."""

    STARTER = "starter", "The assignment's own files, as they are"
    FILES = "files", "Files from my computer"
    ARCHIVE = "archive", "An archive (.zip or .tar.gz)"
    PASTE = "paste", "Pasted text"
    DIFF = "diff", "A diff against the assignment's files"


def upload_limits() -> UploadLimits:
    """The limits of settings.UPLOAD_LIMITS."""
    return UploadLimits(**settings.UPLOAD_LIMITS)


class HandInForm(forms.Form):
    """Code in one of five ways, with its provenance.

    After `is_valid`, `files` and `left_out` hold what came in, and `authorship()` who wrote it.
    `not_utf8` names the files for which Latin-1 can be offered, `chosen` the files that a browser
    sent: it does not let them be sent again by themselves.
    """

    way = forms.ChoiceField(
        label="How does the code come in?", widget=forms.RadioSelect(attrs={"data-no-draft": ""})
    )
    archive = forms.FileField(
        required=False,
        allow_empty_file=True,
        label="Archive",
        widget=forms.FileInput(attrs={"accept": ".zip,.tar,.tgz,.tar.gz,.gz"}),
    )
    diff = forms.CharField(
        required=False,
        strip=False,
        label="Diff",
        help_text="Unified, as git diff prints it.",
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false"}),
    )
    diff_file = forms.FileField(required=False, allow_empty_file=True, label="or a file with the diff")
    latin1 = forms.BooleanField(
        required=False,
        label="Read these files as Latin-1",
        help_text="Only files that are not UTF-8 are read so. Choose your files again first.",
    )
    model = forms.ChoiceField(required=False, label="Which model wrote the code?")
    other_name = forms.CharField(
        required=False,
        max_length=100,
        label="Its name",
        help_text="For another model: as its maker writes it, such as mistral-large-3. Its family, which "
        "decides what counts as self-review, follows from the name.",
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )
    prompt = forms.CharField(
        required=False,
        max_length=100_000,
        label="The prompt",
        help_text="What you asked for, in your words; several turns one by one. No reviewer sees it.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    evidence = forms.CharField(
        required=False,
        label="What the code's own tests printed",
        help_text=f"JUnit XML, or the end of the test run's output; at most {size_text(EVIDENCE_BYTES)}. "
        "Tests that pass stand beside the reviewers, as a witness that saw nothing.",
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    evidence_file = forms.FileField(required=False, allow_empty_file=True, label="or a file with it")

    def __init__(self, assignment: Assignment, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.assignment = assignment
        self.limits = upload_limits()
        self.files_in: tuple[SourceFile, ...] = ()
        self.left_out: tuple[tuple[str, str], ...] = ()
        self.not_utf8: tuple[str, ...] = ()
        self.upload_errors: tuple[str, ...] = ()
        self.pasted = pasted_rows(self.data) if isinstance(self.data, QueryDict) else [("", "")]
        models = LanguageModel.objects.filter(offered=True)
        self._choices("way", [(way.value, way.label) for way in self.ways])
        named = [(str(model.pk), model.label) for model in models]
        self._choices("model", [("", "Choose one"), *named, (OTHER, "another model")])

    @classmethod
    def again(cls, assignment: Assignment, data: QueryDict) -> HandInForm:
        """The form with everything that was typed, to be typed on: nothing is checked yet."""
        form = cls(assignment, initial=data.dict())
        form.pasted = pasted_rows(data)
        return form

    @property
    def ways(self) -> list[Way]:
        """The ways that this assignment allows."""
        needs_starter = (Way.STARTER, Way.DIFF)
        return [way for way in Way if self.assignment.starter_id or way not in needs_starter]

    @property
    def chosen_way(self) -> str:
        """The way whose fields are shown."""
        asked = self.data.get("way") or self.initial.get("way")
        return str(asked if asked in self.ways else self.ways[0])

    @property
    def chosen(self) -> list[str]:
        """Names of the files that came with the last try."""
        names = ("files", "archive", "diff_file", "evidence_file")
        return [upload.name or "" for name in names for upload in self._uploads(name)]

    def authorship(self) -> Authorship:
        """Who wrote the code. Of the assignment's own files the assignment knows it."""
        values = self.cleaned_data
        if values["way"] == Way.STARTER:
            return starter_authorship(self.assignment)
        is_other = values["model"] == OTHER
        return Authorship(
            model=None if is_other else LanguageModel.objects.get(pk=values["model"]),
            other_name=values["other_name"] if is_other else "",
            prompt=values["prompt"],
            test_evidence=values["evidence"].replace("\r\n", "\n"),
        )

    def clean(self) -> dict[str, Any]:
        """Read the upload and check the provenance; everything that is wrong is told at once."""
        values = self.cleaned_data
        way = values.get("way")
        if way is None:
            return values
        try:
            self._read(Way(way))
        except UploadRefused as refused:
            self.not_utf8 = refused.not_utf8
            self.upload_errors = refused.messages
            self.add_error(None, list(refused.messages))
        if way != Way.STARTER:
            self._check_provenance()
        return values

    def _read(self, way: Way) -> None:
        types, limits = self.assignment.types, self.limits
        encoding = "latin-1" if self.cleaned_data.get("latin1") else "utf-8"
        if way == Way.STARTER:
            self.files_in = self._starter()
        elif way == Way.PASTE:
            self.files_in = read_pasted(self.pasted, limits, types)
        elif way == Way.DIFF:
            self.files_in = apply_diff(self._starter(), self._diff_text(), limits, types)
        elif way == Way.ARCHIVE:
            uploads = self._uploads("archive")
            if not uploads:
                raise UploadRefused(["Choose an archive."])
            stream = cast(BinaryIO, uploads[0])
            unpacked = read_archive(uploads[0].name or "archive", stream, limits, types, encoding)
            self.files_in, self.left_out = unpacked.files, unpacked.left_out
        else:
            uploads = self._uploads("files")
            if not uploads:
                raise UploadRefused(["Choose at least one file, or drop files on the field."])
            paths = self._paths([upload.name or "" for upload in uploads])
            streams = [cast(BinaryIO, upload) for upload in uploads]
            self.files_in = read_dropped(list(zip(paths, streams, strict=True)), limits, types, encoding)

    def _check_provenance(self) -> None:
        values = self.cleaned_data
        if values.get("model") == "":
            self.add_error(
                "model", "Choose the model, or “another model”: it decides what counts as self-review."
            )
        if values.get("model") == OTHER and not values.get("other_name") and "other_name" not in self.errors:
            self.add_error("other_name", "Give the model's name.")
        if not values.get("prompt"):
            self.add_error("prompt", "Give the prompt. If you no longer have it, say so here.")
        for upload in self._uploads("evidence_file"):
            values["evidence"] = _text_of(upload, EVIDENCE_BYTES)
        try:
            read_test_evidence(values.get("evidence", ""))
        except UploadRefused as refused:
            self.add_error("evidence", list(refused.messages))

    def _starter(self) -> tuple[SourceFile, ...]:
        return self.assignment.starter.source_files() if self.assignment.starter else ()

    def _diff_text(self) -> str:
        for upload in self._uploads("diff_file"):
            return _text_of(upload, 2 * self.limits.total_bytes)
        # A text field sends CRLF whatever was pasted.
        return str(self.cleaned_data.get("diff", "")).replace("\r\n", "\n")

    def _uploads(self, name: str) -> list[UploadedFile[bytes]]:
        return self.files.getlist(name) if isinstance(self.files, MultiValueDict) else []

    def _paths(self, names: Sequence[str]) -> list[str]:
        """The files' paths with their folders where the page's script told them, else their bare names."""
        try:
            paths = json.loads(self.data.get("paths") or "[]")
        except (ValueError, RecursionError):
            return list(names)
        fits = isinstance(paths, list) and len(paths) == len(names) and all(isinstance(p, str) for p in paths)
        return paths if fits else list(names)

    def _choices(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices


def pasted_rows(data: QueryDict) -> list[tuple[str, str]]:
    """The rows of pasted files as typed, name and text; at least one, and one more where asked for."""
    rows = list(zip(data.getlist("paste_path"), data.getlist("paste_text"), strict=False))[:PASTED_AT_MOST]
    if "another" in data and len(rows) < PASTED_AT_MOST:
        rows.append(("", ""))
    return rows or [("", "")]


def _text_of(upload: UploadedFile[bytes], most: int) -> str:
    """A file as text, one byte over `most` at the most; what is not UTF-8 in it becomes U+FFFD."""
    content: bytes = upload.read(most + 1)
    return content.decode("utf-8-sig", errors="replace").replace("\0", "\ufffd")
