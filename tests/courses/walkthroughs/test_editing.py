"""Changes to a story: each gives a whole one, or says why it would be none."""

from __future__ import annotations

import pytest

from courses.walkthroughs import editing
from courses.walkthroughs.editing import Broken
from courses.walkthroughs.parts import Code, Witness
from courses.walkthroughs.story import Story
from tests.rooms import shop_story


def order_of(story: Story) -> list[str]:
    """The names of its steps."""
    return [step.id for step in story.steps]


def test_a_step_comes_in_at_its_place_and_changes_there() -> None:
    story = shop_story()
    made = editing.step_of({"kind": "text", "id": "pause", "title": "A pause"})
    after = editing.put_in(story, made, 1)
    assert order_of(after)[:3] == ["hello", "pause", "the-code"]
    changed = editing.put(after, made.model_copy(update={"title": "A break"}))
    assert changed.step("pause").title == "A break"
    assert order_of(changed) == order_of(after)
    assert order_of(story) == order_of(shop_story())
    with pytest.raises(Broken, match=r"^Two steps are called pause\.$"):
        editing.put_in(after, made, 0)


@pytest.mark.parametrize(("to", "at"), [(0, 0), (2, 2), (7, 7), (99, 7), (-5, 0)])
def test_a_step_moves_and_beyond_the_ends_is_the_end(to: int, at: int) -> None:
    moved = editing.moved(shop_story(), "hello", to)
    assert moved.at("hello") == at
    assert sorted(order_of(moved)) == sorted(order_of(shop_story()))


def test_what_would_break_the_story_is_refused_with_the_reason() -> None:
    story = shop_story()
    with pytest.raises(
        Broken, match="Step “What you saw” reveals “Where is it wrong.”, which is no question before it."
    ):
        editing.moved(story, "what-you-saw", 3)
    with pytest.raises(
        Broken, match="Step “What you saw” reveals “Where is it wrong.”. Take that step out first."
    ):
        editing.without_step(story, "find")
    with pytest.raises(Broken, match="which is no state of the code"):
        editing.without_code(story, "v1")
    with pytest.raises(Broken, match="which is no defect of this story"):
        editing.without_defect(story, "race")
    with pytest.raises(Broken, match="who is no witness of this story"):
        editing.with_witnesses(story, ())
    with pytest.raises(Broken, match="Title: String should have at least 1 character."):
        editing.about(story, title="", summary="", source="")
    with pytest.raises(KeyError):
        editing.moved(story, "none", 0)
    with pytest.raises(KeyError):
        editing.without_step(story, "none")


def test_parts_that_nothing_speaks_of_come_and_go() -> None:
    story = editing.put_code(shop_story(), Code(name="v2", title="Mended"))
    assert [code.name for code in story.codes] == ["v1", "v2"]
    story = editing.put_code(story, Code(name="v1", title="At first"))
    assert [code.title for code in story.codes] == ["At first", "Mended"]
    assert [code.name for code in editing.without_code(story, "v2").codes] == ["v1"]
    story = editing.without_defect(story, "rounding")
    assert len(editing.put_defect(story, shop_story().defects[2]).defects) == 3
    story = editing.with_witnesses(
        story, (*story.witnesses, Witness(siglum="D", name="The devil's advocate"))
    )
    assert story.witnesses[-1].siglum == "D"


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("Where is it wrong?", [], "where-is-it-wrong"),
        ("Où ça, là?", [], "ou-ca-la"),
        ("???", [], "step"),
        ("見", ["step"], "step-2"),
        ("x" * 99, [], "x" * 34),
        ("A", ["a", "a-2"], "a-3"),
    ],
)
def test_a_name_is_made_of_the_title_and_nobody_elses(title: str, taken: list[str], name: str) -> None:
    assert editing.new_name(title, taken) == name
