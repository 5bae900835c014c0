"""From what was said to defects, and what staff and the answer key made of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median_low

from courses.demo.big import chances
from courses.demo.big.exercises import Exercise
from courses.demo.big.hearing import Hearing
from courses.demo.big.statements import Said
from reviews.claims import Claim, Severity
from reviews.gap.measures import Judged
from reviews.models import Defect, Finding

Standing = Defect.Standing

_BY_RANK = {severity.rank: severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class Spoken:
    """A claim with who makes it, and what its panel made of it."""

    said: Said
    siglum: str
    outcome: str = ""


@dataclass(slots=True)
class Thing:
    """A defect before it is a row. `original` is the index of the one that it repeats."""

    topic: int
    members: list[Spoken] = field(default_factory=list)
    standing: Standing = Standing.UNDECIDED
    original: int | None = None
    reason: str = ""
    evidence: str = ""
    in_key: bool = False
    taken_over: bool = False
    renamed: bool = False

    @property
    def notes(self) -> int:
        """How many notes are on it."""
        return sum(item.siglum == "S" for item in self.members)

    @property
    def by_models(self) -> bool:
        """Whether anybody but the student saw it."""
        return any(item.siglum != "S" and item.outcome != Finding.Outcome.DISMISSED for item in self.members)


def spoken(hearing: Hearing) -> Iterator[Spoken]:
    """All claims of a submission in the order in which they are stored: notes, then by review and pass."""
    for said in hearing.notes:
        yield Spoken(said, "S")
    for run in hearing.runs:
        outcomes = run.done.result.get("outcomes", {})
        number = 0
        for heard in run.heard:
            for said in heard.said:
                number += 1
                yield Spoken(said, heard.returned.turn.siglum, outcomes.get(f"F{number}", ""))


def gathered(hearing: Hearing, key: frozenset[int], dice: random.Random) -> tuple[list[Thing], list[int]]:
    """The defects by number, and the index of each claim's defect, in the order of `spoken`.

    What `key` knows of the code has a defect whoever saw it.
    """
    claims = list(spoken(hearing))
    counted = Counter(item.said.topic for item in claims)
    apart = {
        topic: dice.randrange(count)
        for topic, count in counted.items()
        if count >= 3 and topic not in key and dice.random() < chances.SPLIT_OFF
    }
    things: list[Thing] = []
    places: dict[tuple[int, bool], int] = {}
    homes = []
    told: Counter[int] = Counter()
    for item in claims:
        topic = item.said.topic
        place = (topic, apart.get(topic) == told[topic])
        told[topic] += 1
        if place not in places:
            places[place] = len(things)
            things.append(Thing(topic, in_key=topic in key))
        things[places[place]].members.append(item)
        homes.append(places[place])
    for topic in sorted(key & set(hearing.tree.topics)):
        if (topic, False) not in places:
            things.append(Thing(topic, in_key=True))
    for topic in apart:
        things[places[topic, True]].original = places[topic, False]
    return things, homes


def decide(things: Sequence[Thing], exercise: Exercise, *, newest: bool, dice: random.Random) -> None:
    """Give the defects their standings: the key's word, and what staff found out so far."""
    fully = not newest and dice.random() < chances.FULLY_DECIDED
    for thing in things:
        topic = exercise.topics[thing.topic]
        decided = fully or dice.random() < chances.DECIDED
        if thing.in_key:
            thing.standing = Standing.VALID
        elif not decided:
            thing.original = None
        elif thing.original is not None:
            thing.standing = Standing.DUPLICATE
        elif topic.valid:
            thing.standing = Standing.VALID
        else:
            thing.standing, thing.reason, thing.evidence = Standing.INVALID, topic.reason, topic.refuted
        by_person = decided and not thing.in_key and thing.original is None
        thing.taken_over = by_person and dice.random() < chances.TAKEN_OVER
        thing.renamed = by_person and dice.random() < chances.RENAMED


def judged(things: Sequence[Thing], exercise: Exercise) -> list[Judged]:
    """The defects as the numbers see them: claims of a duplicate count for its original."""
    found = []
    for index, thing in enumerate(things):
        if thing.original is not None:
            continue
        parts = [thing, *(other for other in things if other.original == index)]
        valid = {Standing.VALID: True, Standing.INVALID: False}.get(thing.standing)
        title, severity, _, _ = words_of(thing, exercise)
        found.append(
            Judged(
                number=index + 1,
                title=title,
                severity=severity,
                valid=valid,
                notes=sum(part.notes for part in parts),
                by_models=any(part.by_models for part in parts),
            )
        )
    return found


def words_of(thing: Thing, exercise: Exercise) -> tuple[str, Severity, str, int | None]:
    """Title, severity, category and CWE: the key's, else a person's, else those of the claims."""
    topic = exercise.topics[thing.topic]
    if thing.in_key:
        return topic.titles[0], topic.severity, topic.odc_type, topic.cwe
    claims = [item.said.claim for item in thing.members]
    odc_type = _commonest(claim.odc_type or "" for claim in claims)
    cwe = _commonest(str(claim.cwe or "") for claim in claims)
    kind, weakness = odc_type, int(cwe) if cwe else None
    if thing.renamed:
        return topic.titles[0], topic.severity, kind, weakness
    severity = _BY_RANK[median_low([claim.severity.rank for claim in claims])]
    return _telling(thing.members).title, severity, kind, weakness


def _telling(members: Sequence[Spoken]) -> Claim:
    """The finding that is surest of itself, of equals the first; else the student's."""
    best = max(members, key=lambda item: (item.siglum != "S", round((item.said.claim.confidence or 0) * 100)))
    return best.said.claim


def _commonest(values: Iterable[str]) -> str:
    counted = Counter(value for value in values if value)
    return min(counted, key=lambda value: (-counted[value], value)) if counted else ""
