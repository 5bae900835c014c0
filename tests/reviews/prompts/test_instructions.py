"""The texts that reviewers are given: all there, versioned, blind, and true to the form of replies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reviews.briefs import Role, Task
from reviews.claims import DefectType, Severity, Stance, Verdict
from reviews.prompts import instructions as module
from reviews.prompts.forms import (
    FindingPart,
    JudgedPart,
    JudgeReply,
    NotReviewedPart,
    PlacePart,
    ReviewReply,
    TextReply,
    VotePart,
)
from reviews.prompts.instructions import COMMON, JUDGE, instructions, names_for, system_for

FOLDER = Path(module.__file__).with_name("texts")
NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))
USED = {system_for(task) for task in Task} | {
    name for task in Task for role in Role for name in names_for(task, role)
}


def test_every_role_and_task_has_a_text_and_every_text_a_use() -> None:
    assert set(NAMES) == USED


@pytest.mark.parametrize("name", NAMES)
def test_a_text_has_a_version_that_is_not_part_of_it(name: str) -> None:
    told = instructions(name)
    first, _, rest = (FOLDER / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    assert first == f"version: {told.version}"
    assert told.version >= 1
    assert told.text == rest.strip()
    assert told.label == f"{name} {told.version}"
    assert instructions(name) is told


def test_what_is_not_there_is_said() -> None:
    for name in ("nothing", "../pack", "", "common.md"):
        with pytest.raises(LookupError):
            instructions(name)
    with pytest.raises(ValueError, match="poet"):
        names_for(Task.REVIEW, "poet")


def test_a_role_is_told_where_code_is_reviewed_in_it() -> None:
    assert names_for(Task.REVIEW, Role.CALLERS) == ("callers",)
    assert names_for(Task.REVIEW, "") == ("full-review",)
    assert names_for(Task.AGAIN, Role.SECURITY) == ("security", "again")
    assert names_for(Task.CONFER, Role.SECURITY) == ("confer",)


@pytest.mark.parametrize("name", NAMES)
def test_reviewers_are_blind_and_no_word_alarms_a_provider(name: str) -> None:
    text = instructions(name).text.lower()
    forbidden = (
        # Who wrote it, and that it is fine.
        r"student|instructor|\bai\b|llm|language model|generated|tests? (?:pass|are green)|\bgreen\b"
        # Makers and products.
        r"|openai|anthropic|claude|\bgpt|codex|gemini|mistral|blindspot"
        # Words that trip filters.
        r"|adversar|attack|exploit|malicious|hack|payload|inject|weapon|penetrat|bypass"
    )
    assert re.findall(forbidden, text) == []


@pytest.mark.parametrize("name", NAMES)
def test_texts_are_clean_markdown(name: str) -> None:
    text = instructions(name).text
    assert text.isascii() or set(text) - set(map(chr, range(128))) <= set("⟦⟧")
    assert not re.search(r"[ \t]+$", text, re.MULTILINE)
    assert text.startswith("#") or name == COMMON


def test_the_common_text_names_every_field_and_every_value() -> None:
    text = instructions(COMMON).text
    for part in (ReviewReply, FindingPart, VotePart, PlacePart, NotReviewedPart, TextReply):
        for field in part.model_fields:
            assert re.search(rf"\b{field}\b", text), field
    for values in (Severity, DefectType, Verdict):
        for value in values:
            assert re.search(rf"\b{value.value}\b", text), value


def test_the_panel_is_told_every_stance() -> None:
    text = instructions("confer").text
    for stance in Stance:
        assert f"- {stance.value}" in text


def test_the_judge_is_told_every_field_of_its_reply() -> None:
    text = instructions(JUDGE).text
    for field in (*JudgeReply.model_fields, *JudgedPart.model_fields):
        assert f"{field}:" in text, field


def test_a_judge_is_given_one_text_and_no_other() -> None:
    assert system_for(Task.JUDGE) == JUDGE
    assert names_for(Task.JUDGE, Role.SECURITY) == ()
    assert {system_for(task) for task in Task if task is not Task.JUDGE} == {COMMON}
