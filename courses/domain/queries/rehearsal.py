"""A walkthrough as its maker looks at it beforehand: each stroke of it, with the presenter's notes."""

from __future__ import annotations

from dataclasses import dataclass

from courses.domain.queries.stage import Stage, stage_of_walkthrough
from courses.models import Walkthrough

Place = tuple[int, int]
"""A step and a beat of it, both from 0."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One stroke. `back` and `on` are the places before and after it, None at the ends."""

    stage: Stage
    back: Place | None
    on: Place | None
    titles: tuple[str, ...]


def rehearsal_of(walkthrough: Walkthrough, position: int, beat: int) -> Rehearsal:
    """The step at a position and its first strokes; a beat after its last is its last.

    Raises IndexError for a step that is not there.
    """
    stage = stage_of_walkthrough(walkthrough, position, beat)
    story = walkthrough.told()
    places = [(step, stroke) for step, strokes in enumerate(story.beats) for stroke in range(strokes)]
    at = places.index((stage.step_index, stage.beat))
    return Rehearsal(
        stage=stage,
        back=places[at - 1] if at else None,
        on=places[at + 1] if at + 1 < len(places) else None,
        titles=tuple(step.title for step in story.steps),
    )
