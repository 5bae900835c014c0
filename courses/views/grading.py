"""Points, feedback and release of one submission."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from courses.domain import grading
from courses.domain.queries.standing import standing_of
from courses.forms.grading import GradeForm
from courses.models import Submission
from courses.views import access
from courses.views.adjudication import Refused, bench
from courses.views.htmx import HtmxRequest


@login_required
@require_POST
def grade(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Give points: what is suggested, with an adjustment and feedback."""
    submission = access.submission(request, submission_id, "courses.adjudicate")
    suggestion = standing_of(submission).suggestion
    if suggestion is None:
        raise Http404
    form = GradeForm(request.POST)
    if not form.is_valid():
        return bench(request, submission, None, Refused(grade=form))
    values = form.cleaned_data
    try:
        given = grading.give(
            submission,
            suggestion,
            adjustment=values["adjustment"],
            reason=values["adjustment_reason"],
            feedback=values["feedback"],
            by=access.person(request),
        )
    except grading.Refused as refused:
        form.add_error(refused.field, str(refused))
        return bench(request, submission, None, Refused(grade=form))
    seen = "The student sees them now." if given.released_at else "The student sees nothing before release."
    messages.success(request, f"Saved: {given.points:.1f} of {suggestion.out_of} points. {seen}")
    return _to_the_grade(submission)


@login_required
@require_POST
def release(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Show the grade to its student."""
    submission = access.submission(request, submission_id, "courses.release_grades")
    released, without_points = grading.release([submission])
    if without_points:
        messages.error(request, "There are no points yet, so nothing was released. Give points first.")
    elif released:
        messages.success(request, f"Released: {submission.student.user.get_full_name()} sees the grade now.")
    else:
        messages.info(request, "The grade was released before.")
    return _to_the_grade(submission)


@login_required
@require_POST
def take_back(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Hide a released grade again."""
    submission = access.submission(request, submission_id, "courses.release_grades")
    if grading.take_back([submission]):
        name = submission.student.user.get_full_name()
        messages.success(request, f"Taken back: {name} no longer sees the grade. Nothing of it is lost.")
    else:
        messages.info(request, "The grade was not released, so there was nothing to take back.")
    return _to_the_grade(submission)


def _to_the_grade(submission: Submission) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('courses:adjudicate', args=[submission.pk])}#grade")
