"""Who saw what of a story, up to a place in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.walkthroughs.parts import Defect, Where
from courses.walkthroughs.seen import (
    Sight,
    asked_in,
    end_of,
    hearings,
    said_upto,
    sights,
    unnamed_yet,
    witnesses,
)
from courses.walkthroughs.steps import QuestionStep, ReviewStep
from courses.walkthroughs.story import Story
from tests.rooms import shop_story

STORY = shop_story()
SELF, STRANGER = STORY.at("self"), STORY.at("stranger")


def saw(story: Story, step: int, beat: int) -> Mapping[str, Mapping[str, Sight]]:
    return sights(story, hearings(story, (step, beat)))


def changed(step: str, **fields: Any) -> Story:
    """The story with one step otherwise."""
    steps = tuple(item.model_copy(update=fields) if item.id == step else item for item in STORY.steps)
    return STORY.model_copy(update={"steps": steps})


def test_before_anybody_spoke_nobody_was_asked() -> None:
    assert saw(STORY, 1, 0) == {"injection": {}, "race": {}, "rounding": {}}


def test_green_tests_missed_all_that_stands_in_the_code_they_ran_on() -> None:
    assert {row["T"] for row in saw(STORY, STORY.at("green"), 0).values()} == {"missed"}


def test_red_tests_name_no_defect_so_they_are_not_heard() -> None:
    red = changed("green", failed=1)
    assert saw(red, red.at("green"), 0)["injection"] == {}


def test_silence_means_something_only_after_the_last_word() -> None:
    assert saw(STORY, SELF, 0)["injection"]["A1"] == "unasked"
    assert saw(STORY, SELF, 1)["injection"]["A1"] == "missed"


def test_a_finding_is_seen_once_it_was_shown() -> None:
    column = [saw(STORY, STRANGER, beat) for beat in range(4)]
    assert [row["injection"]["X1"] for row in column] == ["unasked", "seen", "seen", "seen"]
    assert [row["race"]["X1"] for row in column] == ["unasked", "unasked", "seen", "seen"]
    assert [row["rounding"]["X1"] for row in column] == ["unasked", "unasked", "unasked", "missed"]
    assert [len(said_upto(STORY, "v1", (STRANGER, beat))) for beat in range(4)] == [0, 1, 2, 2]


def test_could_not_review_is_not_missed() -> None:
    unable = changed("self", unable="The provider refused.")
    assert saw(unable, SELF, 1)["injection"]["A1"] == "failed"


def test_who_could_not_review_and_later_read_it_did_miss_it() -> None:
    first = STORY.step("self")
    assert isinstance(first, ReviewStep)
    failed = first.model_copy(update={"id": "failed", "unable": "Timed out."})
    story = STORY.model_copy(update={"steps": (failed, *STORY.steps)})
    assert saw(story, 0, 1)["race"]["A1"] == "failed"
    assert saw(story, *end_of(story))["race"]["A1"] == "missed"


def test_what_a_panel_dismissed_was_not_seen() -> None:
    step = STORY.step("stranger")
    assert isinstance(step, ReviewStep)
    dismissed = step.said[0].model_copy(update={"outcome": "dismissed", "reason": "r", "quote": "q"})
    story = changed("stranger", said=(dismissed, step.said[1]))
    assert saw(story, *end_of(story))["injection"]["X1"] == "missed"


def test_who_read_a_state_that_is_mended_was_not_asked_about_the_defect() -> None:
    mended = changed("stranger", code="v2")
    assert saw(mended, *end_of(mended))["rounding"]["X1"] == "unasked"


def test_a_title_that_a_later_step_tells_is_not_told_yet() -> None:
    assert unnamed_yet(STORY, hearings(STORY, (SELF, 1))) == {"injection", "race"}
    assert unnamed_yet(STORY, hearings(STORY, (STRANGER, 1))) == {"race"}
    assert unnamed_yet(STORY, hearings(STORY, end_of(STORY))) == frozenset()


def test_the_witnesses_come_in_the_storys_order() -> None:
    assert [witness.siglum for witness in witnesses(STORY, hearings(STORY, end_of(STORY)))] == [
        "T",
        "A1",
        "X1",
    ]
    nameless = STORY.model_copy(update={"witnesses": STORY.witnesses[1:]})
    found = witnesses(nameless, hearings(nameless, end_of(nameless)))
    assert (found[0].siglum, found[0].name) == ("T", "The code's own tests")


@pytest.mark.parametrize(
    ("where", "asked"),
    [
        pytest.param({"path": "shop.py", "first": 7, "last": 7}, True, id="its lines are shown"),
        pytest.param({"path": "shop.py", "first": 1, "last": 2}, False, id="other lines are shown"),
        pytest.param({"path": "prices.py", "first": 2, "last": 2}, False, id="another file is shown"),
        pytest.param({"path": "shop.py"}, False, id="a file without lines"),
        pytest.param({}, False, id="the whole lacks it"),
    ],
)
def test_the_class_is_asked_about_what_it_could_mark(where: dict[str, Any], asked: bool) -> None:
    question = QuestionStep.model_validate(
        {
            "id": "find", "title": "Where?", "kind": "question", "code": "v1",
            "files": [{"path": "shop.py", "first": 5, "last": 14}],
        }
    )  # fmt: skip
    defect = Defect(id="one", title="One", places=(Where(code="v1", **where),))
    assert bool(asked_in(question, [defect])) is asked
    assert asked_in(question, [defect.model_copy(update={"advice": True})]) == {}


@given(st.integers(0, len(STORY.steps)), st.integers(0, 4))
def test_nothing_that_was_seen_is_ever_unseen(step: int, beat: int) -> None:
    rank = ["unasked", "failed", "missed", "seen"]
    now, later = saw(STORY, step, beat), saw(STORY, *end_of(STORY))
    for defect, row in now.items():
        for siglum, sight in row.items():
            assert rank.index(later[defect][siglum]) >= rank.index(sight)
