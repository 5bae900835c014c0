"""The code reader: a whole response, from the request to the last byte of HTML."""

from __future__ import annotations

from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from courses.domain.people import create_course
from courses.models import Submission
from reviews.claims import Claim, Place
from reviews.snapshots.files import SourceFile
from tests.benchmarks.harness import Bench, benchmark
from tests.people import client_of, enrol, person
from tests.stories import assignment, handed_in

FUNCTION = '''
def step_{n}(connection, name, items=()):
    """Look the items up and add what they cost, {n} times over."""
    total = 0
    for item in items:
        row = connection.execute("SELECT price FROM items WHERE id = ?", (item,)).fetchone()
        total += row[0] * {n} if row else 0
    return f"{{name}}: {{total:.2f}}"
'''
"""Eight lines of ordinary Python and a blank one."""


@benchmark
def reader(bench: Bench) -> None:
    """2,000 lines with twenty notes: 150 ms of server time once the highlighting is cached."""
    show_short = _shown(lines=200, notes=2)
    show_long = _shown(lines=2_000, notes=20)
    show_longest = _shown(lines=5_000, notes=20)
    bench.time("reader, 2,000 lines, 20 notes, highlighting cached", show_long, bound_ms=150)
    bench.time("reader, 5,000 lines, 20 notes, highlighting cached", show_longest)
    bench.ratio("reader, 2,000 lines to 200 lines", show_long, show_short)

    def show_uncached() -> None:
        cache.clear()
        show_long()

    bench.ratio("reader, 2,000 lines, not cached to cached", show_uncached, show_long)


def _shown(lines: int, notes: int) -> _Page:
    """A page of the reader with a file of so many lines, as its student sees it."""
    ruth = person(f"ruth{lines}", "Ellison")
    amara = person(f"amara{lines}", "Diallo")
    course = create_course(ruth, name=f"Course {lines}", term="", time_zone="UTC")
    enrol(course, amara)
    text = "".join(FUNCTION.format(n=n) for n in range(lines // 8 + 1)).lstrip("\n")
    file = SourceFile("steps.py", "\n".join(text.split("\n")[:lines]) + "\n")
    claims = [
        Claim(f"Note {n}", "It breaks.", path="steps.py", place=Place("steps.py", n * 9 + 1, n * 9 + 3))
        for n in range(notes)
    ]
    return _Page(client_of(amara), handed_in(assignment(course), amara, (file,), claims), lines)


class _Page:
    """Asks for the page when called, and makes sure that all of it came."""

    def __init__(self, client: Client, submission: Submission, lines: int) -> None:
        self.client = client
        self.address = reverse("courses:file", args=[submission.pk, "steps.py"])
        self.lines = lines

    def __call__(self) -> None:
        response = self.client.get(self.address)
        if f'id="L{self.lines}"'.encode() not in response.content:
            raise RuntimeError(f"{self.address} does not show line {self.lines}.")
