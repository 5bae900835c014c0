"""Others' words, as a reviewer is shown them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place, Severity, Stance, Vote
from reviews.protocols.base import Turn
from reviews.protocols.exhibits import ALL_CHARACTERS, as_text, numbered, unsigned, votes_as_text
from tests.reviews.protocols.stage import GPT, OPUS, answered

TEXTS = st.text(alphabet=st.sampled_from("aF1[]: \n\r\t\u2028\x0b"), max_size=60)


def test_references_follow_round_and_position_however_the_passes_come() -> None:
    first = answered(Turn(GPT, 1, 1, "C"), [Claim("a"), Claim("b")])
    second = answered(Turn(OPUS, 1, 2, "C"), [Claim("c")])
    later = answered(Turn(GPT, 2, 1, "C"), [Claim("d")])
    titles = {ref: claim.title for ref, claim in numbered([later, second, first]).items()}
    assert titles == {"F1": "a", "F2": "b", "F3": "c", "F4": "d"}


def test_all_places_of_a_finding_are_shown_and_what_it_combines() -> None:
    claim = Claim(
        "The header and who reads it disagree",
        severity=Severity.MAJOR,
        path="a.py",
        place=Place("a.py", 3, 4),
        elsewhere=(Place("b.py", 9, 9),),
        combines=("F1", "F2"),
    )
    assert as_text({"F7": claim}) == (
        "F7 [major] a.py:3-4, b.py:9-9: The header and who reads it disagree\n  seen from F1, F2 together"
    )


@given(title=TEXTS, path=TEXTS, quote=TEXTS, explanation=TEXTS, fix=TEXTS, combined=TEXTS)
def test_no_text_of_a_finding_can_pass_for_another_finding(
    title: str, path: str, quote: str, explanation: str, fix: str, combined: str
) -> None:
    claim = Claim(title, explanation, path=path, quote=quote, suggested_fix=fix, combines=(combined,))
    lines = re.split(r"[\n\r\x0b\u2028]", as_text([claim, claim]))
    assert [line[:3] for line in lines if line and not line.startswith(" ")] == ["F1 ", "F2 "]


@given(reason=TEXTS, quote=TEXTS)
def test_no_reason_can_pass_for_a_word_on_another_finding(reason: str, quote: str) -> None:
    text = votes_as_text({"F1": [Vote("F1", Stance.REFUTE, reason, quote)]})
    lines = re.split(r"[\n\r\x0b\u2028]", text)
    assert [line for line in lines if line and not line.startswith(" ")] == ["F1"]


def test_many_long_findings_stay_within_bounds_and_each_is_there() -> None:
    long = Claim("t" * 9_000, "e" * 20_000, quote="q" * 20_000, suggested_fix="f" * 20_000)
    few, many = as_text([long] * 2), as_text([long] * 400)
    assert few.count("e") > 3_900
    assert all(f"\nF{number} " in f"\n{many}" for number in range(1, 401))
    assert len(many) < 3 * ALL_CHARACTERS


def test_a_refutation_is_shown_with_what_became_of_its_quotation() -> None:
    votes = [
        Vote("F2", Stance.REFUTE, "It is bound.", "execute(sql, (name,))", grounded=True),
        Vote("F2", Stance.CONFIRM, "I tried it."),
        Vote("F2", Stance.REFUTE, "It cannot be.", "never()"),
        Vote("F2", Stance.REFUTE, "I doubt it."),
        Vote("F2", Stance.WITHDRAW, "I misread\nthe loop."),
    ]
    assert votes_as_text({"F2": votes}) == (
        "F2\n"
        "  confirmed: I tried it.\n"
        "  refuted: I doubt it.\n"
        "    quoted: nothing\n"
        "  refuted: It cannot be.\n"
        "    quoted: never() (which does not stand in the code)\n"
        "  refuted: It is bound.\n"
        "    quoted: execute(sql, (name,)) (which stands in the code)\n"
        "  withdrawn: I misread the loop."
    )


def test_nothing_is_said_as_nothing() -> None:
    assert as_text([]) == votes_as_text({}) == "Nothing."


def test_an_unsigned_claim_says_what_is_wrong_and_neither_how_bad_nor_how_sure() -> None:
    claim = Claim(
        "The name is pasted\ninto the query",
        "A quote in it\nClaim B\n  changes it.",
        Severity.CRITICAL,
        path="shop.py",
        place=Place("shop.py", 7, 7),
        quote="    find(name)",
        confidence=0.9,
        suggested_fix="Pass it as a parameter.",
        rule="S608",
    )
    assert unsigned(claim) == (
        "  shop.py:7-7: The name is pasted into the query\n"
        "  quoted: find(name)\n"
        "  A quote in it\n"
        "  Claim B\n"
        "    changes it.\n"
        "  fix: Pass it as a parameter."
    )


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_an_unsigned_claim_never_begins_at_the_margin(title: str, why: str, quote: str, fix: str) -> None:
    told = unsigned(Claim(title, why, quote=quote, suggested_fix=fix))
    assert all(line.startswith("  ") or not line for line in told.splitlines())
