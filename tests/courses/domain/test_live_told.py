"""The walkthroughs of the shelf, asked live: a panel round by round, a plan, and the recording beside."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User

from courses.domain import live, live_runs, sittings, walkthroughs
from courses.domain.live_told import BEFORE
from courses.domain.queries.presenter import desk_of
from courses.domain.queries.stage import ReviewScene, stage_of_sitting
from courses.models import Course, LiveRun, Sitting
from courses.walkthroughs import shelf
from courses.walkthroughs.room import Command
from courses.walkthroughs.seen import end_of, hearings, sights
from courses.walkthroughs.steps import ReviewStep
from reviews.claims import Claim, Place, Severity
from reviews.engine import passes
from reviews.models import Pass, Review
from tests.replies import review_reply, vote
from tests.rooms import shown
from tests.servers.models import Answer, Fault, Seen, StandIn
from tests.stories import model_reviewer

pytestmark = pytest.mark.django_db

FREE = Claim(
    "Everything from 50 cents on is delivered free",
    "The limit is in euros, the total in cents.",
    Severity.CRITICAL,
    "shop/delivery.py",
    Place("shop/delivery.py", 9, 9),
    "return 0 if total >= FREE_FROM else FEE",
    confidence=0.9,
)
QRENCODE = Claim(
    "qrencode is missing from the environment",
    "draw_code runs it, and environment.yml does not list it.",
    Severity.MAJOR,
    "invoices/nightly.py",
    Place("invoices/nightly.py", 20, 20),
    'subprocess.run(["qrencode", "--output", path, text], check=True)',
    confidence=0.7,
)
INSTALLED = "RUN apt-get update && apt-get install --yes --no-install-recommends qrencode"
REFUTED = vote("F2", "refute", reason="The image installs it.", quote=INSTALLED, file="invoices/Dockerfile")

PANEL = (
    *(review_reply(FREE), review_reply(), review_reply(), review_reply(QRENCODE)),
    *(review_reply(votes=[REFUTED]), review_reply(votes=[vote("F1", "confirm", reason="So it is.")])),
    *(
        review_reply(votes=[vote("F1", "confirm", reason="The caller hands in cents.")]),
        review_reply(votes=[vote("F2", "withdraw", reason="Right, I read one file only.")]),
    ),
    *(review_reply(),) * 4,
)
"""Two findings; one is confirmed by two others, the other refuted and taken back; then silence."""


def taken(slug: str, course: Course, by: User) -> Sitting:
    """One from the shelf, begun."""
    return sittings.begin(walkthroughs.keep(shelf.take(slug), course, by, shared=True), by)


def asked_first(sitting: Sitting, step: str) -> Sitting:
    """Every question before this step was on the screen; the step is shown now."""
    story = sitting.told()
    for question in story.questions():
        if story.at(question.id) < story.at(step):
            shown(sitting, question.id)
    return shown(sitting, step)


def work() -> None:
    while (queued := Pass.objects.filter(state=Pass.State.QUEUED).first()) is not None:
        passes.run(queued.pk)


def now(sitting: Sitting) -> Sitting:
    return Sitting.objects.get(pk=sitting.pk)


def heard(sitting: Sitting, step: str) -> ReviewStep:
    """A review as the class hears it now."""
    found = live.heard_of(now(sitting)).story.step(step)
    assert isinstance(found, ReviewStep)
    return found


def scene(sitting: Sitting) -> ReviewScene:
    found = stage_of_sitting(now(sitting)).scene
    assert isinstance(found, ReviewScene)
    return found


def in_turn(replies: Iterator[str]) -> Callable[[Seen], Answer]:
    return lambda _: Answer(next(replies))


@pytest.mark.parametrize("slug", [shelved.slug for shelved in shelf.shelf()])
def test_every_review_in_which_a_model_speaks_can_be_run_live(slug: str) -> None:
    model_reviewer("claude-opus-4-6")
    model_reviewer("gpt-5.4")
    story = shelf.take(slug).story
    recorded = {step.id: step.witnesses[0][0] for step in story.reviews() if not live_runs.offer(story, step)}
    assert set(recorded.values()) <= set("KSL"), "an answer key, a student and a check are no reviewers"


def test_a_panel_is_run_once_and_heard_round_by_round(course: Course, ruth: User, stand_in: StandIn) -> None:
    model_reviewer("gpt-5.4", name="The one at hand")
    sitting = asked_first(taken("four-reviewers", course, ruth), "round-1")
    offered = desk_of(sitting).offer
    assert offered is not None
    assert (offered.calls, desk_of(sitting).panel) == (12, True)
    stand_in.answers = in_turn(iter(PANEL))
    made = live_runs.run(sitting.pk, "round-1", ruth)
    assert heard(sitting, "round-3").unable == "it is still reading"
    work()
    assert len(stand_in.asked) == 12
    assert live_runs.run(sitting.pk, "together", ruth) == made, "its outcome is of the same run"
    assert LiveRun.objects.count() == Review.objects.count() == 1

    first = heard(sitting, "round-1")
    assert [(said.witness, said.defect) for said in first.said] == [("C1", "free-for-all"), ("C4", None)]
    second = heard(sitting, "round-2")
    assert [(said.witness, said.title, said.path) for said in second.said] == [
        ("C2", f"Confirms: {FREE.title}", "shop/delivery.py"),
        ("C1", f"Refutes: {QRENCODE.title}", "invoices/Dockerfile"),
        ("C4", f"Takes back: {QRENCODE.title}", "invoices/nightly.py"),
    ]
    assert second.said[0].explanation == "C2: So it is.\n\nC3: The caller hands in cents."
    assert (second.said[1].first, second.said[1].quote) == (None, INSTALLED)
    third = heard(sitting, "round-3")
    assert (third.said, third.ending) == ((), "Nothing more to say.")
    outcome = heard(sitting, "together")
    assert [(said.witness, said.outcome, said.reason) for said in outcome.said] == [
        ("C", "confirmed", ""),
        ("C", "dismissed", "The image installs it."),
    ]

    story = live.heard_of(now(sitting)).story
    saw = sights(story, hearings(story, end_of(story)))["free-for-all"]
    assert (saw["C1"], saw["C2"]) == ("seen", "missed"), "whoever confirms was told of it"
    assert {story.witness(siglum).recorded for siglum in ("C1", "C4", "C")} == {False}
    assert story.witness("C1").name == "GPT 5.4"


def test_the_recording_of_a_panel_is_shown_in_all_its_rounds(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    sitting = asked_first(taken("four-reviewers", course, ruth), "round-1")
    stand_in.answers = in_turn(iter(PANEL))
    live_runs.run(sitting.pk, "round-1", ruth)
    work()
    recorded = sitting.told()
    at = recorded.at("round-1")
    sittings.steer(sitting.pk, Command.RECORDED, (at, 0), 1)
    for name in ("round-1", "round-2", "together"):
        assert heard(sitting, name) == recorded.step(name)
    sittings.steer(sitting.pk, Command.RECORDED, (at, 0), 0)
    assert [said.witness for said in heard(sitting, "together").said] == ["C", "C"]


def test_a_panel_that_finds_nothing_says_why_there_was_no_second_round(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    sitting = asked_first(taken("four-reviewers", course, ruth), "round-1")
    stand_in.answers = lambda _: Answer(review_reply())
    live_runs.run(sitting.pk, "round-1", ruth)
    work()
    assert len(stand_in.asked) == 4
    assert (heard(sitting, "round-1").ending, heard(sitting, "round-2").ending) == (
        "Nothing more to say.",
        BEFORE,
    )
    shown(sitting, "round-2")
    assert scene(sitting).shown_live


def test_a_round_in_which_somebody_fell_silent_says_so_and_is_not_the_recording(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    sitting = asked_first(taken("four-reviewers", course, ruth), "round-1")
    said = iter(PANEL[:4])
    stand_in.answers = lambda _: Answer(reply) if (reply := next(said, "")) else Answer(fault=Fault.REFUSAL)
    live_runs.run(sitting.pk, "round-1", ruth)
    work()
    assert len(heard(sitting, "round-1").said) == 2
    second = heard(sitting, "round-2")
    assert second.said == ()
    assert second.unable.startswith("C1: ")
    shown(sitting, "round-2")
    assert scene(sitting).shown_live


def test_a_panel_of_which_nothing_came_leaves_the_recording_of_every_round(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    sitting = asked_first(taken("four-reviewers", course, ruth), "round-1")
    stand_in.answers = lambda _: Answer(fault=Fault.REFUSAL)
    live_runs.run(sitting.pk, "round-1", ruth)
    work()
    for name in ("round-1", "round-2", "round-3", "together"):
        shown(sitting, name)
        assert heard(sitting, name) == sitting.told().step(name)
        told = scene(sitting)
        assert told.live is not None
        assert (told.live.failed, told.shown_live) == (True, False)
        assert desk_of(now(sitting)).offer is not None, "and it can be tried once more"


# --- Plans -----------------------------------------------------------------------------------------
OWES = Claim(
    "Nothing says who pays the cent left over",
    "10 by three is 3.33 and a cent.",
    Severity.MAJOR,
    "PLAN.md",
    Place("PLAN.md", 6, 6),
    "2. Each of them owes the amount divided by the number of people.",
)


def test_a_plan_is_read_by_a_stranger_as_a_document_of_its_own(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("claude-opus-4-6")
    model_reviewer("gpt-5.4")
    sitting = asked_first(taken("plan-before-code", course, ruth), "strange-plan")
    stand_in.answers = lambda _: Answer(review_reply(OWES))
    made = live_runs.run(sitting.pk, "strange-plan", ruth)
    work()
    assert [file.path for file in made.snapshot.source_files()] == ["PLAN.md"]
    asked = stand_in.asked[0]
    assert asked.model == "gpt-5.4"
    for part in ("to review a document", "what becomes of one awkward example", "until all balances are 0"):
        assert part in asked.text
    said = heard(sitting, "strange-plan").said
    assert [(item.title, item.path, item.first, item.quote) for item in said] == [
        (OWES.title, "", None, OWES.quote)
    ]
    on = sittings.steer(sitting.pk, Command.NEXT, (sitting.told().at("strange-plan"), 0))
    assert scene(on).plan.startswith("# Who owes whom")


def test_the_authors_own_model_reads_its_plan_and_an_approval_is_said(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("claude-opus-4-6")
    model_reviewer("gpt-5.4")
    sitting = asked_first(taken("plan-before-code", course, ruth), "own-plan")
    stand_in.answers = lambda _: Answer(review_reply())
    live_runs.run(sitting.pk, "own-plan", ruth)
    work()
    assert [seen.model for seen in stand_in.asked] == ["claude-opus-4-6"]
    assert heard(sitting, "own-plan").ending == "Approved."


def test_a_plan_is_not_read_while_the_class_still_guesses_what_it_does(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    sitting = taken("plan-before-code", course, ruth)
    shown(sitting, "pizza")
    with pytest.raises(live_runs.CannotRun, match="not frozen yet"):
        live_runs.run(sitting.pk, "strange-plan", ruth)
    assert stand_in.asked == []


def test_a_plan_that_nobody_could_read_is_the_recording(
    course: Course, ruth: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    sitting = asked_first(taken("plan-before-code", course, ruth), "strange-plan")
    stand_in.answers = lambda _: Answer(json.dumps({"hello": 1}))
    live_runs.run(sitting.pk, "strange-plan", ruth)
    work()
    assert heard(sitting, "strange-plan") == sitting.told().step("strange-plan")
    assert not scene(sitting).shown_live
