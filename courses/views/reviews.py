"""The live panel: who is reading a sealed submission, and how far they are."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from courses.domain import reruns
from courses.domain.circumstances import people_of
from courses.domain.queries import panel as queries
from courses.domain.queries.ledger import paid
from courses.domain.queries.measured import measured
from courses.domain.queries.notices import noticed
from courses.domain.submissions import current_revision
from courses.models import Submission
from courses.rules import may
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews.engine import reviews
from reviews.models import Call, Review
from reviews.protocols import PROTOCOLS
from reviews.protocols.judging import JUDGING


@login_required
@require_safe
def panel(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """The panel as a page, or the part of it that a poll asks for; 204 where the page has the same."""
    submission = access.submission(request, submission_id, "courses.view_submission")
    if request.htmx and _rests_as_seen(request, submission):
        return HttpResponse(status=204)
    part = "#watch" if request.htmx else ""
    return TemplateResponse(request, f"courses/reviews.html{part}", panel_context(request, submission))


def _rests_as_seen(request: HtmxRequest, submission: Submission) -> bool:
    """Whether nothing began since the page was made that brings its `rest`. Cheap: it is asked for ever."""
    seen = request.GET.get("rest", "")
    if not seen:
        return False
    shown = may(access.person(request), "courses.view_findings", submission)
    reviews = queries.reviews_of(current_revision(submission).snapshot, shown=shown)
    return seen == queries.rest(reviews, shown=shown)


def panel_context(request: HtmxRequest, submission: Submission) -> dict[str, Any]:
    """What the panel needs. A student before the findings are shown learns only whether it goes on.

    But what a review wants of its student, they see at any time.
    """
    person = access.person(request)
    revision = current_revision(submission)
    seal = getattr(revision.snapshot, "seal", None)
    shown = may(person, "courses.view_findings", submission)
    panel = queries.panel(revision.snapshot) if shown else None
    current = panel.current if panel else queries.reviews_of(revision.snapshot, shown=False)
    rest = queries.rest(current, shown=shown)
    ended = bool(rest)
    may_rerun = may(person, "courses.rerun_reviews", submission)
    may_write = not ended and may(person, "courses.hand_in_text", submission)
    around = submission_context(request, submission)
    return {
        "revision": revision,
        "seal": seal,
        "panel": panel,
        "ended": ended,
        "rest": rest,
        # A call that nobody waits for any more is heard of a little later: then what it cost is known.
        "goes_on": not ended or (panel is not None and panel.paid.under_way > 0),
        "wanted": queries.wanted_of_the_student(revision.snapshot) if may_write else (),
        "noticed": noticed(revision.snapshot, staff=around["is_staff"]) if shown else None,
        "measured": measured(revision.snapshot) if panel and panel.reviews and ended else None,
        "decided": may(person, "courses.view_grade", submission),
        "may_steer": may(person, "courses.steer_reviews", submission),
        "may_import": may(person, "courses.import_findings", submission),
        "reruns_left": reruns.left(submission) if may_rerun else 0,
        **around,
    }


@login_required
@require_POST
def cancel(request: HtmxRequest, submission_id: int, review_id: int) -> HttpResponse:
    """Stop a review that has not ended."""
    review = _review(request, submission_id, review_id)
    if reviews.cancel(review, access.person(request)):
        spent = paid(Call.objects.filter(by_pass__review=review))
        already = f" Already paid: {spent.words}." if spent.calls else ""
        messages.success(
            request, f"The review is cancelled. What its reviewers had said before is kept.{already}"
        )
    else:
        messages.info(request, "This review had ended already, so nothing was cancelled.")
    return redirect("courses:reviews", submission_id)


@login_required
@require_POST
def run_again(request: HtmxRequest, submission_id: int, review_id: int) -> HttpResponse:
    """Ask the reviewers of an ended review once more."""
    review = _review(request, submission_id, review_id)
    if not (PROTOCOLS[review.protocol].planned or review.protocol == JUDGING.name):
        raise Http404
    people = people_of(review.snapshot.revision.submission.assignment.course)
    begun = reviews.run_again(review, access.person(request), people)
    if begun.protocol != JUDGING.name:
        messages.success(request, "The review runs again. What the earlier run said no longer counts.")
    elif begun.pk == review.pk:
        messages.info(request, "Every uncertain match has an answer, so nobody was asked.")
    else:
        messages.success(
            request, "The judge is asked once more, about what it has not answered. What it said is kept."
        )
    return redirect("courses:reviews", submission_id)


@login_required
@require_POST
def rerun(request: HtmxRequest, submission_id: int, review_id: int) -> HttpResponse:
    """A student has a review that could not be finished run again, as often as the assignment allows."""
    submission = access.submission(request, submission_id, "courses.rerun_reviews")
    review = get_object_or_404(Review, pk=review_id, snapshot__revision__submission=submission)
    try:
        reruns.run_again(submission, review, access.person(request))
    except reruns.NoRerunsLeft as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The review runs again. What the earlier run said no longer counts.")
    return redirect("courses:reviews", submission_id)


def _review(request: HtmxRequest, submission_id: int, review_id: int) -> Review:
    submission = access.submission(request, submission_id, "courses.steer_reviews")
    return get_object_or_404(Review, pk=review_id, snapshot__revision__submission=submission)
