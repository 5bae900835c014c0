"""Loads a thing and asks whether this person may: the only door to the rules."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from courses.models import Assignment, Course, Membership, Sitting, Submission, Walkthrough
from courses.rules import Thing, course_of, may, membership_of


def person(request: HttpRequest) -> AbstractUser:
    """Who asks; every view that calls this is behind `login_required`."""
    return cast(AbstractUser, request.user)


def course(request: HttpRequest, course_id: int, permission: str) -> Course:
    """The course, if this person may. Raises Http404 or PermissionDenied."""
    found = get_object_or_404(Course, pk=course_id)
    check(request, permission, found)
    return found


def assignment(request: HttpRequest, assignment_id: int, permission: str) -> Assignment:
    """The assignment with its course, if this person may. Raises Http404 or PermissionDenied."""
    found = get_object_or_404(Assignment.objects.select_related("course"), pk=assignment_id)
    check(request, permission, found)
    return found


def submission(request: HttpRequest, submission_id: int, permission: str) -> Submission:
    """The submission with its people, if this person may. Raises Http404 or PermissionDenied."""
    related = ("assignment__course", "student__user", "grade", "consent__asked_by")
    found = get_object_or_404(Submission.objects.select_related(*related), pk=submission_id)
    check(request, permission, found)
    return found


def walkthrough(request: HttpRequest, walkthrough_id: int, permission: str) -> Walkthrough:
    """The walkthrough with its course, if this person may. Raises Http404 or PermissionDenied."""
    found = get_object_or_404(Walkthrough.objects.select_related("course"), pk=walkthrough_id)
    check(request, permission, found)
    return found


def sitting(request: HttpRequest, sitting_id: int, permission: str) -> Sitting:
    """The sitting with its course, if this person may. Raises Http404 or PermissionDenied."""
    found = get_object_or_404(Sitting.objects.select_related("course"), pk=sitting_id)
    check(request, permission, found)
    return found


def membership(request: HttpRequest, thing: Thing) -> Membership:
    """This person's membership in the thing's course. Raises Http404 for a stranger."""
    found = membership_of(request.user, course_of(thing))
    if found is None:
        raise Http404
    return found


def check(request: HttpRequest, permission: str, thing: Thing) -> None:
    """Let pass, or say no: to strangers that there is nothing here, to members that they may not."""
    if may(person(request), permission, thing):
        return
    if membership_of(request.user, course_of(thing)) is None:
        raise Http404
    raise PermissionDenied
