"""The presenter's page: one key each, in as many windows as there are; and how a sitting ends."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.domain import live_runs, sittings
from courses.domain.queries.counted import counted, question_of
from courses.domain.queries.presenter import desk_of
from courses.domain.queries.words import words_of
from courses.forms.steering import SteerForm
from courses.models import Sitting
from courses.views import access
from courses.views.htmx import HtmxRequest
from courses.views.stage import is_known
from courses.walkthroughs.room import Command

LOCAL = ("localhost", "127.0.0.1", "::1")
"""Names by which no other device finds this one."""

STOP_POLLING = 286
"""The status by which htmx ends a polling."""


@never_cache
@require_safe
def presenter(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    """The page, or for a poll what changed on it: nothing, and no question to the database."""
    if request.htmx and is_known(request, sitting_id):
        return HttpResponse(status=204)
    return _presenter(request, sitting_id)


@login_required
def _presenter(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    sitting = access.sitting(request, sitting_id, "courses.present")
    if request.htmx:
        return TemplateResponse(request, "live/presenter.html#desk", _desk(sitting))
    context = {
        **_desk(sitting),
        "join": request.build_absolute_uri(reverse("courses:live_join")),
        "is_local": urlsplit(f"//{request.get_host()}").hostname in LOCAL,
        "room": _room(sitting),
    }
    return TemplateResponse(request, "live/presenter.html", context)


def _desk(sitting: Sitting) -> dict[str, Any]:
    """The desk, and a name for this drawing of it."""
    return {
        "sitting": sitting,
        "course": sitting.course,
        "desk": desk_of(sitting),
        "drawn": get_random_string(10),
    }


@never_cache
@login_required
@require_safe
def presenter_room(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    """Who is there, how many answered, and words to let through; 204 where the page has the same.

    Once the sitting has ended the part is empty, and polled no more.
    """
    sitting = access.sitting(request, sitting_id, "courses.present")
    if sitting.ended_at:
        return HttpResponse(status=STOP_POLLING)
    room = _room(sitting)
    if request.GET.get("d") == room["digest"]:
        return HttpResponse(status=204)
    return TemplateResponse(request, "live/presenter.html#room", {"sitting": sitting, "room": room})


def _room(sitting: Sitting) -> dict[str, Any]:
    """The part of the page about the people, and a name for exactly this state of it."""
    question, asked = question_of(sitting)
    numbers = counted(sitting)
    words = words_of(sitting, question, asked) if question else None
    state = hashlib.sha256(repr((numbers, words)).encode()).hexdigest()
    return {"counted": numbers, "words": words, "digest": state[:16]}


@login_required
@require_POST
def steer(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    """Do what a key says. The answer is the page as it then is, whoever pressed what meanwhile.

    Of a key that changed nothing it says why.
    """
    sitting = access.sitting(request, sitting_id, "courses.present")
    form = SteerForm(request.POST)
    if form.is_valid():
        try:
            command = Command(form.cleaned_data["command"])
            sittings.steer(sitting.pk, command, form.seen, form.leads_to, form.press)
        except sittings.MovedOn as late:
            messages.warning(request, str(late))
        except sittings.Over as over:
            messages.info(request, f"{over} Nothing was changed.")
    else:
        messages.error(request, "That is no step of this walkthrough. Nothing was changed.")
    if request.htmx:
        sitting = Sitting.objects.select_related("course").get(pk=sitting.pk)
        return TemplateResponse(request, "live/presenter.html#pressed", _desk(sitting))
    return redirect("courses:presenter", sitting.pk)


@login_required
@require_POST
def live_run(request: HtmxRequest, sitting_id: int, step: str) -> HttpResponse:
    """Ask real reviewers about a review's code, now and in front of everybody."""
    sitting = access.sitting(request, sitting_id, "courses.present")
    try:
        live_runs.run(sitting.pk, step, access.person(request))
    except live_runs.CannotRun as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The reviewers are asked. The recording is one key away.")
    return redirect("courses:presenter", sitting.pk)


@login_required
@require_POST
def end(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    """Close the room for good."""
    sitting = access.sitting(request, sitting_id, "courses.present")
    sittings.end(sitting.pk)
    messages.success(request, "The session has ended. Its code opens nothing any more; the answers are kept.")
    return redirect(sitting)
