"""One's courses, a course, and its settings."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import rules
from courses.domain import people, weights
from courses.domain.budgets import spending
from courses.domain.queries import courses as queries
from courses.forms.courses import CourseForm, time_zones
from courses.forms.people import JoinForm
from courses.forms.weights import WeightsForm
from courses.models import Course
from courses.rules import may
from courses.views import access


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """One's courses, with what is next in each."""
    user = access.person(request)
    rows = queries.index(user, partial(rules.findings_are_due, user))
    return TemplateResponse(request, "courses/index.html", {"rows": rows, "join_form": JoinForm()})


@require_safe
@login_required
def course(request: HttpRequest, course_id: int) -> HttpResponse:
    """A course: its assignments, and for its staff how much waits and who can join."""
    found = access.course(request, course_id, "courses.view_course")
    user = access.person(request)
    is_staff = may(user, "courses.view_people", found)
    context = {
        "course": found,
        "is_staff": is_staff,
        "may_manage": may(user, "courses.manage_course", found),
        "join_link": request.build_absolute_uri(f"{reverse('courses:join')}?code={found.join_code}"),
    }
    if is_staff:
        context["load"] = queries.workloads(found)
    else:
        may_see = partial(rules.findings_are_due, user)
        membership = access.membership(request, found)
        context["work"] = queries.own_work(membership, queries.assignments_of(found), may_see)
    return TemplateResponse(request, "courses/course.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A form for a new course; its creator teaches it."""
    form = CourseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = people.create_course(access.person(request), **form.cleaned_data)
        messages.success(request, f"{made.name} is set up. Give its code to your students.")
        return redirect(made)
    return _form_page(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings(request: HttpRequest, course_id: int) -> HttpResponse:
    """The course's name, term and time zone, what its reviews may cost, and what a defect weighs."""
    found = access.course(request, course_id, "courses.manage_course")
    name = found.name
    form = CourseForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        people.save_settings(form.save(commit=False))
        messages.success(request, "The settings are saved.")
        return redirect(found)
    return _form_page(request, form, found, name)


@require_POST
@login_required
def set_weights(request: HttpRequest, course_id: int) -> HttpResponse:
    """What a defect weighs in the course's numbers from now on."""
    found = access.course(request, course_id, "courses.manage_course")
    form = WeightsForm(request.POST)
    if not form.is_valid():
        return _form_page(request, CourseForm(instance=found), found, found.name, form)
    try:
        weights.set_weights(found, form.weights())
    except weights.Refused as refused:
        form.add_error(refused.severity, str(refused))
        return _form_page(request, CourseForm(instance=found), found, found.name, form)
    messages.success(
        request, "The weights are saved. Numbers and suggestions follow them; points that were given stay."
    )
    return redirect(f"{reverse('courses:course_settings', args=[found.pk])}#weights")


@require_POST
@login_required
def rotate_code(request: HttpRequest, course_id: int) -> HttpResponse:
    """A new join code; the old one is void."""
    found = access.course(request, course_id, "courses.manage_course")
    people.rotate_code(found)
    messages.success(request, f"The new code is {found.join_code}. The old one opens nothing any more.")
    return redirect(found)


@require_POST
@login_required
def set_join_open(request: HttpRequest, course_id: int) -> HttpResponse:
    """Open or close the course to people who have its code; `open` is 1 or 0."""
    found = access.course(request, course_id, "courses.manage_course")
    people.set_join_open(found, request.POST.get("open") == "1")
    state = "can join by code" if found.join_open else "cannot join by code any more; members stay"
    messages.success(request, f"People {state}.")
    return redirect(found)


def _form_page(
    request: HttpRequest,
    form: CourseForm,
    course: Course | None = None,
    name: str = "",
    weights_form: WeightsForm | None = None,
) -> HttpResponse:
    if weights_form is None and course is not None:
        weights_form = WeightsForm.of(course)
    is_wrong = form.errors or (weights_form is not None and weights_form.errors)
    context = {
        "form": form,
        "course": course,
        "course_name": name,
        "time_zones": time_zones(),
        "spending": spending(course) if course else None,
        "weights_form": weights_form,
        "given": weights.given(course) if course else None,
    }
    return TemplateResponse(request, "courses/course_form.html", context, status=422 if is_wrong else 200)
