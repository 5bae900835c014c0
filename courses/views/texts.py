"""A review waits for its student: the next version of the plan that a reviewer criticised."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from courses.domain.circumstances import people_of
from courses.forms.texts import TextForm
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from reviews.engine.persons import NotWaiting, hand_in_text
from reviews.models import Pass
from reviews.protocols.base import PERSON

UNPROCESSABLE = 422


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HtmxRequest, submission_id: int, pass_id: int) -> HttpResponse:
    """What was found in the text, and a form for its next version; a text that is in is shown as it is."""
    submission = access.submission(request, submission_id, "courses.hand_in_text")
    mine = Pass.objects.filter(
        review__snapshot__revision__submission=submission,
        reviewer__provider=PERSON,
        document__isnull=False,
    )
    item = get_object_or_404(mine.select_related("review__snapshot__seal"), pk=pass_id)
    path, before = item.document
    waits = item.state == Pass.State.WAITING
    form = TextForm(request.POST or None, before=before)
    if request.method == "POST" and form.is_valid():
        try:
            people = people_of(submission.assignment.course)
            hand_in_text(item, form.cleaned_data["text"], access.person(request), people)
        except NotWaiting as late:
            form.add_error(None, str(late))
        else:
            messages.success(request, "Your version is in. The reviewer reads it now.")
            return redirect("courses:reviews", submission.pk)
    context = {
        "item": item,
        "path": path,
        "recorded": item.review.passes.filter(recorded=True, round__lt=item.round).exists(),
        "form": form,
        "waits": waits or form.is_bound,
        "seal": item.review.snapshot.seal,
        **submission_context(request, submission),
    }
    return TemplateResponse(
        request, "courses/text.html", context, status=UNPROCESSABLE if form.errors else 200
    )
