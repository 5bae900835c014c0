"""What every answer passes on its way out."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

Handler = Callable[[HttpRequest], HttpResponse]


def vary_on_htmx(get_response: Handler) -> Handler:
    """Tell caches that a fragment for htmx is not the page of the same address.

    Without it the browser's Back button shows a bare fragment.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    return respond
