"""Who reviews in a course, with whose key, and whether they answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from courses.domain import keys
from courses.domain.queries import reviewers as queries
from courses.forms.keys import KeyForm
from courses.models import Course
from courses.views import access
from courses.views.htmx import HtmxRequest
from reviews.models import Connection


@require_safe
@login_required
def reviewers(request: HtmxRequest, course_id: int) -> HttpResponse:
    """The reviewers, the connections, and the course's own keys."""
    return _page(request, access.course(request, course_id, "courses.manage_course"))


@require_POST
@login_required
def check(request: HtmxRequest, course_id: int) -> HttpResponse:
    """Ask every provider for a word, and show what came back."""
    course = access.course(request, course_id, "courses.manage_course")
    checks = keys.check(course)
    asked = [check for check in checks if check.asked]
    answering = sum(check.works for check in asked)
    return _page(request, course, checks=checks, asked=len(asked), answering=answering)


@sensitive_post_parameters("key")
@require_POST
@login_required
@sensitive_variables("form")
def own_key(request: HtmxRequest, course_id: int, connection_id: int) -> HttpResponse:
    """Take the course's own key for a connection, in place of one that was there."""
    course = access.course(request, course_id, "courses.manage_course")
    site = _site(connection_id)
    form = KeyForm(request.POST, auto_id=_ids(site))
    if not form.is_valid():
        return _page(request, course, refused=form, refused_id=site.pk, status=422)
    keys.bring(course, site, form.cleaned_data["key"])
    messages.success(request, f"The key for {site} is stored, sealed. This course's reviews use it now.")
    return redirect("courses:reviewers", course.pk)


@require_POST
@login_required
def forget_key(request: HtmxRequest, course_id: int, connection_id: int) -> HttpResponse:
    """Forget the course's own key; the site's is used again."""
    course = access.course(request, course_id, "courses.manage_course")
    site = _site(connection_id)
    keys.forget(course, site)
    messages.success(request, f"The key for {site} is forgotten. This course's reviews use the site's again.")
    return redirect("courses:reviewers", course.pk)


def _site(connection_id: int) -> Connection:
    """A connection of the site that is switched on; a course's own is reached by no address."""
    return get_object_or_404(Connection, pk=connection_id, scope="", active=True)


def _ids(site: Connection) -> str:
    """Each connection's field has an id of its own; all are named alike, so that no report shows them."""
    return f"id_{site.pk}_%s"


def _page(
    request: HtmxRequest,
    course: Course,
    *,
    status: int = 200,
    refused: KeyForm | None = None,
    refused_id: int = 0,
    **context: Any,
) -> HttpResponse:
    ways = [
        (way, refused if refused and way.site.pk == refused_id else KeyForm(auto_id=_ids(way.site)))
        for way in queries.ways(course)
    ]
    shown = {"course": course, "reviewers": queries.reviewers(), "ways": ways, **context}
    return TemplateResponse(request, "courses/reviewers.html", shown, status=status)
