"""An assignment's own files: uploaded or pasted, who wrote them, what their tests printed."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from courses.forms.hand_in import upload_limits
from courses.forms.uploads import FilesField, read_uploads
from courses.models import Assignment
from reviews.models import LanguageModel
from reviews.snapshots.evidence import read_test_evidence
from reviews.snapshots.files import SourceFile
from reviews.snapshots.limits import UploadRefused
from reviews.snapshots.uploads import read_pasted


class StarterForm(forms.Form):
    """The assignment's own files: uploaded or pasted, who wrote them, what their tests printed."""

    uploads = FilesField(label="Files", required=False, allow_empty_file=True)
    paths = forms.CharField(required=False, widget=forms.HiddenInput)
    pasted_name = forms.CharField(label="File name", required=False, max_length=1000)
    pasted_text = forms.CharField(
        label="Text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "spellcheck": "false"}),
    )
    latin_1 = forms.BooleanField(label="Read files that are not UTF-8 as Latin-1", required=False)
    author = forms.ModelChoiceField(
        LanguageModel.objects.none(),
        label="Who wrote these files",
        required=False,
        empty_label="Not known",
        help_text="The model's family decides which reviewers count as itself and which as strangers.",
    )
    test_evidence = forms.CharField(
        label="What their tests printed",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="JUnit XML or text. Shown as a witness that saw nothing.",
    )

    def __init__(self, assignment: Assignment, data: Any = None, files: Any = None) -> None:
        super().__init__(
            data,
            files,
            initial={
                "author": assignment.starter_author_id,
                "test_evidence": assignment.starter_test_evidence,
            },
        )
        self.assignment = assignment
        self.not_utf8: tuple[str, ...] = ()
        author = cast("forms.ModelChoiceField[LanguageModel]", self.fields["author"])
        author.queryset = LanguageModel.objects.filter(Q(offered=True) | Q(pk=assignment.starter_author_id))

    def clean_test_evidence(self) -> str:
        """The report with plain line ends. Raises ValidationError for one that cannot be read safely."""
        text: str = self.cleaned_data["test_evidence"].replace("\r\n", "\n")
        try:
            read_test_evidence(text)
        except UploadRefused as refusal:
            raise forms.ValidationError(list(refusal.messages)) from refusal
        return text

    def clean(self) -> dict[str, Any]:
        """Read the files; `sources` are the new ones, or those that are there already."""
        super().clean()
        values = self.cleaned_data
        field = "uploads" if values.get("uploads") else "pasted_text"
        try:
            values["sources"] = self._sources()
        except UploadRefused as refusal:
            self.not_utf8 = refusal.not_utf8
            self.add_error(field, list(refusal.messages))
        return values

    def _sources(self) -> tuple[SourceFile, ...]:
        values = self.cleaned_data
        uploads: list[UploadedFile[bytes]] = values.get("uploads") or []
        name, text = values.get("pasted_name", ""), values.get("pasted_text", "")
        has_paste = bool(name.strip() or text.strip())
        if uploads and has_paste:
            raise UploadRefused(["Files were chosen and text was pasted. Send one or the other."])
        if uploads:
            return read_uploads(uploads, values.get("paths", ""), latin_1=values.get("latin_1", False))
        if has_paste:
            return read_pasted([(name, text)], upload_limits(), ())
        if self.assignment.starter:
            return self.assignment.starter.source_files()
        raise UploadRefused(["There is nothing here yet. Choose files, or paste one with its name."])
