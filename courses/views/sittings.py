"""What is left of a sitting: its page, its answers as CSV, two side by side, a student's own marks."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from courses.domain import own_marks as domain
from courses.domain.queries.answer_rows import answer_rows
from courses.domain.queries.compared import compared
from courses.domain.queries.kept import kept_by
from courses.domain.queries.sittings import left_of, others_like
from courses.models import Seat
from courses.views import access


@login_required
@require_safe
def sitting(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """What a class answered, in numbers and pictures, to be read and printed."""
    found = access.sitting(request, sitting_id, "courses.view_sitting")
    context = {
        "course": found.course,
        "sitting": found,
        "left": left_of(found),
        "others": others_like(found, access.person(request)),
    }
    return TemplateResponse(request, "live/sitting.html", context)


@login_required
@require_safe
def answers_csv(request: HttpRequest, sitting_id: int) -> StreamingHttpResponse:
    """The answers for a spreadsheet, without any way to a person."""
    found = access.sitting(request, sitting_id, "courses.view_sitting")
    response = StreamingHttpResponse(answer_rows(found).lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="answers-{found.pk}.csv"'
    return response


@login_required
@require_safe
def compare(request: HttpRequest, sitting_id: int) -> HttpResponse:
    """This sitting beside the one that `with` names."""
    found = access.sitting(request, sitting_id, "courses.view_sitting")
    wanted = request.GET.get("with", "")
    other = access.sitting(request, int(wanted), "courses.view_sitting") if _is_number(wanted) else None
    if other == found:
        other = None
    context = {
        "course": found.course,
        "sitting": found,
        "others": others_like(found, access.person(request)),
        "compared": compared(found, other) if other else None,
    }
    return TemplateResponse(request, "live/compare.html", context)


@login_required
@require_safe
def own_marks(request: HttpRequest, course_id: int) -> HttpResponse:
    """A student's own marks in the sittings of a course, beside the answers."""
    course = access.course(request, course_id, "courses.view_own_marks")
    kept = kept_by(access.membership(request, course))
    return TemplateResponse(request, "live/own_marks.html", {"course": course, "kept": kept})


@login_required
@require_POST
def forget_own_marks(request: HttpRequest, course_id: int, seat_id: int) -> HttpResponseRedirect:
    """Forget whose the marks of a seat are."""
    course = access.course(request, course_id, "courses.view_own_marks")
    try:
        seat = domain.forget(seat_id, access.membership(request, course))
    except Seat.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"Your marks in “{seat.sitting}” are no longer kept as yours.")
    return redirect("courses:own_marks", course.pk)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
