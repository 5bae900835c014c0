"""Who sees what in a submission: a student, and the passes of models, with what they have in common."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from courses.demo.big import chances
from courses.demo.big.exercises import Exercise, Tree

STUDENT = "S"

_ALL, _FAMILY = sqrt(chances.SHARED_BY_ALL), sqrt(chances.SHARED_IN_FAMILY)
_OWN = sqrt(1 - chances.SHARED_BY_ALL - chances.SHARED_IN_FAMILY)


@dataclass(frozen=True, slots=True)
class Eyes:
    """Somebody who reads: a name, a family (the student's is their own), and how much they see."""

    name: str
    family: str
    keenness: float


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How easily each topic of an exercise is seen by anybody, and by the models of each family."""

    ease: tuple[float, ...]
    lean: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, exercise: Exercise, families: Sequence[str], dice: random.Random) -> Difficulty:
        """Drawn once for an exercise; a student has no blind spots but their own."""
        ease = tuple(
            dice.gauss(0 if topic.valid else -chances.FALSE_ALARM, chances.EASE) for topic in exercise.topics
        )
        lean = {
            family: tuple(dice.gauss(0, chances.BLIND_SPOTS) for _ in exercise.topics) for family in families
        }
        return cls(ease, lean)


def sightings(
    tree: Tree, difficulty: Difficulty, eyes: Sequence[Eyes], count: int, dice: random.Random
) -> dict[str, list[int]]:
    """Which topics each of these sees, `count` in all: those that are seen most easily by whom.

    By name; topics in the order of their numbers.
    """
    scored = []
    for topic in tree.topics:
        by_all = difficulty.ease[topic] + _ALL * dice.gauss(0, 1)
        by_family = {
            family: _FAMILY * dice.gauss(0, 1) + lean[topic] for family, lean in difficulty.lean.items()
        }
        for who in eyes:
            shared = by_family[who.family] if who.family in by_family else _FAMILY * dice.gauss(0, 1)
            score = by_all + shared + who.keenness + _OWN * dice.gauss(0, 1)
            scored.append((score, who.name, topic))
    scored.sort(reverse=True)
    seen: dict[str, list[int]] = defaultdict(list)
    for _, name, topic in scored[: max(count, 0)]:
        seen[name].append(topic)
    return {name: sorted(topics) for name, topics in seen.items()}
