"""The steps of a walkthrough: added, changed, moved, taken out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from courses.domain import walkthroughs as domain
from courses.forms.steps import FORMS, PROTOCOLS, StepForm
from courses.models import Walkthrough
from courses.views import access, editing
from courses.views.htmx import HtmxRequest
from courses.walkthroughs.editing import moved, without_step
from courses.walkthroughs.steps import AnyStep


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HtmxRequest, walkthrough_id: int, kind: str) -> HttpResponse:
    """A form for a step of this kind."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    if kind not in FORMS:
        raise Http404
    if "another" in request.POST:
        form = FORMS[kind](walkthrough).again(request.POST)
    else:
        form = FORMS[kind](walkthrough, request.POST or None)
        if request.method == "POST" and editing.save(form):
            messages.success(request, f"“{form.cleaned_data['title']}” is in.")
            return editing.to_walkthrough(walkthrough, f"new-{kind}", f"step-{form.made.id}")
    return _page(request, form, kind, f"new-{kind}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HtmxRequest, walkthrough_id: int, name: str) -> HttpResponse:
    """Change a step. One that somebody took out meanwhile can be added again, with what was typed."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    if request.method == "POST" and not any(step.id == name for step in walkthrough.told().steps):
        return _gone(request, walkthrough, name)
    step = _step(walkthrough, name)
    if "another" in request.POST:
        form = FORMS[step.kind](walkthrough, step=step).again(request.POST)
    else:
        form = FORMS[step.kind](walkthrough, request.POST or None, step=step)
        if request.method == "POST" and editing.save(form):
            messages.success(request, f"“{form.cleaned_data['title']}” is saved.")
            return editing.to_walkthrough(walkthrough, f"step-{name}", f"step-{name}")
    return _page(request, form, step.kind, f"step-{name}", step=step)


@require_POST
@login_required
def remove(request: HtmxRequest, walkthrough_id: int, name: str) -> HttpResponse:
    """Take a step out, where no other one speaks of it."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    title = _step(walkthrough, name).title
    return editing.change(
        request, walkthrough, lambda story: without_step(story, name), f"“{title}” is taken out."
    )


@require_POST
@login_required
def move(request: HtmxRequest, walkthrough_id: int, name: str) -> HttpResponse:
    """Put a step at another position, `to` from 0; htmx gets the list alone."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.edit_walkthrough")
    title = _step(walkthrough, name).title
    sent = request.POST.get("to", "")
    to = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 6 else 0
    if not request.htmx:
        return editing.change(
            request, walkthrough, lambda story: moved(story, name, to), f"“{title}” is number {to + 1} now."
        )
    try:
        domain.save(walkthrough, moved(walkthrough.told(), name, to), editing.version_of(request))
    except editing.REFUSALS as refusal:
        return editing.walkthrough_page(request, walkthrough, problem=str(refusal), part="#steps")
    return editing.walkthrough_page(request, walkthrough, part="#steps")


def _step(walkthrough: Walkthrough, name: str) -> AnyStep:
    try:
        return walkthrough.told().step(name)
    except KeyError:
        raise Http404 from None


def _gone(request: HtmxRequest, walkthrough: Walkthrough, name: str) -> HttpResponse:
    kind = request.POST.get("kind", "")
    if kind not in FORMS:
        raise Http404
    return editing.gone_page(
        request,
        FORMS[kind](walkthrough).again(request.POST),
        reverse("courses:step_new", args=[walkthrough.pk, kind]),
        draft=f"step-{name}",
        kind=kind,
        protocols=PROTOCOLS,
    )


def _page(
    request: HtmxRequest, form: StepForm, kind: str, draft: str, step: AnyStep | None = None
) -> HttpResponse:
    context: dict[str, Any] = {
        "heading": step.title if step else "",
        "missing": form.missing,
        "protocols": PROTOCOLS,
    }
    return editing.form_page(request, form, draft=draft, kind=kind, step=step, **context)
