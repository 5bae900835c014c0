"""Writing, changing and deleting notes. htmx saves while one types; a plain POST does the same."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event

from courses.domain import notes
from courses.domain.queries.reader import Composing, first_path
from courses.domain.submissions import current_revision
from courses.forms.notes import NoteForm, initial_of
from courses.models import Revision, Submission
from courses.rules import may
from courses.views import access, reader
from courses.views.htmx import HtmxRequest
from courses.views.reader import NoteOnPage
from reviews.claims import Severity, clean_text
from reviews.engine.notes import Sealed, delete_note
from reviews.models import Note, Snapshot

DELETED = "This note was deleted in the meantime, so there was nothing to save your text in."


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HtmxRequest, submission_id: int) -> HttpResponseBase:
    """The form of a new note (`path`, `first`, `last`; none of them for the whole), and its saving."""
    submission = _own(request, submission_id)
    if request.method == "POST":
        return _save(request, submission)
    if why := _closed(request, submission):
        return _turned_away(request, submission, why)
    revision = current_revision(submission)
    path = clean_text(request.GET.get("path", ""))
    values = {"path": path, "first": request.GET.get("first"), "last": request.GET.get("last")}
    initial = values | {"severity": Severity.MAJOR, "draft": secrets.token_urlsafe(16)}
    form = NoteForm(revision.snapshot, None, initial=initial)
    composing = NoteOnPage(
        form, _new_url(submission), reader.new_draft_key(request, submission, path), _place(request.GET)
    )
    if request.htmx:
        context = _form_context(submission, revision, composing, path)
        return TemplateResponse(request, "courses/reader.html#note_form", context)
    shown = path if revision.snapshot.files.filter(path=path).exists() else first_path(revision)
    return reader.show(request, submission, revision, shown, composing=composing)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, submission_id: int, note_id: int) -> HttpResponseBase:
    """The form of a stored note in its place, and its saving."""
    submission = _own(request, submission_id)
    if request.method == "POST":
        return _save(request, submission, note_id)
    if why := _closed(request, submission):
        return _turned_away(request, submission, why)
    revision = current_revision(submission)
    note = revision.snapshot.notes.filter(pk=note_id).first()
    if note is None:
        return _turned_away(request, submission, "This note was deleted in the meantime.")
    composing = _editing(
        request, submission, note, NoteForm(revision.snapshot, note, initial=initial_of(note))
    )
    path = _page_path(revision, note)
    if request.htmx:
        context = _form_context(submission, revision, composing, path)
        return TemplateResponse(request, "courses/reader.html#note_editor", context)
    return reader.show(request, submission, revision, path, composing=composing)


@login_required
@require_POST
def delete(request: HtmxRequest, submission_id: int, note_id: int) -> HttpResponseBase:
    """Delete a note; deleting it twice is the same as once."""
    submission = _own(request, submission_id)
    if why := _closed(request, submission):
        return _turned_away(request, submission, why)
    revision = current_revision(submission)
    note = revision.snapshot.notes.filter(pk=note_id).first()
    try:
        delete_note(revision.snapshot, note_id)
    except Sealed as sealed:
        return _turned_away(request, submission, str(sealed))
    if request.htmx:
        return trigger_client_event(HttpResponse(), "notes-changed")
    messages.success(request, "The note is deleted.")
    path = _page_path(revision, note) if note else first_path(revision)
    return redirect("courses:file", submission.pk, path)


def _save(request: HtmxRequest, submission: Submission, note_id: int | None = None) -> HttpResponseBase:
    """Store what can be read of a note, then answer a keystroke's save or the button's."""
    revision = current_revision(submission)
    snapshot, seen = revision.snapshot, _seen(submission, revision, request.POST)
    typed = request.POST.get("note", "")
    if note_id is None and typed.isascii() and typed.isdigit():
        note_id = int(typed[:18])
    draft = request.POST.get("draft", "")[:40]
    try:
        before = notes.find(snapshot, note_id, draft)
    except Note.DoesNotExist:
        return _not_taken(request, submission, revision, NoteForm(seen, None, data=request.POST), DELETED)
    form = NoteForm(seen, before, data=request.POST)
    if why := _closed(request, submission):
        return _not_taken(request, submission, revision, form, why)
    form.is_valid()
    try:
        note = notes.write(snapshot, form.claim(), before, draft, seen)
    except Sealed as sealed:
        return _not_taken(request, submission, revision, form, str(sealed))
    except Note.DoesNotExist:
        return _not_taken(request, submission, revision, form, DELETED)
    is_button = "finish" in request.POST or not request.htmx
    if not is_button:
        return _kept(request, submission, revision, form, note, is_new=before is None)
    if not form.is_valid():
        return _look_again(request, submission, revision, form, note)
    return _finished(request, submission, revision, note)


def _kept(
    request: HtmxRequest,
    submission: Submission,
    revision: Revision,
    form: NoteForm,
    note: Note,
    *,
    is_new: bool,
) -> HttpResponseBase:
    """The answer to a save while typing: the note's number and its quotation, no field."""
    context = _form_context(submission, revision, _editing(request, submission, note, form), "")
    context |= {"here": note.pk, "problems": [error for errors in form.errors.values() for error in errors]}
    response = TemplateResponse(request, "courses/reader.html#note_server", context)
    if is_new:
        trigger_client_event(response, "notes-changed")
    return trigger_client_event(response, "draft-saved")


def _look_again(
    request: HtmxRequest, submission: Submission, revision: Revision, form: NoteForm, note: Note
) -> HttpResponseBase:
    """Something could not be read: the form again, with what was typed. The rest is stored."""
    composing = _editing(request, submission, note, form)
    path = _page_path(revision, note)
    if request.htmx:
        context = _form_context(submission, revision, composing, request.POST.get("page", path))
        context |= {"here": request.POST.get("here", "")}
        response = TemplateResponse(request, "courses/reader.html#note_form", context, status=422)
        # The new form is kept under the note's own key from here on.
        trigger_client_event(response, "draft-saved")
        return reswap(retarget(response, "this"), "outerHTML")
    return reader.show(request, submission, revision, path, composing=composing, status=422)


def _finished(
    request: HtmxRequest, submission: Submission, revision: Revision, note: Note
) -> HttpResponseBase:
    """The note as it now stands: in the form's place where it belongs there, else on its own page."""
    if not request.htmx:
        if note.title:
            messages.success(request, "The note is saved.")
        else:
            messages.warning(request, "The note is kept as unfinished: it needs a title before you seal.")
        return redirect(reader.claim_url(submission, "note", note.pk))
    rendered_at = tuple(request.POST.get(name, "") for name in ("page", "here", "at"))
    if note.last_line is None or rendered_at != (note.path, str(note.pk), str(note.last_line)):
        return trigger_client_event(
            HttpResponseClientRedirect(reader.claim_url(submission, "note", note.pk)), "draft-saved"
        )
    context = {
        "submission": submission,
        "revision": revision,
        "note": note,
        "can_write": True,
        "is_own": True,
    }
    response = TemplateResponse(request, "courses/reader.html#note_card", context)
    trigger_client_event(response, "draft-saved")
    trigger_client_event(response, "notes-changed")
    return reswap(retarget(response, "closest .claim"), "outerHTML")


def _not_taken(
    request: HtmxRequest, submission: Submission, revision: Revision, form: NoteForm, why: str
) -> HttpResponseBase:
    """Too late: say why, and show what was typed, to be copied."""
    context = {
        "submission": submission,
        "why": why,
        "typed": form.typed(),
        "assignment": submission.assignment,
    }
    if request.htmx:
        # htmx swaps 422 and leaves the page alone at 409.
        response = TemplateResponse(request, "courses/reader.html#not_taken", context, status=422)
        return reswap(retarget(response, "closest .claim"), "outerHTML")
    context |= {"course": submission.assignment.course, "revision": revision, "page": None}
    return TemplateResponse(request, "courses/reader.html", context, status=409)


def _turned_away(request: HtmxRequest, submission: Submission, why: str) -> HttpResponseBase:
    messages.info(request, why)
    code = reverse("courses:code", args=[submission.pk])
    return HttpResponseClientRedirect(code) if request.htmx else redirect(code)


def _own(request: HtmxRequest, submission_id: int) -> Submission:
    """The person's own submission, sealed or not. Raises PermissionDenied for anybody else."""
    submission = access.submission(request, submission_id, "courses.view_submission")
    if submission.student.user_id != access.person(request).pk:
        access.check(request, "courses.write_notes", submission)
    return submission


def _closed(request: HtmxRequest, submission: Submission) -> str:
    """Why no note can be written any more, as a sentence; empty while they can."""
    if may(access.person(request), "courses.write_notes", submission):
        return ""
    if hasattr(current_revision(submission).snapshot, "seal"):
        return "Your notes are sealed. Nothing of them can be changed, and none can be added."
    return "The assignment is closed, so notes cannot be changed any more. What you saved before is kept."


def _seen(submission: Submission, revision: Revision, data: QueryDict) -> Snapshot:
    """The code that the page showed: usually the last revision's, an older one's in a stale tab."""
    number = data.get("revision", "")
    if number.isascii() and number.isdigit() and int(number[:9]) != revision.number:
        older = submission.revisions.select_related("snapshot").filter(number=int(number[:9])).first()
        return older.snapshot if older else revision.snapshot
    return revision.snapshot


def _editing(request: HtmxRequest, submission: Submission, note: Note, form: NoteForm) -> NoteOnPage:
    form.before = note
    return NoteOnPage(
        form,
        reverse("courses:note_edit", args=[submission.pk, note.pk]),
        f"{access.person(request).pk}:note:{note.pk}",
        Composing(after_line=note.last_line, instead_of=note.pk),
    )


def _form_context(
    submission: Submission, revision: Revision, composing: NoteOnPage, path: str
) -> dict[str, object]:
    """What the form's partials read, as `reader.show` gives it to the whole page."""
    return {
        "submission": submission,
        "revision": revision,
        "composing": composing,
        "page_path": path,
        "can_write": True,
        "is_own": True,
    }


def _place(values: QueryDict) -> Composing:
    """After the greater of the two lines asked for; above the code where there are none."""
    asked = (values.get("first", ""), values.get("last", ""))
    line = max((int(text[:9]) for text in asked if text.isascii() and text.isdigit()), default=0)
    return Composing(after_line=line or None)


def _page_path(revision: Revision, note: Note) -> str:
    here = revision.snapshot.files.filter(path=note.path).exists()
    return note.path if here else first_path(revision)


def _new_url(submission: Submission) -> str:
    return reverse("courses:note_new", args=[submission.pk])
