"""A class, and the people in it."""

from __future__ import annotations

import secrets
import zoneinfo

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse

from courses.models.weighing import Weighing

CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without the letters and figures that are mistaken for one another on a projector."""


def new_join_code() -> str:
    """Eight letters, about 40 bits: not to be guessed, easy to read aloud."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(8))


class Course(Weighing):
    """A class. Its time zone is the one in which its dates are written and read.

    Its weights are those by which its numbers count now; a grade has its own.
    """

    name = models.CharField(max_length=120)
    term = models.CharField(max_length=60, blank=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    join_code = models.CharField(max_length=8, unique=True, default=new_join_code)
    budget = models.DecimalField(
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="What its reviews may cost in all, in US dollars. Empty: no limit.",
    )
    join_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="courses")

    class Meta(Weighing.Meta):
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The course's page."""
        return reverse("courses:course", args=[self.pk])

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone as an object."""
        return zoneinfo.ZoneInfo(self.time_zone)


class Membership(models.Model):
    """A person's role in a course."""

    class Role(models.TextChoices):
        """Roles are per course: nobody is an instructor everywhere."""

        STUDENT = "student", "student"
        ASSISTANT = "assistant", "assistant"
        INSTRUCTOR = "instructor", "instructor"

    STAFF = (Role.ASSISTANT, Role.INSTRUCTOR)

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.STUDENT)
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("user__last_name", "user__first_name", "pk")
        constraints = [models.UniqueConstraint(fields=("course", "user"), name="one_role_per_course")]

    def __str__(self) -> str:
        return f"{self.user} as {self.role}"
