"""The workbench: one submission's defects, decided one by one, and the grade that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from courses.domain import answer_keys
from courses.domain.queries import alike, results, workbench
from courses.domain.queries.answer_keys import entry_of
from courses.domain.queries.notices import noticed
from courses.domain.queries.results import WhoSawWhat
from courses.domain.queries.standing import standing_of
from courses.domain.queries.workbench import Advice
from courses.forms.adjudication import (
    NEW_DEFECT,
    DismissalForm,
    DuplicateForm,
    MergeForm,
    MoveForm,
    RenameForm,
    StandingForm,
)
from courses.forms.grading import GradeForm
from courses.models import Submission
from courses.rules import may
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from courses.views.results import score_context
from reviews.claims import Severity
from reviews.gap import standing
from reviews.gap.stored import ABOUT_CODE, Stored
from reviews.models import Defect, Finding, KeyClaim, Note

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Refused:
    """Forms as they were sent, with what was wrong in them; None for those that were not."""

    dismissal: DismissalForm | None = None
    duplicate: DuplicateForm | None = None
    words: RenameForm | None = None
    merge: MergeForm | None = None
    grade: GradeForm | None = None


@login_required
@require_safe
def adjudicate(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """The workbench, at the first defect that is undecided."""
    submission = access.submission(request, submission_id, "courses.adjudicate")
    return bench(request, submission, None)


@login_required
@require_safe
def defect(request: HtmxRequest, submission_id: int, number: int) -> HttpResponse:
    """The workbench at one defect."""
    submission = access.submission(request, submission_id, "courses.adjudicate")
    return bench(request, submission, number)


@login_required
@require_POST
def decide(request: HtmxRequest, submission_id: int, number: int) -> HttpResponse:
    """Give a defect its standing."""
    submission, chosen = _defect(request, submission_id, number)
    person = access.person(request)
    wanted = request.POST.get("standing", "")
    refused = Refused()
    form: StandingForm | DismissalForm | DuplicateForm
    if wanted == Defect.Standing.INVALID:
        form = DismissalForm(request.POST)
        refused = Refused(dismissal=form)
    elif wanted == Defect.Standing.DUPLICATE:
        form = DuplicateForm(request.POST, defects=_defects(submission), defect=chosen)
        refused = Refused(duplicate=form)
    else:
        form = StandingForm(request.POST)
    if not _done(form, lambda: standing.decide(chosen, form.decision(), person)):
        return bench(request, submission, number, refused)
    messages.success(request, f"Defect {number} is {wanted}.")
    return _back(request, submission, number)


@login_required
@require_POST
def rename(request: HtmxRequest, submission_id: int, number: int) -> HttpResponse:
    """Set a defect's words and weight."""
    submission, chosen = _defect(request, submission_id, number)
    form = RenameForm(request.POST)

    def act() -> None:
        standing.rename(chosen, form.cleaned_data["title"], Severity(form.cleaned_data["severity"]))

    if not _done(form, act):
        return bench(request, submission, number, Refused(words=form))
    messages.success(request, f"Defect {number} has its new words.")
    return _back(request, submission, number)


@login_required
@require_POST
def merge(request: HtmxRequest, submission_id: int, number: int) -> HttpResponse:
    """Make one defect of two."""
    submission, chosen = _defect(request, submission_id, number)
    defects = _defects(submission)
    form = MergeForm(request.POST, defects=defects, defect=chosen)

    def act() -> None:
        into = next(other for other in defects if other.number == form.cleaned_data["into"])
        standing.merge(chosen, into)

    if not _done(form, act):
        return bench(request, submission, number, Refused(merge=form))
    into = form.cleaned_data["into"]
    messages.success(request, f"Defect {number} is now part of defect {into}.")
    return _back(request, submission, into)


@login_required
@require_POST
def move(request: HtmxRequest, submission_id: int, kind: str, claim_id: int) -> HttpResponse:
    """Put a claim into another defect, or into a new one of its own."""
    submission = access.submission(request, submission_id, "courses.adjudicate")
    claim = _claim(submission, kind, claim_id)
    defects = _defects(submission)
    form = MoveForm(request.POST, defects=defects)
    number = claim.defect.number if claim.defect else None
    if not form.is_valid():
        messages.error(request, "That defect is not there any more, so nothing was moved.")
        return _back(request, submission, number)
    wanted = form.cleaned_data["to"]
    to = None if wanted == NEW_DEFECT else next(d for d in defects if str(d.number) == wanted)
    try:
        home = standing.move(claim, to)
    except standing.Refused as refused:
        messages.error(request, str(refused))
        return _back(request, submission, number)
    messages.success(request, f"The claim now stands in defect {home.number}.")
    return _back(request, submission, home.number)


@login_required
@require_POST
def promote(request: HtmxRequest, submission_id: int, number: int) -> HttpResponse:
    """Make an entry of the assignment's answer key of a valid defect."""
    submission, chosen = _defect(request, submission_id, number)
    try:
        kept = answer_keys.promote(submission.assignment, chosen)
    except standing.Refused as refused:
        messages.error(request, str(refused))
    else:
        entry = kept.entries[0].number
        messages.success(request, f"Defect {number} is entry {entry} of the answer key.{kept.still}")
    return _back(request, submission, number)


def bench(
    request: HtmxRequest, submission: Submission, number: int | None, refused: Refused | None = None
) -> HttpResponse:
    """The workbench as a page, or for htmx the part of it that a defect changes.

    Raises Http404 for a number that no defect has.
    """
    context = _context(request, submission, number, refused or Refused())
    if number is not None and context["chosen"] is None:
        raise Http404
    part = "#bench" if request.htmx else ""
    status = UNPROCESSABLE if refused else 200
    return TemplateResponse(request, f"courses/adjudicate.html{part}", context, status=status)


def _context(
    request: HtmxRequest, submission: Submission, number: int | None, refused: Refused
) -> dict[str, Any]:
    row = standing_of(submission)
    if row.revision is None or row.gap is None or row.suggestion is None:
        raise Http404
    table = results.saw_what(row.revision.snapshot, decided=True)
    chosen = results.choose(row.revision.snapshot, table, number)
    advice = workbench.advise(row.revision.snapshot, chosen.defect) if chosen else None
    person = access.person(request)
    return {
        "row": row,
        "seal": row.seal,
        "table": table,
        "chosen": chosen,
        "advice": advice,
        "word": workbench.word_on(chosen.defect) if chosen else None,
        "can_travel": chosen is not None and alike.can_travel(chosen.defect),
        "noticed": noticed(row.revision.snapshot, staff=True),
        "grade_form": refused.grade or GradeForm.of(row.grade),
        "may_release": may(person, "courses.release_grades", submission),
        "is_htmx": bool(request.htmx),
        "on_bench": True,
        "key_entry": entry_of(submission, chosen.defect.pk) if chosen else None,
        **score_context(row, row.suggestion),
        **submission_context(request, submission),
        **(_forms(table, chosen, advice, refused) if chosen else {}),
    }


def _forms(
    table: WhoSawWhat, chosen: results.Chosen, advice: Advice | None, refused: Refused
) -> dict[str, forms.Form]:
    """The forms of the chosen defect: as they were sent, or with what stands or is suggested."""
    defect = chosen.defect
    defects = [entry.defect for entry in table.entries]
    original = defect.duplicate_of.number if defect.duplicate_of else None
    grounds = {"reason": defect.reason, "evidence": defect.evidence or chosen.evidence}
    grounds |= advice.grounds if advice else {}
    words = {"title": defect.title, "severity": defect.severity}
    return {
        "dismissal_form": refused.dismissal or DismissalForm(initial=grounds),
        "duplicate_form": refused.duplicate
        or DuplicateForm(initial={"duplicate_of": original}, defects=defects, defect=defect),
        "words_form": refused.words or RenameForm(initial=words),
        "merge_form": refused.merge or MergeForm(defects=defects, defect=defect),
        "move_form": MoveForm(defects=[other for other in defects if other.pk != defect.pk]),
    }


def _done(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether a form was valid and its act not refused; what was wrong stands at its fields."""
    if not form.is_valid():
        return False
    try:
        act()
    except standing.Refused as refused:
        form.add_error(refused.field, str(refused))
        return False
    return True


def _defect(request: HtmxRequest, submission_id: int, number: int) -> tuple[Submission, Defect]:
    submission = access.submission(request, submission_id, "courses.adjudicate")
    mine = Defect.objects.filter(snapshot__revision__submission=submission)
    return submission, get_object_or_404(mine, number=number)


def _claim(submission: Submission, kind: str, claim_id: int) -> Stored:
    if kind == "note":
        return get_object_or_404(Note, pk=claim_id, snapshot__revision__submission=submission)
    if kind == "keyclaim":
        return get_object_or_404(KeyClaim, pk=claim_id, snapshot__revision__submission=submission)
    if kind == "finding":
        about_code = Finding.objects.filter(by_pass__task__in=ABOUT_CODE)
        return get_object_or_404(about_code, pk=claim_id, snapshot__revision__submission=submission)
    raise Http404


def _defects(submission: Submission) -> list[Defect]:
    return list(Defect.objects.filter(snapshot__revision__submission=submission))


def _back(request: HtmxRequest, submission: Submission, number: int | None) -> HttpResponse:
    """To the defect again: by a redirect, or for htmx by what it would lead to."""
    url = reverse("courses:defect", args=[submission.pk, number]) if number else ""
    url = url or reverse("courses:adjudicate", args=[submission.pk])
    if not request.htmx:
        return redirect(url)
    response = bench(request, submission, number)
    response.headers["HX-Replace-Url"] = url
    return response
