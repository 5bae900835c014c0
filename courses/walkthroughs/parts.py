"""The pieces of a walkthrough's story: witnesses, states of the code, defects, and what was said."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from reviews.claims import Claim, DefectType, Place, Severity

MOST_LINE = 100_000

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
"""How a step, a state of the code or a defect is called inside its story."""
Siglum = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{0,2}$")]
Short = Annotated[str, StringConstraints(max_length=300)]
Path = Annotated[str, StringConstraints(max_length=400)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Line = Annotated[int, Field(ge=1, le=MOST_LINE)]


class Part(BaseModel):
    """A piece of a story: it never changes, and knows no field that is not written here."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


def _check_order(first: int | None, last: int | None) -> None:
    if last is not None and first is None:
        raise ValueError("give the first line, too")
    if first is not None and last is not None and first > last:
        raise ValueError("the last line comes before the first")


class Lines(Part):
    """Lines of a file, both ends included; without numbers the whole file."""

    path: Path
    first: Line | None = None
    last: Line | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError("give both the first and the last line, or neither")
        _check_order(self.first, self.last)
        return self

    @property
    def place(self) -> Place | None:
        """The same as the claims' plain data; None for a whole file."""
        if self.first is None or self.last is None:
            return None
        return Place(self.path, self.first, self.last)


class Witness(Part):
    """Somebody who reviews in this story. `family` is whose model it is, empty for a tool."""

    siglum: Siglum
    name: Short
    family: Short = ""
    recorded: bool = True

    @property
    def letter(self) -> str:
        """What its siglum begins with: A, X, D, C, L, T."""
        return self.siglum[0]


class Code(Part):
    """A state of the code: its name in the story, and what the class is told of it."""

    name: Name
    title: Short
    author: Short = ""
    prompt: Text = ""


class Where(Part):
    """Where a defect shows in one state of the code; without a path it is the whole that lacks something."""

    code: Name
    path: Path = ""
    first: Line | None = None
    last: Line | None = None

    @model_validator(mode="after")
    def _in_a_file(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError("give both the first and the last line, or neither")
        if self.first is not None and not self.path:
            raise ValueError("say which file these lines are in")
        _check_order(self.first, self.last)
        return self

    @property
    def place(self) -> Place | None:
        """The lines, if it has any."""
        if not self.path or self.first is None or self.last is None:
            return None
        return Place(self.path, self.first, self.last)


class Defect(Part):
    """A thing that is wrong, once, in every state of the code that has it.

    `advice` is a remark on the design: it is told, and never counted as a defect.
    """

    id: Name
    title: Short
    explanation: Text = ""
    severity: Severity = Severity.MINOR
    odc_type: DefectType | None = None
    cwe: int | None = Field(default=None, ge=1, le=9999)
    advice: bool = False
    places: tuple[Where, ...] = Field(min_length=1, max_length=20)

    def places_in(self, code: str) -> tuple[Where, ...]:
        """Where it shows in this state of the code; nothing where it is mended."""
        return tuple(where for where in self.places if where.code == code)


class Said(Part):
    """What a witness said, in the order in which the class hears it; `defect` is the one it is about.

    `outcome` is what a panel made of it; a dismissal has a `reason` and a quoted line.
    """

    witness: Siglum
    title: Short
    explanation: Text = ""
    severity: Severity = Severity.MINOR
    path: Path = ""
    first: Line | None = None
    last: Line | None = None
    quote: Text = ""
    odc_type: DefectType | None = None
    cwe: int | None = Field(default=None, ge=1, le=9999)
    confidence: float | None = Field(default=None, ge=0, le=1)
    fix: Text = ""
    defect: Name | None = None
    outcome: Literal["", "confirmed", "single", "integration", "dismissed"] = ""
    reason: Text = ""

    @model_validator(mode="after")
    def _in_a_file(self) -> Self:
        if self.first is not None and not self.path:
            raise ValueError("say which file these lines are in")
        _check_order(self.first, self.last)
        return self

    def claim(self) -> Claim:
        """The same as the plain data that matching speaks."""
        place = None
        if self.path and self.first is not None:
            place = Place(self.path, self.first, self.last or self.first)
        return Claim(
            title=self.title,
            explanation=self.explanation,
            severity=self.severity,
            path=self.path,
            place=place,
            quote=self.quote,
            odc_type=self.odc_type,
            cwe=self.cwe,
            confidence=self.confidence,
            suggested_fix=self.fix,
        )
