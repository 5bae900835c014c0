"""An assignment's dashboard: the class above, a row for every student, and what goes out."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from courses.domain import grading
from courses.domain.insights import digest_of
from courses.domain.queries import dashboard as rows
from courses.domain.queries.dashboard import SORTS, Wanted
from courses.domain.queries.headings import headlines
from courses.domain.queries.standing import standings
from courses.rules import may
from courses.views import access

ROWS_A_PAGE = 50
COLUMNS = (
    ("name", "Student"),
    ("attention", "Stage"),
    ("caught", "Caught"),
    ("missed", "Missed"),
    ("undecided", "Undecided"),
    ("suggested", "Suggested"),
    ("points", "Points"),
)


@login_required
@require_safe
def dashboard(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """The class as a whole, then its students, what needs attention first."""
    assignment = access.assignment(request, assignment_id, "courses.view_dashboard")
    person = access.person(request)
    everyone = standings(assignment)
    wanted = _wanted(request.GET)
    page = Paginator(rows.arrange(everyone, wanted), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "assignment": assignment,
        "course": assignment.course,
        "headlines": headlines(digest_of(assignment)),
        "page": page,
        "glances": rows.glances(list(page)),
        "page_query": f"{_query(wanted)}&",
        "wanted": wanted,
        "columns": [_column(name, title, wanted) for name, title in COLUMNS],
        "stages": rows.stages(everyone),
        "everyone": len(everyone),
        "next": rows.next_waiting(everyone),
        "to_release": rows.to_release(everyone),
        "released": rows.released(everyone),
        "by_other_weights": rows.by_other_weights(everyone),
        "may_edit": may(person, "courses.edit_assignment", assignment),
        "may_release": may(person, "courses.release_grades", assignment),
    }
    return TemplateResponse(request, "courses/dashboard.html", context)


@login_required
@require_safe
def next_ungraded(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """To the submission that waits for a grade next; `after` names the one that one comes from."""
    assignment = access.assignment(request, assignment_id, "courses.view_dashboard")
    found = rows.next_waiting(standings(assignment), request.GET.get("after", ""))
    if found is None or found.submission is None:
        messages.info(request, "No other submission waits for a grade.")
        return redirect("courses:dashboard", assignment.pk)
    return redirect("courses:adjudicate", found.submission.pk)


@login_required
@require_POST
def release(request: HttpRequest, assignment_id: int) -> HttpResponse:
    """Release or take back the grades that are marked, or all: `act` is what the button says."""
    assignment = access.assignment(request, assignment_id, "courses.release_grades")
    act = request.POST.get("act", "")
    marked = set(request.POST.getlist("submission"))
    everyone = act.endswith("_all")
    chosen = [found for found in assignment.submissions.all() if everyone or str(found.pk) in marked]
    if not chosen:
        messages.error(request, "No submission was marked, so nothing was changed. Mark some and try again.")
    elif act.startswith("take_back"):
        count = grading.take_back(chosen)
        messages.success(request, f"{_grades(count)} taken back; students no longer see them.")
    elif act.startswith("release"):
        released, without_points = grading.release(chosen)
        left = (
            "" if act.endswith("_all") or not without_points else f" {without_points} without points stayed."
        )
        messages.success(request, f"{_grades(released)} released.{left}")
    wanted = _wanted(request.POST)
    return HttpResponseRedirect(f"{reverse('courses:dashboard', args=[assignment.pk])}?{_query(wanted)}")


def _grades(count: int) -> str:
    return "1 grade" if count == 1 else f"{count} grades"


def _wanted(values: QueryDict) -> Wanted:
    sort = values.get("sort", rows.DEFAULT_SORT)
    known = sort.removeprefix("-") in SORTS
    return Wanted(values.get("stage", ""), values.get("name", ""), sort if known else rows.DEFAULT_SORT)


def _query(wanted: Wanted, sort: str | None = None) -> str:
    return urlencode({"stage": wanted.stage, "name": wanted.name, "sort": sort or wanted.sort})


def _column(name: str, title: str, wanted: Wanted) -> dict[str, str]:
    """A column's heading: a second click on the sorted one turns it round."""
    order = {name: "ascending", f"-{name}": "descending"}.get(wanted.sort, "")
    turned = f"-{name}" if order == "ascending" else name
    return {"name": name, "title": title, "order": order, "query": _query(wanted, turned)}
