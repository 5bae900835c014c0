"""The live panel: who is reading a sealed submission, and how far they are."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from courses.domain.queries import panel as queries
from courses.domain.submissions import current_revision
from courses.models import Submission
from courses.rules import may
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews.engine import reviews
from reviews.models import Review

STOP_POLLING = 286
"""The status by which htmx ends a polling."""


@login_required
@require_safe
def panel(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """The panel as a page, or the part of it that a poll asks for, until everybody has ended."""
    submission = access.submission(request, submission_id, "courses.view_submission")
    context = panel_context(request, submission)
    if not request.htmx:
        return TemplateResponse(request, "courses/reviews.html", context)
    status = STOP_POLLING if context["ended"] else 200
    return TemplateResponse(request, "courses/reviews.html#progress", context, status=status)


def panel_context(request: HtmxRequest, submission: Submission) -> dict[str, Any]:
    """What the panel needs. A student before the findings are shown learns only whether it goes on."""
    person = access.person(request)
    revision = current_revision(submission)
    seal = getattr(revision.snapshot, "seal", None)
    shown = may(person, "courses.view_findings", submission)
    panel = queries.panel(revision.snapshot) if shown else None
    ended = panel.ended if panel else queries.have_read(revision.snapshot)
    return {
        "revision": revision,
        "seal": seal,
        "panel": panel,
        "ended": ended,
        "may_steer": may(person, "courses.steer_reviews", submission),
        **submission_context(request, submission),
    }


@login_required
@require_POST
def cancel(request: HtmxRequest, submission_id: int, review_id: int) -> HttpResponse:
    """Stop a review that has not ended."""
    review = _review(request, submission_id, review_id)
    if reviews.cancel(review, access.person(request)):
        messages.success(request, "The review is cancelled. What its reviewers had said before is kept.")
    else:
        messages.info(request, "This review had ended already, so nothing was cancelled.")
    return redirect("courses:reviews", submission_id)


@login_required
@require_POST
def run_again(request: HtmxRequest, submission_id: int, review_id: int) -> HttpResponse:
    """Ask the reviewers of an ended review once more."""
    reviews.run_again(_review(request, submission_id, review_id))
    messages.success(request, "The review runs again. What the earlier run said no longer counts.")
    return redirect("courses:reviews", submission_id)


def _review(request: HtmxRequest, submission_id: int, review_id: int) -> Review:
    submission = access.submission(request, submission_id, "courses.steer_reviews")
    return get_object_or_404(Review, pk=review_id, snapshot__revision__submission=submission)
