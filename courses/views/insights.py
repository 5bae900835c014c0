"""Insights: the numbers of an assignment and of a course, each open to the defects behind it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from courses.domain.insights import digest_of, digests_of
from courses.domain.queries import drawn, headings
from courses.domain.queries import insights as queries
from courses.domain.queries.sheets import sheet
from courses.models import Assignment, Course, Membership
from courses.rules import may
from courses.views import access
from courses.views.htmx import HtmxRequest
from reviews.gap import tables
from reviews.gap.digest import Digest, together

LINES_A_PAGE = 24
"""Students whose lines over the term stand on one page."""


@login_required
@require_safe
def of_assignment(request: HtmxRequest, assignment_id: int) -> HttpResponse:
    """Everything that can be said of one assignment."""
    assignment = access.assignment(request, assignment_id, "courses.view_insights")
    digest = digest_of(assignment)
    return TemplateResponse(request, "courses/insights.html", {**_around(assignment), **_tables(digest)})


@login_required
@require_safe
def of_course(request: HtmxRequest, course_id: int) -> HttpResponse:
    """The same for all published assignments of a course together, and what was learnt over the term."""
    course = access.course(request, course_id, "courses.view_insights")
    assignments, digests = _published(course)
    context = {
        **_around(course),
        **_tables(together(digests)),
        "term": [
            {"assignment": assignment, "learnt": tables.learnt(digest)}
            for assignment, digest in zip(assignments, digests, strict=True)
        ],
        "term_picture": drawn.term(assignments, digests),
        "term_heading": headings.of_term(digests),
    }
    return TemplateResponse(request, "courses/insights.html", context)


def _published(course: Course) -> tuple[list[Assignment], list[Digest]]:
    assignments = list(course.assignments.filter(state=Assignment.State.PUBLISHED))
    digests = digests_of(assignments)
    return assignments, [digests[assignment.pk] for assignment in assignments]


def _tables(digest: Digest) -> dict[str, Any]:
    """Each table with its picture and its heading."""
    spots, repeats, added = tables.blind_spots(digest), tables.repeats(digest), tables.added(digest)
    tests, nobody, reviewers = (
        tables.green_tests(digest),
        tables.nobody_found(digest),
        tables.reviewers(digest),
    )
    worth, tenths = tables.learnt(digest), tables.tenths(digest)
    return {
        "submissions": digest.count("totals", ("submissions",)),
        "valid": tables.number(digest, "totals", "valid"),
        "false": tables.number(digest, "totals", "false"),
        "undecided": tables.number(digest, "totals", "undecided"),
        "spots": spots,
        "spots_picture": drawn.spots(spots) if spots.rows else None,
        "spots_heading": headings.of_spots(spots),
        "repeats": repeats,
        "repeats_picture": drawn.overlaps(repeats) if repeats.pairs else None,
        "repeats_heading": headings.of_repeats(repeats),
        "thesis": headings.of_thesis(repeats.thesis),
        "thesis_picture": drawn.thesis(repeats),
        "added": added,
        "added_picture": drawn.steps(added) if added else None,
        "added_heading": headings.of_steps(added),
        "tests": tests,
        "tests_picture": drawn.holding(tests),
        "tests_heading": headings.of_tests(tests),
        "nobody": nobody,
        "nobody_picture": drawn.estimated(nobody),
        "nobody_heading": headings.of_nobody(nobody),
        "reviewers": reviewers,
        "recalls_picture": drawn.seen(reviewers),
        "precisions_picture": drawn.right(reviewers),
        "reviewers_heading": headings.of_reviewers(reviewers),
        "learnt": worth,
        "tenths": tenths,
        "tenths_picture": drawn.stated(tenths) if tenths else None,
        "learnt_heading": headings.of_learnt(worth),
    }


@login_required
@require_safe
def students_of_assignment(request: HtmxRequest, assignment_id: int) -> HttpResponse:
    """Which student missed what, in one assignment."""
    return _students(request, access.assignment(request, assignment_id, "courses.view_insights"))


@login_required
@require_safe
def students_of_course(request: HtmxRequest, course_id: int) -> HttpResponse:
    """Which student missed what, in a whole course."""
    return _students(request, access.course(request, course_id, "courses.view_insights"))


def _students(request: HtmxRequest, scope: queries.Scope) -> HttpResponse:
    page, rows = queries.student_rows(scope, request.GET.get("page"))
    categories = sorted({category for row in rows for category in row.categories})
    context = {
        **_around(scope),
        "page": page,
        "categories": categories,
        "rows": [{"row": row, "cells": [row.categories.get(name) for name in categories]} for row in rows],
        "picture": drawn.students_missed(rows, categories) if categories else None,
    }
    return TemplateResponse(request, "courses/insights_students.html", context)


@login_required
@require_safe
def learning(request: HtmxRequest, course_id: int) -> HttpResponse:
    """Each student over the term's assignments."""
    course = access.course(request, course_id, "courses.view_insights")
    assignments = list(course.assignments.filter(state=Assignment.State.PUBLISHED))
    wanted = request.GET.get("number", "")
    number = wanted if wanted in drawn.NUMBERS else "recall"
    page, rows = queries.term_rows(course, assignments, request.GET.get("page"), LINES_A_PAGE)
    context = {
        **_around(course),
        "page": page,
        "rows": rows,
        "assignments": assignments,
        "number": number,
        "page_query": f"number={number}&",
        "numbers": {name: said for name, (said, _) in drawn.NUMBERS.items()},
        "picture": drawn.student_lines(rows, assignments, number) if rows and assignments else None,
    }
    return TemplateResponse(request, "courses/insights_learning.html", context)


@login_required
@require_safe
def own_progress(request: HtmxRequest, course_id: int) -> HttpResponse:
    """A student's own line: what their notes were worth, where the grade is out."""
    course = access.course(request, course_id, "courses.view_own_progress")
    person = access.person(request)
    out = [
        found
        for found in queries.own_submissions(access.membership(request, course))
        if may(person, "courses.view_grade", found)
    ]
    rows = queries.own_worths(out)
    picture = drawn.own_term([row.submission.assignment.title for row in rows], [row.worth for row in rows])
    context = {"course": course, "rows": rows, "picture": picture if rows else None}
    return TemplateResponse(request, "courses/progress.html", context)


@login_required
@require_safe
def defects_of_assignment(request: HtmxRequest, assignment_id: int) -> HttpResponse:
    """The defects behind a number of an assignment."""
    assignment = access.assignment(request, assignment_id, "courses.view_insights")
    return _defects(request, assignment)


@login_required
@require_safe
def defects_of_course(request: HtmxRequest, course_id: int) -> HttpResponse:
    """The same of a course: of one student the defects, of all students the assignments that hold them."""
    course = access.course(request, course_id, "courses.view_insights")
    if request.GET.get("student"):
        return _defects(request, course)
    of, key = _wanted(request)
    assignments, digests = _published(course)
    counted = [digest.count(of, key) for digest in digests]
    context = {
        **_around(course),
        "what": headings.of_key(of, key),
        "query": _query(of, key),
        "total": sum(counted),
        "by_assignment": [
            {"assignment": assignment, "count": count}
            for assignment, count in zip(assignments, counted, strict=True)
            if count
        ],
    }
    return TemplateResponse(request, "courses/insights_defects.html", context)


def _defects(request: HtmxRequest, scope: queries.Scope) -> HttpResponse:
    of, key = _wanted(request)
    student = _student(request, scope)
    page, rows = queries.defects_behind(scope, of, key, student, request.GET.get("page"))
    query = _query(of, key)
    context = {
        **_around(scope),
        "what": headings.of_key(of, key),
        "student": student,
        "page": page,
        "rows": rows,
        "page_query": f"{query}&student={student.pk}&" if student else f"{query}&",
    }
    return TemplateResponse(request, "courses/insights_defects.html", context)


def _wanted(request: HtmxRequest) -> tuple[str, tuple[str, ...]]:
    return request.GET.get("of", ""), tuple(request.GET.getlist("key"))


def _query(of: str, key: tuple[str, ...]) -> str:
    return urlencode([("of", of), *(("key", part) for part in key)])


def _student(request: HtmxRequest, scope: queries.Scope) -> Membership | None:
    """The member that the address names; None for all. Raises Http404 for one of another course."""
    wanted = request.GET.get("student", "")
    if not wanted:
        return None
    if not wanted.isdecimal():
        raise Http404
    course = scope.course if isinstance(scope, Assignment) else scope
    return get_object_or_404(course.memberships.select_related("user"), pk=int(wanted))


@login_required
@require_safe
def sheet_of_assignment(request: HtmxRequest, assignment_id: int, table: str) -> StreamingHttpResponse:
    """A table of an assignment as comma-separated values."""
    assignment = access.assignment(request, assignment_id, "courses.view_insights")
    return _sheet(table, assignment, {assignment: digest_of(assignment)})


@login_required
@require_safe
def sheet_of_course(request: HtmxRequest, course_id: int, table: str) -> StreamingHttpResponse:
    """A table of a course as comma-separated values."""
    course = access.course(request, course_id, "courses.view_insights")
    return _sheet(table, course, dict(zip(*_published(course), strict=True)))


def _sheet(table: str, scope: queries.Scope, digests: dict[Assignment, Digest]) -> StreamingHttpResponse:
    found = sheet(table, scope, digests)
    if found is None:
        raise Http404
    response = StreamingHttpResponse(found.lines(), content_type="text/csv; charset=utf-8")
    kind = "assignment" if isinstance(scope, Assignment) else "course"
    response["Content-Disposition"] = f'attachment; filename="{table}-{kind}-{scope.pk}.csv"'
    return response


def _around(scope: queries.Scope) -> dict[str, Any]:
    """Where a page belongs, and the addresses of its neighbours."""
    is_assignment = isinstance(scope, Assignment)
    prefix = "courses:insights" if is_assignment else "courses:course_insights"

    def address(suffix: str = "", *more: str) -> str:
        return reverse(f"{prefix}{suffix}", args=[scope.pk, *more])

    names = ("blind-spots", "witnesses", "repeats", "added", "tests", "nobody", "reviewers", "learning",
             "students", "categories")  # fmt: skip
    return {
        "scope": scope,
        "assignment": scope if is_assignment else None,
        "course": scope.course if isinstance(scope, Assignment) else scope,
        "here": address(),
        "students_url": address("_students"),
        "defects_url": address("_defects"),
        "sheets": {name.replace("-", "_"): address("_csv", name) for name in names},
    }
