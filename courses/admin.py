"""Courses and their members, for administrators. Work, seals and grades are not edited here."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from courses.forms.courses import CourseForm
from courses.models import Course, Membership

admin.site.site_header = "Blindspot administration" + (": this is a demo" if settings.DEMO else "")
admin.site.site_title = "Blindspot"


@admin.register(Course)
class CourseAdmin(admin.ModelAdmin[Course]):
    """A course cannot be deleted here: its sealed submissions would go with it."""

    form = CourseForm
    fields = ("name", "term", "time_zone")
    list_display = ("name", "term", "time_zone", "join_open", "created_at")
    search_fields = ("name", "term")

    def has_delete_permission(self, request: HttpRequest, obj: Course | None = None) -> bool:
        """Nobody deletes a course."""
        return False


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin[Membership]):
    """Who is in which course; a member who has handed in is protected by the database."""

    list_display = ("user", "course", "role", "joined_at")
    list_filter = ("role", "course")
    search_fields = ("user__email", "user__first_name", "user__last_name", "course__name")
    list_select_related = ("user", "course")
    autocomplete_fields = ("course", "user")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> tuple[str, ...]:
        """Whose membership it is never changes: sealed work hangs on it."""
        return ("course", "user") if obj else ()
