"""The code reader: a file in the middle, what is said about it in the margins."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from courses.domain.queries.reader import Composing, first_path, path_of_claim, reader_page
from courses.domain.submissions import current_revision
from courses.forms.notes import NoteForm
from courses.models import Revision, Submission
from courses.rules import may
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews import cwe
from reviews.claims import clean_text
from reviews.models import Note, SnapshotFile


@dataclass(frozen=True, slots=True)
class NoteOnPage:
    """A note form on a reader's page: where it posts, and the key under which a browser keeps its text."""

    form: NoteForm
    action: str
    draft_key: str
    place: Composing

    @property
    def note(self) -> Note | None:
        """The stored note, if there is one yet."""
        return self.form.before


@login_required
@require_GET
def first_file(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Go to the file to begin with, or to the file and line of `?claim=note-12`."""
    submission = access.submission(request, submission_id, "courses.view_submission")
    revision = current_revision(submission)
    claim = request.GET.get("claim", "")
    if claim:
        return _to_claim(request, submission, revision, claim)
    return redirect("courses:file", submission.pk, first_path(revision))


@login_required
@require_GET
def file(request: HtmxRequest, submission_id: int, path: str) -> HttpResponse:
    """One file; `?claim=finding-7` goes to that claim, wherever it is. Asked for #notes, just those."""
    submission = access.submission(request, submission_id, "courses.view_submission")
    revision = current_revision(submission)
    if claim := request.GET.get("claim", ""):
        return _to_claim(request, submission, revision, claim)
    if request.htmx and request.htmx.target == "notes":
        return show(request, submission, revision, path, part="#changes")
    return show(request, submission, revision, path)


def show(
    request: HtmxRequest,
    submission: Submission,
    revision: Revision,
    path: str,
    *,
    composing: NoteOnPage | None = None,
    status: int = 200,
    part: str = "",
) -> TemplateResponse:
    """The reader's page with an open note form, if there is one. Raises Http404 for an unknown path."""
    person = access.person(request)
    with_findings = may(person, "courses.view_findings", submission)
    place = composing.place if composing else None
    try:
        page = reader_page(revision, clean_text(path), with_findings=with_findings, composing=place)
    except SnapshotFile.DoesNotExist as missing:
        raise Http404(f"Revision {revision.number} has no file of this name.") from missing
    context = {
        **submission_context(request, submission),
        "revision": revision,
        "seal": getattr(revision.snapshot, "seal", None),
        "page": page,
        "composing": composing,
        "is_own": submission.student.user_id == person.pk,
        "can_write": may(person, "courses.write_notes", submission),
        "with_findings": with_findings,
        "new_draft_key": new_draft_key(request, submission, path),
        "hand_in_draft_key": f"{person.pk}:hand-in:{submission.assignment_id}",
        "cwe_labels": [cwe.label(number) for number in cwe.NAMES],
    }
    return TemplateResponse(request, f"courses/reader.html{part}", context, status=status)


def claim_url(submission: Submission, kind: str, claim_id: int) -> str:
    """An address that finds the claim's file by itself and lights it there."""
    return f"{reverse('courses:code', args=[submission.pk])}?claim={kind}-{claim_id}"


def new_draft_key(request: HtmxRequest, submission: Submission, path: str) -> str:
    """The key of a new note's text in the browser: of person, submission and file."""
    file_part = hashlib.sha256(path.encode()).hexdigest()[:8] if path else "whole"
    return f"{access.person(request).pk}:new:{submission.pk}:{file_part}"


def _to_claim(request: HtmxRequest, submission: Submission, revision: Revision, claim: str) -> HttpResponse:
    kind, _, number = claim.partition("-")
    with_findings = may(access.person(request), "courses.view_findings", submission)
    if kind not in ("note", "finding") or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404("There is no such claim.")
    path = path_of_claim(revision, kind, int(number), with_findings=with_findings)
    if path is None:
        raise Http404("There is no such claim.")
    return redirect(f"{reverse('courses:file', args=[submission.pk, path])}#{claim}")
