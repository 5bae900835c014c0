"""Sealing the notes, and the receipt."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods

from courses.domain import submissions
from courses.domain.submissions import CannotSeal
from courses.forms.sealing import SealForm
from courses.models import Revision, Submission
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews.models import Note, SnapshotFile
from reviews.protocols import PROTOCOLS
from reviews.snapshots.evidence import read_test_evidence

CHANGED = (
    "The code or the notes changed after this page was shown, in another tab perhaps. Nothing was sealed. "
    "Below is what would be sealed now: look at it, and seal again."
)


@login_required
@require_http_methods(["GET", "POST"])
def seal(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Show exactly what will be sealed, then seal it once, however often one asks."""
    submission = access.submission(request, submission_id, "courses.view_submission")
    revision = submissions.current_revision(submission)
    if submission.student.user_id != access.person(request).pk:
        access.check(request, "courses.seal", submission)
    if hasattr(revision.snapshot, "seal"):
        return redirect("courses:receipt", submission.pk)
    notes = list(revision.snapshot.notes.all())
    if not submission.assignment.is_open:
        return _page(
            request, submission, revision, notes, None, status=403 if request.method == "POST" else 200
        )
    shown = _state(revision, notes)
    if request.method == "GET":
        form = SealForm(written=len(notes), initial={"shown": shown})
        return _page(request, submission, revision, notes, form)
    form = SealForm(request.POST, written=len(notes))
    if form.is_valid():
        if form.cleaned_data["shown"] not in ("", shown):
            form.look_again(shown, CHANGED)
        else:
            try:
                submissions.seal(submission, found_nothing=form.cleaned_data["found_nothing"])
            except CannotSeal as reason:
                form.add_error(None, str(reason))
            else:
                return redirect("courses:receipt", submission.pk)
    return _page(request, submission, revision, notes, form, status=422)


@login_required
@require_GET
def receipt(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """The receipt of a seal; with `?manifest`, the list of files that its first hash is taken of."""
    submission = access.submission(request, submission_id, "courses.view_submission")
    revision = submissions.current_revision(submission)
    made = getattr(revision.snapshot, "seal", None)
    if made is None:
        return redirect("courses:seal", submission.pk)
    files = list(revision.snapshot.files.all())
    manifest = "".join(f"{row.blob_id}  {row.path}\n" for row in _sorted(files))
    if "manifest" in request.GET:
        response = HttpResponse(manifest, content_type="text/plain; charset=utf-8")
        response["Content-Disposition"] = (
            f'attachment; filename="snapshot-{made.snapshot_sha256[:12]}.sha256"'
        )
        return response
    context = {
        **submission_context(request, submission),
        **_about(submission, revision),
        "seal": made,
        "files": files,
        "manifest": manifest,
        "hashes": [
            ("Code", made.snapshot_sha256, grouped(made.snapshot_sha256)),
            ("Notes", made.notes_sha256, grouped(made.notes_sha256)),
            ("Seal", made.sha256, grouped(made.sha256)),
        ],
        "is_own": submission.student.user_id == access.person(request).pk,
    }
    return TemplateResponse(request, "courses/receipt.html", context)


def grouped(sha256: str) -> list[str]:
    """A hash in pieces of eight, as people compare them."""
    return [sha256[at : at + 8] for at in range(0, len(sha256), 8)]


def _page(
    request: HtmxRequest,
    submission: Submission,
    revision: Revision,
    notes: list[Note],
    form: SealForm | None,
    *,
    status: int = 200,
) -> TemplateResponse:
    """The page before the seal; without a form the assignment is closed."""
    provenance = revision.snapshot.provenance
    evidence = provenance.test_evidence
    context = {
        **_about(submission, revision),
        "form": form,
        "files": [(row, grouped(row.blob_id)) for row in revision.snapshot.files.all()],
        "snapshot_hash": grouped(revision.snapshot.sha256),
        "notes": notes,
        "unfinished": [note for note in notes if not note.title],
        "missing": max(0, submission.assignment.least_notes - len(notes)),
        "evidence": read_test_evidence(evidence) if evidence.strip() else None,
        "plan": [
            (step.label, step.passes)
            for step in submission.assignment.plan.all()
            if step.protocol in PROTOCOLS
        ],
    }
    return TemplateResponse(request, "courses/seal.html", context, status=status)


def _about(submission: Submission, revision: Revision) -> dict[str, object]:
    return {
        "submission": submission,
        "assignment": submission.assignment,
        "course": submission.assignment.course,
        "revision": revision,
        "provenance": revision.snapshot.provenance,
    }


def _state(revision: Revision, notes: Iterable[Note]) -> str:
    """A short name for what stands on the page: another revision or any saved note changes it."""
    parts = [str(revision.number), *(f"{note.pk}:{note.saved_at.isoformat()}" for note in notes)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _sorted(files: Iterable[SnapshotFile]) -> list[SnapshotFile]:
    """As `tree_sha256` sorts them; a database may sort otherwise."""
    return sorted(files, key=lambda row: row.path)
