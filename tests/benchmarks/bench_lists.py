"""The longest list page: the instructor's dashboard of an assignment."""

from __future__ import annotations

from dataclasses import replace

from django.test import Client
from django.urls import reverse

from courses.domain.assignments import PlanLine
from courses.domain.people import create_course
from courses.models import Assignment
from reviews.claims import Place
from tests.benchmarks.harness import Bench, benchmark
from tests.people import client_of, enrol, person
from tests.stories import INJECTION, RACE, ROUNDING, assignment, recorded_reviewer, recording, reviewed


@benchmark
def dashboard(bench: Bench) -> None:
    """A class of ten and one of sixty: the page shows fifty rows, the queries stay the same."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE, ROUNDING])
    small, large = _shown(10), _shown(60)
    bench.time("dashboard, 60 students, 50 rows shown", large)
    bench.ratio("dashboard, 60 students to 10", large, small, bound=6)
    bench.value(
        "dashboard, queries with 60 students less those with 10", large.queries() - small.queries(), "", 0
    )


class _Page:
    """Asks for the page when called."""

    def __init__(self, client: Client, to: Assignment) -> None:
        self.client = client
        self.address = reverse("courses:dashboard", args=[to.pk])

    def __call__(self) -> None:
        if self.client.get(self.address).status_code != 200:
            raise RuntimeError(f"{self.address} did not answer.")

    def queries(self) -> int:
        """How many queries the page makes."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            self()
        return len(captured)


def _shown(students: int) -> _Page:
    ruth = person(f"ruth-of-{students}", "Ellison")
    course = create_course(ruth, name=f"Class of {students}", term="", time_zone="UTC")
    to = assignment(course, plan=[PlanLine("cross_model")])
    for number in range(students):
        student = person(f"student-{number}-of-{students}", "Student")
        enrol(course, student)
        elsewhere = replace(ROUNDING, place=Place("prices.py", 1, 1), quote="def total(prices, tax):")
        reviewed(to, student, claims=(INJECTION, elsewhere)[: 1 + number % 2])
    return _Page(client_of(ruth), to)
