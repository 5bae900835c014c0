"""Showing a student's work to a class: asking them, their answer, and the walkthrough made from it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from courses.domain import consents, from_submission
from courses.domain.queries.consents import showable
from courses.domain.submissions import current_revision
from courses.domain.walkthroughs import NoConsent
from courses.forms.consents import ConsentForm
from courses.models import Submission
from courses.rules import may
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """What the student is asked, with what follows from each answer; staff ask by a POST."""
    form = ConsentForm(request.POST or None)
    word = form.cleaned_data["word"] if form.is_valid() else ""
    permission = "courses.make_walkthrough" if word == "ask" else "courses.answer_consent"
    submission = access.submission(request, submission_id, permission)
    if word == "ask":
        return _ask(request, submission)
    if request.method == "POST":
        return _answer(request, submission, word)
    context = {
        "seal": getattr(current_revision(submission).snapshot, "seal", None),
        "made": submission.walkthroughs.count(),
        **submission_context(request, submission),
    }
    return TemplateResponse(request, "walkthroughs/consent.html", context)


def _ask(request: HtmxRequest, submission: Submission) -> HttpResponse:
    name = submission.student.user.first_name
    if consents.ask(submission, access.person(request)):
        messages.success(request, f"{name} is asked, on the page of the submission and in the course.")
    else:
        messages.info(request, f"{name} was asked before. The answer is theirs alone to change.")
    return redirect("courses:walkthrough_make", submission.pk)


def _answer(request: HtmxRequest, submission: Submission, word: str) -> HttpResponse:
    try:
        if word == "give":
            consents.give(submission)
            messages.success(request, "Your class may see this work. You can withdraw that here at any time.")
        elif word == "refuse":
            removed = consents.refuse(submission)
            gone = f" Removed: {removed} walkthrough{'' if removed == 1 else 's'}." if removed else ""
            messages.success(request, f"Nothing of this work is shown to a class.{gone}")
        else:
            messages.error(request, "Nothing was changed: choose one of the answers.")
    except consents.NotAsked as reason:
        messages.error(request, f"{reason} Nothing was changed.")
    return redirect("courses:consent", submission.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def make(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Where a consent stands, and what is replaced before a class sees the work; a POST makes it."""
    submission = access.submission(request, submission_id, "courses.make_walkthrough")
    person = access.person(request)
    if request.method == "POST":
        try:
            from_submission.make(submission, person)
        except NoConsent as reason:
            messages.error(request, str(reason))
        else:
            messages.success(request, "It is made. Look at what was replaced, then read it through.")
        return redirect("courses:walkthrough_make", submission.pk)
    shown = showable(submission)
    context = {
        "seal": getattr(current_revision(submission).snapshot, "seal", None),
        "shown": shown,
        "made": [(item, may(person, "courses.use_walkthrough", item)) for item in shown.made],
        **submission_context(request, submission),
    }
    return TemplateResponse(request, "walkthroughs/make.html", context)
