"""How something is said of code: in which words, at which place, and whether it is there."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from courses.demo.big import chances
from courses.demo.big.exercises import Exercise, Tree, picked
from courses.demo.big.pieces import Topic
from reviews.claims import Claim, Place, Severity
from reviews.snapshots.ground import Ground, find_quotation, ground

EXACT, UNQUOTED, BESIDE, NO_LINE, NOT_THERE = range(5)
"""How a claim cites the code; see `chances`."""

_CITED = (
    1 - chances.UNQUOTED - chances.BESIDE - chances.NO_LINE - chances.NOT_THERE,
    chances.UNQUOTED,
    chances.BESIDE,
    chances.NO_LINE,
    chances.NOT_THERE,
)
_COSTS = {
    Severity.CRITICAL: "Others' data, or the whole service.",
    Severity.MAJOR: "Customers are told or charged what is wrong.",
    Severity.MINOR: "An error page now and then, and time to find out why.",
    Severity.INFO: "Time of whoever reads it next.",
}
_SEVERITIES = list(Severity)


@dataclass(frozen=True, slots=True)
class Said:
    """A claim about a topic, as it is stored, with how it stands on the code."""

    topic: int
    claim: Claim
    grounding: Ground


@dataclass(slots=True)
class Speech:
    """Says things of one exercise's code. What was said once in the same words is not looked up again."""

    exercise: Exercise
    _grounded: dict[tuple[object, ...], tuple[Claim, Ground]] = field(default_factory=dict)

    def by_student(self, tree: Tree, number: int, dice: random.Random) -> Said:
        """A note on a topic, without much ado."""
        said = self._said(tree, number, dice, told=False)
        keeps_quiet = dice.random() < chances.NO_CONFIDENCE
        claim = replace(said.claim, suggested_fix="", cwe=None)
        return replace(said, claim=replace(claim, confidence=None) if keeps_quiet else claim)

    def by_model(self, tree: Tree, number: int, dice: random.Random) -> Said:
        """A finding on a topic, with all that the form asks for."""
        return self._said(tree, number, dice, told=True)

    def by_analyser(self, tree: Tree, number: int, rule: str) -> Said:
        """What a program reports by a rule: always in the same words, always at the line."""
        topic = self.exercise.topics[number]
        claim, grounding = self._at(tree, number, EXACT, topic.titles[0], topic.breaks[0])
        claim = replace(claim, suggested_fix="", rule=rule, confidence=0.9 if rule.startswith("B3") else None)
        return Said(number, claim, grounding)

    def by_key(self, tree: Tree, number: int) -> Said:
        """What the answer key says of this code: its entry, at the place where it stands."""
        return Said(number, *ground(self.entry(number), tree.files))

    def entry(self, number: int) -> Claim:
        """A flaw as an entry of the answer key: at its line in the code as it was given out."""
        topic, start = self.exercise.topics[number], self.exercise.tree((0, 0, 0))
        return self._at(start, number, EXACT, topic.titles[0], topic.breaks[0])[0]

    def _said(self, tree: Tree, number: int, dice: random.Random, *, told: bool) -> Said:
        topic = self.exercise.topics[number]
        title, breaks = dice.choice(topic.titles), dice.choice(topic.breaks)
        severity = topic.severity
        if dice.random() < chances.OTHER_SEVERITY:
            at = _SEVERITIES.index(severity) + dice.choice((-1, 1))
            severity = _SEVERITIES[min(max(at, 0), len(_SEVERITIES) - 1)]
        text = f"{breaks}\n\nWhy here: {_why(topic)}\n\nWhat it costs: {_COSTS[severity]}" if told else breaks
        claim, grounding = self._at(tree, number, picked(dice, _CITED), title, text)
        sure = chances.SURE_OF_FLAW if topic.valid else chances.SURE_OF_ALARM
        confidence = min(max(round(dice.gauss(sure, chances.SURENESS)), 5), 99) / 100
        return Said(number, replace(claim, severity=severity, confidence=confidence), grounding)

    def _at(self, tree: Tree, number: int, cited: int, title: str, text: str) -> tuple[Claim, Ground]:
        key = (tree.sha256, number, cited, title, text)
        if key not in self._grounded:
            topic, path = self.exercise.topics[number], self.exercise.paths[number]
            claim = Claim(
                title=title,
                explanation=text,
                severity=topic.severity,
                path=path,
                odc_type=topic.odc_type,
                cwe=topic.cwe,
                suggested_fix=topic.fix,
            )
            self._grounded[key] = ground(_citing(claim, topic.quote, tree, cited), tree.files)
        return self._grounded[key]


def part_of_reply(said: Said) -> dict[str, Any]:
    """A finding as the model's reply has it; see `reviews.prompts.forms`."""
    claim = said.claim
    breaks, _, rest = claim.explanation.partition("\n\nWhy here: ")
    why, _, cost = rest.partition("\n\nWhat it costs: ")
    return {
        "title": claim.title,
        "what_breaks": breaks,
        "why_here": why,
        "cost": cost,
        "fix": claim.suggested_fix,
        "severity": claim.severity,
        "odc_type": claim.odc_type,
        "cwe": claim.cwe,
        "file": claim.path or None,
        "line_start": claim.place.first_line if claim.place else None,
        "line_end": claim.place.last_line if claim.place else None,
        "quote": claim.quote,
        "confidence": claim.confidence,
        "elsewhere": [],
        "combines": [],
    }


def _why(topic: Topic) -> str:
    return f"It is decided by this line: {topic.quote}" if topic.quote else "It is the same in every module."


def _citing(claim: Claim, quote: str, tree: Tree, cited: int) -> Claim:
    """The claim at its line, or cited less well: as somebody said it, before it is grounded."""
    if not claim.path or cited == NO_LINE:
        return claim
    found = find_quotation(quote, tree.file(claim.path).lines)
    if found is None:
        raise LookupError(f"{quote!r} does not stand in {claim.path}.")
    first = last = found[0]
    if cited == BESIDE:
        first = last = first + 2
    if cited == NOT_THERE:
        quote = f"{quote.split('(', maxsplit=1)[0]}_checked(value)"
    return replace(claim, place=Place(claim.path, first, last), quote="" if cited == UNQUOTED else quote)
