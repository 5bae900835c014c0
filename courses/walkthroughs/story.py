"""A walkthrough as plain data: an ordered story of steps, checked and bounded when it is read.

The code that it shows is named here and kept elsewhere: a story is read at every step of a class.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from courses.walkthroughs.parts import Code, Defect, Part, Text, Witness
from courses.walkthroughs.steps import (
    AnyStep,
    ChangeStep,
    PlanStep,
    QuestionStep,
    RevealStep,
    ReviewStep,
    TableStep,
)

MOST_STEPS = 100
MOST_DEFECTS = 100
PANEL = "C"
"""The letter of those who review together, round by round."""


class Story(Part):
    """A whole walkthrough without its code. Names that it uses are checked to exist, each once."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    summary: Text = ""
    source: Text = Field(default="", description="Where it comes from, and what in it is recorded.")
    witnesses: tuple[Witness, ...] = Field(default=(), max_length=30)
    codes: tuple[Code, ...] = Field(default=(), max_length=30)
    defects: tuple[Defect, ...] = Field(default=(), max_length=MOST_DEFECTS)
    steps: tuple[AnyStep, ...] = Field(default=(), max_length=MOST_STEPS)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        problems = list(_problems(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @property
    def beats(self) -> tuple[int, ...]:
        """How many strokes each step takes."""
        return tuple(step.beats for step in self.steps)

    def at(self, step_id: str) -> int:
        """The position of a step, from 0. Raises KeyError."""
        for index, step in enumerate(self.steps):
            if step.id == step_id:
                return index
        raise KeyError(step_id)

    def step(self, step_id: str) -> AnyStep:
        """The step of this name. Raises KeyError."""
        return self.steps[self.at(step_id)]

    def question(self, step_id: str) -> QuestionStep | None:
        """The question of this name, if there is one."""
        return next((s for s in self.steps if isinstance(s, QuestionStep) and s.id == step_id), None)

    def questions(self) -> tuple[QuestionStep, ...]:
        """All questions in their order."""
        return tuple(step for step in self.steps if isinstance(step, QuestionStep))

    def reviews(self) -> tuple[ReviewStep, ...]:
        """All reviews in their order."""
        return tuple(step for step in self.steps if isinstance(step, ReviewStep))

    def together(self, review: ReviewStep) -> tuple[ReviewStep, ...]:
        """The reviews that are one, in their order: a panel's rounds and, last, what came of them.

        Any other review is one by itself.
        """
        if review.witnesses[0][0] != PANEL or review.code is None:
            return (review,)
        return tuple(
            step for step in self.reviews() if step.witnesses[0][0] == PANEL and step.code == review.code
        )

    def reveal_of(self, question_id: str) -> int | None:
        """The position of the first step that reveals a question."""
        for index, step in enumerate(self.steps):
            if isinstance(step, RevealStep) and step.question == question_id:
                return index
        return None

    def defects_in(self, code: str) -> tuple[Defect, ...]:
        """The defects that a state of the code has."""
        return tuple(defect for defect in self.defects if defect.places_in(code))

    def witness(self, siglum: str) -> Witness:
        """The witness of this siglum. Raises KeyError."""
        for witness in self.witnesses:
            if witness.siglum == siglum:
                return witness
        raise KeyError(siglum)

    @property
    def minutes(self) -> float:
        """How long it is meant to take."""
        return sum(step.minutes for step in self.steps)


def _problems(story: Story) -> Iterator[str]:
    yield from _twice(story)
    yield from _strangers(story)
    yield from _backwards(story)


def _twice(story: Story) -> Iterator[str]:
    for what, names in (
        ("steps", [step.id for step in story.steps]),
        ("states of the code", [code.name for code in story.codes]),
        ("defects", [defect.id for defect in story.defects]),
        ("witnesses", [witness.siglum for witness in story.witnesses]),
    ):
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            yield f"two {what} are called {', '.join(twice)}"


def _strangers(story: Story) -> Iterator[str]:
    """Names that are used and not made known."""
    codes = {code.name for code in story.codes}
    sigla = {witness.siglum for witness in story.witnesses}
    defects = {defect.id for defect in story.defects}
    for defect in story.defects:
        for name in sorted({where.code for where in defect.places} - codes):
            yield f"defect “{defect.title}” stands in {name}, which is no state of the code"
    for step in story.steps:
        for name in sorted(set(_codes_of(step)) - codes):
            yield f"step “{step.title}” shows {name}, which is no state of the code"
        for siglum in sorted(set(_sigla_of(step)) - sigla):
            yield f"step “{step.title}” names {siglum}, who is no witness of this story"
        said = step.said if isinstance(step, ReviewStep) else ()
        for name in sorted({item.defect for item in said if item.defect} - defects):
            yield f"step “{step.title}” speaks of {name}, which is no defect of this story"


def _backwards(story: Story) -> Iterator[str]:
    """Steps speak only of steps before them."""
    titles = {step.id: f"“{step.title}”" for step in story.steps}
    earlier: dict[str, str] = {}
    for step in story.steps:
        for verb, name, kind in spoken_of(step):
            if earlier.get(name) != kind:
                yield f"step “{step.title}” {verb} {titles.get(name, name)}, which is no {kind} before it"
        earlier[step.id] = step.kind


def spoken_of(step: AnyStep) -> Iterator[tuple[str, str, str]]:
    """What a step does with which other one, of which kind."""
    if isinstance(step, RevealStep):
        yield "reveals", step.question, "question"
    if isinstance(step, PlanStep) and step.before:
        yield "revises", step.before, "plan"
    if isinstance(step, ReviewStep) and step.plan:
        yield "reviews", step.plan, "plan"


def _codes_of(step: AnyStep) -> tuple[str, ...]:
    if isinstance(step, ChangeStep):
        return (step.before, step.code)
    code: str | None = getattr(step, "code", None)
    return (code,) if code else ()


def _sigla_of(step: AnyStep) -> tuple[str, ...]:
    return step.witnesses if isinstance(step, ReviewStep | TableStep) else ()
