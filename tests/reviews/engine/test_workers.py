"""A worker is killed in the middle, and the review completes, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from courses.domain.assignments import PlanLine
from courses.models import Course
from reviews.models import Defect, Finding, Pass, Review
from tests.servers.workers import WorkerProcess, wait_until
from tests.stories import INJECTION, RACE, assignment, recorded_reviewer, recording, sealed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.slow]


@pytest.fixture
def worker_process(tmp_path: Path) -> Iterator[WorkerProcess]:
    """A worker that is gone when the test is."""
    process = WorkerProcess(tmp_path)
    yield process
    process.stop()


def test_a_killed_worker_loses_nothing_and_finished_passes_are_not_made_again(
    worker_process: WorkerProcess, course: Course, amara: User
) -> None:
    recorded_reviewer("claude-opus-4-6")
    recorded_reviewer("gpt-5.4")
    recording("claude-opus-4-6", "self_review", [], round=1, seconds=0.1)
    recording("claude-opus-4-6", "self_review", [RACE], round=2, seconds=6)
    recording("gpt-5.4", "cross_model", [INJECTION, RACE], seconds=6)
    plan = [PlanLine("linters"), PlanLine("self_review", 2), PlanLine("cross_model")]
    submission = sealed(assignment(course, plan=plan), amara)
    snapshot = submission.revisions.get().snapshot
    passes = Pass.objects.filter(review__snapshot=snapshot)

    worker_process.start()

    def in_the_middle() -> bool:
        """The first passes have ended, the second self-review and the stranger are reading."""
        running = set(passes.filter(state=Pass.State.RUNNING).values_list("siglum", flat=True))
        ended = set(passes.filter(state=Pass.State.ANSWERED).values_list("siglum", flat=True))
        return running == {"A2", "X1"} and ended == {"L", "A1"}

    wait_until(in_the_middle)
    worker_process.kill()
    finished_before = dict(passes.filter(state=Pass.State.ANSWERED).values_list("pk", "ended_at"))
    assert passes.filter(state=Pass.State.RUNNING).count() == 2, "the dead worker left its passes running"

    worker_process.pace = 0.1
    worker_process.start()

    def all_complete() -> bool:
        """Every review of the plan is complete."""
        states = set(Review.objects.filter(snapshot=snapshot).values_list("state", flat=True))
        return states == {Review.State.COMPLETE}

    wait_until(all_complete, within=45)
    assert {item.siglum: item.attempt for item in passes} == {"L": 1, "A1": 1, "A2": 2, "X1": 2}
    again = dict(passes.filter(pk__in=finished_before).values_list("pk", "ended_at"))
    assert again == finished_before, "what had finished was not asked again"
    models_findings = Finding.objects.exclude(by_pass__siglum="L")
    assert sorted(models_findings.values_list("by_pass__siglum", "title")) == [
        ("A2", RACE.title),
        ("X1", INJECTION.title),
        ("X1", RACE.title),
    ]
    race = Defect.objects.get(findings__by_pass__siglum="A2")
    assert set(race.findings.values_list("by_pass__siglum", flat=True)) == {"A2", "X1"}
