"""Who reviews on this site, over which connections, and where a course has brought its own key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from courses.domain.budgets import name_of
from courses.models import Course
from reviews.engine.connections import own_keys
from reviews.engine.limits import left_alone_until
from reviews.models import Connection, Reviewer
from reviews.protocols.base import PERSON
from reviews.protocols.imported import IMPORTED


@dataclass(frozen=True, slots=True)
class Way:
    """A connection of the site, and the course's own in its place: None where it uses the site's."""

    site: Connection
    own: Connection | None
    left_alone_until: datetime | None

    @property
    def used(self) -> Connection:
        """The one over which this course's reviewers are reached."""
        return self.own or self.site


def reviewers() -> list[Reviewer]:
    """All reviewers that are called, those switched on first, with model and connection; one query."""
    found = Reviewer.objects.exclude(provider__in=(PERSON, IMPORTED.name)).select_related(
        "model", "connection"
    )
    return sorted(found, key=lambda reviewer: (not reviewer.active, reviewer.model_id is None, reviewer.name))


def ways(course: Course) -> Sequence[Way]:
    """The connections that the site has switched on, as this course uses them; in two queries."""
    now = timezone.now()
    return [
        Way(item.site, item.own, left_alone_until(item.own or item.site, now))
        for item in own_keys(name_of(course))
    ]
