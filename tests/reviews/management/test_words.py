"""How a terminal shows what came of a review."""

from __future__ import annotations

from reviews.claims import Severity
from reviews.exchange.outcome import Opinion, Spent
from reviews.management.words import printable, report, spent
from tests.reviews.exchange.samples import INJECTION, LIMIT, RACE, REFUTED, found, heard, outcome

PANEL = outcome(
    [
        found(
            "F1", INJECTION, siglum="C", role="callers", outcome="confirmed", panel_severity=Severity.MAJOR
        ),
        found(
            "F2", INJECTION, siglum="C", reviewer="Opus", outcome="confirmed", panel_severity=Severity.MAJOR
        ),
        found("F3", RACE, siglum="C", outcome="dismissed", opinions=(REFUTED,)),
        found("F4", LIMIT, siglum="C", outcome="single", grounding="whole"),
    ],
    protocol="consensus",
    label="Consensus",
    result={
        "groups": [
            {"refs": ["F1", "F2"], "severity": "major"},
            {"refs": ["F4"], "severity": "minor"},
            {"refs": ["F3"], "severity": "major"},
        ]
    },
)


def section(text: str, heading: str) -> str:
    """What stands under a heading."""
    return text.partition(f"\n{heading}:\n")[2].partition("\n\n\n")[0]


def test_a_panel_s_findings_stand_under_what_it_made_of_them() -> None:
    text = report(PANEL, 100)
    places = [text.index(title) for title in (INJECTION.title, LIMIT.title, RACE.title)]
    headings = [
        text.index(heading)
        for heading in (
            "Confirmed by two or more reviewers:",
            "Seen by one reviewer, and refuted by nobody:",
            "Dismissed:",
        )
    ]
    assert sorted([*places, *headings]) == [
        headings[0],
        places[0],
        headings[1],
        places[1],
        headings[2],
        places[2],
    ]
    assert text.count(INJECTION.title) == 1, "two reviewers' words for one thing are one entry"
    assert "F1: C GPT 5.4" in text
    assert "F2: C Opus" in text
    assert "MAJOR  shop/what is #1.py:7-8  The name goes into the query" in text


def test_a_dismissal_is_shown_with_who_refuted_it_and_the_line_it_rests_on() -> None:
    text = report(PANEL, 100)
    said = "Claude Opus 4.6 (callers) says refute: It is parametrised. “db.execute(q, (name,))”"
    assert said in " ".join(text.split())
    made_up = Opinion("C", "Haiku", "callers", 2, "refute", "No.", "not there", "", None, False)
    again = report(outcome([found("F1", RACE, outcome="dismissed", opinions=(made_up,))]), 100)
    assert "“not there” (which is not in the code)" in " ".join(again.split())


def test_who_could_not_review_stands_by_name_with_the_reason() -> None:
    text = report(PANEL, 100)
    assert "Could not review, which is not the same as nothing found:\n    X2 Haiku" in text
    assert "Haiku was cut off twice." in text
    assert "left out: shop/what is #1.py" in " ".join(text.split())


def test_an_incomplete_review_without_findings_never_reads_as_nothing_found() -> None:
    text = report(outcome(), 100)
    assert "Nothing blocking was found" not in text
    assert "Not everybody could review, so this says nothing of what is not listed." in text
    complete = outcome(state="complete", reason="", passes=(heard("X1", "GPT 5.4", findings=0),))
    assert "Nothing blocking was found." in report(complete, 100)


def test_what_was_spent_is_never_rounded_to_nothing_nor_made_up() -> None:
    assert spent(Spent()) == "No model was called."
    assert spent(Spent(2, 100, 50, 10, 7, 0.0042, 0, 1.0)) == (
        "2 calls: 160 tokens read, 50 of them cached, 7 written, $0.0042."
    )
    assert spent(Spent(1, 1, 0, 0, 1, None, 1, 1.0)).endswith("cost unknown.")
    assert spent(Spent(2, 1, 0, 0, 1, 1.5, 1, 1.0)).endswith("at least $1.50 (1 without a known price).")


def test_lines_are_wrapped_and_characters_that_act_are_shown_as_their_code() -> None:
    long = report(outcome([found("F1", RACE.__class__(title="x", explanation="word " * 200))]), 60)
    assert max(len(line) for line in long.split("\n") if line.startswith("    word")) <= 60
    assert printable("a\x1b[31m\r\nb\u200b") == "a[U+001B][31m\nb[U+200B]"
