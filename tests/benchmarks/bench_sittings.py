"""Sittings: the reveal of what a lecture hall marked, and the making of the demo's recorded classes.

Both are of the walkthrough that the demo's classes sat through, as it comes with Blindspot.
"""

from __future__ import annotations

import random

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from courses.demo import sittings as recorded
from courses.demo.seed import SHOWN
from courses.domain import sittings, walkthroughs
from courses.domain.people import create_course
from courses.domain.queries.reveal import LAST_BEAT, reveal_of
from courses.models import Answer, Sitting, Walkthrough
from courses.walkthroughs import shelf
from reviews.models import SnapshotFile
from tests.benchmarks.harness import Bench, benchmark
from tests.people import enrol, person
from tests.rooms import answered, seats_in, shown

SEATS, MARKS = 300, 20
QUESTION, REVEAL = "first-marks", "first-reveal"


@benchmark
def reveal(bench: Bench) -> None:
    """6,000 marks at the last beat: 50 ms, while the code is cached since the question showed it."""
    walkthrough = _walkthrough("ruth-of-a-hall")
    show, show_few = _Shown(walkthrough, SEATS), _Shown(walkthrough, SEATS // 10)
    bench.time("reveal, 300 seats with 20 marks each, highlighting cached", show, bound_ms=50)
    bench.ratio("reveal, 300 seats to 30", show, show_few, bound=10)

    def show_uncached() -> None:
        cache.clear()
        show()

    bench.time("reveal, 300 seats with 20 marks each, nothing cached", show_uncached)


@benchmark
def recorded_classes(bench: Bench) -> None:
    """The two made-up classes that the demo begins with: 2 s, while somebody waits for `make run`."""
    walkthrough = _walkthrough("ruth-of-a-demo")
    keeper = enrol(walkthrough.course, person("amara-of-a-demo", "Diallo"))
    ruth, now = walkthrough.course.members.get(username="ruth-of-a-demo"), timezone.now()
    rows: list[int] = []

    def make() -> None:
        """Make them and take them back: each time the tables are as empty as at a first start."""
        with transaction.atomic():
            recorded.make(walkthrough, ruth, now, keeper)
            rows.append(Answer.objects.filter(seat__sitting__walkthrough=walkthrough).count())
            transaction.set_rollback(True)

    bench.time("demo, making its recorded sittings", make, bound_ms=2_000)
    bench.value("demo, answers in its recorded sittings", rows[-1], "answers")


class _Shown:
    """Makes the reveal when called, as after a key of the presenter: a sitting's version is cached once."""

    def __init__(self, walkthrough: Walkthrough, seats: int) -> None:
        begun = sittings.begin(walkthrough, walkthrough.course.members.get())
        lines, dice = _lines(begun), random.Random(5)
        for seat in seats_in(begun, seats):
            answered(seat, dice.sample(lines, MARKS), QUESTION, confidence=50, severity="major")
        self.marks = seats * MARKS
        self.sitting = shown(begun, REVEAL, LAST_BEAT)

    def __call__(self) -> None:
        self.sitting.version += 1
        counted = reveal_of(self.sitting, QUESTION, LAST_BEAT).sums.marks
        if counted != self.marks:
            raise RuntimeError(f"The reveal counts {counted} marks of {self.marks}.")


def _lines(sitting: Sitting) -> list[tuple[str, int, int]]:
    """Every second line that the question shows: marks that touch would be stored as one."""
    question = sitting.told().question(QUESTION)
    assert question is not None
    files = SnapshotFile.objects.filter(
        snapshot=sitting.snapshots[question.code or ""], path__in=[file.path for file in question.files]
    )
    counted = files.order_by("path").values_list("path", "line_count")
    return [(path, line, line) for path, count in counted for line in range(1, count + 1, 2)]


def _walkthrough(username: str) -> Walkthrough:
    """The walkthrough, in a course of its own."""
    ruth = person(username, "Ellison")
    course = create_course(ruth, name=f"Course of {username}", term="", time_zone="UTC")
    return walkthroughs.keep(shelf.take(SHOWN), course, ruth, shared=True, shelf=SHOWN)
