"""Addresses of sittings: the projector, the presenter, phones, and what is left afterwards."""

from __future__ import annotations

from django.urls import URLPattern, path

from courses.views import sittings

urlpatterns: list[URLPattern] = [
    # What is left of a sitting
    path("sittings/<int:sitting_id>/", sittings.sitting, name="sitting"),
    path("sittings/<int:sitting_id>/answers.csv", sittings.answers_csv, name="sitting_csv"),
    path("sittings/<int:sitting_id>/compare/", sittings.compare, name="sitting_compare"),
    path("courses/<int:course_id>/sittings/own/", sittings.own_marks, name="own_marks"),
    path(
        "courses/<int:course_id>/sittings/own/<int:seat_id>/forget/",
        sittings.forget_own_marks,
        name="forget_own_marks",
    ),
]
