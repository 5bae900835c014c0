"""Whatever is killed, restarted, repeated: every review ends, each pass is stored once and paid once.

Real worker processes, real HTTP to a stand-in; on the embedded broker, and by `make test-services` on
PostgreSQL with Redis and with RabbitMQ.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import sleep

import pytest
from django.contrib.auth.models import User
from django.db import connection

from config.celery import app
from courses.domain.assignments import PlanLine
from courses.models import Course
from reviews.engine import sweep
from reviews.engine.dispatch import RUN_PASS
from reviews.models import Call, Finding, Judgement, Pass, Review, Snapshot
from tests.judges import SOLD_TWICE, asked_to_judge, let, same
from tests.replies import review_reply, vote
from tests.servers.models import Answer, Seen, StandIn
from tests.servers.workers import WorkerProcess, wait_until
from tests.stories import RACE, assignment, model_reviewer, sealed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.slow]

ROLES = ("full review", "callers", "integration", "cross-cutting")
MODELS = ("claude-opus-4-6", "gpt-5.4", "claude-sonnet-5-5", "gpt-6.2-sol")


@pytest.fixture
def worker_process(tmp_path: Path) -> Iterator[WorkerProcess]:
    """A worker that is gone when the test is."""
    app.control.purge()
    process = WorkerProcess(tmp_path)
    yield process
    process.stop()


@pytest.fixture
def snapshot(course: Course, amara: User, stand_in: StandIn) -> Snapshot:
    """Amara's shop before a panel of four, who take a second for each answer."""
    named = [model_reviewer(model, role=role) for model, role in zip(MODELS, ROLES, strict=True)]

    def answer(seen: Seen) -> Answer:
        talk = "The panel's findings" in seen.text
        said = review_reply(votes=[vote("F1", "confirm", severity="major")]) if talk else review_reply(RACE)
        return Answer(text=said, delay=1.0)

    stand_in.answers = answer
    plan = [PlanLine("consensus", reviewers=tuple(named))]
    return sealed(assignment(course, plan=plan), amara).revisions.get().snapshot


def passes_of(snapshot: Snapshot) -> Counter[str]:
    return Counter(Pass.objects.filter(review__snapshot=snapshot).values_list("state", flat=True))


def ended(snapshot: Snapshot) -> bool:
    """The panel has come to its end."""
    return Review.objects.get(snapshot=snapshot).ended


@pytest.mark.parametrize("killed", ["all", "one"])
def test_a_worker_killed_in_the_middle_of_a_panel_costs_nothing_that_was_finished(
    snapshot: Snapshot, stand_in: StandIn, worker_process: WorkerProcess, killed: str
) -> None:
    worker_process.start()

    def in_the_second_round() -> bool:
        """Four have answered and others are being asked."""
        return passes_of(snapshot)["answered"] >= 4 and passes_of(snapshot)["running"] >= 1

    wait_until(in_the_second_round, within=60)
    if killed == "all":
        worker_process.kill()
    else:
        os.kill(worker_process.reviewing[0], signal.SIGKILL)
    finished = set(Call.objects.filter(state=Call.State.REPLIED).values_list("by_pass", "reply"))
    asked_before = len(stand_in.asked)
    in_flight = Call.objects.filter(state=Call.State.ASKED).count()

    if killed == "all":
        worker_process.start()
    wait_until(lambda: ended(snapshot), within=90)

    review = Review.objects.get(snapshot=snapshot)
    assert review.state == "complete", review.reason
    every = Pass.objects.filter(review=review)
    assert set(every.values_list("state", flat=True)) == {"answered"}
    assert finished <= set(Call.objects.filter(state=Call.State.REPLIED).values_list("by_pass", "reply"))
    replied = Counter(Call.objects.filter(state=Call.State.REPLIED).values_list("by_pass", flat=True))
    assert set(replied.values()) == {1}, "no finished call was made again"
    assert len(stand_in.asked) - asked_before <= every.count() - 4 + in_flight
    assert Finding.objects.filter(by_pass__review=review).count() == 4, "each pass was stored once"


def test_a_broker_that_forgot_everything_loses_no_review(
    snapshot: Snapshot, worker_process: WorkerProcess
) -> None:
    app.control.purge()
    Pass.objects.update(sent_at=None)
    worker_process.start()
    wait_until(lambda: ended(snapshot), within=90)
    assert Review.objects.get(snapshot=snapshot).state == "complete"


def test_messages_delivered_twice_and_sweeps_side_by_side_ask_nobody_twice(
    snapshot: Snapshot, stand_in: StandIn, worker: None
) -> None:
    ids = list(Pass.objects.values_list("pk", flat=True))
    for pass_id in ids * 2:
        app.send_task(RUN_PASS, args=[pass_id])

    def sweeping() -> None:
        for _ in range(5):
            sweep.sweep(lost_after=0)
        connection.close()

    both = [threading.Thread(target=sweeping) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    wait_until(lambda: ended(snapshot), within=60)
    passes = Pass.objects.filter(review__snapshot=snapshot)
    assert len(stand_in.asked) == passes.count() == Call.objects.count()
    assert set(passes.values_list("attempt", flat=True)) == {1}


# --- The judge ----------------------------------------------------------------------------------------
@pytest.fixture
def judged(course: Course, amara: User, stand_in: StandIn) -> Snapshot:
    """Amara's note and a stranger's finding, of which nobody is sure, before a judge who takes a second."""

    def slowly(shown: dict[str, str]) -> Answer:
        return replace(same(shown), delay=1.0)

    let(stand_in, slowly)
    plan = [PlanLine("cross_model", reviewers=(model_reviewer("gpt-5.4"),))]
    task = assignment(course, plan=plan, judge=model_reviewer("gpt-6.2-sol", name="The judge"))
    return sealed(task, amara, claims=[SOLD_TWICE]).revisions.get().snapshot


def all_judged() -> bool:
    """The judging was begun, and has come to its end."""
    return any(review.ended for review in Review.objects.filter(protocol="judging"))


def test_a_worker_killed_while_the_judge_thinks_loses_no_word_of_it(
    judged: Snapshot, stand_in: StandIn, worker_process: WorkerProcess
) -> None:
    worker_process.start()
    wait_until(lambda: len(asked_to_judge(stand_in)) == 2, within=60)
    worker_process.kill()
    assert not Judgement.objects.exists()
    worker_process.start()
    wait_until(all_judged, within=90)
    review = Review.objects.get(snapshot=judged, protocol="judging")
    assert review.state == "complete", review.reason
    assert Judgement.objects.get().same is True
    replied = Counter(Call.objects.filter(state=Call.State.REPLIED).values_list("by_pass", flat=True))
    assert set(replied.values()) == {1}, "no finished call was made again"


@pytest.mark.usefixtures("worker")
def test_a_judging_is_begun_once_whoever_sweeps_and_whatever_comes_twice(
    judged: Snapshot, stand_in: StandIn
) -> None:
    def sweeping() -> None:
        while not all_judged():
            sweep.sweep(lost_after=0)
            for pass_id in Pass.objects.values_list("pk", flat=True):
                app.send_task(RUN_PASS, args=[pass_id])
            sleep(0.1)
        connection.close()

    app.send_task(RUN_PASS, args=[Pass.objects.get().pk])
    both = [threading.Thread(target=sweeping) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    assert Review.objects.filter(snapshot=judged, protocol="judging").count() == 1
    assert len(asked_to_judge(stand_in)) == 2
    assert Judgement.objects.count() == 1
