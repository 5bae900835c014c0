"""Courses and the people in them."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from courses.domain import budgets
from courses.models import Course, Membership
from courses.models.course import new_join_code

SETTINGS = ("name", "term", "time_zone", "budget")
"""What one form sets. The course's weights and its code are changed beside it, by other forms."""


class CannotJoin(Exception):
    """The code opens no course; the message says what to do."""


class LastInstructor(Exception):
    """A course cannot be left without an instructor."""


@transaction.atomic
def create_course(
    creator: AbstractBaseUser, *, name: str, term: str, time_zone: str, budget: Decimal | None = None
) -> Course:
    """A new course, with its creator as the instructor. A budget is in US dollars."""
    course = Course.objects.create(name=name, term=term, time_zone=time_zone, budget=budget)
    Membership.objects.create(course=course, user_id=creator.pk, role=Membership.Role.INSTRUCTOR)
    budgets.keep(course)
    return course


@transaction.atomic
def save_settings(course: Course) -> None:
    """Store a course's settings; its budget holds at once, for reviews that have begun too."""
    course.save(update_fields=SETTINGS)
    budgets.keep(course)


def join(user: AbstractBaseUser, code: str) -> Membership:
    """Join as a student by code. Joining again keeps the role that one has. Raises CannotJoin."""
    course = Course.objects.filter(join_code=code.strip().upper().replace(" ", "").replace("-", "")).first()
    if course is None:
        raise CannotJoin("No course has this code. Codes change: ask your instructor for today's.")
    membership = Membership.objects.filter(course=course, user_id=user.pk).first()
    if membership is not None:
        return membership
    if not course.join_open:
        raise CannotJoin("This course takes nobody in by code at the moment. Ask your instructor.")
    membership, _ = Membership.objects.get_or_create(
        course=course, user_id=user.pk, defaults={"role": Membership.Role.STUDENT}
    )
    return membership


def rotate_code(course: Course) -> None:
    """Give the course a new code; the old one opens nothing any more."""
    course.join_code = new_join_code()
    course.save(update_fields=["join_code"])


def set_join_open(course: Course, is_open: bool) -> None:
    """Open or close the course to people who have its code."""
    course.join_open = is_open
    course.save(update_fields=["join_open"])


def set_role(membership: Membership, role: str) -> None:
    """Give a member another role. Raises LastInstructor."""
    with transaction.atomic():
        Course.objects.select_for_update().get(pk=membership.course_id)
        others = Membership.objects.filter(
            course=membership.course_id, role=Membership.Role.INSTRUCTOR
        ).exclude(pk=membership.pk)
        if role != Membership.Role.INSTRUCTOR and not others.exists():
            raise LastInstructor("A course needs an instructor. Make somebody else one first.")
        membership.role = role
        membership.save(update_fields=["role"])
