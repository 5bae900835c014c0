"""Reviews run from sealed notes to defects, and nothing is stored twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course
from reviews.claims import Place
from reviews.engine import passes, reviews, sweep
from reviews.engine.opening import Planned, opening
from reviews.engine.passes import Work
from reviews.engine.reviews import NotSealed
from reviews.models import Defect, Finding, Pass, Review, Reviewer
from reviews.providers.base import ProviderError, Report, Trouble
from reviews.snapshots.ground import Ground
from tests.stories import (
    INJECTION,
    RACE,
    SHOP,
    assignment,
    handed_in,
    recorded_reviewer,
    recording,
    reviewed,
    run_passes,
    sealed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.services]


@pytest.fixture
def panel(course: Course) -> Assignment:
    """Two passes of self-review and one of a stranger, both recorded on the shop."""
    recorded_reviewer("claude-opus-4-6")
    recorded_reviewer("gpt-5.4")
    recording("claude-opus-4-6", "self_review", [], round=1)
    recording("claude-opus-4-6", "self_review", [], round=2)
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    return assignment(course, plan=[PlanLine("self_review", 2), PlanLine("cross_model")])


def states(protocol: str) -> tuple[str, list[tuple[str, str]]]:
    review = Review.objects.get(protocol=protocol, current=True)
    return review.state, [(item.siglum, item.state) for item in review.passes.all()]


def test_no_reviewer_is_called_before_the_seal(panel: Assignment, amara: User) -> None:
    submission = handed_in(panel, amara)
    with pytest.raises(NotSealed):
        reviews.start(opening(submission.revisions.get().snapshot, [Planned("linters")]))
    assert not Review.objects.exists()


def test_passes_run_round_by_round_and_become_defects(panel: Assignment, amara: User) -> None:
    submission = sealed(panel, amara)
    assert states("self_review") == ("queued", [("A1", "queued")])
    run_passes(submission)
    assert states("self_review") == ("complete", [("A1", "answered"), ("A2", "answered")])
    assert states("cross_model") == ("complete", [("X1", "answered")])
    injection, race = Defect.objects.order_by("number")
    assert (injection.notes.count(), injection.findings.count()) == (1, 1)
    assert (race.notes.count(), race.findings.count()) == (0, 1)
    assert Pass.objects.get(siglum="X1").recorded


def test_starting_twice_starts_once(panel: Assignment, amara: User) -> None:
    submission = sealed(panel, amara)
    again = reviews.start(opening(submission.revisions.get().snapshot, [Planned("linters")]))
    assert [review.protocol for review in again] == ["self_review", "cross_model"]
    assert Pass.objects.count() == 2


def test_a_message_delivered_twice_runs_a_pass_once(panel: Assignment, amara: User) -> None:
    sealed(panel, amara)
    stranger = Pass.objects.get(siglum="X1")
    first = passes.take(stranger.pk)
    assert first is not None
    assert passes.take(stranger.pk) is None, "a live lease turns the second delivery away"
    passes.run(stranger.pk)
    assert Pass.objects.get(pk=stranger.pk).state == Pass.State.RUNNING


def test_an_abandoned_pass_is_taken_up_and_its_late_first_holder_stores_nothing(
    panel: Assignment, amara: User
) -> None:
    sealed(panel, amara)
    stranger = Pass.objects.get(siglum="X1")
    dead = passes.take(stranger.pk)
    assert dead is not None
    Pass.objects.filter(pk=stranger.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    passes.run(stranger.pk)
    late = Report(findings=(RACE,), paths=("shop.py",), reviewer="a ghost")
    assert passes.finish(dead, Work(late, SHOP)) is False
    assert Finding.objects.filter(by_pass=stranger).count() == 2
    assert Pass.objects.get(pk=stranger.pk).reviewer_version == "gpt-5.4, recorded"


def test_a_pass_on_which_workers_keep_dying_is_given_up_with_its_reason(
    panel: Assignment, amara: User
) -> None:
    sealed(panel, amara)
    stranger = Pass.objects.get(siglum="X1")
    for _ in range(passes.MAX_FAILURES):
        assert passes.take(stranger.pk) is not None
        Pass.objects.filter(pk=stranger.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    sweep.sweep()
    assert states("cross_model") == ("incomplete", [("X1", "unable")])
    reason = Review.objects.get(protocol="cross_model").reason
    assert "The worker stopped, or the call failed, 5 times" in reason


def test_a_sweep_sends_what_was_lost_and_leaves_alone_what_was_just_sent(
    panel: Assignment, amara: User
) -> None:
    sealed(panel, amara)
    assert sweep.sweep() == 0
    Pass.objects.update(sent_at=timezone.now() - timedelta(seconds=61))
    assert sweep.sweep() == 2
    assert sweep.sweep() == 0
    assert sweep.sweep(lost_after=0) == 2, "a worker that starts asks for everything"


def test_a_review_left_between_rounds_is_advanced_by_the_sweep(panel: Assignment, amara: User) -> None:
    sealed(panel, amara)
    taken = passes.take(Pass.objects.get(siglum="A1").pk)
    assert taken is not None
    Pass.objects.filter(pk=taken.lease.pass_id).update(state=Pass.State.ANSWERED, ended_at=timezone.now())
    assert states("self_review")[1] == [("A1", "answered")]
    sweep.sweep()
    assert states("self_review")[1] == [("A1", "answered"), ("A2", "queued")]


def test_trouble_that_may_pass_is_tried_again_later_and_other_trouble_is_not(
    panel: Assignment, amara: User
) -> None:
    sealed(panel, amara)
    busy = passes.take(Pass.objects.get(siglum="X1").pk)
    assert busy is not None
    passes.settle(busy.lease, ProviderError(Trouble.UNREACHABLE, "It is busy.", retry_after=30))
    waiting = Pass.objects.get(siglum="X1")
    assert waiting.state == Pass.State.QUEUED
    assert passes.take(waiting.pk) is None, "not before its time"
    final = passes.take(Pass.objects.get(siglum="A1").pk)
    assert final is not None
    passes.settle(final.lease, ProviderError(Trouble.REFUSED, "It refused."))
    assert Pass.objects.get(siglum="A1").state == Pass.State.UNABLE


def test_a_reviewer_that_never_saw_this_code_makes_the_review_incomplete(
    panel: Assignment, amara: User
) -> None:
    other = (SHOP[1],)
    reviewed(panel, amara, files=other, claims=())
    state, seats = states("cross_model")
    assert (state, seats) == ("incomplete", [("X1", "unable")])
    assert "was not recorded on this code" in Review.objects.get(protocol="cross_model").reason


def test_a_protocol_that_nobody_can_serve_is_incomplete_with_the_reason(course: Course, amara: User) -> None:
    sealed(assignment(course, plan=[PlanLine("cross_model")]), amara)
    review = Review.objects.get()
    assert review.state == Review.State.INCOMPLETE
    assert "another family than the author's (anthropic)" in review.reason


def test_a_review_that_cannot_go_on_fails_instead_of_waiting_for_ever(panel: Assignment, amara: User) -> None:
    submission = sealed(panel, amara)
    review = Review.objects.get(protocol="cross_model")
    Review.objects.filter(pk=review.pk).update(setup={**review.setup, "seats": []})
    run_passes(submission)
    review.refresh_from_db()
    assert review.state == Review.State.FAILED
    assert "Blindspot itself failed here (LookupError)" in review.reason


def test_a_reviewer_that_says_impossible_things_is_kept_within_bounds(panel: Assignment, amara: User) -> None:
    sealed(panel, amara)
    taken = passes.take(Pass.objects.get(siglum="X1").pk)
    assert taken is not None
    wild = replace(
        INJECTION, title="A\0B" + "x" * 500, cwe=10**20, confidence=7.0, place=Place("shop.py", 3, 10**20)
    )
    assert passes.finish(taken, Work(Report((wild,), ("shop.py",), "GPT", raw="\0"), SHOP))
    finding = Finding.objects.get()
    assert (finding.title[:3], len(finding.title), finding.cwe) == ("A\ufffdB", 200, None)
    assert (finding.confidence, finding.first_line) == (None, 7), "anchored by its quotation"


def test_a_seat_is_kept_whatever_becomes_of_the_reviewers_row(panel: Assignment, amara: User) -> None:
    submission = sealed(panel, amara)
    claude, gpt = recorded_reviewer("claude-opus-4-6"), recorded_reviewer("gpt-5.4")
    Reviewer.objects.filter(pk=claude.pk).update(model=gpt.model)
    run_passes(submission)
    assert Pass.objects.get(siglum="A1").reviewer_version == "claude-opus-4-6, recorded"


def test_findings_are_checked_against_the_code(panel: Assignment, course: Course, amara: User) -> None:
    reviewed(panel, amara)
    assert set(Finding.objects.values_list("grounding", flat=True)) == {Ground.EXACT}


def test_cancel_stops_what_waits_and_what_runs_stores_nothing(
    panel: Assignment, amara: User, ruth: User
) -> None:
    sealed(panel, amara)
    running = passes.take(Pass.objects.get(siglum="X1").pk)
    assert running is not None
    review = Review.objects.get(protocol="cross_model")
    assert reviews.cancel(review, ruth) is True
    assert reviews.cancel(review, ruth) is False, "there is nothing left to cancel"
    assert passes.finish(running, Work(Report((RACE,), ("shop.py",), "GPT"), SHOP)) is False
    assert states("cross_model") == ("cancelled", [("X1", "cancelled")])
    assert not Finding.objects.exists()


def test_run_again_replaces_what_was_said_and_keeps_it_on_record(panel: Assignment, amara: User) -> None:
    submission = reviewed(panel, amara)
    old = Review.objects.get(protocol="cross_model")
    new = reviews.run_again(old)
    assert reviews.run_again(old) == new, "asked twice, run once"
    run_passes(submission)
    assert [(r.attempt, r.current, r.state) for r in Review.objects.filter(protocol="cross_model")] == [
        (1, False, "complete"),
        (2, True, "complete"),
    ]
    assert Finding.objects.count() == 4
    assert Finding.objects.exclude(defect=None).count() == 2
    assert Defect.objects.count() == 2
