"""A submission after its seal: the way on, who saw what, and the grade as its student reads it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from courses.domain.grading import RECALL_SHARE, Suggestion
from courses.domain.queries import panel, results
from courses.domain.queries.notices import noticed
from courses.domain.queries.results import Entry, Mark, WhoSawWhat
from courses.domain.queries.standing import Standing, standing_of
from courses.domain.rescues import fixes
from courses.domain.submissions import current_revision
from courses.rules import may
from courses.views import access
from courses.views.around import submission_context
from courses.views.htmx import HtmxRequest
from courses.views.reviews import panel_context


@login_required
@require_safe
def submission(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Where a submission goes on: the code while it is a draft, its reviews, then its result."""
    found = access.submission(request, submission_id, "courses.view_submission")
    person = access.person(request)
    if may(person, "courses.adjudicate", found):
        return redirect("courses:adjudicate", found.pk)
    context = panel_context(request, found)
    if context["seal"] is None:
        return redirect("courses:code", found.pk)
    if may(person, "courses.view_grade", found):
        return redirect("courses:result", found.pk)
    return TemplateResponse(request, "courses/submission.html", context)


@login_required
@require_safe
def apparatus(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """Who saw what. With `defect` and `witness`, also what that witness said of that defect."""
    found = access.submission(request, submission_id, "courses.view_findings")
    person = access.person(request)
    decided = may(person, "courses.view_grade", found)
    revision = current_revision(found)
    table = results.saw_what(revision.snapshot, decided=decided)
    chosen = _chosen(request, table)
    context = {
        "revision": revision,
        "seal": getattr(revision.snapshot, "seal", None),
        "table": table,
        "decided": decided,
        "reading": not panel.have_read(revision.snapshot),
        "chosen": chosen,
        "excerpts": table.sources.excerpts(chosen[1].said) if chosen else (),
        **submission_context(request, found),
    }
    if request.htmx:
        if chosen is None:
            raise Http404
        return TemplateResponse(request, "courses/apparatus.html#claim", context)
    return TemplateResponse(request, "courses/apparatus.html", context)


def _chosen(request: HtmxRequest, table: WhoSawWhat) -> tuple[Entry, Mark] | None:
    """The cell that the address names, if somebody said something in it."""
    number, siglum = request.GET.get("defect", ""), request.GET.get("witness", "")
    entry = next((entry for entry in table.entries if str(entry.defect.number) == number), None)
    marks = entry.marks if entry else ()
    mark = next((mark for mark in marks if mark.witness.siglum == siglum and mark.said), None)
    return (entry, mark) if entry and mark else None


@login_required
@require_safe
def result(request: HtmxRequest, submission_id: int) -> HttpResponse:
    """The grade: what was seen and missed, and where each point went."""
    found = access.submission(request, submission_id, "courses.view_grade")
    row = standing_of(found)
    if row.revision is None or row.gap is None or row.derivation is None:
        raise Http404
    snapshot = row.revision.snapshot
    table = results.saw_what(snapshot, decided=True)
    outcome = results.outcome(table, row.gap)
    person = access.person(request)
    around = submission_context(request, found)
    context = {
        "row": row,
        "seal": row.seal,
        "table": table,
        "outcome": outcome,
        "missed": [(entry, table.excerpts(entry)) for entry in outcome.missed],
        "noticed": noticed(snapshot, staff=around["is_staff"]),
        "fixes": [(fix, fix.may_be_asked_for(found, person)) for fix in fixes(snapshot)]
        if may(person, "courses.ask_rescue", found)
        else (),
        **score_context(row, row.derivation),
        **around,
    }
    return TemplateResponse(request, "courses/result.html", context)


def score_context(row: Standing, suggestion: Suggestion) -> dict[str, Any]:
    """What the derivation of a score needs; its weights are those of the suggestion."""
    return {
        "gap": row.gap,
        "suggestion": suggestion,
        "grade": row.grade,
        "weighted_recall": row.gap.weighted_recall(suggestion.weights) if row.gap else None,
        "recall_share": int(RECALL_SHARE * 100),
        "precision_share": int((1 - RECALL_SHARE) * 100),
        "precision_worth": suggestion.out_of * (1 - RECALL_SHARE),
    }
