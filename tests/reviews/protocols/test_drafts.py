"""Texts that one criticises and another revises: the plan loop, back and forth, the rescue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from reviews.briefs import Document, Task
from reviews.claims import Claim, Place, Severity, Verdict
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Calls, Done, Ended, NoReviewer, Outcome, Returned, Turn
from reviews.protocols.drafts import approves
from tests.reviews.protocols.stage import (
    DEFECT,
    GEMINI,
    GPT,
    LLAMA,
    OPUS,
    PLAN,
    SONNET,
    STUDENT,
    Answer,
    answered,
    play,
    setup,
    silent,
    tasks,
    unable,
)

NO_ROLLBACK = Claim(
    "The plan has no way back",
    "A migration that fails half-way leaves both tables.",
    Severity.MAJOR,
    "PLAN.md",
    Place("PLAN.md", 3, 3),
)
TYPO = Claim("A typo", severity=Severity.MINOR, path="PLAN.md")


def in_turn(*answers: tuple[Verdict | None, Iterable[Claim]] | str | None) -> Answer:
    """Answers in the order of the calls: a verdict with findings, a text, or None for who could not."""
    waiting = list(answers)

    def answer(turn: Turn) -> Returned:
        given = waiting.pop(0)
        if given is None:
            return unable(turn)
        if isinstance(given, str):
            assert turn.task.writes, f"{turn.task} is not answered with a text"
            return answered(turn, text=given)
        assert not turn.task.writes, f"{turn.task} is answered with a text"
        return answered(turn, tuple(given[1]), verdict=given[0])

    return answer


APPROVED = (Verdict.APPROVE, ())
CRITICISED = (Verdict.NEEDS_ATTENTION, (NO_ROLLBACK,))


def texts(returned: Iterable[Returned]) -> list[str]:
    """What each turn worked on."""
    return [item.turn.document.text if item.turn.document else "" for item in returned]


# --- Plan loop ------------------------------------------------------------------------------------
def test_a_plan_that_holds_at_once_is_what_the_code_is_held_against() -> None:
    returned, done = play("plan_loop", setup(OPUS, GPT), in_turn(APPROVED, CRITICISED))
    assert tasks(returned) == [("GPT", "review-text"), ("GPT", "against-plan")]
    assert [item.turn.document for item in returned] == [PLAN, PLAN]
    assert done.outcome is Outcome.COMPLETE
    assert done.result["approved"] is True


def test_a_plan_is_revised_after_criticism_until_it_is_approved() -> None:
    returned, done = play(
        "plan_loop",
        setup(SONNET, OPUS, GPT, GEMINI),
        in_turn(CRITICISED, "# With a way back", APPROVED, (Verdict.APPROVE, ())),
    )
    assert tasks(returned) == [
        ("GPT", "review-text"),
        ("Opus", "revise"),
        ("GPT", "review-text"),
        ("GPT", "against-plan"),
    ]
    assert texts(returned) == [PLAN.text, PLAN.text, "# With a way back", "# With a way back"]
    assert (
        returned[1]
        .turn.exhibits[0]
        .text.startswith("F1 [major] PLAN.md:3-3: The plan has no way back\n  A migration that fails")
    )
    assert "The plan has no way back" in returned[2].turn.exhibits[0].text
    assert [item.turn.round for item in returned] == [1, 2, 3, 4]
    assert done.result == {
        "approved": True,
        "path": "PLAN.md",
        "versions": [
            {"round": 0, "position": 0, "by": "handed in"},
            {"round": 2, "position": 1, "by": "Opus"},
        ],
        "verdicts": [
            {
                "round": 1,
                "position": 1,
                "by": "GPT",
                "version": 0,
                "answered": True,
                "verdict": "needs-attention",
                "approved": False,
                "findings": 1,
                "serious": 1,
            },
            {
                "round": 3,
                "position": 1,
                "by": "GPT",
                "version": 1,
                "answered": True,
                "verdict": "approve",
                "approved": True,
                "findings": 0,
                "serious": 0,
            },
        ],
    }


def test_at_the_limit_the_last_version_is_used_and_not_approved() -> None:
    returned, done = play(
        "plan_loop",
        setup(OPUS, GPT, rounds=2),
        in_turn(CRITICISED, "second", CRITICISED, CRITICISED),
    )
    assert tasks(returned)[-2:] == [("GPT", "review-text"), ("GPT", "against-plan")]
    assert texts(returned)[-1] == "second"
    assert done.outcome is Outcome.COMPLETE
    assert done.result["approved"] is False


def test_who_approves_and_names_something_major_has_not_approved() -> None:
    _, done = play(
        "plan_loop", setup(OPUS, GPT, rounds=1), in_turn((Verdict.APPROVE, (NO_ROLLBACK,)), APPROVED)
    )
    assert done.result["approved"] is False
    assert done.result["verdicts"][0]["serious"] == 1


def test_small_remarks_do_not_keep_a_plan_from_being_approved() -> None:
    _, done = play("plan_loop", setup(OPUS, GPT), in_turn((Verdict.APPROVE, (TYPO,)), APPROVED))
    assert done.result["approved"] is True
    assert done.result["verdicts"][0]["findings"] == 1


def test_a_reply_without_a_verdict_approves_of_nothing() -> None:
    _, done = play("plan_loop", setup(OPUS, GPT, rounds=1), in_turn((None, ()), APPROVED))
    assert done.result["approved"] is False


def test_a_verdict_that_was_read_from_a_broken_reply_approves_of_nothing() -> None:
    cut_off = replace(unable(Turn(GPT, 1, 1, "M", Task.REVIEW_TEXT)), verdict=Verdict.APPROVE)
    assert not approves(cut_off)
    assert approves(replace(cut_off, ended=Ended.ANSWERED))


def test_disapproval_without_a_finding_is_said_to_who_revises() -> None:
    returned, _ = play(
        "plan_loop",
        setup(OPUS, GPT),
        in_turn((Verdict.NEEDS_ATTENTION, ()), "second", APPROVED, APPROVED),
    )
    assert (
        returned[1].turn.exhibits[0].text == "The text was not approved, and nothing in particular was named."
    )


def test_the_student_revises_where_the_plan_says_so() -> None:
    returned, done = play(
        "plan_loop",
        setup(GPT, STUDENT, revised_by="student"),
        in_turn(CRITICISED, "Mia's second version", APPROVED, APPROVED),
    )
    assert tasks(returned)[1] == ("The student", "revise")
    assert texts(returned)[-1] == "Mia's second version"
    assert done.result["versions"][1]["by"] == "The student"


def test_what_a_student_writes_is_no_call() -> None:
    assert PROTOCOLS["plan_loop"].calls(setup(OPUS, GPT, rounds=4)) == Calls(2, 8)
    assert PROTOCOLS["plan_loop"].calls(setup(GPT, rounds=4, revised_by="student")) == Calls(2, 5)


def test_a_reader_that_could_not_answer_ends_the_loop_and_is_no_approval() -> None:
    returned, done = play("plan_loop", setup(OPUS, GPT), in_turn(CRITICISED, "second", None))
    assert [task for _, task in tasks(returned)] == ["review-text", "revise", "review-text"]
    assert (done.outcome, done.reason) == (Outcome.INCOMPLETE, "M GPT: it timed out")
    assert done.result["approved"] is False
    assert done.result["verdicts"][-1]["answered"] is False


def test_an_approved_first_version_says_nothing_of_a_second_that_nobody_read() -> None:
    """Whoever failed after a revision, the verdict on an earlier version does not pass on to it."""
    _, done = play("back_and_forth", setup(OPUS, GPT), in_turn(CRITICISED, "second", None))
    assert done.result["approved"] is False
    assert len(done.result["versions"]) == 2


def test_a_reviser_that_could_not_answer_leaves_the_plan_as_it_was() -> None:
    returned, done = play("plan_loop", setup(OPUS, GPT), in_turn(CRITICISED, None, CRITICISED))
    assert tasks(returned)[-1] == ("GPT", "against-plan")
    assert texts(returned)[-1] == PLAN.text
    assert done.outcome is Outcome.INCOMPLETE
    assert done.result["approved"] is False


@pytest.mark.parametrize("revision", ["", " \n", f"\n{PLAN.text}"])
def test_a_revision_that_changes_nothing_is_not_read_again(revision: str) -> None:
    returned, done = play("plan_loop", setup(OPUS, GPT, rounds=5), in_turn(CRITICISED, revision, APPROVED))
    assert [task for _, task in tasks(returned)] == ["review-text", "revise", "against-plan"]
    assert done.result["approved"] is False
    assert len(done.result["versions"]) == 1


def test_without_a_plan_it_is_said_how_to_name_one() -> None:
    for protocol in ("plan_loop", "back_and_forth"):
        with pytest.raises(NoReviewer, match="named PLAN.md"):
            PROTOCOLS[protocol].step(replace(setup(OPUS, GPT), document=None), ())


def test_without_kin_the_plan_can_still_be_revised_by_the_student() -> None:
    with pytest.raises(NoReviewer, match="The student can revise it instead"):
        PROTOCOLS["plan_loop"].step(setup(GPT), ())
    with pytest.raises(NoReviewer, match="another family"):
        PROTOCOLS["plan_loop"].step(setup(OPUS, STUDENT, revised_by="student"), ())


# --- Back and forth -------------------------------------------------------------------------------
def test_a_criticises_b_revises_and_a_reads_every_revision() -> None:
    returned, done = play(
        "back_and_forth",
        setup(OPUS, GPT, rounds=2),
        in_turn(CRITICISED, "second", CRITICISED, "third", CRITICISED),
    )
    assert tasks(returned) == [
        ("GPT", "review-text"),
        ("Opus", "revise"),
        ("GPT", "review-text"),
        ("Opus", "revise"),
        ("GPT", "review-text"),
    ]
    assert texts(returned) == [PLAN.text, PLAN.text, "second", "second", "third"]
    assert [version["round"] for version in done.result["versions"]] == [0, 2, 4]
    assert [verdict["version"] for verdict in done.result["verdicts"]] == [0, 1, 2]
    assert done.result["approved"] is False


def test_back_and_forth_stops_when_a_approves() -> None:
    returned, done = play(
        "back_and_forth", setup(OPUS, GPT, rounds=5), in_turn(CRITICISED, "second", APPROVED)
    )
    assert len(returned) == 3
    assert done.result["approved"] is True


# --- Rescue ---------------------------------------------------------------------------------------
DIFF = "--- a/shop.py\n+++ b/shop.py\n@@ -7 +7 @@\n-bad\n+good\n"


def test_a_patch_is_proposed_for_the_defect_and_reviewed_by_another_family() -> None:
    returned, done = play("rescue", setup(OPUS, SONNET, GPT), in_turn(DIFF, APPROVED))
    assert tasks(returned) == [("GPT", "patch"), ("Opus", "review-patch")]
    assert [item.turn.exhibits for item in returned] == [(DEFECT,), (DEFECT,)]
    assert returned[1].turn.document == Document("patch.diff", DIFF)
    assert done == Done(Outcome.COMPLETE, result={"approved": True})


def test_two_strangers_of_different_families_mend_it_between_them() -> None:
    returned, _ = play("rescue", setup(OPUS, LLAMA, GEMINI), in_turn(DIFF, APPROVED))
    assert [name for name, _ in tasks(returned)] == ["Llama", "Gemini"]


def test_a_patch_with_a_serious_flaw_is_not_approved() -> None:
    flawed = (Verdict.APPROVE, (replace(NO_ROLLBACK, title="The patch drops the rows"),))
    _, done = play("rescue", setup(OPUS, GPT), in_turn(DIFF, flawed))
    assert (done.outcome, done.result) == (Outcome.COMPLETE, {"approved": False})


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ((None,), "F GPT: it timed out"),
        ((DIFF, None), "F Opus: it timed out"),
        (("\n",), "GPT proposed an empty patch."),
    ],
)
def test_a_patch_that_nobody_wrote_or_read_is_not_approved(
    answers: tuple[str | None, ...], reason: str
) -> None:
    _, done = play("rescue", setup(OPUS, GPT), in_turn(*answers))
    assert done == Done(Outcome.INCOMPLETE, reason, {"approved": False})


def test_a_rescue_needs_two_families_and_a_defect() -> None:
    with pytest.raises(NoReviewer, match="two families"):
        PROTOCOLS["rescue"].step(setup(OPUS, SONNET, STUDENT), ())
    with pytest.raises(NoReviewer, match="none was chosen"):
        PROTOCOLS["rescue"].step(replace(setup(OPUS, GPT), exhibit=None), ())


# --- What of all this reads code ------------------------------------------------------------------
def test_only_the_last_reading_of_a_plan_loop_speaks_of_the_code() -> None:
    returned, _ = play("plan_loop", setup(OPUS, GPT), silent)
    assert [item.turn.task.about_code for item in returned] == [False, True]
    assert returned[-1].turn.task is Task.AGAINST_PLAN
