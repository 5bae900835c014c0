"""Asking for a patch that mends a valid defect, once the grade is out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from courses.domain import rescues
from courses.domain.submissions import current_revision
from courses.views import access
from courses.views.htmx import HtmxRequest
from reviews.engine.rescues import CannotRescue
from reviews.models import Defect


@login_required
@require_POST
def rescue(request: HtmxRequest, submission_id: int, number: int) -> HttpResponse:
    """Ask for a patch; the page of its review shows how far it is."""
    submission = access.submission(request, submission_id, "courses.ask_rescue")
    snapshot = current_revision(submission).snapshot
    defect = get_object_or_404(Defect, snapshot=snapshot, number=number)
    try:
        review = rescues.propose_fix(submission, defect, access.person(request))
    except (CannotRescue, rescues.NotAgain) as refused:
        messages.error(request, str(refused))
        return redirect("courses:result", submission.pk)
    return redirect("courses:review", submission.pk, review.pk)
