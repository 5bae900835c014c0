"""Uncertain matches before a judge: asked once everybody has spoken, in both orders, paid and kept."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from courses.domain.assignments import PlanLine
from courses.domain.circumstances import people_of
from courses.models import Course, Submission
from reviews.briefs import Role, Task
from reviews.engine import passes, reviews, sweep
from reviews.engine.ahead import hold_back
from reviews.engine.imports import attach
from reviews.engine.seats import seat_of
from reviews.engine.snapshots import store
from reviews.exchange import read_any
from reviews.models import Call, Defect, Finding, Judgement, Note, Pass, Price, Review, Reviewer
from reviews.protocols.base import Setup
from reviews.snapshots.files import SourceFile
from tests.calls import a_price
from tests.judges import REASON, SOLD_TWICE, apart, asked_to_judge, contradictory, judging, let, same
from tests.replies import judge_reply, pairs_in
from tests.servers.models import Answer, Fault, StandIn
from tests.stories import INJECTION, RACE, assignment, model_reviewer, run_passes, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture
def judge() -> Reviewer:
    """Whoever judges: none of those who review."""
    return model_reviewer("gpt-6.2-sol", name="The judge")


@pytest.fixture
def stranger() -> Reviewer:
    """Whoever reviews what Opus wrote."""
    return model_reviewer("gpt-5.4", name="The stranger")


def handed_to(
    judge: Reviewer | None, stranger: Reviewer, course: Course, student: User, **fields: object
) -> Submission:
    """The student's note on the race, before a stranger who reviews and a judge."""
    plan = [PlanLine("cross_model", reviewers=(stranger,))]
    return sealed(assignment(course, plan=plan, judge=judge, **fields), student, claims=[SOLD_TWICE])


def defects() -> list[str]:
    return list(Defect.objects.order_by("number").values_list("title", flat=True))


def test_two_claims_that_a_judge_calls_the_same_become_one_defect(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = handed_to(judge, stranger, course, amara)
    assert not Review.objects.filter(protocol="judging").exists(), "nobody has spoken yet"
    run_passes(submission)
    review = judging()
    assert (review.state, review.position, review.reason) == ("complete", 1000, "")
    note, finding = Note.objects.get(), Finding.objects.get()
    told = Judgement.objects.get()
    assert (told.first, told.second) == (f"finding-{finding.pk}", f"note-{note.pk}")
    assert (told.same, told.reason, told.review) == (True, REASON, review)
    assert note.defect == finding.defect == Defect.objects.get()
    assert [(item.siglum, item.task, item.state) for item in review.passes.all()] == [
        ("J1", "judge", "answered"),
        ("J2", "judge", "answered"),
    ]
    asked = asked_to_judge(stand_in)
    assert [seen.model for seen in asked] == ["gpt-6.2-sol"] * 2
    as_is, swapped = (pairs_in(seen.text)["P1"] for seen in asked)
    assert as_is.index(RACE.title) < as_is.index(SOLD_TWICE.title)
    assert swapped.index(SOLD_TWICE.title) < swapped.index(RACE.title)
    calls = Call.objects.filter(by_pass__review=review)
    assert [(call.instructions, call.state) for call in calls] == [("judge 1", "replied")] * 2


def test_without_a_judge_they_stay_two_and_nobody_is_paid(
    course: Course, amara: User, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    run_passes(handed_to(None, stranger, course, amara))
    assert sorted(defects()) == sorted([SOLD_TWICE.title, RACE.title])
    assert not Review.objects.filter(protocol="judging").exists()
    assert len(stand_in.asked) == 1


def test_where_no_pair_is_uncertain_nobody_is_asked(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same, INJECTION)
    run_passes(handed_to(judge, stranger, course, amara))
    assert not Review.objects.filter(protocol="judging").exists()
    assert len(stand_in.asked) == 1


def test_two_claims_that_a_judge_tells_apart_stay_two(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, apart)
    run_passes(handed_to(judge, stranger, course, amara))
    assert Judgement.objects.get().same is False
    assert len(defects()) == 2


def test_a_judge_that_contradicts_itself_has_said_nothing(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, contradictory)
    run_passes(handed_to(judge, stranger, course, amara))
    told = Judgement.objects.get()
    assert told.same is None
    assert "contradicted itself" in told.reason
    assert "“A is B.”" in told.reason
    assert "“A is not B.”" in told.reason
    assert judging().state == "complete"
    assert len(defects()) == 2
    reviews.run_again(judging())
    assert judging().attempt == 1, "it was asked, and this is what it says"


def test_who_judges_is_blind_and_is_shown_the_lines_as_they_leave(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = sealed(
        assignment(course, plan=[PlanLine("cross_model", reviewers=(stranger,))], judge=judge),
        amara,
        claims=[replace(SOLD_TWICE, explanation=f"{SOLD_TWICE.explanation} Amara Diallo")],
    )
    run_passes(submission)
    (asked, _) = asked_to_judge(stand_in)
    shown = pairs_in(asked.text)["P1"]
    assert "  11|     stock = db.execute(" in shown
    assert "  14|     return True" in shown
    assert "   7|     return db.execute(f" in shown, "with some lines around them"
    assert "   1| import sqlite3" not in shown
    assert "another order comes in. Person 1" in shown
    for word in ("Amara", "Diallo", "student", "note-", "finding-", "stranger", "gpt-5.4", "critical", "0.7"):
        assert word not in asked.text.replace("gpt-6.2-sol", ""), word


def test_a_pair_left_out_or_unknown_is_asked_for_once_more(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    said = iter(
        [
            judge_reply({}),
            judge_reply({"P1": True}, REASON),
            judge_reply({"P1": True, "P9": True}, REASON),
            judge_reply({"P1": True}, REASON),
        ]
    )
    let(stand_in, lambda _: Answer(text=next(said)))
    run_passes(handed_to(judge, stranger, course, amara))
    asked = asked_to_judge(stand_in)
    assert len(asked) == 4
    assert "there is no answer for P1" in asked[1].text
    assert "no pair is called P9" in asked[3].text
    assert "Leave out" not in asked[1].text
    assert judging().state == "complete"
    assert Judgement.objects.get().same is True


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(text=judge_reply({"P2": True})), "there is no answer for P1; no pair is called P2"),
        (Answer(text="They are the same."), "no JSON object"),
        (Answer(text=json.dumps({"pairs": [{"ref": "P1", "same": "yes", "reason": ""}]})), "reason"),
        (Answer(fault=Fault.REFUSAL), "declined to say which of these claims are the same"),
    ],
)
def test_a_judge_that_gives_no_answer_leaves_everything_as_it_was_and_it_shows(
    course: Course,
    amara: User,
    judge: Reviewer,
    stranger: Reviewer,
    stand_in: StandIn,
    answer: Answer,
    why: str,
) -> None:
    let(stand_in, lambda _: answer)
    run_passes(handed_to(judge, stranger, course, amara))
    assert judging().state == "incomplete"
    assert "J1 The judge" in judging().reason
    assert why in judging().reason
    assert not Judgement.objects.exists()
    assert len(defects()) == 2
    asked = len(stand_in.asked)

    sweep.sweep(lost_after=0)
    assert judging().attempt == 1, "nobody is asked the same again without being told to"
    let(stand_in, same)
    reviews.run_again(judging())
    run_passes(Submission.objects.get())
    assert (judging().state, judging().attempt) == ("complete", 2)
    assert len(defects()) == 1
    assert len(stand_in.asked) == asked + 2


def test_where_the_budget_is_too_small_the_judge_is_not_asked(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    Price.objects.all().delete()
    a_price("gpt-5.4")
    a_price("gpt-6.2-sol", output=Decimal(10_000))
    let(stand_in, same)
    run_passes(handed_to(judge, stranger, course, amara, budget=Decimal(1)))
    assert Finding.objects.count() == 1
    assert judging().state == "incomplete"
    assert "budget" in judging().reason.lower()
    assert len(asked_to_judge(stand_in)) == 0
    assert len(defects()) == 2


def test_a_judge_that_is_switched_off_is_said_to_be(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = handed_to(judge, stranger, course, amara)
    Reviewer.objects.filter(pk=judge.pk).update(active=False)
    run_passes(submission)
    assert judging().state == "incomplete"
    assert "switched on" in judging().reason


def test_what_comes_later_is_judged_by_itself(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = handed_to(judge, stranger, course, amara)
    run_passes(submission)
    [before] = Judgement.objects.all()
    reviews.run_again(Review.objects.get(protocol="cross_model"))
    run_passes(submission)
    assert Judgement.objects.count() == 2, "the new finding is another claim"
    assert (judging().attempt, judging().state) == (2, "complete")
    assert len(asked_to_judge(stand_in)) == 4
    assert Judgement.objects.first() == before
    assert len(defects()) == 1


def test_a_cancelled_judging_is_not_begun_again_by_itself(
    course: Course, amara: User, ruth: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = handed_to(judge, stranger, course, amara)
    passes.run(Pass.objects.get().pk)
    assert reviews.cancel(judging(), ruth)
    run_passes(submission)
    assert (judging().state, judging().attempt) == ("cancelled", 1)
    assert len(defects()) == 2


def test_a_message_that_comes_twice_asks_and_stores_once(
    course: Course, amara: User, judge: Reviewer, stranger: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = handed_to(judge, stranger, course, amara)
    run_passes(submission)
    for pass_id in Pass.objects.values_list("pk", flat=True):
        passes.run(pass_id)
    for review_id in Review.objects.values_list("pk", flat=True):
        reviews.advance(review_id)
    sweep.sweep(lost_after=0)
    assert len(stand_in.asked) == 3
    assert (Judgement.objects.count(), Review.objects.count()) == (1, 2)


def test_a_judge_reads_no_code_so_no_call_of_its_goes_ahead(judge: Reviewer) -> None:
    long = SourceFile("long.py", "a_line_that_is_sixty_characters_long = 'it is worth a cache' \n" * 1_500)
    review = Review.objects.create(
        snapshot=store([long]),
        protocol="judging",
        position=1000,
        setup=Setup("", "", (seat_of(judge),), passes=2).as_json(),
    )
    held = {}
    for number, task in enumerate((Task.REVIEW, Task.JUDGE), 1):
        two = [
            Pass(review=review, reviewer=judge, round=number, position=n, role=Role.FULL, task=task)
            for n in (1, 2)
        ]
        Pass.objects.bulk_create(two)
        held[task] = [item.position for item in two if item.pk in hold_back(review, two)]
    assert held == {Task.REVIEW: [2], Task.JUDGE: []}


def test_what_is_imported_later_is_judged_without_the_names_in_it(
    course: Course, amara: User, ben: User, ruth: User, judge: Reviewer, stand_in: StandIn
) -> None:
    let(stand_in, same)
    submission = sealed(assignment(course, judge=judge), amara, claims=[SOLD_TWICE])
    run_passes(submission)
    assert not Review.objects.filter(protocol="judging").exists(), "the linters are silent on this"
    finding = {
        "severity": "high",
        "title": RACE.title,
        "body": f"{RACE.explanation} Found by Ben Carter.",
        "file": "shop.py",
        "line_start": 11,
        "line_end": 13,
        "confidence": 0.8,
        "recommendation": "",
    }
    told = {"verdict": "needs-attention", "summary": "", "findings": [finding], "next_steps": []}
    snapshot = submission.revisions.get().snapshot
    attach(snapshot, read_any(json.dumps(told)), ruth, people_of(course))
    run_passes(submission)
    assert judging().state == "complete"
    for seen in asked_to_judge(stand_in):
        assert "Found by Person" in seen.text
        assert "Carter" not in seen.text
    assert Note.objects.get().defect == Finding.objects.get(title=RACE.title).defect
