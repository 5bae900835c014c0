"""Handing in code, and handing it in again before the notes are sealed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from courses.domain import submissions
from courses.forms.hand_in import PASTED_AT_MOST, HandInForm
from courses.models import Assignment, Membership, Revision, Submission
from courses.views import access
from courses.views.htmx import HtmxRequest
from reviews.engine.notes import Sealed
from reviews.snapshots.ground import Ground


@login_required
@require_http_methods(["GET", "POST"])
def hand_in(request: HtmxRequest, assignment_id: int) -> HttpResponse:
    """The form; `redraw` and `another` give it back for another way in or one more pasted file."""
    assignment = access.assignment(request, assignment_id, "courses.view_assignment")
    student = access.membership(request, assignment)
    if student.role != Membership.Role.STUDENT:
        access.check(request, "courses.hand_in", assignment)
    submission = Submission.objects.filter(assignment=assignment, student=student).first()
    if why := _closed(assignment, submission):
        return _page(request, assignment, submission, None, status=403, why=why)
    if request.method == "GET":
        form = HandInForm(assignment, initial={"way": request.GET.get("way", "")})
        return _page(request, assignment, submission, form)
    if "redraw" in request.POST or "another" in request.POST:
        return _page(request, assignment, submission, HandInForm.again(assignment, request.POST))
    form = HandInForm(assignment, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, assignment, submission, form, status=422)
    try:
        revision = submissions.hand_in(
            assignment, student, form.files_in, form.authorship(), left_out=form.left_out
        )
    except Sealed:
        return _page(request, assignment, submission, None, status=403, why="sealed")
    _tell(request, revision)
    return redirect("courses:code", revision.submission_id)


def _closed(assignment: Assignment, submission: Submission | None) -> str:
    """Why nothing can be handed in now: sealed, early, late; empty where it can."""
    if submission and hasattr(submissions.current_revision(submission).snapshot, "seal"):
        return "sealed"
    if timezone.now() < assignment.opens_at:
        return "early"
    return "" if assignment.is_open else "late"


def _page(
    request: HtmxRequest,
    assignment: Assignment,
    submission: Submission | None,
    form: HandInForm | None,
    *,
    status: int = 200,
    why: str = "",
) -> TemplateResponse:
    revision = submissions.current_revision(submission) if submission else None
    context = {
        "assignment": assignment,
        "course": assignment.course,
        "submission": submission,
        "revision": revision,
        "note_count": revision.snapshot.notes.count() if revision else 0,
        "form": form,
        "why": why,
        "draft_key": f"{access.person(request).pk}:hand-in:{assignment.pk}",
        "pasted_at_most": PASTED_AT_MOST,
    }
    part = "#form" if request.htmx and form else ""
    return TemplateResponse(request, f"courses/hand_in.html{part}", context, status=status)


def _tell(request: HtmxRequest, revision: Revision) -> None:
    """Say what came in, and where the notes of an earlier revision stand now."""
    count = revision.snapshot.files.count()
    files = "1 file is" if count == 1 else f"{count} files are"
    messages.success(
        request, f"{files} in, as revision {revision.number}. Read them, and note what is wrong."
    )
    notes = revision.snapshot.notes.all()
    lost = sum(note.grounding == Ground.NONE for note in notes)
    if moved := len(notes) - lost:
        who = "Your note has" if moved == 1 else f"{moved} of your notes have"
        messages.info(request, f"{who} come along, to where the quoted lines now stand.")
    if lost:
        what = "1 note quotes a line that is" if lost == 1 else f"{lost} notes quote lines that are"
        where = "Above the code of their files they are kept: give them a new place, or delete them."
        messages.warning(request, f"{what} not in the new code. {where}")
