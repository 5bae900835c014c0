"""Replies as models really give them: whole, in prose, in fences, behind examples, or not at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reviews.briefs import Task
from reviews.claims import Claim, DefectType, Place, Severity, Stance, Verdict, Vote
from reviews.prompts.forms import JUDGE_FORM, REVIEW_FORM, TEXT_FORM, NotInForm, form_of, read

FINDING: dict[str, Any] = {
    "title": "Any member may close any loan",
    "what_breaks": "Ben closes Chiara's loan by its number.",
    "why_here": "Line 12 never compares the member.",
    "cost": "The book is lost and nobody knows to whom.",
    "fix": "Compare loan.member with member.",
    "severity": "critical",
    "odc_type": "checking",
    "cwe": 639,
    "file": "loans.py",
    "line_start": 12,
    "line_end": 14,
    "quote": "loan.close()",
    "confidence": 0.9,
    "elsewhere": [{"file": "api.py", "line_start": 3, "line_end": 3}],
    "combines": [],
}
REVIEW: dict[str, Any] = {
    "verdict": "needs-attention",
    "summary": "One serious thing.",
    "findings": [FINDING],
    "votes": [],
    "checked": ["every route, for whose loan it is"],
    "not_reviewed": [{"file": "data.csv", "why": "only its name was shown"}],
}
NOTHING = {**REVIEW, "verdict": "approve", "findings": []}
WRITTEN = {"summary": "Said who may close.", "text": "# Plan\n\nOnly the member closes a loan.\n"}


def test_a_review_is_read_into_claims() -> None:
    answer = read(json.dumps(REVIEW), Task.REVIEW)
    assert answer.findings == (
        Claim(
            title="Any member may close any loan",
            explanation=(
                "Ben closes Chiara's loan by its number.\n\nWhy here: Line 12 never compares the member."
                "\n\nWhat it costs: The book is lost and nobody knows to whom."
            ),
            severity=Severity.CRITICAL,
            path="loans.py",
            place=Place("loans.py", 12, 14),
            quote="loan.close()",
            odc_type=DefectType.CHECKING,
            cwe=639,
            confidence=0.9,
            suggested_fix="Compare loan.member with member.",
            elsewhere=(Place("api.py", 3, 3),),
        ),
    )
    assert (answer.verdict, answer.summary) == (Verdict.NEEDS_ATTENTION, "One serious thing.")
    assert answer.not_reviewed == (("data.csv", "only its name was shown"),)


def test_votes_are_read() -> None:
    vote = {
        "ref": "F3",
        "stance": "refute",
        "reason": "it is checked",
        "quote": "check(member)",
        "file": "api.py",
        "severity": None,
    }
    answer = read(json.dumps({**NOTHING, "votes": [vote]}), Task.CONFER)
    assert answer.votes == (Vote("F3", Stance.REFUTE, "it is checked", "check(member)", "api.py"),)


def test_a_text_is_read() -> None:
    answer = read(json.dumps(WRITTEN), Task.REVISE)
    assert (answer.summary, answer.text) == (WRITTEN["summary"], WRITTEN["text"])
    assert (form_of(Task.REVISE), form_of(Task.CONFER)) == (TEXT_FORM, REVIEW_FORM)


@pytest.mark.parametrize(
    "around",
    [
        "{}",
        "Here is my review:\n\n{}\n\nI hope that this helps.",
        "```json\n{}\n```",
        "An empty object {{}} would be wrong, so:\n{}",
        'Like this: {{"title": "example"}}\n\n{}',
        'In the form {{"verdict": "approve | needs-attention", "findings": []}}:\n{}\nDone {{ok}}.',
        "if (a) {{ return b; }} is wrong.\n{}",
        'He writes `f"{{x}}"` and {{"a": \n{}',
        '{}\nIts fields are {{"verdict": "", "summary": "", "findings": []}}.',
    ],
)
def test_the_form_is_found_in_what_is_around_it(around: str) -> None:
    assert len(read(around.format(json.dumps(REVIEW)), Task.REVIEW).findings) == 1


def test_of_two_reviews_the_last_is_meant() -> None:
    both = f"Draft:\n{json.dumps(NOTHING)}\nOn reflection:\n{json.dumps(REVIEW)}"
    assert len(read(both, Task.REVIEW).findings) == 1


def test_a_draft_that_does_not_fit_gives_way_to_a_review_that_does() -> None:
    wrong = json.dumps({**REVIEW, "verdict": "maybe"})
    assert len(read(f"{json.dumps(REVIEW)}\n{wrong}", Task.REVIEW).findings) == 1


def test_an_object_within_the_reply_is_not_taken_for_it() -> None:
    wrapped = json.dumps({"review": REVIEW})
    with pytest.raises(NotInForm) as raised:
        read(wrapped, Task.REVIEW)
    assert "verdict: Field required" in raised.value.problems


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("", "the reply is empty"),
        (" \n", "the reply is empty"),
        ("I see no defects.", "the reply holds no JSON object"),
        ("[1, 2]", "the reply holds no JSON object"),
        (json.dumps(REVIEW)[:-30], "verdict: Field required"),
        ("{}", "verdict: Field required"),
        (json.dumps({**NOTHING, "checked": []}), "findings is empty and checked is empty"),
        (json.dumps({**NOTHING, "checked": ["  "]}), "findings is empty and checked is empty"),
        (json.dumps({**REVIEW, "next_steps": []}), "next_steps: Extra inputs"),
        (json.dumps({**REVIEW, "verdict": "fine"}), "verdict: Input should be 'approve'"),
        (json.dumps({**REVIEW, "findings": [{**FINDING, "severity": "high"}]}), "findings.0.severity"),
        (json.dumps({**REVIEW, "findings": [{**FINDING, "severity": None}]}), "findings.0.severity"),
        (json.dumps({**REVIEW, "findings": [{**FINDING, "confidence": 85}]}), "findings.0.confidence"),
        (json.dumps({**REVIEW, "findings": [{**FINDING, "title": ""}]}), "findings.0.title"),
        (
            json.dumps({**REVIEW, "findings": [{k: v for k, v in FINDING.items() if k != "file"}]}),
            "findings.0.file: Field required",
        ),
        (json.dumps(REVIEW).replace("0.9", "NaN"), "findings.0.confidence"),
    ],
)
def test_what_does_not_fit_is_said_in_words(reply: str, problem: str) -> None:
    with pytest.raises(NotInForm) as raised:
        read(reply, Task.REVIEW)
    assert any(problem in said for said in raised.value.problems), raised.value.problems


def test_a_finding_about_the_whole_has_no_place() -> None:
    everywhere = {**FINDING, "file": None, "line_start": None, "line_end": None, "quote": ""}
    (claim,) = read(json.dumps({**REVIEW, "findings": [everywhere]}), Task.REVIEW).findings
    assert (claim.path, claim.place) == ("", None)


@pytest.mark.parametrize(
    "hostile",
    [
        "{" * 100_000,
        '{"a":' * 100_000,
        '{"a":[' * 50_000,
        '{"' * 100_000,
        '{"a":1}' * 20_000,
        "{}" * 50_000,
        '{"findings": ' + "9" * 5_000 + "}",
        ("{" + " " * 1_000) * 500,
    ],
    ids=["braces", "deep", "deep lists", "quotes", "objects", "empty objects", "a huge number", "spaces"],
)
def test_a_hostile_text_is_given_up_soon(hostile: str) -> None:
    with pytest.raises(NotInForm):
        read(hostile, Task.REVIEW)


def test_a_review_is_found_behind_hundreds_of_braces() -> None:
    prose = "function f() { if (a) { return {}; } }\n" * 300
    assert read(prose + json.dumps(REVIEW), Task.REVIEW).verdict is Verdict.NEEDS_ATTENTION


@example('{"a": ', "}")
@given(st.text(alphabet='{}[]":,ab1 \n\\'), st.text(alphabet="ab{}'.\n "))
def test_a_review_is_read_whatever_stands_around_it(before: str, after: str) -> None:
    text = before + json.dumps(NOTHING) + after

    def is_part_of_another(begin: int) -> bool:
        """Whether an object that begins here goes on behind the review."""
        try:
            _, end = json.JSONDecoder().raw_decode(text, begin)
        except ValueError:
            return False
        return end > len(text) - len(after)

    try:
        answer = read(text, Task.REVIEW)
    except NotInForm:
        assert any(is_part_of_another(begin) for begin, sign in enumerate(before) if sign == "{")
    else:
        assert answer.checked == ("every route, for whose loan it is",)


@given(st.text())
def test_any_other_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotInForm) as raised:
        read(text, Task.REVIEW)
    assert all(raised.value.problems)


def test_a_judges_reply_is_read_pair_by_pair_and_its_reason_comes_first() -> None:
    assert form_of(Task.JUDGE) is JUDGE_FORM
    assert list(JUDGE_FORM.schema["$defs"]["JudgedPart"]["properties"]) == ["ref", "reason", "same"]
    said = {"pairs": [{"ref": "P1", "reason": "One check settles both.", "same": True}]}
    answer = read(f"Here it is:\n```json\n{json.dumps(said)}\n```", Task.JUDGE)
    assert answer.votes == (Vote("P1", Stance.CONFIRM, "One check settles both."),)
    said["pairs"][0]["same"] = False
    assert read(json.dumps(said), Task.JUDGE).votes[0].stance is Stance.REFUTE


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"same": "perhaps"}, "pairs.0.same"),
        ({"same": None}, "pairs.0.same"),
        ({"reason": ""}, "pairs.0.reason"),
        ({"sure": 0.4}, "pairs.0.sure"),
    ],
)
def test_a_judges_word_that_is_none_is_refused(changed: dict[str, Any], problem: str) -> None:
    part = {"ref": "P1", "reason": "One check settles both.", "same": True, **changed}
    with pytest.raises(NotInForm, match=problem):
        read(json.dumps({"pairs": [part]}), Task.JUDGE)
