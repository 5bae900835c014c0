"""What every page knows of the site."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from courses import rules
from courses.domain.queries.people import DemoPerson, demo_people


class Site:
    """The site as templates see it, as `blindspot`."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def demo(self) -> bool:
        """Whether this is a demo, which every page says."""
        return bool(settings.DEMO)

    @cached_property
    def demo_people(self) -> list[DemoPerson]:
        """Whom one can look around as; asked of the database only where a template asks."""
        if not self.demo:
            return []
        return demo_people(partial(rules.findings_are_due, self._request.user))


def site(request: HttpRequest) -> dict[str, Any]:
    """The context processor. The name is our own: allauth calls something else `site`."""
    return {"blindspot": Site(request)}
