"""The JSON that review plug-ins print."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place, Severity, Verdict
from reviews.exchange import NotReadable, read_any, wire
from tests.reviews.exchange.test_sarif_reading import JUNK, findings_in

ENTRY: dict[str, Any] = {
    "severity": "high",
    "title": "Two buyers take the same stock",
    "body": "The stock is read, then written.",
    "file": "shop.py",
    "line_start": 11,
    "line_end": 13,
    "confidence": 0.8,
    "recommendation": "Lock the row.",
}


def review(*findings: Any, **values: Any) -> str:
    said = {"verdict": "needs-attention", "summary": "No ship.", "findings": list(findings), "next_steps": []}
    return json.dumps(said | values)


def test_a_review_is_read_with_its_verdict_and_next_steps() -> None:
    read = read_any(review(ENTRY, next_steps=["Lock it.", "", "Test it."]), tool="Codex plug-in")
    assert read.tool == "Codex plug-in"
    assert read.findings == (
        Claim(
            title="Two buyers take the same stock",
            explanation="The stock is read, then written.",
            severity=Severity.MAJOR,
            path="shop.py",
            place=Place("shop.py", 11, 13),
            confidence=0.8,
            suggested_fix="Lock the row.",
        ),
    )
    (said,) = read.testimonies
    assert said.verdict is Verdict.NEEDS_ATTENTION
    assert said.summary == "No ship.\n\nNext steps: Lock it.; Test it."
    assert said.paths == ("shop.py",)


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("High", Severity.MAJOR),
        ("medium", Severity.MINOR),
        ("low", Severity.INFO),
    ],
)
def test_four_severities_are_our_four(word: str, severity: Severity) -> None:
    assert wire.read(review(ENTRY | {"severity": word})).findings[0].severity is severity


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in ENTRY.items() if key != name}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (without("severity"), "it has no severity"),
        (ENTRY | {"severity": "blocker"}, "“blocker” is none of the severities critical, high, medium, low"),
        (without("title"), "it has no title"),
        (without("file"), "it names no file"),
        (ENTRY | {"file": None}, "it names no file"),
        ("a text", "it has no severity"),
    ],
)
def test_what_is_missing_is_never_made_up_the_entry_is_left_out_and_named(entry: Any, reason: str) -> None:
    read = wire.read(review(ENTRY, entry))
    assert len(read.findings) == 1
    assert read.skipped == (f"Finding 2 was left out: {reason}.",)


def test_a_review_of_which_nothing_can_be_used_did_not_find_nothing() -> None:
    with pytest.raises(NotReadable, match="None of its findings could be taken over.*no severity"):
        wire.read(review(without("severity")))


def test_a_review_that_found_nothing_is_one() -> None:
    read = wire.read(review(verdict="approve"))
    assert read.findings == ()
    assert read.testimonies[0].verdict is Verdict.APPROVE


def test_lines_and_confidence_that_cannot_be_are_not_taken() -> None:
    (claim,) = wire.read(review(ENTRY | {"line_start": None, "confidence": 80})).findings
    assert (claim.path, claim.place, claim.confidence) == ("shop.py", None, None)
    (claim,) = wire.read(review(ENTRY | {"line_end": 3})).findings
    assert claim.place == Place("shop.py", 11, 11)


def test_the_account_of_a_job_around_a_review_is_taken_off_and_names_the_tool() -> None:
    job = {"review": "Adversarial Review", "codex": {"status": 0}, "result": json.loads(review(ENTRY))}
    read = read_any(json.dumps(job))
    assert read.tool == "Codex, adversarial review"
    assert len(read.findings) == 1


def test_a_job_whose_review_the_plug_in_could_not_read_is_refused_with_its_reason() -> None:
    job: dict[str, Any] = {
        "review": "Adversarial Review",
        "codex": {},
        "result": None,
        "parseError": "Unexpected token N",
    }
    with pytest.raises(NotReadable, match="Unexpected token N.*not the same as nothing found"):
        read_any(json.dumps(job))


def test_the_fence_that_a_chat_puts_around_json_is_taken_off() -> None:
    assert len(read_any(f"```json\n{review(ENTRY)}\n```\n").findings) == 1


@given(
    st.dictionaries(st.sampled_from([*ENTRY, "extra"]), JUNK),
    st.dictionaries(st.sampled_from(["summary", "verdict", "next_steps", "findings"]), JUNK),
)
def test_whatever_stands_in_a_field_it_is_read_or_refused_in_words(entry: Any, around: Any) -> None:
    for claim in findings_in(review(ENTRY | entry, **around)):
        assert claim.title
        assert claim.path
        (claim.title + claim.path + claim.explanation).encode()
