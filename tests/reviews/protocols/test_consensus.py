"""A panel of four: they read alone, then talk without names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from reviews.briefs import Role
from reviews.claims import Claim, Place, Severity, Stance, Vote
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Done, NoReviewer, Outcome, Returned, Seat, Setup, Turn
from tests.reviews.protocols.stage import (
    GEMINI,
    GPT,
    LLAMA,
    OPUS,
    SONNET,
    STUDENT,
    Answer,
    answered,
    play,
    setup,
    sigla,
    silent,
    unable,
)

FOUR = (OPUS, GPT, GEMINI, LLAMA)

INJECTION = Claim(
    "SQL injection in find",
    "The name goes into the query by an f-string, so a quote in it changes the query.",
    Severity.CRITICAL,
    "shop.py",
    Place("shop.py", 7, 7),
    cwe=89,
    confidence=0.6,
)
SAME_INJECTION = Claim(
    "Unescaped user input",
    "find builds its query with an f-string: a name with a quote can change what it selects.",
    Severity.MAJOR,
    "shop.py",
    Place("shop.py", 6, 8),
    confidence=0.9,
)
RACE = Claim(
    "Two buyers can take the same stock",
    "The stock is read, then written, with no transaction.",
    Severity.MAJOR,
    "shop.py",
    Place("shop.py", 11, 13),
)
HEADER = Claim(
    "The header is called X-Version", severity=Severity.MINOR, path="api.py", place=Place("api.py", 3, 3)
)
READER = Claim(
    "The client asks for Version", severity=Severity.MINOR, path="client.py", place=Place("client.py", 9, 9)
)

Words = Mapping[tuple[int, int], Iterable[Claim | Vote] | None]
"""What each says, by round and position: findings and votes, or None for who could not answer."""


def saying(words: Words) -> Answer:
    """Four who say these words, and nothing where there are none."""

    def answer(turn: Turn) -> Returned:
        said = words.get((turn.round, turn.position), ())
        if said is None:
            return unable(turn)
        given = list(said)
        return answered(
            turn,
            [item for item in given if isinstance(item, Claim)],
            [item for item in given if isinstance(item, Vote)],
        )

    return answer


def panel(words: Words, rounds: int = 3, seats: tuple[Seat, ...] = FOUR) -> tuple[list[Returned], Done]:
    return play("consensus", setup(*seats, rounds=rounds), saying(words))


def yes(ref: str, severity: Severity | None = None) -> Vote:
    return Vote(ref, Stance.CONFIRM, "I see it, too.", severity=severity)


def no(ref: str, *, grounded: bool = True) -> Vote:
    return Vote(
        ref, Stance.REFUTE, "The name is bound.", "execute(sql, (name,))", "shop.py", grounded=grounded
    )


def back(ref: str, reason: str = "I misread the loop.") -> Vote:
    return Vote(ref, Stance.WITHDRAW, reason)


def outcomes(done: Done) -> dict[str, str]:
    return dict(done.result["outcomes"])


def group_of(done: Done, ref: str) -> dict[str, Any]:
    return next(dict(group) for group in done.result["groups"] if ref in group["refs"])


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


# --- Confirmed ------------------------------------------------------------------------------------
def test_two_who_found_it_independently_confirm_one_another() -> None:
    _, done = panel({(1, 1): [RACE, INJECTION], (1, 4): [SAME_INJECTION]})
    assert outcomes(done) == {"F1": "single", "F2": "confirmed", "F3": "confirmed"}
    group = group_of(done, "F3")
    assert group["refs"] == ["F2", "F3"]
    assert (group["for"], group["by"], group["families"]) == (2, [1, 4], 2)
    assert group["title"] == "Unescaped user input", "in the words of who is surest"
    assert group["places"] == [["shop.py", 6, 8]]


def test_a_confirmation_in_the_talk_counts_like_a_finding() -> None:
    _, done = panel({(1, 1): [RACE], (2, 3): [yes("F1")]})
    assert outcomes(done) == {"F1": "confirmed"}


def test_ones_own_confirmation_is_no_second_voice_and_neither_is_a_second_vote() -> None:
    _, done = panel({(1, 1): [RACE], (2, 1): [yes("F1")], (3, 1): [yes("F1"), yes("F1")]})
    assert outcomes(done) == {"F1": "single"}
    _, done = panel({(1, 1): [RACE], (2, 2): [yes("F1"), yes("F1")], (3, 2): [yes("F1")]})
    assert group_of(done, "F1")["for"] == 2


def test_whoever_writes_down_again_what_is_on_the_table_confirms_it() -> None:
    returned, done = panel(
        {(1, 1): [RACE], (2, 1): [RACE], (2, 2): [RACE], (3, 1): [RACE], (3, 2): [RACE]}, 5
    )
    assert outcomes(done) == dict.fromkeys(["F1", "F2", "F3", "F4", "F5"], "confirmed")
    assert group_of(done, "F1")["for"] == 2
    assert returned[-1].turn.round == 3, "to repeat oneself is no change"


def test_severity_is_the_median_of_those_who_stand_for_it() -> None:
    words: dict[tuple[int, int], list[Claim | Vote]] = {
        (1, 1): [replace(RACE, severity=Severity.MINOR)],
        (2, 2): [yes("F1", Severity.CRITICAL)],
    }
    _, done = panel(words)
    assert group_of(done, "F1")["severity"] == "critical", "of two in the middle the worse"
    assert group_of(done, "F1")["spread"] == ["minor", "critical"]
    _, done = panel({**words, (2, 3): [yes("F1", Severity.MINOR)], (2, 4): [yes("F1")]})
    assert group_of(done, "F1")["severity"] == "minor", "who names no severity has none"
    assert group_of(done, "F1")["for"] == 4


# --- Integration ----------------------------------------------------------------------------------
def test_a_finding_at_two_places_is_one_of_integration() -> None:
    two = replace(HEADER, elsewhere=(READER.place,) if READER.place else ())
    _, done = panel({(1, 3): [two]})
    assert outcomes(done) == {"F1": "integration"}
    assert group_of(done, "F1")["places"] == [["api.py", 3, 3], ["client.py", 9, 9]]


def test_two_ranges_that_touch_are_one_place() -> None:
    near = replace(RACE, elsewhere=(Place("shop.py", 14, 15),))
    _, done = panel({(1, 3): [near]})
    assert outcomes(done) == {"F1": "single"}
    assert group_of(done, "F1")["places"] == [["shop.py", 11, 15]]


def test_what_no_reviewer_saw_alone_comes_of_two_that_are_combined() -> None:
    together = Claim(
        "Client and server never agree on the version",
        severity=Severity.CRITICAL,
        path="api.py",
        place=Place("api.py", 3, 3),
        combines=("F1", "F2"),
    )
    _, done = panel({(1, 1): [HEADER], (1, 2): [READER], (2, 3): [together], (3, 1): [yes("F3")]})
    assert outcomes(done) == {"F1": "single", "F2": "single", "F3": "integration"}
    group = group_of(done, "F3")
    assert (group["for"], group["places"]) == (2, [["api.py", 3, 3], ["client.py", 9, 9]])


def test_what_combines_nothing_that_was_shown_is_kept_as_one_voice() -> None:
    for combined in [(), ("F1",), ("F1", "F1"), ("F1", "F9"), ("F2", "F3")]:
        _, done = panel({(1, 1): [HEADER], (2, 3): [replace(READER, combines=combined)], (2, 4): [RACE]})
        assert outcomes(done) == {"F1": "single", "F2": "single", "F3": "single"}, combined


# --- Dismissed ------------------------------------------------------------------------------------
def test_one_that_stands_alone_falls_to_a_quoted_line_and_it_is_said_to_whose() -> None:
    _, done = panel({(1, 1): [INJECTION], (2, 3): [no("F1")]})
    assert outcomes(done) == {"F1": "dismissed"}
    assert group_of(done, "F1")["reasons"] == [
        {
            "position": 3,
            "role": "integration",
            "name": "Gemini",
            "ref": "F1",
            "stance": "refute",
            "reason": "The name is bound.",
            "quote": "execute(sql, (name,))",
            "path": "shop.py",
            "grounded": True,
        }
    ]


def test_a_line_that_does_not_stand_in_the_code_dismisses_nothing() -> None:
    _, done = panel({(1, 1): [INJECTION], **{(2, place): [no("F1", grounded=False)] for place in (2, 3, 4)}})
    assert outcomes(done) == {"F1": "single"}
    assert [reason["grounded"] for reason in group_of(done, "F1")["reasons"]] == [False] * 3


def test_two_voices_hold_against_any_evidence_and_the_dispute_is_shown() -> None:
    _, done = panel({(1, 1): [INJECTION], (1, 2): [SAME_INJECTION], (2, 3): [no("F1")], (2, 4): [no("F2")]})
    assert outcomes(done) == {"F1": "confirmed", "F2": "confirmed"}
    assert group_of(done, "F1")["disputed"] is True


def test_who_withdraws_what_nobody_else_holds_dismisses_it() -> None:
    _, done = panel({(1, 1): [RACE], (2, 1): [back("F1")]})
    assert outcomes(done) == {"F1": "dismissed"}
    assert group_of(done, "F1")["reasons"][0]["name"] == "Opus"
    assert group_of(done, "F1")["for"] == 0
    assert group_of(done, "F1")["severity"] == "major", "as it was meant when it was meant"


def test_who_withdraws_what_somebody_else_holds_leaves_it_to_them() -> None:
    _, done = panel({(1, 1): [RACE], (2, 1): [back("F1")], (2, 2): [yes("F1")]})
    assert outcomes(done) == {"F1": "single"}
    assert group_of(done, "F1")["by"] == [2]


def test_withdrawn_because_another_puts_it_better_is_not_withdrawn() -> None:
    words: Words = {(1, 1): [INJECTION], (1, 2): [SAME_INJECTION], (2, 1): [back("F1"), yes("F2")]}
    _, done = panel(words)
    assert outcomes(done) == {"F1": "confirmed", "F2": "confirmed"}


def test_nobody_withdraws_what_another_found() -> None:
    _, done = panel({(1, 1): [RACE], (2, 2): [back("F1")], (2, 3): [back("F1")]})
    assert outcomes(done) == {"F1": "single"}
    assert group_of(done, "F1")["reasons"] == []


def test_without_a_reason_nothing_is_dismissed() -> None:
    words: Words = {(1, 1): [RACE], (2, 1): [back("F1", "  ")], (2, 2): [replace(no("F1"), reason="")]}
    _, done = panel(words)
    assert outcomes(done) == {"F1": "single"}


def test_who_says_yes_and_no_at_once_has_said_nothing() -> None:
    _, done = panel({(1, 1): [RACE], (2, 2): [yes("F1"), no("F1")]})
    assert outcomes(done) == {"F1": "single"}


def test_a_later_word_replaces_an_earlier_one() -> None:
    _, done = panel({(1, 1): [RACE], (2, 2): [no("F1")], (3, 2): [yes("F1")]})
    assert outcomes(done) == {"F1": "confirmed"}
    assert (group_of(done, "F1")["reasons"], group_of(done, "F1")["disputed"]) == ([], False)
    _, done = panel({(1, 1): [RACE], (2, 2): [yes("F1")], (3, 2): [no("F1")]})
    assert outcomes(done) == {"F1": "dismissed"}


def test_a_refutation_with_evidence_is_not_weakened_by_another_without() -> None:
    _, done = panel({(1, 1): [RACE], (2, 2): [no("F1")], (3, 2): [no("F1", grounded=False)]})
    assert outcomes(done) == {"F1": "dismissed"}
    _, done = panel({(1, 1): [RACE], (2, 2): [no("F1", grounded=False), no("F1")]})
    assert outcomes(done) == {"F1": "dismissed"}


def test_without_a_quotation_there_is_no_evidence() -> None:
    _, done = panel({(1, 1): [RACE], (2, 2): [replace(no("F1"), quote=" ")]})
    assert outcomes(done) == {"F1": "single"}


def test_to_withdraw_is_not_to_refute_whatever_is_quoted() -> None:
    quoting = replace(back("F1"), quote="x = 1", grounded=True)
    _, done = panel({(1, 1): [RACE], (2, 1): [quoting], (2, 2): [yes("F1")]})
    assert outcomes(done) == {"F1": "single"}


def test_silence_on_a_finding_is_neither_yes_nor_no() -> None:
    """Models leave out references: what was said before stands, and what was not said is nothing."""
    _, done = panel({(1, 1): [RACE, HEADER], (2, 2): [yes("F1")], (3, 2): [yes("F2")]})
    assert outcomes(done) == {"F1": "confirmed", "F2": "confirmed"}


def test_a_vote_on_a_finding_that_nobody_was_shown_is_none() -> None:
    _, done = panel({(1, 1): [RACE], (2, 1): [HEADER], (2, 2): [no("F2"), yes("F7"), yes("f1"), yes("")]})
    assert outcomes(done) == {"F1": "single", "F2": "single"}
    assert group_of(done, "F2")["reasons"] == []


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
