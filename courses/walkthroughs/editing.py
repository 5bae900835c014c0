"""Changes to a story. Each gives a new one, checked as a whole, or says why it would be none.

Nothing here stores anything; a story that is refused is left as it was.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from courses.walkthroughs.document import wrong
from courses.walkthroughs.parts import Code, Defect, Witness
from courses.walkthroughs.steps import AnyStep
from courses.walkthroughs.story import Story, spoken_of


class Broken(Exception):
    """Why a change would break the story, as sentences for the person who makes it."""


_STEP: TypeAdapter[AnyStep] = TypeAdapter(AnyStep)


def step_of(data: Mapping[str, Any]) -> AnyStep:
    """A step from plain data. Raises pydantic's ValidationError, which names the fields."""
    return _STEP.validate_python(data)


def about(story: Story, *, title: str, summary: str, source: str) -> Story:
    """What is told of the whole. Raises Broken."""
    return _changed(story, title=title, summary=summary, source=source)


def put_in(story: Story, step: AnyStep, at: int) -> Story:
    """One step more, before the one at this position, from 0. Raises Broken."""
    return _changed(story, steps=(*story.steps[:at], step, *story.steps[at:]))


def put(story: Story, step: AnyStep) -> Story:
    """A step in place of the one of its name. Raises Broken, and KeyError where there is none."""
    at = story.at(step.id)
    return _changed(story, steps=(*story.steps[:at], step, *story.steps[at + 1 :]))


def moved(story: Story, step_id: str, to: int) -> Story:
    """The step at another position, from 0; what lies beyond the ends is the end. Raises Broken, KeyError."""
    step = story.step(step_id)
    others = [other for other in story.steps if other.id != step_id]
    others.insert(max(to, 0), step)
    return _changed(story, steps=tuple(others))


def without_step(story: Story, step_id: str) -> Story:
    """The story without a step. Raises Broken where another one speaks of it, and KeyError."""
    taken = story.step(step_id)
    for step in story.steps:
        for verb, name, _ in spoken_of(step):
            if name == step_id:
                raise Broken(f"Step “{step.title}” {verb} “{taken.title}”. Take that step out first.")
    return _changed(story, steps=tuple(step for step in story.steps if step.id != step_id))


def put_code(story: Story, code: Code) -> Story:
    """A state of the code, new as the last one, or in place of that of its name. Raises Broken."""
    return _changed(story, codes=_put(story.codes, code, "name"))


def without_code(story: Story, name: str) -> Story:
    """The story without a state of the code. Raises Broken where a step or a defect shows it."""
    return _changed(story, codes=tuple(code for code in story.codes if code.name != name))


def put_defect(story: Story, defect: Defect) -> Story:
    """A defect, new as the last one, or in place of that of its name. Raises Broken."""
    return _changed(story, defects=_put(story.defects, defect, "id"))


def without_defect(story: Story, defect_id: str) -> Story:
    """The story without a defect. Raises Broken where a finding is about it."""
    return _changed(story, defects=tuple(item for item in story.defects if item.id != defect_id))


def with_witnesses(story: Story, witnesses: tuple[Witness, ...]) -> Story:
    """Other witnesses in the place of all. Raises Broken where a step names one that is gone."""
    return _changed(story, witnesses=witnesses)


def new_name(title: str, taken: Collection[str]) -> str:
    """A name for a step or a defect, made of its title, that no other one has."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:34].strip("-") or "step"
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def _put(parts: tuple[Any, ...], part: Any, key: str) -> tuple[Any, ...]:
    name = getattr(part, key)
    if any(getattr(other, key) == name for other in parts):
        return tuple(part if getattr(other, key) == name else other for other in parts)
    return (*parts, part)


def _changed(story: Story, **parts: Any) -> Story:
    """The story with other parts, read anew: a copy alone would check nothing."""
    data = {name: getattr(story, name) for name in Story.model_fields}
    try:
        return Story.model_validate(data | parts)
    except ValidationError as error:
        raise Broken(sentence(wrong(error))) from error


def sentence(text: str) -> str:
    """A remark of the story's checks as a sentence."""
    return f"{text[:1].upper()}{text[1:].removesuffix('.')}."
