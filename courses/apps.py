"""The courses application."""

from django.apps import AppConfig


class CoursesConfig(AppConfig):
    """Courses, assignments, submissions, grades: everything that people touch."""

    name = "courses"
    verbose_name = "Courses"
