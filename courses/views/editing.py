"""What the pages of a walkthrough's editor share: a form that is stored, or says why it was not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from courses.domain import walkthroughs as domain
from courses.domain.queries import walkthroughs as queries
from courses.forms.stories import StoryForm
from courses.models import Walkthrough
from courses.rules import may
from courses.views import access
from courses.walkthroughs.document import Unreadable
from courses.walkthroughs.editing import Broken
from courses.walkthroughs.steps import KINDS
from courses.walkthroughs.story import Story
from reviews import cwe

UNPROCESSABLE = 422

REFUSALS = (Broken, Unreadable, domain.ChangedMeanwhile)


def stored(form: StoryForm, save: Callable[[int], object]) -> bool:
    """Whether a form was valid and could be stored; else it says why, with all that was typed."""
    if not form.is_valid():
        return False
    try:
        save(form.cleaned_data["version"])
    except Unreadable as problem:
        form.refuse([str(problem)])
    except domain.ChangedMeanwhile as meanwhile:
        form.beaten(str(meanwhile))
    else:
        return True
    return False


def save(form: StoryForm) -> bool:
    """Store the story of a form."""
    return stored(form, lambda version: domain.save(form.walkthrough, form.story, version))


def form_page(request: HttpRequest, form: StoryForm, *, status: int = 200, **context: Any) -> HttpResponse:
    """A form of the editor: about the whole, a step, a defect, the witnesses."""
    walkthrough = form.walkthrough
    shown = {
        "walkthrough": walkthrough,
        "course": walkthrough.course,
        "form": form,
        "states": queries.states_of(walkthrough, form.before),
        "weaknesses": [cwe.label(number) for number in cwe.NAMES],
        "draft_key": f"{access.person(request).pk}:walkthrough:{walkthrough.pk}:{context.get('draft', '')}",
        **context,
    }
    status = UNPROCESSABLE if form.errors else status
    return TemplateResponse(request, "walkthroughs/form.html", shown, status=status)


def gone_page(request: HttpRequest, form: StoryForm, action: str, **context: Any) -> HttpResponse:
    """What was typed into a part that somebody took out meanwhile, to be sent to `action` as a new one."""
    form.initial["version"] = form.walkthrough.version
    why = (
        "Somebody took this out meanwhile, so nothing was saved. What you typed is kept: add it as a new one."
    )
    return form_page(request, form, status=UNPROCESSABLE, action=action, missing=why, **context)


def to_walkthrough(walkthrough: Walkthrough, draft: str, part: str = "") -> HttpResponse:
    """Back to the walkthrough's page, which lets the browser forget what was typed."""
    address = reverse("courses:walkthrough", args=[walkthrough.pk])
    return redirect(f"{address}?saved={draft}{f'#{part}' if part else ''}")


def change(
    request: HttpRequest, walkthrough: Walkthrough, changing: Callable[[Story], Story], done: str
) -> HttpResponse:
    """Store a change that needs no form, of the version that the page showed; `done` is said then."""
    try:
        domain.save(walkthrough, changing(walkthrough.told()), version_of(request))
    except REFUSALS as refusal:
        return walkthrough_page(request, walkthrough, problem=str(refusal))
    messages.success(request, done)
    return redirect(walkthrough)


def version_of(request: HttpRequest) -> int:
    """The version that the page showed; 0, which none has, where it says none."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0


def walkthrough_page(
    request: HttpRequest, walkthrough: Walkthrough, *, problem: str = "", part: str = ""
) -> HttpResponse:
    """The walkthrough, or a part of its page, as it is stored now."""
    walkthrough.refresh_from_db(fields=("story", "title", "version", "shared", "updated_at"))
    story, user = walkthrough.told(), access.person(request)
    context = {
        "walkthrough": walkthrough,
        "course": walkthrough.course,
        "story": story,
        "steps": queries.steps_of(story),
        "states": queries.states_of(walkthrough, story),
        "kinds": KINDS,
        "problem": problem,
        "saved": request.GET.get("saved", ""),
        "may_edit": may(user, "courses.edit_walkthrough", walkthrough),
    }
    status = UNPROCESSABLE if problem else 200
    return TemplateResponse(request, f"walkthroughs/walkthrough.html{part}", context, status=status)
