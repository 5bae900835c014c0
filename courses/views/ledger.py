"""The ledger: every call to a model, what it cost, and the exact words on both sides."""

from __future__ import annotations

import json
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from courses.domain.queries import ledger as queries
from courses.domain.submissions import current_revision
from courses.models import Submission
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews.models import Call, Review

CALLS_A_PAGE = 50


@login_required
@require_safe
def ledger(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """All calls for a submission, or with `review` those of one review."""
    submission = access.submission(request, submission_id, "courses.view_findings")
    review = _review(submission, request.GET.get("review", ""))
    calls = queries.calls_of(submission)
    if review:
        calls = calls.filter(by_pass__review=review)
    page = Paginator(calls, CALLS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "review": review,
        "page": page,
        "page_query": f"{urlencode({'review': review.pk})}&" if review else "",
        "lines": queries.lines(page),
        "paid": queries.paid(calls),
        "seal": getattr(current_revision(submission).snapshot, "seal", None),
        **submission_context(request, submission),
    }
    return TemplateResponse(request, "courses/ledger.html", context)


@login_required
@require_safe
def call(request: HtmxRequest, submission_id: int, call_id: int) -> HttpResponse:
    """One call: the prompt as it left, and the reply as it came."""
    submission = access.submission(request, submission_id, "courses.view_findings")
    related = ("by_pass__review", "by_pass__reviewer", "system", "material", "connection")
    calls = Call.objects.filter(by_pass__review__snapshot__revision__submission=submission)
    found = get_object_or_404(calls.select_related(*related), pk=call_id)
    [line] = queries.lines([found])
    context = {
        "line": line,
        "call": found,
        "schema": json.dumps(found.schema, indent=2, ensure_ascii=False) if found.schema else "",
        "seal": getattr(current_revision(submission).snapshot, "seal", None),
        **submission_context(request, submission),
    }
    return TemplateResponse(request, "courses/call.html", context)


@login_required
@require_safe
def download(request: HtmxRequest, submission_id: int) -> StreamingHttpResponse:
    """The ledger as comma-separated values, one call a row."""
    submission = access.submission(request, submission_id, "courses.view_findings")
    response = StreamingHttpResponse(
        queries.as_csv(queries.calls_of(submission)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="ledger-{submission.pk}.csv"'
    return response


def _review(submission: Submission, wanted: str) -> Review | None:
    """The review that the address names; None for all of them."""
    if not wanted.isdecimal():
        return None
    mine = Review.objects.filter(snapshot__revision__submission=submission)
    return get_object_or_404(mine.defer("setup", "result"), pk=int(wanted))
