"""Ruth's answer key reaches what is sealed already, and what is uncertain of it reaches the judge, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from courses.domain import answer_keys as domain
from courses.domain.answer_keys import key_of
from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from reviews.engine import answer_keys, passes
from reviews.engine.sweep import sweep
from reviews.gap import keys
from reviews.models import (
    AnswerKey,
    AppliedKey,
    Call,
    Defect,
    Judgement,
    KeyClaim,
    KeyEntry,
    Note,
    Pass,
    Price,
    Review,
    Reviewer,
    Snapshot,
)
from reviews.tasks import apply_key
from tests.calls import a_price, all_at_once
from tests.judges import SOLD_TWICE, asked_to_judge, judging, let, same
from tests.people import enrol, person
from tests.replies import pairs_in
from tests.servers.models import StandIn
from tests.stories import (
    INJECTION,
    RACE,
    SUCCESS_LIE,
    assignment,
    model_reviewer,
    reviewed,
    run_passes,
    sealed,
)

pytestmark = pytest.mark.django_db

PLANTED = KeyEntry.Origin.PLANTED
REWORDED = replace(RACE, explanation="Two threads read one stock.")
A_CLASS = answer_keys.AT_ONCE + 1


@pytest.fixture
def judge() -> Reviewer:
    """Whoever judges: none of those who review."""
    return model_reviewer("gpt-6.2-sol", name="The judge")


@pytest.fixture
def task(course: Course, judge: Reviewer, stand_in: StandIn) -> Assignment:
    """The shop, before a stranger who sees the injection alone, and a judge who finds all pairs the same."""
    let(stand_in, same, INJECTION)
    return the_shop(course, judge)


def the_shop(course: Course, judge: Reviewer, **fields: object) -> Assignment:
    plan = [PlanLine("cross_model", reviewers=(model_reviewer("gpt-5.4", name="The stranger"),))]
    return assignment(course, plan=plan, judge=judge, **fields)


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def a_class(task: Assignment) -> list[Submission]:
    """One more than are done at once, each with a note on the race, and all reviewers have spoken."""
    students = [enrol(task.course, person(f"student{number}", "Many")).user for number in range(A_CLASS)]
    return [reviewed(task, student, claims=(SOLD_TWICE,)) for student in students]


def judgings() -> int:
    return Review.objects.filter(protocol="judging").count()


def said(submission: Submission) -> dict[str, str]:
    """The title and place of each of the key's claims."""
    return {row.title: row.where for row in KeyClaim.objects.filter(snapshot=snapshot_of(submission))}


# --- The judge ----------------------------------------------------------------------------------------
def test_a_key_that_comes_after_the_reviews_is_put_to_the_judge(
    task: Assignment, amara: User, stand_in: StandIn
) -> None:
    submission = reviewed(task, amara, claims=(SOLD_TWICE,))
    assert judgings() == 0, "the injection and the race are surely two"
    domain.add(task, RACE, PLANTED)
    assert [(item.siglum, item.state) for item in judging().passes.all()] == [
        ("J1", "queued"),
        ("J2", "queued"),
    ]
    run_passes(submission)
    note, claim = Note.objects.get(), KeyClaim.objects.get()
    told = Judgement.objects.get()
    assert (told.first, told.second, told.same) == (f"keyclaim-{claim.pk}", f"note-{note.pk}", True)
    assert note.defect == claim.defect
    home = Defect.objects.get(notes=note)
    assert (home.standing, home.decided_from) == ("valid", "key")
    assert len(asked_to_judge(stand_in)) == 2
    calls = Call.objects.filter(by_pass__review=judging())
    assert [(call.instructions, call.state) for call in calls] == [("judge 1", "replied")] * 2


def test_it_is_asked_once_about_a_pair_however_often_the_key_is_applied(
    task: Assignment, amara: User, stand_in: StandIn
) -> None:
    submission = reviewed(task, amara, claims=(SOLD_TWICE,))
    (entry,) = domain.add(task, RACE, PLANTED).entries
    run_passes(submission)
    domain.change(task, entry, RACE, KeyEntry.Origin.FOUND, entry.revision)
    domain.add(task, SUCCESS_LIE, PLANTED)
    apply_key(key_of(task).pk)
    sweep(lost_after=0)
    run_passes(submission)
    assert (judgings(), Judgement.objects.count()) == (1, 1)
    assert len(asked_to_judge(stand_in)) == 2


def test_other_words_are_another_question(task: Assignment, amara: User, stand_in: StandIn) -> None:
    submission = reviewed(task, amara, claims=(SOLD_TWICE,))
    (entry,) = domain.add(task, RACE, PLANTED).entries
    run_passes(submission)
    domain.change(
        task, entry, replace(RACE, explanation="Two threads read one stock."), PLANTED, entry.revision
    )
    assert not Judgement.objects.exists(), "the judge said that of other words"
    run_passes(submission)
    assert judging().attempt == 2
    assert "Two threads read one stock." in pairs_in(asked_to_judge(stand_in)[-1].text)["P1"]
    assert Judgement.objects.get().same is True


def test_what_is_said_of_words_that_are_gone_meanwhile_is_not_kept(task: Assignment, amara: User) -> None:
    submission = reviewed(task, amara, claims=(SOLD_TWICE,))
    (entry,) = domain.add(task, RACE, PLANTED).entries
    first, second = judging().passes.all()
    passes.run(first.pk)
    domain.change(
        task, entry, replace(RACE, explanation="Two threads read one stock."), PLANTED, entry.revision
    )
    assert judgings() == 1, "the judge is still at work"
    passes.run(second.pk)
    assert not Judgement.objects.exists()
    assert (judging().attempt, judging().state) == (2, "queued"), "and is asked about the new words then"
    run_passes(submission)
    assert Judgement.objects.get().review == judging()


def test_while_the_judge_is_at_work_no_worker_is_sent_to_look_and_its_end_is_enough(
    task: Assignment, amara: User
) -> None:
    submission = reviewed_against_a_reworded_key(task, amara)
    assert answer_keys.standing(key_of(task).pk).asking == 1, "a judge is wanted for the new words"
    assert not looked_at_by_a_sweep()
    run_passes(submission)
    assert (judging().attempt, answer_keys.standing(key_of(task).pk).asking) == (2, 0)


def test_a_judge_that_is_wanted_where_all_have_ended_is_never_forgotten(
    task: Assignment, amara: User
) -> None:
    submission = reviewed_against_a_reworded_key(task, amara)
    Pass.objects.filter(review=judging()).update(state=Pass.State.UNABLE)
    Review.objects.filter(pk=judging().pk).update(state=Review.State.FAILED, ended_at=timezone.now())
    assert looked_at_by_a_sweep(), "its end began nothing, so a worker does"
    apply_key(key_of(task).pk)
    run_passes(submission)
    assert (judging().attempt, answer_keys.standing(key_of(task).pk).asking) == (2, 0)


def test_while_somebody_reads_the_end_of_the_reviews_does_it(
    task: Assignment, amara: User, stand_in: StandIn
) -> None:
    submission = sealed(task, amara, claims=(SOLD_TWICE,))
    domain.add(task, RACE, PLANTED)
    assert judgings() == 0
    assert answer_keys.standing(key_of(task).pk).unjudged == ()
    run_passes(submission)
    assert judgings() == 1
    assert len(asked_to_judge(stand_in)) == 2
    assert Judgement.objects.count() == 1


def test_without_a_judge_nobody_is_asked(course: Course, amara: User, stand_in: StandIn) -> None:
    let(stand_in, same, INJECTION)
    plain = assignment(course, plan=[PlanLine("cross_model", reviewers=(model_reviewer("gpt-5.4"),))])
    reviewed(plain, amara, claims=(SOLD_TWICE,))
    domain.add(plain, RACE, PLANTED)
    assert judgings() == 0
    assert answer_keys.standing(key_of(plain).pk).unjudged == ()


def test_its_calls_are_paid_from_the_budget_or_not_made(
    course: Course, judge: Reviewer, amara: User, stand_in: StandIn
) -> None:
    Price.objects.all().delete()
    a_price("gpt-5.4")
    a_price("gpt-6.2-sol", output=Decimal(10_000))
    let(stand_in, same, INJECTION)
    task = the_shop(course, judge, budget=Decimal(1))
    submission = reviewed(task, amara, claims=(SOLD_TWICE,))
    domain.add(task, RACE, PLANTED)
    run_passes(submission)
    assert judging().state == "incomplete"
    assert "budget" in judging().reason.lower()
    assert asked_to_judge(stand_in) == []
    assert answer_keys.standing(key_of(task).pk).unjudged == (), "it was put, and Run again puts it again"


def test_no_name_leaves_with_the_words_of_a_key(
    task: Assignment, amara: User, ben: User, stand_in: StandIn
) -> None:
    submission = reviewed(task, amara, claims=(SOLD_TWICE,))
    domain.add(task, replace(RACE, explanation=f"{RACE.explanation} Ben Carter saw it in May."), PLANTED)
    run_passes(submission)
    late = sealed(task, ben, claims=(SOLD_TWICE,))
    run_passes(late)
    assert len(asked_to_judge(stand_in)) == 4
    for seen in asked_to_judge(stand_in):
        assert "Person 1 saw it in May." in seen.text
        assert "Carter" not in seen.text


# --- A class ------------------------------------------------------------------------------------------
def test_for_a_class_the_judge_is_asked_once_somebody_says_so(task: Assignment, stand_in: StandIn) -> None:
    work = a_class(task)
    key = key_of(task)
    assert domain.add(task, RACE, PLANTED).waiting == A_CLASS
    apply_key(key.pk)
    sweep(lost_after=0)
    assert judgings() == 0, "nobody said so"
    standing = answer_keys.standing(key.pk)
    assert (standing.unjudged, standing.calls, standing.asking) == ((1,) * A_CLASS, 2 * A_CLASS, 0)

    assert domain.have_judged(task) == A_CLASS
    assert domain.have_judged(task) == A_CLASS, "said twice it is said once"
    assert judgings() == 0, "a worker begins them"
    assert answer_keys.standing(key.pk).asking == A_CLASS
    AnswerKey.objects.update(sent_at=timezone.now() - timedelta(seconds=61))
    sweep(lost_after=60)
    key.refresh_from_db()
    assert key.sent_at is not None
    assert key.sent_at > timezone.now() - timedelta(seconds=60), "the message was lost, so it is sent again"
    apply_key(key.pk)
    apply_key(key.pk)
    for submission in work:
        run_passes(submission)
    assert judgings() == A_CLASS
    assert len(asked_to_judge(stand_in)) == 2 * A_CLASS
    assert set(Note.objects.values_list("matched_by", flat=True)) == {"judge"}
    standing = answer_keys.standing(key.pk)
    assert (standing.unjudged, standing.asking) == ((), 0)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_two_workers_that_apply_a_key_at_once_ask_the_judge_once(
    task: Assignment, amara: User, ben: User
) -> None:
    for student in (amara, ben):
        reviewed(task, student, claims=(SOLD_TWICE,))
    key = key_of(task)
    keys.measure_against([*Snapshot.objects.filter(seal__isnull=False)], key)
    keys.add(key, RACE, PLANTED)
    assert all_at_once([lambda: apply_key(key.pk)] * 4) == []
    assert sorted(Review.objects.filter(protocol="judging").values_list("attempt", "current")) == [
        (1, True),
        (1, True),
    ]
    assert Pass.objects.filter(review__protocol="judging").count() == 4


def test_a_bug_of_ours_ends_the_wish_and_leaves_the_button(task: Assignment, amara: User) -> None:
    reviewed(task, amara, claims=(SOLD_TWICE,))
    Review.objects.update(setup={"judge": "nobody"})
    domain.add(task, RACE, PLANTED)
    standing = answer_keys.standing(key_of(task).pk)
    assert (judgings(), standing.unjudged, standing.asking) == (0, (1,), 0)


# --- A bug of ours ------------------------------------------------------------------------------------
def reviewed_against_a_reworded_key(task: Assignment, amara: User) -> Submission:
    """Amara's submission, whose only entry of the key got other words while a judge was at its first ones."""
    submission = reviewed(task, amara, claims=(SOLD_TWICE,))
    (entry,) = domain.add(task, RACE, PLANTED).entries
    domain.change(task, entry, REWORDED, PLANTED, entry.revision)
    return submission


def looked_at_by_a_sweep() -> bool:
    """Whether a sweep a minute later sends a worker to the only key."""
    long_ago = timezone.now() - timedelta(seconds=61)
    AnswerKey.objects.update(sent_at=long_ago)
    sweep(lost_after=60)
    return AnswerKey.objects.get().sent_at != long_ago


def sweeps(key: AnswerKey) -> int:
    """Let the worker that a sweep asks do its work, as long as there is any; how often it was asked."""
    for count in range(100):
        AnswerKey.objects.update(sent_at=None)
        AppliedKey.objects.update(not_before=timezone.now())
        sweep(lost_after=60)
        key.refresh_from_db()
        if key.sent_at is None:
            return count
        apply_key(key.pk)
    raise AssertionError("it is tried for ever")


def test_a_key_that_cannot_be_applied_to_one_submission_is_given_up_there_with_a_reason(
    course: Course, amara: User, ben: User, caplog: pytest.LogCaptureFixture
) -> None:
    plain = assignment(course)
    amaras, bens = sealed(plain, amara), sealed(plain, ben)
    # No severity of ours: whatever reads this note fails, as a bug would.
    Note.objects.filter(snapshot=snapshot_of(amaras)).update(severity="nonsense")
    domain.add(plain, SUCCESS_LIE, PLANTED)
    key, mine = key_of(plain), AppliedKey.objects.filter(snapshot=snapshot_of(amaras))
    assert said(bens) == {SUCCESS_LIE.title: "shop.py:14"}, "the others follow"
    assert (said(amaras), mine.get().failures) == ({}, 1)
    apply_key(key.pk)
    assert mine.get().failures == 1, "it is not tried again at once"
    assert answer_keys.standing(key.pk).behind == 1

    assert sweeps(key) == answer_keys.MAX_FAILURES - 1
    assert len([line for line in caplog.messages if "cannot be applied" in line]) == answer_keys.MAX_FAILURES
    standing = answer_keys.standing(key.pk)
    assert (standing.measured, standing.behind) == (2, 0)
    assert list(standing.given_up) == [snapshot_of(amaras).pk]
    assert "Blindspot itself failed here (ValueError)" in standing.given_up[snapshot_of(amaras).pk]

    domain.add(plain, RACE, PLANTED)
    assert (mine.get().failures, mine.get().failed_revision) == (1, 2), "a key that is changed begins anew"
    assert sweeps(key) == answer_keys.MAX_FAILURES - 1
    Note.objects.update(severity="major")
    assert sweeps(key) == 0, "nobody tries any more"
    assert domain.try_again(plain) == 0
    assert said(amaras) == said(bens)
    assert answer_keys.standing(key.pk).given_up == {}


# --- Many submissions ---------------------------------------------------------------------------------
def test_a_worker_brings_many_up_to_the_key_and_a_lost_message_is_sent_again(course: Course) -> None:
    plain = assignment(course)
    students = [person(f"student{number}", "Many") for number in range(A_CLASS)]
    work = [sealed(plain, enrol(course, student).user) for student in students]
    key = key_of(plain)
    keys.measure_against([snapshot_of(submission) for submission in work], key)
    keys.add(key, SUCCESS_LIE, PLANTED)
    assert answer_keys.spread(key) == len(work)
    assert not KeyClaim.objects.exists()

    key.refresh_from_db()
    asked = key.sent_at
    sweep(lost_after=60)
    key.refresh_from_db()
    assert key.sent_at == asked, "a worker was asked just now"
    AnswerKey.objects.update(sent_at=timezone.now() - timedelta(seconds=61))
    sweep(lost_after=60)
    key.refresh_from_db()
    assert asked is not None
    assert key.sent_at is not None
    assert key.sent_at > asked, "the message was lost, so it is sent again"

    apply_key(key.pk)
    apply_key(key.pk)
    assert [said(submission) for submission in work] == [{SUCCESS_LIE.title: "shop.py:14"}] * len(work)
    AnswerKey.objects.update(sent_at=None)
    sweep(lost_after=60)
    key.refresh_from_db()
    assert key.sent_at is None, "nobody is behind, so nobody is asked"


def test_a_key_that_is_gone_is_nobodys_work() -> None:
    apply_key(10**6)
    assert not AppliedKey.objects.exists()
