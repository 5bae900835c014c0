"""Setting an assignment, its starter files, and its page."""

from __future__ import annotations

import io
import zipfile
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import rules
from courses.domain import assignments as domain
from courses.domain.budgets import spending
from courses.domain.queries import assignments as queries
from courses.domain.queries.courses import own_work
from courses.domain.queries.preview import preview
from courses.forms.assignments import AssignmentForm
from courses.forms.hand_in import upload_limits
from courses.forms.starter import StarterForm
from courses.models import Assignment, Course
from courses.rules import may
from courses.views import access
from reviews.snapshots.files import SourceFile


@require_safe
@login_required
def assignment(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """The brief, and where the student stands; staff go to the dashboard unless it is a draft.

    `?as=student` shows staff the page as students see it.
    """
    found = access.assignment(request, assignment_id, "courses.view_assignment")
    user = access.person(request)
    is_staff = may(user, "courses.view_dashboard", found)
    if is_staff and not found.is_draft and request.GET.get("as") != "student":
        return redirect("courses:dashboard", found.pk)
    work = None
    if not is_staff:
        [work] = own_work(access.membership(request, found), [found], partial(rules.findings_are_due, user))
    return _page(request, found, {"work": work, "is_staff": is_staff})


def _page(
    request: HttpRequest, assignment: Assignment, context: dict[str, object], status: int = 200
) -> HttpResponse:
    shown = {
        "assignment": assignment,
        "course": assignment.course,
        "plan": queries.plan_in_words(assignment),
        "starter": queries.starter_files(assignment),
        "limits": upload_limits().sentence(),
        "may_edit": may(access.person(request), "courses.edit_assignment", assignment),
        **context,
    }
    return TemplateResponse(request, "courses/assignment.html", shown, status=status)


PARTS = ("preview", "costs")
"""What the form's buttons ask for without saving: the brief as students read it, what the plan costs."""


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest, course_id: int) -> HttpResponse:
    """A form for a new assignment, which begins as a draft."""
    course = access.course(request, course_id, "courses.manage_course")
    form = AssignmentForm(course, request.POST or None)
    if request.method == "POST" and not _part(request) and form.is_valid():
        made = domain.save(form.save(commit=False), form.plan_lines())
        messages.success(request, "Saved as a draft. Students see it once you publish it.")
        return redirect(made)
    return _form_page(request, course, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Change an assignment. What was sealed keeps the plan it began with."""
    found = access.assignment(request, assignment_id, "courses.edit_assignment")
    title, sealed = found.title, queries.sealed_count(found)
    form = AssignmentForm(found.course, request.POST or None, instance=found)
    if request.method == "POST" and not _part(request) and form.is_valid():
        domain.save(form.save(commit=False), form.plan_lines())
        messages.success(request, "The assignment is saved.")
        if sealed and form.plan_changed():
            messages.info(
                request,
                "The new review plan holds for notes sealed from now on. "
                "What was sealed before keeps the plan that it began with.",
            )
        return redirect(found)
    return _form_page(request, found.course, form, found, stored_title=title, sealed=sealed)


def _part(request: HttpRequest) -> str:
    """The part of the form that a button asks for; empty where it is to be saved, or only shown."""
    return next((name for name in PARTS if name in request.POST), "")


def _form_page(
    request: HttpRequest,
    course: Course,
    form: AssignmentForm,
    stored: Assignment | None = None,
    **context: object,
) -> HttpResponse:
    """The form, or that part of it which htmx asks for. What is only looked at is not complained about."""
    part = _part(request)
    is_fragment = bool(part) and request.headers.get("HX-Request") == "true"
    shown: dict[str, object] = {
        "course": course,
        "form": form,
        "stored": stored,
        "checked": not part,
        "preview": request.POST.get("brief", "") if part == "preview" else None,
        **context,
    }
    if not is_fragment or part == "costs":
        shown["costs"] = preview(form.plan_so_far(), course, stored, form.judge_so_far())
    if not is_fragment and stored:
        shown["spending"] = spending(stored)
    template = "courses/assignment_form.html" + (f"#{part}" if is_fragment else "")
    return TemplateResponse(request, template, shown, status=422 if form.errors and not part else 200)


@require_POST
@login_required
def publish(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Show the assignment to students."""
    found = access.assignment(request, assignment_id, "courses.edit_assignment")
    try:
        domain.publish(found)
    except domain.NotReady as refusal:
        return _page(request, found, {"work": None, "is_staff": True, "problem": str(refusal)}, 422)
    messages.success(request, f"“{found.title}” is published. Students of {found.course.name} see it now.")
    return redirect("courses:dashboard", found.pk)


@require_POST
@login_required
def withdraw(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Make a draft of it again, while nobody has handed in."""
    found = access.assignment(request, assignment_id, "courses.edit_assignment")
    try:
        domain.withdraw(found)
    except domain.HasWork as refusal:
        return _page(request, found, {"work": None, "is_staff": True, "problem": str(refusal)}, 422)
    messages.success(request, f"“{found.title}” is a draft again. Students do not see it.")
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def starter(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """The starter files: see, replace, drop, say who wrote them."""
    found = access.assignment(request, assignment_id, "courses.edit_assignment")
    is_post = request.method == "POST"
    form = StarterForm(found, request.POST if is_post else None, request.FILES if is_post else None)
    if is_post and form.is_valid():
        values = form.cleaned_data
        domain.set_starter(found, values["sources"], values["author"], values["test_evidence"])
        messages.success(request, f"The starter files are saved: {_counted(values['sources'])}.")
        return redirect("courses:starter", found.pk)
    context = {
        "assignment": found,
        "course": found.course,
        "form": form,
        "files": queries.starter_files(found),
        "limits": upload_limits().sentence(),
        "has_work": found.submissions.exists(),
    }
    return TemplateResponse(request, "courses/starter.html", context, status=422 if form.errors else 200)


def _counted(files: tuple[SourceFile, ...]) -> str:
    return f"{len(files):,} {'file' if len(files) == 1 else 'files'}"


@require_POST
@login_required
def drop_starter(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Take the starter files away; what was handed in stays."""
    found = access.assignment(request, assignment_id, "courses.edit_assignment")
    domain.drop_starter(found)
    messages.success(request, "The starter files are taken away. What was handed in stays as it is.")
    return redirect("courses:starter", found.pk)


@require_safe
@login_required
def starter_zip(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """The starter files as a zip, in one folder."""
    found = access.assignment(request, assignment_id, "courses.view_assignment")
    if found.starter is None:
        raise Http404
    name = slugify(found.title)[:60] or f"assignment-{found.pk}"
    response = HttpResponse(_zipped(name, found.starter.source_files()), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response


def _zipped(folder: str, files: tuple[SourceFile, ...]) -> bytes:
    """A zip of bounded, clean-named files (uploads are checked when they come in)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            # A fixed date: the same files make the same archive.
            entry = zipfile.ZipInfo(f"{folder}/{file.path}", date_time=(2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.text)
    return packed.getvalue()
