"""Addresses of walkthroughs: kept, edited, made from a submission."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
