"""The steps of a walkthrough's story, one class a kind."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from courses.walkthroughs.parts import Lines, Name, Part, Path, Said, Short, Siglum, Text

MOST_SAID = 100


class Step(Part):
    """What all steps have. `notes` are the presenter's alone; `body` is Markdown that the class reads."""

    id: Name
    title: Short
    body: Text = ""
    notes: Text = ""
    minutes: float = Field(default=1, ge=0, le=120)

    @property
    def beats(self) -> int:
        """In how many strokes of the presenter's key it is shown."""
        return 1


class TextStep(Step):
    """Words."""

    kind: Literal["text"]


class CodeStep(Step):
    """A state of the code, opened at a file, with the lines in question lit."""

    kind: Literal["code"]
    code: Name
    path: Path
    lit: tuple[Lines, ...] = Field(default=(), max_length=20)


class ChangeStep(Step):
    """What changed from one state of the code to another, as a diff."""

    kind: Literal["change"]
    before: Name
    code: Name


class TestsStep(Step):
    """What the code's own tests (T) or its linter (L) printed, to the letter."""

    kind: Literal["tests"]
    witness: Literal["T", "L"] = "T"
    code: Name
    command: Short = ""
    output: Text
    passed: int = Field(default=0, ge=0)
    failed: int = Field(default=0, ge=0)

    @property
    def green(self) -> bool:
        """Whether it complained of nothing."""
        return not self.failed


class PlanStep(Step):
    """A plan, as Markdown; with `before` (an earlier plan's step) what changed is marked."""

    kind: Literal["plan"]
    plan: Text
    before: Name | None = None


class ReviewStep(Step):
    """A review that comes in finding by finding, of a state of the code or of a plan's step.

    `ending` is its last word ("Nothing more to say."). With `unable` it could not review, and why.
    """

    kind: Literal["review"]
    protocol: Short
    focus: Short = ""
    witnesses: tuple[Siglum, ...] = Field(min_length=1, max_length=8)
    code: Name | None = None
    plan: Name | None = None
    said: tuple[Said, ...] = Field(default=(), max_length=MOST_SAID)
    ending: Text = ""
    unable: Short = ""

    @property
    def beats(self) -> int:
        """It begins, then each finding, then its last word."""
        return 1 + len(self.said) + 1

    @model_validator(mode="after")
    def _of_one_thing(self) -> Self:
        if (self.code is None) == (self.plan is None):
            raise ValueError("a review reads either a state of the code or a plan")
        if strangers := {said.witness for said in self.said} - set(self.witnesses):
            raise ValueError(f"{', '.join(sorted(strangers))} speaks and is not among its witnesses")
        for said in self.said:
            if said.outcome == "dismissed" and not (said.reason and said.quote):
                raise ValueError(f"“{said.title}” is dismissed without a reason and a quoted line")
        return self


class QuestionStep(Step):
    """A question to the class: lines to mark in some files, or one of several answers."""

    kind: Literal["question"]
    code: Name | None = None
    files: tuple[Lines, ...] = Field(default=(), max_length=10)
    marks: bool = True
    severity: bool = True
    words: bool = True
    confidence: bool = True
    choices: tuple[Short, ...] = Field(default=(), max_length=8)
    right: int | None = Field(default=None, ge=0, le=7)

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if self.marks and (self.code is None or not self.files):
            raise ValueError("to mark lines, the class needs a state of the code and its files")
        if not self.marks and len(self.choices) < 2:
            raise ValueError("ask to mark lines, or give at least two answers to choose from")
        if self.right is not None and self.right >= len(self.choices):
            raise ValueError("the right answer is not among the choices")
        return self


class RevealStep(Step):
    """What the class answered, beside what each witness saw."""

    kind: Literal["reveal"]
    question: Name

    @property
    def beats(self) -> int:
        """The class's marks; each witness beside them; who saw what; how sure against how right."""
        return 4


class TableStep(Step):
    """Who saw what, column by column; with `code` only of the defects that this state of it has."""

    kind: Literal["table"]
    witnesses: tuple[Siglum, ...] = Field(min_length=1, max_length=20)
    code: Name | None = None

    @property
    def beats(self) -> int:
        """The rows, then a stroke for each column."""
        return 1 + len(self.witnesses)


KINDS = ("text", "code", "change", "tests", "plan", "review", "question", "reveal", "table")
"""All kinds of steps, in the order in which they are offered."""

AnyStep = Annotated[
    TextStep
    | CodeStep
    | ChangeStep
    | TestsStep
    | PlanStep
    | ReviewStep
    | QuestionStep
    | RevealStep
    | TableStep,
    Field(discriminator="kind"),
]
