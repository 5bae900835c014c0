"""Who is in a course: joining by code, roles, and the demo's one-click sign-in."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser, User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.domain import people as domain
from courses.domain.queries import people as queries
from courses.forms.people import JoinForm, RoleForm
from courses.models import Course, Membership
from courses.rules import may
from courses.views import access
from courses.views.misses import count_miss, misses

WRONG_CODES_AN_HOUR = 20
"""Codes have about 40 bits: at this rate nobody guesses one, and nobody mistypes one so often."""


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo people without a password; there only in a demo."""
    username = request.POST.get("username", "")
    if not settings.DEMO or username not in queries.DEMO_USERNAMES:
        raise Http404
    user = get_object_or_404(User, username=username, is_active=True)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def join(request: HttpRequest) -> HttpResponse:
    """Join a course by its code, which a link may bring along."""
    if request.method != "POST":
        return _join_page(request, JoinForm(initial={"code": request.GET.get("code", "")[:40]}))
    form = JoinForm(request.POST)
    user = access.person(request)
    if misses(_who(user)) >= WRONG_CODES_AN_HOUR:
        form.add_error(
            "code",
            f"You have tried {WRONG_CODES_AN_HOUR} codes that open no course. Nothing was changed. "
            "Wait an hour, or ask your instructor for the link to the course.",
        )
        return _join_page(request, form, 429)
    if not form.is_valid():
        return _join_page(request, form, 422)
    try:
        membership = domain.join(user, form.cleaned_data["code"])
    except domain.CannotJoin as refusal:
        count_miss(_who(user))
        form.add_error("code", str(refusal))
        return _join_page(request, form, 422)
    messages.success(request, f"You are in {membership.course.name} as {membership.get_role_display()}.")
    return redirect(membership.course)


def _join_page(request: HttpRequest, form: JoinForm, status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "courses/join.html", {"form": form}, status=status)


def _who(user: AbstractBaseUser) -> str:
    return f"join-misses:{user.pk}"


@require_safe
@login_required
def people(request: HttpRequest, course_id: int) -> HttpResponse:
    """The members of a course by role."""
    return _people_page(request, access.course(request, course_id, "courses.view_people"))


@require_POST
@login_required
def set_role(request: HttpRequest, course_id: int, membership_id: int) -> HttpResponse:
    """Give a member another role."""
    course = access.course(request, course_id, "courses.manage_course")
    member = get_object_or_404(Membership.objects.select_related("user"), pk=membership_id, course=course)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _people_page(request, course, member, "Choose one of the roles. Nothing was changed.")
    try:
        domain.set_role(member, form.cleaned_data["role"])
    except domain.LastInstructor as refusal:
        return _people_page(request, course, member, f"{refusal} Nothing was changed.")
    if member.user_id == request.user.pk and member.role not in Membership.STAFF:
        messages.success(request, "You are a student of this course now.")
        return redirect(course)
    name = member.user.get_full_name() or member.user.get_username()
    messages.success(request, f"{name} is {_with_article(member)} now.")
    return redirect("courses:people", course.pk)


def _with_article(member: Membership) -> str:
    word = member.get_role_display()
    return f"{'a' if member.role == Membership.Role.STUDENT else 'an'} {word}"


def _people_page(
    request: HttpRequest, course: Course, refused: Membership | None = None, problem: str = ""
) -> HttpResponse:
    groups = queries.by_role(course)
    context = {
        "course": course,
        "groups": groups,
        "has_students": any(group.role == Membership.Role.STUDENT for group in groups),
        "roles": Membership.Role.choices,
        "may_manage": may(access.person(request), "courses.manage_course", course),
        "refused_id": refused.pk if refused else None,
        "problem": problem,
    }
    return TemplateResponse(request, "courses/people.html", context, status=422 if problem else 200)
