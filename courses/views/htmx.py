"""The request as django-htmx's middleware leaves it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    """A request that says whether htmx sent it: `request.htmx` is false for a plain one."""

    htmx: HtmxDetails
