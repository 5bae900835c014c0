"""Attaching what another tool found to a submission, as a witness that names its tool."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from courses.domain.circumstances import people_of
from courses.domain.submissions import current_revision
from courses.forms.imports import ImportForm
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews.engine.imports import AlreadyAttached, attach
from reviews.models import Finding, Review

UNPROCESSABLE = 422


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_findings(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """A form for a file or its text; attached, its findings are on the panel and in the apparatus."""
    submission = access.submission(request, submission_id, "courses.import_findings")
    snapshot = current_revision(submission).snapshot
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        try:
            people = people_of(submission.assignment.course)
            review = attach(snapshot, form.imported, access.person(request), people)
        except AlreadyAttached as again:
            form.add_error(None, str(again))
        else:
            _tell(request, review)
            return redirect("courses:reviews", submission.pk)
    context = {
        "form": form,
        "seal": snapshot.seal,
        **submission_context(request, submission),
    }
    status = UNPROCESSABLE if form.errors else 200
    return TemplateResponse(request, "courses/import.html", context, status=status)


def _tell(request: HtmxRequest, review: Review) -> None:
    """How many findings were attached, and what was left out and why."""
    count = Finding.objects.filter(by_pass__review=review).count()
    findings = "1 finding" if count == 1 else f"{count} findings"
    messages.success(request, f"{findings} of {review.result['tool']} attached.")
    if skipped := review.result["skipped"]:
        messages.warning(request, f"Not everything was taken over. {' '.join(skipped)}")
