"""The numbers of one submission: how they stand, and the claims behind each."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from courses.domain.queries import numbers as queries
from courses.domain.queries import results
from courses.domain.queries.standing import standing_of
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest


@login_required
@require_safe
def numbers(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Everything that can be counted about a submission once its defects may be known."""
    found = access.submission(request, submission_id, "courses.view_grade")
    row = standing_of(found)
    if row.revision is None or row.gap is None:
        raise Http404
    table = results.saw_what(row.revision.snapshot, decided=True)
    context = {
        "row": row,
        "seal": row.seal,
        "grade": row.grade,
        "numbers": queries.numbers(table, row.gap, found.assignment.course.weights),
        **submission_context(request, found),
    }
    return TemplateResponse(request, "courses/numbers.html", context)
