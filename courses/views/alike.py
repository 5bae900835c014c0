"""Decisions travel: where else the same defect seems to be, and taking the verdict over."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from courses.domain import verdicts
from courses.domain.queries import alike as queries
from courses.domain.queries.workbench import word_on
from courses.models import Submission
from courses.rules import to_adjudicate
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews.gap.standing import Refused
from reviews.models import Defect


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def alike(request: HtmxRequest, submission_id: int, number: int) -> HttpResponse:
    """The other submissions that the same defect seems to be in, to tick; and what came of it.

    The workbench asks by htmx in how many, since a large class takes a while to look through.
    """
    submission = access.submission(request, submission_id, "courses.adjudicate")
    related = Defect.objects.select_related("decided_by", "snapshot")
    defect = get_object_or_404(related, snapshot__revision__submission=submission, number=number)
    within = to_adjudicate(access.person(request), submission.assignment).exclude(pk=submission.pk)
    if request.method == "POST":
        chosen = [int(pk) for pk in request.POST.getlist("defect") if pk.isdecimal()]
        _take_over(request, defect, chosen, within)
        return redirect("courses:alike", submission.pk, number)
    offers = queries.offers(defect, within)
    context = {
        "defect": defect,
        "word": word_on(defect),
        "can_travel": queries.can_travel(defect),
        "offers": offers,
        "may_choose": any(offer.possible for offer in offers),
        "carried": queries.carried(defect, within),
        **submission_context(request, submission),
    }
    part = "#notice" if request.htmx else ""
    return TemplateResponse(request, f"courses/alike.html{part}", context)


def _take_over(request: HtmxRequest, defect: Defect, chosen: list[int], within: QuerySet[Submission]) -> None:
    """Do it, and say for whom it was done and for whom not."""
    if not chosen:
        messages.error(request, "No submission was ticked, so nothing was changed. Tick some and try again.")
        return
    try:
        taken = verdicts.take_over(defect, chosen, within, access.person(request))
    except Refused as refused:
        messages.error(request, f"Nothing was changed. {refused}")
        return
    done = [item for item in taken if not item.why_not]
    for item in taken:
        if item.why_not:
            messages.warning(request, f"Left alone: {item.student}. {item.why_not}")
    if done:
        many = "1 submission" if len(done) == 1 else f"{len(done)} submissions"
        messages.success(request, f"The verdict was taken over for {many}.")
    elif not taken:
        messages.error(request, "What was ticked does not look the same any more, so nothing was changed.")
