"""Protocols without a talk: linters, self-review, cross-model, adversarial, roles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviews.briefs import Role, Task
from reviews.claims import Claim, Place, Severity, Verdict
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Done, NoReviewer, Outcome, Returned, Seat, Turn
from tests.reviews.protocols.stage import (
    BANDIT,
    GEMINI,
    GPT,
    OPUS,
    PLAN,
    RUFF,
    SONNET,
    STUDENT,
    answered,
    play,
    setup,
    sigla,
    silent,
    unable,
)

INJECTION = Claim(
    "SQL injection in find",
    "A quote in the name changes the query.",
    Severity.CRITICAL,
    "shop.py",
    Place("shop.py", 7, 7),
    'db.execute(f"… {name}")',
    suggested_fix="Pass it as a parameter.",
)
ROUNDING = Claim("Money in floats", severity=Severity.MINOR, path="prices.py")


# --- Linters --------------------------------------------------------------------------------------
def test_all_linters_read_at_once_and_share_a_column() -> None:
    returned, done = play("linters", setup(RUFF, BANDIT))
    assert sigla(returned) == [("L", "ruff", 1), ("L", "bandit", 1)]
    assert done == Done(Outcome.COMPLETE)


# --- Self-review ----------------------------------------------------------------------------------
def test_self_review_asks_the_author_itself_one_pass_after_another() -> None:
    returned, _ = play("self_review", setup(GPT, SONNET, OPUS, passes=3))
    assert sigla(returned) == [("A1", "Opus", 1), ("A2", "Opus", 2), ("A3", "Opus", 3)]


def test_self_review_falls_back_on_the_authors_family() -> None:
    returned, _ = play("self_review", setup(GPT, SONNET))
    assert sigla(returned) == [("A1", "Sonnet", 1)]


def test_self_review_without_kin_says_what_is_missing() -> None:
    with pytest.raises(NoReviewer, match="own family \\(anthropic\\)"):
        PROTOCOLS["self_review"].step(setup(GPT), ())


def test_self_review_of_code_whose_author_nobody_stated_says_so() -> None:
    nobody = replace(OPUS, model="", family="")
    with pytest.raises(NoReviewer, match="own family \\(unknown\\)"):
        PROTOCOLS["self_review"].step(setup(OPUS, GPT, author=nobody), ())


def test_each_later_pass_is_shown_all_that_was_said_before() -> None:
    said = {"A1": [INJECTION], "A2": [ROUNDING], "A3": []}
    returned, _ = play("self_review", setup(OPUS, passes=3), lambda turn: answered(turn, said[turn.siglum]))
    first, second, third = (item.turn for item in returned)
    assert (first.task.value, first.exhibits) == ("review", ())
    assert (second.task.value, third.task.value) == ("again", "again")
    assert "SQL injection in find" in second.exhibits[0].text
    assert "Money in floats" not in second.exhibits[0].text
    assert third.exhibits[0].text.startswith(
        "F1 [critical] shop.py:7-7: SQL injection in find\n"
        '  quoted: db.execute(f"… {name}")\n'
        "  A quote in the name changes the query.\n"
        "  fix: Pass it as a parameter.\n"
        "\n"
        "F2 [minor] prices.py: Money in floats"
    )


def test_who_found_nothing_is_asked_what_it_missed_and_who_could_not_read_is_asked_to_read() -> None:
    returned, done = play("self_review", setup(OPUS, passes=3), _at_the_second_try)
    assert [item.turn.task.value for item in returned] == ["review", "review", "again"]
    assert returned[2].turn.exhibits[0].text == "Nothing."
    assert done == Done(Outcome.INCOMPLETE, "A1 Opus: it timed out")


def _at_the_second_try(turn: Turn) -> Returned:
    return unable(turn) if turn.siglum == "A1" else silent(turn)


def test_who_could_not_review_is_named_and_the_others_are_still_asked() -> None:
    returned, done = play(
        "self_review",
        setup(OPUS, passes=4),
        lambda turn: unable(turn) if turn.siglum == "A2" else silent(turn),
    )
    assert [item.turn.siglum for item in returned] == ["A1", "A2", "A3", "A4"]
    assert done == Done(Outcome.INCOMPLETE, "A2 Opus: it timed out")


# --- Cross-model ----------------------------------------------------------------------------------
def test_a_stranger_is_one_by_family_whatever_the_plan_says() -> None:
    returned, _ = play("cross_model", setup(OPUS, SONNET, GPT, passes=2))
    assert sigla(returned) == [("X1", "GPT", 1), ("X2", "GPT", 2)]


def test_all_strangers_of_a_pass_read_at_once() -> None:
    returned, _ = play("cross_model", setup(GEMINI, GPT, OPUS, passes=2))
    assert sigla(returned) == [("X1", "Gemini", 1), ("X2", "GPT", 1), ("X3", "Gemini", 2), ("X4", "GPT", 2)]


def test_cross_model_is_refused_where_everyone_is_kin() -> None:
    with pytest.raises(NoReviewer, match="another family than the author's \\(anthropic\\)"):
        PROTOCOLS["cross_model"].step(setup(OPUS, SONNET), ())


# --- Adversarial ----------------------------------------------------------------------------------
def test_the_devils_advocate_is_a_stranger_if_there_is_one() -> None:
    assert sigla(play("adversarial", setup(STUDENT, OPUS, GPT))[0]) == [("D", "GPT", 1)]
    alone, _ = play("adversarial", setup(STUDENT, OPUS, passes=2))
    assert sigla(alone) == [("D1", "Opus", 1), ("D2", "Opus", 2)]
    assert {item.turn.task.value for item in alone} == {"challenge"}


# --- Roles ----------------------------------------------------------------------------------------
def by_role(*seats: Seat) -> list[tuple[str, str, str]]:
    """Siglum, role and reviewer of every turn."""
    returned, _ = play("roles", setup(*seats))
    assert {item.turn.round for item in returned} == {1}
    return [(item.turn.siglum, item.turn.role, item.turn.seat.name) for item in returned]


def test_each_role_goes_to_the_reviewer_that_has_it_and_the_rest_in_turn() -> None:
    auditor = replace(GEMINI, role=Role.SECURITY.value)
    architect = replace(GPT, role=Role.ARCHITECTURE.value)
    assert by_role(auditor, OPUS, architect) == [
        ("R1", "architecture", "GPT"),
        ("R2", "implementation", "Gemini"),
        ("R3", "full review", "Opus"),
        ("R4", "security", "Gemini"),
    ]


def test_nobody_takes_two_roles_while_somebody_has_none() -> None:
    other = replace(SONNET, role=Role.CALLERS.value)
    names = [name for _, _, name in by_role(OPUS, GPT, other, GEMINI)]
    assert sorted(names) == ["GPT", "Gemini", "Opus", "Sonnet"]


def test_a_model_that_was_not_asked_yet_comes_before_a_second_seat_of_one_that_was() -> None:
    twins = [replace(OPUS, reviewer_id=20 + number, name=f"Opus {number}", role="") for number in range(4)]
    names = [name for _, _, name in by_role(*twins, replace(GPT, role=""), replace(GEMINI, role=""))]
    assert names == ["Opus 0", "GPT", "Gemini", "Opus 1"]


def test_one_reviewer_takes_all_four_roles() -> None:
    assert [name for _, _, name in by_role(GPT, STUDENT)] == ["GPT"] * 4


# --- Plan reading ---------------------------------------------------------------------------------
def test_a_plan_is_read_once_by_all_who_are_named_and_approved_by_all_or_not() -> None:
    def approving(turn: Turn) -> Returned:
        return answered(turn, verdict=Verdict.APPROVE)

    how = setup(OPUS, GPT)
    returned, done = play("plan_reading", how, approving)
    assert sigla(returned) == [("V", "Opus", 1), ("V", "GPT", 1)]
    assert {(item.turn.task, item.turn.document) for item in returned} == {(Task.REVIEW_TEXT, PLAN)}
    assert done == Done(Outcome.COMPLETE, result={"approved": True})

    serious = Claim("Nobody says who pays", severity=Severity.MAJOR)
    _, done = play("plan_reading", how, lambda turn: answered(turn, [serious], verdict=Verdict.APPROVE))
    assert done.result == {"approved": False}, "who approves and names something serious approves of nothing"
    _, done = play("plan_reading", how, unable)
    assert (done.outcome, done.result) == (Outcome.INCOMPLETE, {"approved": False})


def test_without_a_plan_nothing_is_read() -> None:
    with pytest.raises(NoReviewer, match="needs a plan"):
        PROTOCOLS["plan_reading"].step(replace(setup(GPT), document=None), ())
