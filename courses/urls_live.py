"""Addresses of sittings: the projector, the presenter, phones, and what is left afterwards."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
