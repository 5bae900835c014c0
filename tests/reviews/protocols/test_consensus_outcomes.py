"""What comes of a finding in a panel: confirmed, integration, single or dismissed."""

from __future__ import annotations

from dataclasses import replace

from reviews.claims import Claim, Place, Severity, Vote
from tests.reviews.protocols.table import (
    HEADER,
    INJECTION,
    RACE,
    READER,
    SAME_INJECTION,
    Words,
    back,
    group_of,
    no,
    outcomes,
    panel,
    yes,
)


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
    assert group_of(done, "F1")["disputed"] is False
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
