"""A phone in a room: its page, its news, its answers. It has no person; its cookie finds its seat."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from courses.domain import answers, news, screens, seats
from courses.domain.once import once
from courses.domain.queries import phone as queries
from courses.domain.queries.reveal import Reveal, own_marks
from courses.domain.screens import Screen
from courses.forms.live import AnswerForm
from courses.models import Seat, Sitting
from courses.rules import may, membership_of
from courses.views import seat as cookie
from courses.views.htmx import HtmxRequest

NO_SEAT = "This browser has no seat in this session. Type the code that is on the screen, and join."


@require_safe
@never_cache
def phone(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """What is shown now, as a whole page."""
    mark = _mark(sitting_id)
    if mark == news.OVER:
        return cookie.over_page(request, sitting_id)
    seat = cookie.of(request, sitting_id)
    if seat is None:
        return cookie.join_page(request, why=NO_SEAT, status=403)
    return _page(request, seat, screens.screen_of(sitting_id, mark))


@require_safe
@never_cache
def phone_news(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    """What changed since the phone saw the mark `v`: 204 without a query where nothing did.

    A phone that shows the question `on` keeps its fields, and hears only how the question stands.
    """
    mark = _mark(sitting_id)
    if request.GET.get("v") == mark:
        return HttpResponse(status=204)
    screen = screens.screen_of(sitting_id, mark)
    if screen.kind == "over":
        return TemplateResponse(request, "live/phone.html#screen", {"screen": screen})
    seat = cookie.of(request, sitting_id)
    if seat is None:
        # Reloaded, the page says how to come in again.
        return HttpResponse(status=403, headers={"HX-Refresh": "true"})
    if screen.asked and screen.asked.name == request.GET.get("on"):
        response = TemplateResponse(request, "live/phone.html#standing", {"screen": screen})
        return reswap(retarget(response, "#standing"), "innerHTML")
    context = _context(seat, screen)
    return TemplateResponse(request, "live/phone.html#screen", context)


@require_POST
def phone_answer(request: HtmxRequest, sitting_id: int) -> HttpResponseBase:
    """Send an answer, or send it again: one seat has one answer."""
    seat = cookie.of(request, sitting_id)
    if seat is None:
        return _without_seat(request, sitting_id)
    screen = screens.screen_of(sitting_id, _mark(sitting_id))
    question, asked = _named(request.POST.get("on", ""))
    here = screen.asked if screen.asked and screen.asked.name == f"{question}.{asked}" else None
    shown = here or screens.asked_once(seat.sitting, question, asked)
    if shown is None:
        raise Http404
    form = AnswerForm(shown, data=request.POST)
    if not form.is_valid():
        return _not_stored(request, seat, screen, form, status=422)
    try:
        answer = answers.send(seat, question, asked, form.reply())
    except answers.NotOpen as refusal:
        return _not_stored(request, seat, screen, form, str(refusal), status=409)
    if not request.htmx:
        return redirect("courses:phone", sitting_id)
    context = {"form": AnswerForm(shown, answer)}
    response = TemplateResponse(request, "live/phone.html#said", context)
    return trigger_client_event(response, "draft-saved")


@require_POST
def phone_here(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """A sign of life."""
    seats.here(sitting_id, cookie.secret(request, sitting_id))
    return HttpResponse(status=204)


@require_POST
def phone_keep(request: HtmxRequest, sitting_id: int) -> HttpResponseBase:
    """A signed-in student keeps the marks of this seat as their own, or has it forgotten whose it is."""
    seat = cookie.of(request, sitting_id)
    if seat is None:
        return _without_seat(request, sitting_id)
    member = None
    if request.POST.get("keep"):
        if not may(request.user, "courses.view_own_marks", seat.sitting.course):
            raise PermissionDenied
        member = membership_of(request.user, seat.sitting.course)
    seats.keep(seat, seat.sitting, member)
    return redirect("courses:phone", sitting_id)


def _named(text: str) -> tuple[str, int]:
    """Which asking of which question a phone speaks of (`find.0`); none where it says nothing clear."""
    question, _, asked = text[:60].rpartition(".")
    if asked.isascii() and asked.isdigit():
        return question, int(asked[:6])
    return "", 0


def _mark(sitting_id: int) -> str:
    """The mark of what phones show. Raises Http404 for a sitting that is not there."""
    try:
        return news.heard(sitting_id).phone
    except Sitting.DoesNotExist as missing:
        raise Http404 from missing


def _context(seat: Seat, screen: Screen, form: AnswerForm | None = None) -> dict[str, object]:
    """What the screen's partial reads: what all phones show, with this seat's answer put in."""
    if form is None and screen.asked:
        form = AnswerForm(screen.asked, queries.own_answer(seat, screen.asked))
    context: dict[str, object] = {"screen": screen, "form": form, "sitting_id": seat.sitting_id, "seat": seat}
    reveal = queries.reveal_on(seat.sitting_id, screen)
    if reveal and screen.revealed:
        context |= {"reveal": reveal, "outcome": _outcome(seat.sitting_id, screen, reveal)}
        if not reveal.hidden:
            context["own"] = own_marks(reveal, seat, screen.revealed.asked)
    return context


def _outcome(sitting_id: int, screen: Screen, reveal: Reveal) -> SafeString:
    """What the class answered, as HTML that all phones show: three hundred ask for it at once."""
    return once(
        f"phone-outcome:{sitting_id}:{screen.mark}",
        queries.REVEAL_SECONDS,
        lambda: render_to_string("live/reveal.html#phone", {"reveal": reveal, "own": None}),
    )


def _page(
    request: HttpRequest,
    seat: Seat,
    screen: Screen,
    form: AnswerForm | None = None,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    """The whole page; `why` and `typed` say what became of an answer that was not stored."""
    sitting = get_object_or_404(Sitting.objects.select_related("course"), pk=seat.sitting_id)
    may_keep = may(request.user, "courses.view_own_marks", sitting.course)
    context = _context(seat, screen, form) | {"sitting": sitting, "may_keep": may_keep} | more
    return TemplateResponse(request, "live/phone.html", context, status=status)


def _not_stored(
    request: HtmxRequest, seat: Seat, screen: Screen, form: AnswerForm, why: str = "", *, status: int
) -> HttpResponse:
    """It could not be read, or came too late: say so, and keep what was typed in sight."""
    if request.htmx:
        # htmx swaps 422 and leaves the page alone at 409. The fields are still on the screen.
        context = {"form": form, "why": why}
        return TemplateResponse(request, "live/phone.html#said", context, status=422)
    if screen.asked and screen.asked.name == form.asked.name:
        return _page(request, seat, screen, form, status, why=why)
    return _page(request, seat, screen, None, status, why=why, typed=form.typed())


def _without_seat(request: HtmxRequest, sitting_id: int) -> HttpResponse:
    if _mark(sitting_id) == news.OVER:
        why = "This session is over, so your answer was not taken."
    else:
        why = NO_SEAT
    if request.htmx:
        return TemplateResponse(request, "live/phone.html#said", {"why": why}, status=422)
    return cookie.join_page(request, why=why, status=403)
