"""A sitting is begun, and shown on a projector that polls for what is new."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses.domain import news, sittings
from courses.domain.queries.counted import counted
from courses.domain.queries.stage import stage_of_sitting
from courses.forms.steering import BeginForm
from courses.models import Sitting, Walkthrough
from courses.views import access
from courses.views.htmx import HtmxRequest


@login_required
@require_POST
def begin(request: HtmxRequest, walkthrough_id: int) -> HttpResponse:
    """Open the room of a walkthrough, for this group."""
    walkthrough = access.walkthrough(request, walkthrough_id, "courses.use_walkthrough")
    form = BeginForm(request.POST)
    if not form.is_valid():
        messages.error(request, "The name of the group is longer than 80 characters. Nothing was begun.")
        return redirect(walkthrough)
    try:
        sitting = sittings.begin(walkthrough, access.person(request), form.cleaned_data["group"].strip())
    except Walkthrough.DoesNotExist as error:
        raise Http404 from error
    except ValueError as refused:
        messages.error(request, f"{refused} Nothing was begun: give it a step first.")
        return redirect(walkthrough)
    return redirect("courses:presenter", sitting.pk)


@never_cache
@login_required
@require_safe
def projector(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    """The page on the wall. Its theme does not follow the laptop's: light, unless dark is asked for."""
    sitting = access.sitting(request, sitting_id, "courses.present")
    theme = "dark" if request.GET.get("theme") == "dark" else "light"
    # As people type it: a browser adds the scheme.
    join = f"{request.get_host()}{reverse('courses:live_join')}"
    return TemplateResponse(
        request, "live/projector.html", {"theme": theme, "join": join, **_on_stage(sitting)}
    )


@never_cache
@require_safe
def stage_news(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    """What the projector shows, if that is not what it shows already; for nothing new, nobody is asked."""
    return HttpResponse(status=204) if is_known(request, sitting_id) else _stage(request, sitting_id)


def is_known(request: HtmxRequest, sitting_id: int) -> bool:
    """Whether a poll has the newest mark already. It then learns nothing, so nobody need be signed in."""
    try:
        return request.GET.get("v") == news.heard(sitting_id).stage
    except Sitting.DoesNotExist:
        return False


@login_required
def _stage(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    sitting = access.sitting(request, sitting_id, "courses.present")
    return TemplateResponse(request, "live/projector.html#shown", _on_stage(sitting))


def _on_stage(sitting: Sitting) -> dict[str, object]:
    return {
        "sitting": sitting,
        "stage": stage_of_sitting(sitting),
        "mark": news.of(sitting).stage,
        "over": sitting.ended_at is not None,
    }


@never_cache
@login_required
@require_safe
def stage_count(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    """How many answered, for the projector's corner."""
    sitting = access.sitting(request, sitting_id, "courses.present")
    return TemplateResponse(request, "live/projector.html#count", {"counted": counted(sitting)})
