"""The way into a room: a code or a link, one button, no account; and words that wait at its door."""

from __future__ import annotations

import io

import segno
from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.domain import answers, seats
from courses.domain.queries.words import words_of
from courses.domain.sittings import Over
from courses.forms.live import CodeForm
from courses.models import Answer, Membership, Sitting
from courses.models.course import CODE_LETTERS
from courses.rules import may, membership_of
from courses.views import access, seat
from courses.views.htmx import HtmxRequest
from courses.views.misses import count_miss, misses

WRONG_CODES_AN_HOUR = 300
"""From one network address, which a whole lecture hall may share: so only misses count. Codes have about
30 bits: at this rate nobody guesses one. Signed links are not counted, so nobody can shut others out."""

QR_SECONDS = 24 * 3600


@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """A form for the code that is on the screen."""
    if "code" not in request.GET:
        return seat.join_page(request)
    form = CodeForm(request.GET)
    if not form.is_valid():
        return seat.join_page(request, form, status=422)
    code = seats.plain_code(form.cleaned_data["code"])
    if not _is_code(code):
        form.add_error("code", "A code has six letters and figures. Compare it with the screen.")
        return seat.join_page(request, form, status=422)
    return redirect("courses:live_enter", code)


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """What this session is and the button that takes a seat; back to the seat of a browser that has one."""
    if not seats.is_token(code) and misses(_who(request)) >= WRONG_CODES_AN_HOUR:
        return _too_many(request, code)
    try:
        sitting = seats.of_token(code) if seats.is_token(code) else seats.of_code(code)
    except seats.NoSuchSession as refusal:
        return _no_such_session(request, code, str(refusal))
    if sitting.ended_at:
        return seat.over_page(request, sitting.pk)
    student = _student(request, sitting)
    if request.method != "POST":
        if seat.of(request, sitting.pk):
            return redirect("courses:phone", sitting.pk)
        return _enter_page(request, sitting, code, student)
    keeping = student if request.POST.get("keep") else None
    try:
        secret = seats.enter(sitting.pk, seat.secret(request, sitting.pk), keeping)
    except Over:
        return seat.over_page(request, sitting.pk)
    except seats.Full as refusal:
        return _enter_page(request, sitting, code, student, why=str(refusal), status=409)
    response = redirect("courses:phone", sitting.pk)
    seat.remember(response, sitting.pk, secret)
    return response


@require_safe
def qr(request: HttpRequest, code: str) -> HttpResponse:
    """The link as a picture. It asks no database, so that it tells nobody which codes there are."""
    if seats.is_token(code):
        try:
            seats.named_by(code)
        except seats.NoSuchSession as refusal:
            raise Http404 from refusal
    elif not _is_code(code):
        raise Http404
    link = request.build_absolute_uri(reverse("courses:live_enter", args=[code]))
    drawn = io.BytesIO()
    segno.make(link, micro=False, error="m").save(
        drawn, kind="svg", xmldecl=False, omitsize=True, light="#fff", svgclass=None, lineclass=None
    )
    response = HttpResponse(drawn.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = f"private, max-age={QR_SECONDS}, immutable"
    return response


@require_POST
@login_required
def let_through(request: HtmxRequest, sitting_id: int, answer_id: int) -> HttpResponseBase:
    """Show somebody's words to the class, hold them back, or take them back again."""
    sitting = access.sitting(request, sitting_id, "courses.present")
    problem = ""
    try:
        answers.let_through(
            sitting.pk, answer_id, request.POST.get("seen", ""), shown=request.POST.get("show") == "yes"
        )
    except Answer.DoesNotExist as gone:
        raise Http404 from gone
    except answers.ChangedMeanwhile as changed:
        problem = str(changed)
    if not request.htmx:
        return redirect("courses:presenter", sitting.pk)
    answer = Answer.objects.get(pk=answer_id)
    words = words_of(sitting, answer.question, answer.round)
    return TemplateResponse(request, "live/words.html", {"words": words, "problem": problem})


def _student(request: HttpRequest, sitting: Sitting) -> Membership | None:
    """The membership of a signed-in student of the course, who may keep their marks."""
    if not may(request.user, "courses.view_own_marks", sitting.course):
        return None
    return membership_of(request.user, sitting.course)


def _enter_page(
    request: HttpRequest,
    sitting: Sitting,
    code: str,
    student: Membership | None,
    *,
    why: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {"sitting": sitting, "code": code, "student": student, "why": why}
    return TemplateResponse(request, "live/enter.html", context, status=status)


def _no_such_session(request: HttpRequest, code: str, why: str) -> HttpResponse:
    if seats.is_token(code):
        return seat.join_page(request, why=why, status=404)
    count_miss(_who(request))
    form = CodeForm({"code": code[:40]})
    form.add_error("code", why)
    return seat.join_page(request, form, status=404)


def _too_many(request: HttpRequest, code: str) -> HttpResponse:
    form = CodeForm({"code": code[:40]})
    form.add_error(
        "code",
        f"From this network {WRONG_CODES_AN_HOUR} codes were tried that open no session, so no code is "
        "taken from it for an hour. Scan the picture on the screen instead: that always works.",
    )
    return seat.join_page(request, form, status=429)


def _is_code(text: str) -> bool:
    return len(text) == 6 and set(text) <= set(CODE_LETTERS)


def _who(request: HttpRequest) -> str:
    return f"live-misses:{get_adapter().get_client_ip(request)}"
