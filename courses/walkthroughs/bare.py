"""What may stay of a story when the code that it shows must go: how it went, and nothing that it said.

A class's answers are numbers about lines and defects. To be read they need the steps with their kinds
and sizes, the witnesses, and for each defect its weight and its lines; no title, no file's name, no
quotation, no word of the student's, of the code, or about it. So of a story stay: names of models,
severities, categories, line numbers, who saw which defect. Files become "file 1", defects "Defect 1",
steps are called by what they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from courses.walkthroughs.parts import Code, Defect, Lines, Said
from courses.walkthroughs.steps import (
    AnyStep,
    ChangeStep,
    CodeStep,
    PlanStep,
    QuestionStep,
    ReviewStep,
    TestsStep,
    TextStep,
)
from courses.walkthroughs.story import Story

GONE = "Removed: its student no longer wants it to be shown."

_TITLES = {
    "text": "Words",
    "code": "Code",
    "change": "Change",
    "tests": "Tests",
    "plan": "Plan",
    "review": "Review",
    "question": "Question",
    "reveal": "Reveal",
    "table": "Who saw what",
}


@dataclass(frozen=True, slots=True)
class Bare:
    """The story without its words, and the new name of every file that it knew."""

    story: Story
    paths: Mapping[str, str]


def bare(story: Story) -> Bare:
    """The story of which only what numbers need is left; done twice, it changes nothing more."""
    known = dict.fromkeys(path for path in _paths(story) if path)
    paths = {path: f"file {number}" for number, path in enumerate(known, 1)}
    return Bare(
        Story(
            title="A walkthrough whose code was removed",
            summary=GONE,
            witnesses=story.witnesses,
            codes=tuple(Code(name=code.name, title="Removed code") for code in story.codes),
            defects=tuple(_defect(item, number, paths) for number, item in enumerate(story.defects, 1)),
            steps=tuple(
                _step(step, title, paths) for step, title in zip(story.steps, _titles(story), strict=True)
            ),
        ),
        paths,
    )


def _defect(defect: Defect, number: int, paths: Mapping[str, str]) -> Defect:
    return Defect(
        id=defect.id,
        title=f"Defect {number}",
        severity=defect.severity,
        odc_type=defect.odc_type,
        cwe=defect.cwe,
        advice=defect.advice,
        places=tuple(where.model_copy(update={"path": paths.get(where.path, "")}) for where in defect.places),
    )


def _titles(story: Story) -> Iterator[str]:
    """What each step is, with a number where several are the same."""
    kinds = Counter(step.kind for step in story.steps)
    seen: Counter[str] = Counter()
    for step in story.steps:
        seen[step.kind] += 1
        yield f"{_TITLES[step.kind]} {seen[step.kind]}" if kinds[step.kind] > 1 else _TITLES[step.kind]


def _step(step: AnyStep, title: str, paths: Mapping[str, str]) -> AnyStep:
    said: dict[str, object] = {"title": title, "body": "", "notes": ""}
    match step:
        case CodeStep():
            said |= {"path": paths[step.path], "lit": _lines(step.lit, paths)}
        case TestsStep():
            said |= {"command": "", "output": GONE}
        case PlanStep():
            said |= {"plan": GONE}
        case ReviewStep():
            told = tuple(_said(item, place, paths) for place, item in enumerate(step.said, 1))
            unable = "Could not review." if step.unable else ""
            said |= {"said": told, "protocol": "", "focus": "", "ending": "", "unable": unable}
        case QuestionStep():
            choices = tuple(f"Answer {place}" for place, _ in enumerate(step.choices, 1))
            said |= {"files": _lines(step.files, paths), "choices": choices}
        case TextStep() | ChangeStep():
            pass
    return step.model_copy(update=said)


def _said(said: Said, number: int, paths: Mapping[str, str]) -> Said:
    # A dismissal must give its reason and its line.
    gone = GONE if said.outcome == "dismissed" else ""
    return Said(
        witness=said.witness,
        title=f"Finding {number}",
        severity=said.severity,
        path=paths.get(said.path, ""),
        first=said.first,
        last=said.last,
        quote=gone,
        reason=gone,
        odc_type=said.odc_type,
        cwe=said.cwe,
        confidence=said.confidence,
        defect=said.defect,
        outcome=said.outcome,
    )


def _lines(many: tuple[Lines, ...], paths: Mapping[str, str]) -> tuple[Lines, ...]:
    return tuple(lines.model_copy(update={"path": paths[lines.path]}) for lines in many)


def _paths(story: Story) -> Iterator[str]:
    """Every file that a story knows, in the order in which it is shown."""
    for step in story.steps:
        if isinstance(step, CodeStep):
            yield step.path
            yield from (lines.path for lines in step.lit)
        if isinstance(step, QuestionStep):
            yield from (lines.path for lines in step.files)
        if isinstance(step, ReviewStep):
            yield from (said.path for said in step.said)
    yield from (where.path for defect in story.defects for where in defect.places)
