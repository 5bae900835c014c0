"""Ruth lets real reviewers read before the class: sealed first, heard as it comes, the recording at hand."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from courses.domain import live, live_runs, news, sittings
from courses.domain.queries.saw import table_of
from courses.domain.queries.stage import ReviewScene, Stage, stage_of_sitting
from courses.models import Course, LiveRun, Sitting
from courses.walkthroughs.room import Command
from courses.walkthroughs.steps import ReviewStep, TableStep
from reviews.engine import passes
from reviews.models import LanguageModel, Pass, Review, Reviewer, Seal
from tests import walked
from tests.replies import review_reply
from tests.rooms import shown, sitting_of
from tests.servers.models import Answer, Fault, StandIn
from tests.stories import RACE, SUCCESS_LIE, model_reviewer, recorded_reviewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger_reviewer() -> Reviewer:
    """A model of another family than the author's, and a recording that is none."""
    recorded_reviewer("gpt-5.4")
    return model_reviewer("gpt-5.4", name="The stranger")


@pytest.fixture
def sitting(course: Course, ruth: User, stranger_reviewer: Reviewer) -> Sitting:
    """The class has answered, and Ruth is at the stranger's review."""
    begun = sitting_of(course, ruth)
    shown(begun, "find")
    return shown(begun, "stranger")


def now(sitting: Sitting) -> Sitting:
    return Sitting.objects.get(pk=sitting.pk)


def work() -> None:
    """The reviewers work here and now, as a worker would."""
    while (queued := Pass.objects.filter(state=Pass.State.QUEUED).first()) is not None:
        passes.run(queued.pk)


def scene(stage: Stage) -> ReviewScene:
    assert isinstance(stage.scene, ReviewScene)
    return stage.scene


def step_of(sitting: Sitting, name: str = "stranger") -> ReviewStep:
    step = sitting.told().step(name)
    assert isinstance(step, ReviewStep)
    return step


# --- Who could be asked -----------------------------------------------------------------------------
def test_only_real_reviewers_who_suit_are_offered(sitting: Sitting) -> None:
    story = sitting.told()
    offered = live_runs.offer(story, step_of(sitting))
    assert offered is not None
    assert offered.names == ("The stranger",)
    assert live_runs.offer(story, step_of(sitting, "self")) is None, "nobody of the author's family is there"
    Reviewer.objects.filter(provider="openai").update(active=False)
    assert live_runs.offer(story, step_of(sitting)) is None, "a recording is no reviewer"


def test_a_panel_needs_anybody_a_plan_a_stranger_and_the_devils_advocate_whom_there_is(
    course: Course, ruth: User
) -> None:
    model_reviewer("gpt-5.4")
    steps = walked.steps()
    plan = {**steps[4], "id": "of-plan", "code": None, "plan": "plan"}
    panel = {**steps[5], "id": "panel", "witnesses": ["C1"], "said": []}
    witnesses = [
        {"siglum": "A1", "name": "Claude Opus 4.6"},
        {"siglum": "X1", "name": "GPT 5.4"},
        {"siglum": "D1", "name": "GPT 5.4"},
        {"siglum": "C1", "name": "GPT 5.4"},
    ]
    story = walked.story(steps=[*steps, plan, panel], witnesses=witnesses)

    def offered(name: str) -> live_runs.Offer | None:
        step = story.step(name)
        assert isinstance(step, ReviewStep)
        return live_runs.offer(story, step)

    assert offered("of-plan") is None, "nobody of the author's own family is there to read it"
    whole, challenged = offered("panel"), offered("late")
    assert whole is not None
    assert (whole.planned.rounds, whole.calls) == (3, 12)
    assert challenged is not None
    assert challenged.calls == 1


# --- Sealed first -----------------------------------------------------------------------------------
def test_nobody_is_asked_while_the_class_still_answers(
    course: Course, ruth: User, stranger_reviewer: Reviewer, stand_in: StandIn
) -> None:
    begun = sitting_of(course, ruth)
    with pytest.raises(live_runs.CannotRun, match="“Where is it wrong\\?” are not frozen yet"):
        live_runs.run(begun.pk, "stranger", ruth)
    shown(begun, "find")
    with pytest.raises(live_runs.CannotRun):
        live_runs.run(begun.pk, "stranger", ruth)
    assert not LiveRun.objects.exists()
    assert not Review.objects.exists()
    assert stand_in.asked == []
    sittings.steer(begun.pk, Command.FREEZE, (3, 0), 1)
    live_runs.run(begun.pk, "stranger", ruth)
    room = now(begun).shown()
    assert room.told == {"find"}, "and now only asking anew opens it"


def test_a_run_is_sealed_knows_its_author_and_is_paid_by_the_course(
    course: Course, ruth: User, sitting: Sitting
) -> None:
    made = live_runs.run(sitting.pk, "stranger", ruth)
    assert made.snapshot_id != sitting.snapshots["v1"]
    assert Seal.objects.get(snapshot=made.snapshot).note_count == 0
    provenance = made.snapshot.provenance
    assert (provenance.author, provenance.family) == ("Claude Opus 4.6", "anthropic")
    review = Review.objects.get(snapshot=made.snapshot)
    assert (review.protocol, review.scope, review.budgets) == (
        "cross_model",
        f"course-{course.pk}",
        [f"course-{course.pk}"],
    )
    assert live_runs.run(sitting.pk, "stranger", ruth) == made
    assert Review.objects.count() == 1, "asked twice, it is asked once"


# --- Heard as it comes ------------------------------------------------------------------------------
def test_findings_come_to_the_stage_and_are_counted(sitting: Sitting, ruth: User, stand_in: StandIn) -> None:
    stand_in.answers = lambda _: Answer(review_reply(RACE, SUCCESS_LIE))
    before = news.of(now(sitting)).stage
    live_runs.run(sitting.pk, "stranger", ruth)
    asked = news.of(now(sitting)).stage
    assert asked != before
    reading = scene(stage_of_sitting(now(sitting)))
    assert (reading.shown_live, reading.reading) == (True, True)
    assert [voice.state for voice in reading.live.voices] == ["waiting"]  # type: ignore[union-attr]

    work()
    assert news.of(now(sitting)).stage != asked, "what a worker stored is news"
    began = stage_of_sitting(now(sitting))
    assert [said.title for said in began.step.said] == [RACE.title, SUCCESS_LIE.title]  # type: ignore[union-attr]
    moved = sittings.steer(sitting.pk, Command.NEXT, (5, 0))
    first = scene(stage_of_sitting(moved))
    assert first.now is not None
    assert (first.now.said.defect, first.now.witness.name) == ("race", "GPT 5.4")
    assert not first.now.witness.recorded
    assert stand_in.asked[0].model == "gpt-5.4"

    story = live.heard_of(now(sitting)).story
    table = story.step("who-saw-what")
    assert isinstance(table, TableStep)
    saw = {
        row.defect.id: {mark.siglum: mark.saw for mark in row.marks}["X1"]
        for row in table_of(shown(sitting, "who-saw-what", 3), table, 3, story=story).rows
    }
    assert saw == {"injection": "missed", "race": "seen", "rounding": "missed"}


def test_the_recording_is_one_key_away(sitting: Sitting, ruth: User, stand_in: StandIn) -> None:
    stand_in.answers = lambda _: Answer(review_reply(RACE))
    live_runs.run(sitting.pk, "stranger", ruth)
    work()
    recorded = sittings.steer(sitting.pk, Command.RECORDED, (5, 0), 1)
    on = sittings.steer(sitting.pk, Command.NEXT, (5, 0))
    shown_now = scene(stage_of_sitting(on))
    assert not shown_now.shown_live
    assert shown_now.recorded
    assert shown_now.now is not None
    assert shown_now.now.said.title == "SQL injection by name"
    back = sittings.steer(sitting.pk, Command.RECORDED, (5, 1), 0)
    assert back.shown().beat == 0
    assert scene(stage_of_sitting(back)).shown_live
    assert recorded.version < back.version


def test_of_a_run_that_could_not_review_the_recording_is_shown_and_it_is_said(
    sitting: Sitting, ruth: User, stand_in: StandIn
) -> None:
    stand_in.answers = lambda _: Answer(fault=Fault.REFUSAL)
    live_runs.run(sitting.pk, "stranger", ruth)
    work()
    stage = stage_of_sitting(now(sitting))
    shown_now = scene(stage)
    assert shown_now.live is not None
    assert shown_now.live.failed
    assert not shown_now.shown_live
    assert len(stage.step.said) == 2, "the recording's"  # type: ignore[union-attr]
    stand_in.answers = lambda _: Answer(review_reply(RACE))
    live_runs.run(sitting.pk, "stranger", ruth)
    work()
    assert scene(stage_of_sitting(now(sitting))).shown_live, "run again, it could"
    assert Review.objects.filter(current=True).count() == 1


def test_an_ended_sitting_tells_what_was_heard_live(
    sitting: Sitting, ruth: User, stand_in: StandIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    stand_in.answers = lambda _: Answer(review_reply(RACE))
    live_runs.run(sitting.pk, "stranger", ruth)
    work()
    ended = sittings.end(sitting.pk)
    assert [said.title for said in step_of(ended).said] == [RACE.title]
    assert not ended.told().witness("X1").recorded
    with django_assert_num_queries(0):
        assert live.heard_of(ended).story == ended.told()
    with pytest.raises(live_runs.CannotRun):
        live_runs.run(sitting.pk, "stranger", ruth)


def test_one_model_that_reads_four_times_speaks_for_four_witnesses(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    assert LanguageModel.objects.filter(name="claude-opus-4-6").exists()
    model_reviewer("claude-opus-4-6")
    steps = walked.steps()
    steps[4] = {**steps[4], "witnesses": ["A1", "A2"]}
    witnesses = [{"siglum": siglum, "name": "Claude Opus 4.6"} for siglum in ("A1", "A2", "X1", "D1")]
    begun = sittings.begin(walked.walkthrough(course, ruth, steps=steps, witnesses=witnesses), ruth)
    for name in ("lines", "self"):
        begun = shown(begun, name)
    stand_in.answers = lambda seen: Answer(
        review_reply() if "# Once more" not in seen.text else review_reply(RACE)
    )
    live_runs.run(begun.pk, "self", ruth)
    work()
    said = step_of(Sitting.objects.get(pk=begun.pk), "self")
    assert said.said == (), "the story itself is as it was recorded"
    heard = live.heard_of(Sitting.objects.get(pk=begun.pk)).story.step("self")
    assert isinstance(heard, ReviewStep)
    assert [(item.witness, item.title) for item in heard.said] == [("A2", RACE.title)]
