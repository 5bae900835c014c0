"""Makes the big course in a PostgreSQL database, or finds it there, and measures its pages.

`python -m tests.benchmarks.insights URL SIZE`, in a process of its own: a database is chosen once in
a process's life. Prints a JSON list of what was measured last; bench_insights.py reads it.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from courses.models import Assignment, Course, Submission

RUNS = 5

SIZES = {"full": (500, 20, 300_000), "small": (60, 4, 7_200)}
"""Students, assignments, claims."""

_LINKS = re.compile(r'href="([^"?#]+)')


@dataclass(frozen=True, slots=True)
class Measured:
    """A page: milliseconds, the median of `RUNS` after a warm-up, and how many queries."""

    name: str
    ms: float
    queries: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page as somebody asks for it."""

    name: str
    client: Client
    address: str

    def __call__(self) -> None:
        """Ask for it, and read all of it."""
        response = self.client.get(self.address)
        if response.status_code != 200:
            raise RuntimeError(f"{self.address} answered {response.status_code}.")
        response.getvalue()

    def links(self) -> list[str]:
        """The addresses below its own that it leads to."""
        found = _LINKS.findall(self.client.get(self.address).content.decode())
        return [
            link for link in dict.fromkeys(found) if link.startswith(self.address) and link != self.address
        ]


def main(url: str, size: str) -> None:
    """Prepare the database and the course, measure, and print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DATABASE_URL"] = url
    import django

    django.setup()
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    call_command("migrate", verbosity=0)
    course = _course(*SIZES[size])
    measured = [asdict(_measured(page)) for page in _pages(course)]
    print(json.dumps(measured), flush=True)


def _course(students: int, assignments: int, claims: int) -> Course:
    """The course, made now unless it is there."""
    from django.db import connection

    from courses.demo.big.course import Size, make
    from courses.models import Course

    size = Size(students, assignments, claims)
    there = Course.objects.filter(name=size.name).first()
    if there is not None:
        return there
    began = time.monotonic()
    made = make(size, lambda line: print(f"# {line}", file=sys.stderr, flush=True))
    with connection.cursor() as cursor:
        # What autovacuum does by itself within a minute.
        cursor.execute("ANALYZE")
    print(f"# made in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return made


def _measured(page: Page) -> Measured:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.benchmarks.harness import once

    with CaptureQueriesContext(connection) as captured:
        page()
        # The next request empties the list.
        queries = len(captured)
    return Measured(page.name, median(once(page) for _ in range(RUNS)) * 1000, queries)


# --- The pages ------------------------------------------------------------------------------------
def _pages(course: Course) -> Iterator[Page]:
    """What staff look at, then what a student looks at. Pages that there are not (yet) are left out."""
    from django.contrib.auth.models import User

    from courses.models import Membership, Submission
    from tests.people import client_of

    teaching = User.objects.get(memberships__course=course, memberships__role=Membership.Role.INSTRUCTOR)
    staff = client_of(teaching)
    assignments = list(course.assignments.order_by("due_at"))
    oldest, newest = assignments[0], assignments[-1]
    yield from _of_class(staff, course, oldest, newest)
    submission = (
        Submission.objects.filter(assignment=oldest)
        .select_related("student__user")
        .earliest("grade__released_at", "pk")
    )
    yield from _of_submission("staff: ", staff, submission)
    student = client_of(submission.student.user)
    yield from _there(
        "student: ", student, [("index", None), ("course", course.pk), ("own_progress", course.pk)]
    )
    yield from _of_submission("student: ", student, submission)


def _of_class(client: Client, course: Course, oldest: Assignment, newest: Assignment) -> Iterator[Page]:
    yield from _there("", client, [("index", None), ("course", course.pk), ("people", course.pk)])
    for which, assignment in (("oldest", oldest), ("newest", newest)):
        yield from _there(f"{which} ", client, [("dashboard", assignment.pk)])
    for which, name, pk in (
        ("course: ", "course_insights", course.pk),
        ("assignment: ", "insights", oldest.pk),
    ):
        for page in _there("", client, [(name, pk)]):
            yield Page(f"{which}insights", client, page.address)
            for link in page.links():
                yield Page(f"{which}{link.removeprefix(page.address)}", client, link)


def _of_submission(whose: str, client: Client, submission: Submission) -> Iterator[Page]:
    """Of one that was released, where there is one: else its student may not see the result."""
    names = ["receipt", "reviews", "apparatus", "result", "numbers"]
    if whose.startswith("staff"):
        names += ["adjudicate", "ledger", "ledger_csv"]
    for page in _there(whose, client, [(name, submission.pk) for name in names]):
        # In a course of one assignment nothing is released, so its students may not see the result.
        if client.get(page.address).status_code == 200:
            yield page


def _there(prefix: str, client: Client, wanted: list[tuple[str, int | None]]) -> Iterator[Page]:
    from django.urls import NoReverseMatch, reverse

    for name, pk in wanted:
        try:
            address = reverse(f"courses:{name}", args=[] if pk is None else [pk])
        except NoReverseMatch:
            continue
        yield Page(f"{prefix}{name}", client, address)


if __name__ == "__main__":
    main(*sys.argv[1:3])
