"""A panel of four: they read alone, then talk without names until nothing changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reviews.briefs import Role
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import NoReviewer, Outcome, Setup
from tests.reviews.protocols.stage import GPT, LLAMA, OPUS, SONNET, STUDENT, play, setup, sigla, silent
from tests.reviews.protocols.table import (
    FOUR,
    HEADER,
    INJECTION,
    RACE,
    READER,
    Words,
    group_of,
    no,
    outcomes,
    panel,
    yes,
)


# --- Who sits, and who is asked what --------------------------------------------------------------
def test_four_read_at_once_each_in_its_role_and_share_a_column() -> None:
    returned, _ = panel({})
    assert sigla(returned) == [("C", "Opus", 1), ("C", "GPT", 1), ("C", "Gemini", 1), ("C", "Llama", 1)]
    assert [item.turn.role for item in returned] == [
        "full review",
        "callers",
        "integration",
        "cross-cutting",
    ]
    assert {item.turn.task.value for item in returned} == {"review"}


def test_whoever_has_a_role_takes_it_and_families_are_mixed() -> None:
    integrator = replace(SONNET, role=Role.INTEGRATION.value)
    returned, _ = panel({}, seats=(OPUS, replace(OPUS, reviewer_id=30, role=""), integrator, GPT, LLAMA))
    assert [item.turn.seat.name for item in returned] == ["Opus", "GPT", "Sonnet", "Llama"]


def test_one_reviewer_in_four_roles_is_one_family() -> None:
    _, done = panel({(1, 1): [RACE], (2, 2): [yes("F1")], (2, 3): [yes("F1")]}, seats=(GPT, STUDENT))
    assert (done.result["voices"], done.result["families"]) == (4, 1)
    assert (group_of(done, "F1")["for"], group_of(done, "F1")["families"]) == (3, 1)


def test_a_consensus_of_nobody_is_refused() -> None:
    with pytest.raises(NoReviewer, match="at least one reviewer, better four"):
        PROTOCOLS["consensus"].step(setup(STUDENT), ())


def test_twelve_calls_for_four_reviewers_and_three_rounds() -> None:
    """The number that the benchmark counts with: rounds are all rounds, the first among them."""
    words: Words = {(1, 1): [RACE], (2, 2): [yes("F1")], (3, 3): [yes("F1")]}
    returned, done = panel(words)
    assert len(returned) == 12
    assert (done.result["rounds"], done.result["stopped_early"]) == (3, False)


def test_no_more_than_five_rounds_whatever_the_plan_says() -> None:
    assert PROTOCOLS["consensus"].calls(setup(*FOUR, rounds=9)).most == 20


def test_who_talks_sees_all_findings_without_names_and_which_are_its_own() -> None:
    returned, _ = panel({(1, 1): [RACE, INJECTION], (1, 3): [HEADER], (2, 4): [no("F2"), yes("F3")]})
    second, third = ([item.turn for item in returned if item.turn.round == number] for number in (2, 3))
    assert [turn.exhibits[2].text for turn in second] == ["F1, F2", "None.", "F3", "None."]
    assert {turn.task.value for turn in second} == {"confer"}
    assert [turn.role for turn in second] == [item.turn.role for item in returned[:4]]
    # In the order of the code, which is nobody's: references alone would tell who made which.
    shown = second[0].exhibits[0].text
    assert [line[:2] for line in shown.splitlines() if line.startswith("F")] == ["F3", "F2", "F1"]
    assert third[0].exhibits[1].text == (
        "F2\n  refuted: The name is bound.\n"
        "    quoted: execute(sql, (name,)) (which stands in the code)\n\n"
        "F3\n  confirmed: I see it, too."
    )
    for turn in [*second, *third]:
        texts = " ".join(exhibit.title + exhibit.text for exhibit in turn.exhibits)
        assert not any(seat.name in texts or seat.model in texts for seat in FOUR)


def test_of_what_a_reviewer_said_the_last_word_is_shown() -> None:
    words: Words = {(1, 1): [RACE], (2, 2): [no("F1")], (3, 2): [yes("F1")]}
    returned, _ = panel(words, rounds=4)
    assert returned[-1].turn.round == 4
    assert returned[-1].turn.exhibits[1].text == "F1\n  confirmed: I see it, too."


def test_what_all_of_a_round_are_shown_is_equal_to_the_byte_and_comes_first() -> None:
    returned, _ = panel({(1, 1): [RACE], (1, 2): [INJECTION], (2, 3): [yes("F1")]})
    for number in (2, 3):
        shared = {item.turn.exhibits[:2] for item in returned if item.turn.round == number}
        assert len(shared) == 1


# --- Who could not answer -------------------------------------------------------------------------
def test_who_could_not_answer_has_no_voice_is_not_asked_again_and_is_named() -> None:
    returned, done = panel({(1, 1): [RACE], (1, 2): None, (2, 3): [yes("F1")]})
    assert [item.turn.position for item in returned if item.turn.round == 2] == [1, 3, 4]
    assert (done.outcome, done.reason) == (Outcome.INCOMPLETE, "C GPT: it timed out")
    assert (done.result["voices"], done.result["families"]) == (3, 3)
    assert outcomes(done) == {"F1": "confirmed"}
    assert [chair["answered"] for chair in done.result["panel"]] == [3, 0, 3, 3]


def test_who_failed_in_the_talk_is_not_asked_again_either() -> None:
    returned, _ = panel({(1, 1): [RACE], (2, 2): None, (2, 3): [yes("F1")], (3, 4): [yes("F1")]}, rounds=4)
    asked = [[item.turn.position for item in returned if item.turn.round == number] for number in (2, 3, 4)]
    assert asked == [[1, 2, 3, 4], [1, 3, 4], [1, 3, 4]]


def test_one_who_is_left_alone_has_nobody_to_talk_to() -> None:
    returned, done = panel({(1, 1): [RACE], (1, 2): None, (1, 3): None, (1, 4): None})
    assert len(returned) == 4
    assert outcomes(done) == {"F1": "single"}


def test_a_verifier_that_fails_confirms_nothing() -> None:
    """All that should have verified it failed: what one had found is single, not confirmed, not gone."""
    _, done = panel({(1, 1): [RACE], (2, 2): None, (2, 3): None, (2, 4): None})
    assert outcomes(done) == {"F1": "single"}
    assert done.outcome is Outcome.INCOMPLETE
    assert done.reason.count("it timed out") == 3
    assert (done.result["rounds"], done.result["stopped_early"]) == (2, True), "nobody is left to talk to"


def test_what_somebody_found_stays_when_it_fails_later() -> None:
    _, done = panel({(1, 1): [RACE], (2, 1): None, (3, 2): [yes("F1")]})
    assert done.result["rounds"] == 2, "the round of talk changed nothing"
    assert outcomes(done) == {"F1": "single"}
    assert done.result["voices"] == 4


def test_a_panel_that_failed_as_a_whole_found_nothing_and_is_not_complete() -> None:
    returned, done = panel({(1, place): None for place in (1, 2, 3, 4)})
    assert len(returned) == 4
    assert done.outcome is Outcome.INCOMPLETE
    assert (done.result["voices"], done.result["groups"]) == (0, [])


# --- When it stops --------------------------------------------------------------------------------
def test_a_panel_that_finds_nothing_has_nothing_to_talk_about() -> None:
    returned, done = play("consensus", setup(*FOUR), silent)
    assert len(returned) == 4
    assert done.outcome is Outcome.COMPLETE
    assert (done.result["rounds"], done.result["stopped_early"], done.result["voices"]) == (1, True, 4)


def test_it_stops_when_a_round_changed_nothing() -> None:
    returned, done = panel({(1, 1): [RACE], (2, 2): [yes("F1")], (3, 2): [yes("F1")]}, rounds=5)
    assert len(returned) == 12
    assert (done.result["rounds"], done.result["stopped_early"]) == (3, True)


def test_one_round_is_no_talk() -> None:
    returned, done = panel({(1, 1): [RACE]}, rounds=1)
    assert len(returned) == 4
    assert done.result["stopped_early"] is False


# --- The order in which it is read ----------------------------------------------------------------
def test_what_more_families_saw_weighs_more_than_what_one_repeats() -> None:
    seats = (OPUS, GPT, SONNET, replace(SONNET, reviewer_id=31, name="Sonnet 2"))
    words: Words = {
        (1, 1): [RACE, HEADER, INJECTION],
        (2, 2): [yes("F2"), READER],
        (2, 3): [yes("F1"), no("F3")],
        (2, 4): [yes("F1")],
    }
    _, done = panel(words, seats=seats)
    order = [(item["refs"], item["outcome"], item["for"], item["families"]) for item in done.result["groups"]]
    assert order == [
        (["F2"], "confirmed", 2, 2),
        (["F1"], "confirmed", 3, 1),
        (["F4"], "single", 1, 1),
        (["F3"], "dismissed", 1, 1),
    ]
    assert (done.result["voices"], done.result["families"]) == (4, 2)


def test_a_stored_setup_leads_to_the_same_panel() -> None:
    how = setup(*FOUR)
    assert PROTOCOLS["consensus"].step(Setup.from_json(how.as_json()), ()) == PROTOCOLS["consensus"].step(
        how, ()
    )
