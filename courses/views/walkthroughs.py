"""A course's walkthroughs: the list, the shelf, in and out as files, shared, removed; and each one's page."""

from __future__ import annotations

import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.domain import walkthroughs as domain
from courses.domain.queries import walkthroughs as queries
from courses.domain.queries.rehearsal import rehearsal_of
from courses.forms.walkthroughs import AboutForm, ImportForm, NewForm
from courses.models import Course
from courses.rules import may, usable
from courses.views import access, editing
from courses.walkthroughs import shelf
from courses.walkthroughs.document import Document, dump

BEAT = re.compile(r"[0-9]{1,3}")


@require_safe
@login_required
def walkthroughs(request: HttpRequest, course_id: int) -> HttpResponse:
    """Those that one may use, the shelf, and where they were shown."""
    course = access.course(request, course_id, "courses.view_walkthroughs")
    return _list(request, course, ImportForm())


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest, course_id: int) -> HttpResponse:
    """A walkthrough from nothing, its maker's own until it is shared."""
    course = access.course(request, course_id, "courses.view_walkthroughs")
    form = NewForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = domain.keep(Document(form.story(), {}), course, access.person(request))
        messages.success(request, f"“{made.title}” is there, for you alone. Give it code and steps.")
        return editing.to_walkthrough(made, "new")
    context = {
        "course": course,
        "form": form,
        "draft_key": f"{access.person(request).pk}:walkthrough-new:{course.pk}",
    }
    status = editing.UNPROCESSABLE if form.errors else 200
    return TemplateResponse(request, "walkthroughs/new.html", context, status=status)


@require_POST
@login_required
def take_in(request: HttpRequest, course_id: int) -> HttpResponse:
    """A walkthrough from a file: whole, or not at all."""
    course = access.course(request, course_id, "courses.view_walkthroughs")
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _list(request, course, form)
    made = domain.keep(form.document, course, access.person(request))
    messages.success(request, f"“{made.title}” is imported, for you alone until you share it.")
    return redirect(made)


@require_POST
@login_required
def take(request: HttpRequest, course_id: int, slug: str) -> HttpResponse:
    """One that comes with Blindspot, as the course's own."""
    course = access.course(request, course_id, "courses.view_walkthroughs")
    try:
        document = shelf.take(slug)
    except KeyError:
        raise Http404 from None
    made = domain.keep(document, course, access.person(request), shelf=slug)
    messages.success(
        request, f"“{made.title}” is yours to show and to change. Share it with the staff if you like."
    )
    return redirect(made)


@require_safe
@login_required
def walkthrough(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """Its steps, its code, its defects, its witnesses, and all that can be done with it."""
    found = access.walkthrough(request, walkthrough_id, "courses.use_walkthrough")
    return editing.walkthrough_page(request, found)


@require_safe
@login_required
def preview(request: HttpRequest, walkthrough_id: int, position: int) -> HttpResponse:
    """A step as the class will see it, `?beat=` strokes into it, beside the presenter's notes."""
    found = access.walkthrough(request, walkthrough_id, "courses.use_walkthrough")
    beat = request.GET.get("beat", "")
    try:
        shown = rehearsal_of(found, position, int(beat) if BEAT.fullmatch(beat) else 0)
    except IndexError:
        raise Http404 from None
    context = {
        "walkthrough": found,
        "course": found.course,
        "rehearsal": shown,
        "may_edit": may(access.person(request), "courses.edit_walkthrough", found),
    }
    return TemplateResponse(request, "walkthroughs/preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """Title, summary and source."""
    found = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    initial = {name: found.story.get(name, "") for name in ("title", "summary", "source")}
    form = AboutForm(found, request.POST or None, initial=initial)
    if request.method == "POST" and editing.save(form):
        messages.success(request, "Title, summary and source are saved.")
        return editing.to_walkthrough(found, "about")
    return editing.form_page(request, form, draft="about", heading="Title, summary and source")


@require_POST
@login_required
def duplicate(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """A copy to change, one's own."""
    found = access.walkthrough(request, walkthrough_id, "courses.use_walkthrough")
    try:
        copied = domain.duplicate(found, access.person(request))
    except domain.NoConsent as refusal:
        messages.error(request, str(refusal))
        return redirect("courses:walkthroughs", found.course_id)
    messages.success(request, f"This is your copy, “{copied.title}”. “{found.title}” stays as it is.")
    return redirect(copied)


@require_POST
@login_required
def share(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """Let all staff of the course use it, or its maker alone; `shared` is 1 or 0."""
    found = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    domain.share(found, shared=request.POST.get("shared") == "1")
    who = "all staff of the course" if found.shared else "its maker alone"
    messages.success(request, f"“{found.title}” can be used by {who} now.")
    if may(access.person(request), "courses.use_walkthrough", found):
        return redirect(found)
    return redirect("courses:walkthroughs", found.course_id)


@require_POST
@login_required
def remove(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """Take it away for good; what was shown of it stays with its sittings."""
    found = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    domain.remove(found)
    messages.success(request, f"“{found.title}” is removed.")
    return redirect("courses:walkthroughs", found.course_id)


@require_safe
@login_required
def export(request: HttpRequest, walkthrough_id: int) -> HttpResponse:
    """The walkthrough as one file."""
    found = access.walkthrough(request, walkthrough_id, "courses.use_walkthrough")
    response = HttpResponse(dump(domain.document_of(found)), content_type="application/json")
    name = slugify(found.title)[:60] or f"walkthrough-{found.pk}"
    response["Content-Disposition"] = f'attachment; filename="{name}.walkthrough.json"'
    return response


def _list(request: HttpRequest, course: Course, form: ImportForm) -> HttpResponse:
    user = access.person(request)
    rows = queries.listed(usable(user, course))
    context = {
        "course": course,
        "rows": rows,
        "shelf": queries.on_shelf(rows),
        "live": queries.live_sittings(course),
        "past": queries.past_sittings(course, request.GET.get("page", "1")),
        "form": form,
    }
    status = editing.UNPROCESSABLE if form.errors else 200
    return TemplateResponse(request, "walkthroughs/list.html", context, status=status)
