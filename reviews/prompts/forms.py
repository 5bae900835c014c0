"""The forms in which replies are wanted, and their reading: strict, and never silently mended.

A field that is missing is missing: a severity that nobody gave does not become "minor". What does
not fit is said in words that the model can act on, since it is asked once more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviews.briefs import Task
from reviews.claims import Claim, DefectType, Place, Severity, Stance, Verdict, Vote

MOST_PROBLEMS = 12
MOST_OBJECTS = 5
# A hostile text of open braces is not read more than about this often.
VAIN_READING = 20
VAIN_CHARACTERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Form:
    """A form of replies: a name and its JSON schema, in which every field is required."""

    name: str
    schema: Mapping[str, Any]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PlacePart(_Part):
    """Lines of a file, both ends included, counted from 1."""

    file: str
    line_start: int = Field(ge=1)
    line_end: int = Field(ge=1)


class FindingPart(_Part):
    """One finding, with what the bar asks for."""

    title: str = Field(min_length=1, description="What is wrong, in one line.")
    what_breaks: str = Field(min_length=1, description="What goes wrong, for whom, by which input or event.")
    why_here: str = Field(description="Why this code lets it happen.")
    cost: str = Field(description="What it costs when it happens.")
    fix: str = Field(description="The smallest change that would mend it.")
    severity: Severity
    odc_type: DefectType | None
    cwe: int | None = Field(description="Number of the CWE entry, or null.")
    file: str | None = Field(description="Path as given; null for what is missing everywhere.")
    line_start: int | None
    line_end: int | None
    quote: str = Field(description="One line copied exactly from the code, without its number; or empty.")
    confidence: float = Field(ge=0, le=1, description="The probability that this is a real defect.")
    elsewhere: list[PlacePart] = Field(description="Further places that the same defect needs to show.")
    combines: list[str] = Field(description="References of findings that only together show this one.")

    def claim(self) -> Claim:
        """As plain data."""
        place = None
        if self.file and self.line_start:
            place = Place(self.file, self.line_start, max(self.line_end or 0, self.line_start))
        told = (("", self.what_breaks), ("Why here: ", self.why_here), ("What it costs: ", self.cost))
        return Claim(
            title=self.title,
            explanation="\n\n".join(f"{lead}{text.strip()}" for lead, text in told if text.strip()),
            severity=self.severity,
            path=self.file or "",
            place=place,
            quote=self.quote,
            odc_type=self.odc_type,
            cwe=self.cwe,
            confidence=self.confidence,
            suggested_fix=self.fix,
            elsewhere=tuple(
                Place(item.file, item.line_start, max(item.line_start, item.line_end))
                for item in self.elsewhere
            ),
            combines=tuple(self.combines),
        )


class VotePart(_Part):
    """A word on a finding that was shown."""

    ref: str
    stance: Stance
    reason: str = Field(min_length=1)
    quote: str = Field(description="For a refutation: the line of code that shows it, copied exactly.")
    file: str | None
    severity: Severity | None = Field(description="For a confirmation: how bad it is.")

    def vote(self) -> Vote:
        """As plain data; whether its quotation stands in the code is not for it to say."""
        return Vote(self.ref, self.stance, self.reason, self.quote, self.file or "", self.severity)


class NotReviewedPart(_Part):
    """A file that the reviewer could not review."""

    file: str
    why: str


class ReviewReply(_Part):
    """What every reviewing task is answered with."""

    verdict: Verdict
    summary: str
    findings: list[FindingPart]
    votes: list[VotePart] = Field(description="Only where findings were shown to vote on; else empty.")
    checked: list[str] = Field(description="What was looked for and where. Never empty.")
    not_reviewed: list[NotReviewedPart]


class TextReply(_Part):
    """What every writing task is answered with."""

    summary: str
    text: str = Field(min_length=1)


class JudgedPart(_Part):
    """What a judge says of one pair: why, and then whether."""

    ref: str
    reason: str = Field(min_length=1, description="One sentence, without the letters of the claims.")
    same: bool

    def vote(self) -> Vote:
        """As plain data: that the two are one defect is confirmed or refuted."""
        return Vote(self.ref, Stance.CONFIRM if self.same else Stance.REFUTE, self.reason)


class JudgeReply(_Part):
    """What a judging task is answered with."""

    pairs: list[JudgedPart] = Field(description="One entry for every pair that was shown.")


REVIEW_FORM = Form("review", ReviewReply.model_json_schema())
TEXT_FORM = Form("text", TextReply.model_json_schema())
JUDGE_FORM = Form("judge", JudgeReply.model_json_schema())

_BEGINS = re.compile(r"\{\s*[\"}]")
_Reply = TypeVar("_Reply", ReviewReply, TextReply, JudgeReply)
_TOP = {
    REVIEW_FORM.name: frozenset(ReviewReply.model_fields),
    TEXT_FORM.name: frozenset(TextReply.model_fields),
    JUDGE_FORM.name: frozenset(JudgeReply.model_fields),
}


def form_of(task: Task) -> Form:
    """The form in which a task is answered."""
    if task is Task.JUDGE:
        return JUDGE_FORM
    return TEXT_FORM if task.writes else REVIEW_FORM


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that fits its form."""

    summary: str
    findings: tuple[Claim, ...] = ()
    votes: tuple[Vote, ...] = ()
    verdict: Verdict | None = None
    checked: tuple[str, ...] = ()
    not_reviewed: tuple[tuple[str, str], ...] = ()
    text: str = ""


class NotInForm(Exception):
    """A reply does not fit; `problems` say why, in words for the model that wrote it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read(text: str, task: Task) -> Answer:
    """The reply to a task, which may stand in prose or in a code fence. Raises NotInForm.

    Where a text holds several objects (an example, a draft) it is the one that looks most like the
    form, the last of equals; one that does not fit gives way to another that does.
    """
    first: NotInForm | None = None
    form = form_of(task)
    for value in _objects_in(text, _TOP[form.name]):
        try:
            return _READERS[form.name](value)
        except NotInForm as problem:
            first = first or problem
    raise first or NotInForm(["the reply holds no JSON object" if text.strip() else "the reply is empty"])


def _written(value: Any) -> Answer:
    written = _validated(TextReply, value)
    return Answer(summary=written.summary, text=written.text)


def _reviewed(value: Any) -> Answer:
    reply = _validated(ReviewReply, value)
    if not reply.findings and not any(item.strip() for item in reply.checked):
        raise NotInForm(["findings is empty and checked is empty: say what you looked for, and where"])
    return Answer(
        summary=reply.summary,
        findings=tuple(item.claim() for item in reply.findings),
        votes=tuple(item.vote() for item in reply.votes),
        verdict=reply.verdict,
        checked=tuple(reply.checked),
        not_reviewed=tuple((item.file, item.why) for item in reply.not_reviewed),
    )


def _judged(value: Any) -> Answer:
    reply = _validated(JudgeReply, value)
    return Answer(summary="", votes=tuple(item.vote() for item in reply.pairs))


_READERS: Mapping[str, Callable[[Any], Answer]] = {
    REVIEW_FORM.name: _reviewed,
    TEXT_FORM.name: _written,
    JUDGE_FORM.name: _judged,
}


def _validated(model: type[_Reply], value: Any) -> _Reply:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise NotInForm([_in_words(problem) for problem in error.errors()[:MOST_PROBLEMS]]) from None


def _objects_in(text: str, wanted: Set[str]) -> list[dict[str, Any]]:
    """Outermost JSON objects of a text: those with most of the wanted keys first, later ones first.

    At most MOST_OBJECTS. Objects within one that was read are not looked at.
    """
    found = [(len(wanted & value.keys()), start, value) for start, value in _outermost(text)]
    found.sort(key=lambda item: (item[0], item[1]), reverse=True)
    return [value for _, _, value in found[:MOST_OBJECTS]]


def _outermost(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Every object that can be read, with its place, until reading in vain has cost too much."""
    decoder = json.JSONDecoder()
    patience = VAIN_CHARACTERS + VAIN_READING * len(text)
    begins = _BEGINS.search(text)
    while begins and patience >= 0:
        start, end = begins.start(), begins.start() + 1
        try:
            value, end = decoder.raw_decode(text, start)
            if isinstance(value, dict):
                yield start, value
        except json.JSONDecodeError as error:
            # The error counts the lines before it, quickly, but every time from the top.
            patience -= error.pos - start + error.pos // 64
        except (RecursionError, ValueError):
            # Thousands of levels, or a number of thousands of figures.
            patience -= len(text) - start
        begins = _BEGINS.search(text, end)


def _in_words(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"]) or "the reply"
    return f"{where}: {problem['msg']}"
