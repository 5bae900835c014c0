"""One review with all that was said in it, round by round."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from courses.domain.queries.notices import noticed
from courses.domain.queries.review import review_page
from courses.domain.queries.versions import compare
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews.models import Review


@login_required
@require_safe
def review(request: HtmxRequest, submission_id: int, review_id: int) -> HttpResponse:
    """A review's page. `old` and `new` name two versions of the text that it is about."""
    submission = access.submission(request, submission_id, "courses.view_findings")
    mine = Review.objects.filter(snapshot__revision__submission=submission)
    found = get_object_or_404(mine.select_related("snapshot__seal"), pk=review_id)
    around = submission_context(request, submission)
    page = review_page(found)
    context = {
        "page": page,
        "comparison": compare(page.versions, page.path, _number(request, "old"), _number(request, "new")),
        "noticed": noticed(found.snapshot, staff=around["is_staff"]),
        "seal": found.snapshot.seal,
        **around,
    }
    return TemplateResponse(request, "courses/review.html", context)


def _number(request: HtmxRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 4 else None
