"""A course's own keys: it may bring a key for a connection of the site, never an address."""

from __future__ import annotations

from django.views.decorators.debug import sensitive_variables

from courses.domain.budgets import name_of
from courses.models import Course
from reviews.engine import connections
from reviews.engine.checks import Check, check_all
from reviews.models import Connection


@sensitive_variables("key")
def bring(course: Course, site: Connection, key: str) -> None:
    """Use this key for the course's reviews from now on, for those under way too. Raises NotAKey."""
    connections.own_key(name_of(course), site, key)


def forget(course: Course, site: Connection) -> None:
    """Use the site's own key again."""
    connections.forget_own_key(name_of(course), site)


def check(course: Course) -> list[Check]:
    """Ask every reviewer's provider for a word, with the keys of this course. Takes up to a minute."""
    return check_all(name_of(course))
