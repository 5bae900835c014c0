"""The code must go: what of a story may stay so that the class's numbers can still be read."""

from __future__ import annotations

from courses.walkthroughs import shelf
from courses.walkthroughs.bare import bare
from courses.walkthroughs.story import Story
from tests.rooms import shop_story


def texts(story: Story) -> set[str]:
    """Every text of a story, of three letters or more, that is no name of ours."""
    found: set[str] = set()

    def look(data: object) -> None:
        if isinstance(data, str):
            found.add(data)
        for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
            look(item)

    look(story.model_dump(mode="json"))
    return {text for text in found if len(text) > 2}


def test_no_text_stays_but_models_names_and_what_a_thing_is() -> None:
    for document in (shelf.take(item.slug) for item in shelf.shelf()):
        left = bare(document.story).story
        kept = texts(left) & texts(document.story)
        names = {text for witness in document.story.witnesses for text in (witness.name, witness.family)}
        ids = {step.id for step in document.story.steps} | {defect.id for defect in document.story.defects}
        words = {step.kind for step in document.story.steps} | {"Who saw what"}
        words |= {str(defect.severity) for defect in document.story.defects}
        words |= {str(said.severity) for step in document.story.reviews() for said in step.said}
        words |= {said.outcome for step in document.story.reviews() for said in step.said}
        kinds = {str(defect.odc_type) for defect in document.story.defects}
        kinds |= {str(said.odc_type) for step in document.story.reviews() for said in step.said}
        assert kept - names - ids - words - kinds <= {code.name for code in document.story.codes}


def test_what_numbers_need_stays() -> None:
    whole = shop_story()
    left = bare(whole)
    assert left.paths == {"shop.py": "file 1", "prices.py": "file 2"}
    assert left.story.beats == whole.beats
    assert [step.id for step in left.story.steps] == [step.id for step in whole.steps]
    assert [step.title for step in left.story.steps][3:5] == ["Question", "Review 1"]
    injection = left.story.defects[0]
    assert (injection.title, injection.severity, injection.cwe) == ("Defect 1", "critical", 89)
    where = injection.places[0]
    assert (where.path, where.first, where.last) == ("file 1", 7, 7)
    told = left.story.reviews()[1].said
    assert [(said.title, said.defect, said.path, said.first) for said in told] == [
        ("Finding 1", "injection", "file 1", 7),
        ("Finding 2", "race", "file 1", 11),
    ]


def test_done_twice_it_changes_nothing_more() -> None:
    once = bare(shop_story()).story
    assert bare(once).story == once
