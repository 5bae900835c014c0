"""A story: its parts are bounded, its names known, its steps in an order that can be told."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from courses.walkthroughs.parts import Defect, Lines, Said, Where
from courses.walkthroughs.steps import KINDS, AnyStep
from courses.walkthroughs.story import Story
from reviews.claims import Place, Severity
from tests.rooms import SHOP_STORY, shop_story

STEP: TypeAdapter[Any] = TypeAdapter(AnyStep)


def test_the_shop_knows_its_own_parts() -> None:
    story = shop_story()
    assert story.minutes == 10
    assert story.at("green") == 2
    assert story.step("find").kind == "question"
    assert [step.id for step in story.questions()] == ["find"]
    assert [step.id for step in story.reviews()] == ["self", "stranger"]
    assert story.reveal_of("find") == 6
    assert story.reveal_of("hello") is None
    assert story.question("hello") is None
    assert [item.id for item in story.defects_in("v1")] == ["injection", "race", "rounding"]
    assert story.defects_in("v2") == ()
    assert story.witness("X1").letter == "X"
    for unknown in (lambda: story.at("none"), lambda: story.witness("Q")):
        with pytest.raises(KeyError):
            unknown()


def test_each_step_takes_as_many_strokes_as_it_has_to_show() -> None:
    # Once for most; a review begins, says each finding and ends; a reveal has four; a table its columns.
    assert shop_story().beats == (1, 1, 1, 1, 2, 4, 4, 4)


def test_every_kind_of_step_is_offered() -> None:
    tags = STEP.json_schema()["discriminator"]["mapping"]
    assert set(tags) == set(KINDS)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"kind": "review", "protocol": "x", "witnesses": ["A1"]}, "either a state of the code or a plan"),
        (
            {"kind": "review", "protocol": "x", "witnesses": ["A1"], "code": "v1", "plan": "p"},
            "either a state",
        ),
        ({"kind": "review", "protocol": "x", "witnesses": [], "code": "v1"}, "at least 1 item"),
        ({"kind": "question", "marks": True}, "needs a state of the code and its files"),
        ({"kind": "question", "marks": False, "choices": ["one"]}, "at least two answers"),
        ({"kind": "question", "marks": False, "choices": ["a", "b"], "right": 2}, "not among the choices"),
        (
            {"kind": "question", "marks": False, "choices": ["a", "b"], "right": -1},
            "greater than or equal to 0",
        ),
        ({"kind": "tests", "code": "v1", "output": "", "witness": "X"}, "Input should be 'T' or 'L'"),
        ({"kind": "text", "minutes": -1}, "greater than or equal to 0"),
        ({"kind": "text", "speed": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_step_that_cannot_be_shown_says_why(step: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        STEP.validate_python({"id": "a", "title": "A step"} | step)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({"path": "a.js", "first": 3}, "both the first and the last line, or neither"),
        ({"path": "a.js", "last": 3}, "both the first and the last line, or neither"),
        ({"path": "a.js", "first": 3, "last": 2}, "the last line comes before the first"),
        ({"path": "a.js", "first": 0, "last": 2}, "greater than or equal to 1"),
    ],
)
def test_lines_are_counted_from_the_first_to_the_last(lines: dict[str, Any], said: str) -> None:
    for part in (Lines, lambda **given: Where(code="v1", **given)):
        with pytest.raises(ValidationError, match=said):
            part(**lines)


def test_a_place_is_lines_of_a_file() -> None:
    assert Lines(path="a.js").place is None
    assert Lines(path="a.js", first=1, last=2).place == Place("a.js", 1, 2)
    assert Where(code="v1").place is None
    assert Where(code="v1", path="a.js").place is None
    assert Where(code="v1", path="a.js", first=1, last=1).place == Place("a.js", 1, 1)
    with pytest.raises(ValidationError, match="say which file"):
        Where(code="v1", first=1, last=1)


def test_a_finding_is_a_claim_like_any_other() -> None:
    said = Said(
        witness="X1",
        title="A race",
        severity=Severity.MAJOR,
        path="a.js",
        first=4,
        confidence=0.5,
        fix="Lock.",
    )
    claim = said.claim()
    assert (claim.title, claim.place, claim.confidence, claim.suggested_fix) == (
        "A race",
        Place("a.js", 4, 4),
        0.5,
        "Lock.",
    )
    assert Said(witness="X1", title="No limit").claim().place is None
    for wrong in (
        {"last": 3, "path": "a.js"},
        {"first": 4, "last": 3, "path": "a.js"},
        {"first": 1},
        {"confidence": 2},
    ):
        with pytest.raises(ValidationError):
            Said(witness="X1", title="A race", **wrong)


def test_a_dismissal_has_a_reason_and_a_quoted_line() -> None:
    said = {"witness": "C", "title": "Docker", "outcome": "dismissed", "reason": "Of the system."}
    step = {
        "id": "a",
        "title": "Talk",
        "kind": "review",
        "protocol": "consensus",
        "witnesses": ["C"],
        "code": "v1",
    }
    with pytest.raises(ValidationError, match="“Docker” is dismissed without a reason and a quoted line"):
        STEP.validate_python(step | {"said": [said]})
    assert STEP.validate_python(step | {"said": [said | {"quote": "FROM node"}]}).beats == 3


def test_a_defect_stands_in_some_states_and_not_where_it_is_mended() -> None:
    defect = Defect(
        id="x", title="X", places=(Where(code="v1", path="a.js"), Where(code="v2"), Where(code="v1"))
    )
    assert len(defect.places_in("v1")) == 2
    assert defect.places_in("v3") == ()
    with pytest.raises(ValidationError):
        Defect(id="x", title="X", places=())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"codes": []}, "step “The code” shows v1, which is no state of the code"),
        ({"defects": []}, "step “A stranger reads it” speaks of injection, which is no defect of this story"),
        ({"witnesses": SHOP_STORY["witnesses"] * 2}, "two witnesses are called T, A1, X1"),
        ({"steps": [*SHOP_STORY["steps"], SHOP_STORY["steps"][0]]}, "two steps are called hello"),
        (
            {"steps": SHOP_STORY["steps"][::-1]},
            "“What you saw” reveals “Where is it wrong.”, which is no question",
        ),
        (
            {"steps": [{"id": "b", "title": "B", "kind": "plan", "plan": "x", "before": "a"}]},
            "step “B” revises a, which is no plan before it",
        ),
    ],
)
def test_a_story_that_does_not_hold_together_says_everything_that_is_wrong(
    change: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        Story.model_validate(SHOP_STORY | change)
