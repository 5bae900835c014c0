"""Addresses of walkthroughs: kept, edited, made from a submission."""

from __future__ import annotations

from django.urls import URLPattern, path

from courses.views import consents

urlpatterns: list[URLPattern] = [
    path("submissions/<int:submission_id>/consent/", consents.consent, name="consent"),
    path("submissions/<int:submission_id>/walkthrough/", consents.make, name="walkthrough_make"),
]
