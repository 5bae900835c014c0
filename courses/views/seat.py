"""A phone's seat: the secret in its cookie, and what is shown to a phone that has none."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from courses.domain import seats
from courses.forms.live import CodeForm
from courses.models import Seat

SEAT_SECONDS = 24 * 3600
"""A seat ends with its sitting; a cookie that was left behind ends after a day."""


def of(request: HttpRequest, sitting_id: int) -> Seat | None:
    """The seat of this browser in a sitting, if it has one."""
    return seats.find(sitting_id, secret(request, sitting_id))


def secret(request: HttpRequest, sitting_id: int) -> str:
    """The secret that this browser keeps for a sitting; empty where it keeps none."""
    return request.COOKIES.get(_name(sitting_id), "")


def remember(response: HttpResponse, sitting_id: int, secret: str) -> None:
    """Let the browser keep the secret, for the pages of rooms alone and out of reach of any script."""
    response.set_cookie(
        _name(sitting_id),
        secret,
        max_age=SEAT_SECONDS,
        path=reverse("courses:live_join"),
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse, sitting_id: int) -> None:
    """Let the browser drop the secret of a sitting that is over."""
    response.delete_cookie(_name(sitting_id), path=reverse("courses:live_join"), samesite="Lax")


def join_page(
    request: HttpRequest, form: CodeForm | None = None, *, why: str = "", status: int = 200
) -> HttpResponse:
    """The page on which a code is typed; `why` says why it is shown instead of what was asked for."""
    context = {"form": form or CodeForm(), "why": why}
    return TemplateResponse(request, "live/join.html", context, status=status)


def over_page(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """The session is over, which an old link still says."""
    response = TemplateResponse(request, "live/over.html")
    forget(response, sitting_id)
    return response


def _name(sitting_id: int) -> str:
    return f"seat-{sitting_id}"
