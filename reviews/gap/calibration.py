"""Whether stated confidence means something, over plain data: a probability, and whether it came true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from reviews.gap.measures import Share, proportion


@dataclass(frozen=True, slots=True)
class Bin:
    """The claims whose stated confidence lies between `low` and `high` (the last bin holds its end)."""

    low: float
    high: float
    stated: float
    """Their mean stated confidence."""

    right: Share
    """How many of them were right, with a Wilson interval."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """How well stated confidence fits what came true, with what it was computed from."""

    n: int
    right: int
    brier: float
    """0 where every certainty came true, 0.25 for always saying one half, 1 at worst."""

    skill: float | None
    """1 at best, 0 for no better than always stating the share that was right, below it worse."""

    bins: tuple[Bin, ...]
    """Only those that hold a claim, in rising order."""


def calibration(stated: Sequence[tuple[float, bool]], bins: int = 10) -> Calibration | None:
    """Compare probabilities from 0 to 1 with outcomes; None of nothing.

    Brier = mean (p − o)² (Brier 1950, Monthly Weather Review 78(1)); skill = 1 − Brier / [ō(1 − ō)],
    None where all outcomes agree; `bins` of equal width make the reliability diagram. Raises
    ValueError for a probability outside 0 to 1.
    """
    if not stated:
        return None
    if not all(0 <= probability <= 1 for probability, _ in stated):
        raise ValueError("A probability lies between 0 and 1.")
    n, right = len(stated), sum(outcome for _, outcome in stated)
    brier = sum((probability - outcome) ** 2 for probability, outcome in stated) / n
    base = right / n
    skill = 1 - brier / (base * (1 - base)) if 0 < right < n else None
    return Calibration(n, right, brier, skill, _binned(stated, bins))


def _binned(stated: Sequence[tuple[float, bool]], bins: int) -> tuple[Bin, ...]:
    members: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, outcome in stated:
        members[min(int(probability * bins), bins - 1)].append((probability, outcome))
    return tuple(
        Bin(place / bins, (place + 1) / bins, sum(p for p, _ in held) / len(held), right)
        for place, held in sorted(members.items())
        if (right := proportion(sum(outcome for _, outcome in held), len(held)))
    )
