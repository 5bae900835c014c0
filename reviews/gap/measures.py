"""The gap in numbers, over plain data. Formulas: docs/architecture.md, "The numbers"."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviews.claims import Severity

Weights = Mapping[Severity, int]
"""What a defect of each severity weighs, in whole numbers; a policy of whoever asks."""

DEFAULT_WEIGHTS: Weights = {
    Severity.CRITICAL: 8,
    Severity.MAJOR: 4,
    Severity.MINOR: 2,
    Severity.INFO: 1,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A defect as the numbers see it. A duplicate does not appear: its claims count for its original.

    `valid` is None while undecided. `notes` counts the student's notes on it.
    """

    number: int
    title: str
    severity: Severity
    valid: bool | None
    notes: int
    by_models: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A proportion with what it was computed from, and its 95 % interval."""

    part: float
    whole: float
    low: float
    high: float

    @property
    def value(self) -> float:
        """Between 0 and 1."""
        return self.part / self.whole


@dataclass(frozen=True, slots=True)
class Gap:
    """Valid defects split by who saw them, and what of the claims was wrong.

    Each member lists the defects it counts, so that every number can be opened.
    """

    both: tuple[Judged, ...]
    student_only: tuple[Judged, ...]
    models_only: tuple[Judged, ...]
    nobody: tuple[Judged, ...]
    false_alarms: tuple[Judged, ...]
    undecided: tuple[Judged, ...]

    @property
    def valid(self) -> tuple[Judged, ...]:
        """All valid defects."""
        return (*self.both, *self.student_only, *self.models_only, *self.nobody)

    @property
    def caught(self) -> tuple[Judged, ...]:
        """Valid defects that the student's notes hit."""
        return (*self.both, *self.student_only)

    @property
    def missed(self) -> tuple[Judged, ...]:
        """Valid defects that the student's notes did not hit."""
        return (*self.models_only, *self.nobody)

    @property
    def recall(self) -> Share | None:
        """|S∩V| / |V|; None, "not applicable", where nothing is valid."""
        return proportion(len(self.caught), len(self.valid))

    @property
    def precision(self) -> Share | None:
        """TP / (TP + FP) over the student's notes.

        A second note on a defect already hit is neither; nor is one on an undecided defect. None
        where no note was decided.
        """
        hits, alarms = len(self.caught), sum(defect.notes for defect in self.false_alarms)
        return proportion(hits, hits + alarms)

    def weighted_recall(self, weights: Weights) -> Share | None:
        """W(S∩V) / W(V); None where nothing that weighs anything is valid."""
        return weighted_proportion(self.caught, self.valid, weights)

    @property
    def f1(self) -> Share | None:
        """F_β = (1+β²)PR / (β²P + R) for β = 1, where both weigh alike; None where nothing is valid.

        Written as 2TP / (|V| + TP + FP), which is the same and is defined without any note. It is
        2J / (1 + J) for J = TP / (|V| + FP), and grows with J: the ends of J's interval are its own.
        """
        hits, alarms = len(self.caught), sum(defect.notes for defect in self.false_alarms)
        if not self.valid:
            return None
        low, high = (2 * end / (1 + end) for end in wilson(hits, len(self.valid) + alarms))
        return Share(2 * hits, len(self.valid) + hits + alarms, low, high)

    def missed_gap(self, weights: Weights) -> Share | None:
        """W((M∩V) − S) / W(V), what models saw and the student did not; None where W(V) is 0."""
        return weighted_proportion(self.models_only, self.valid, weights)

    def students_edge(self, weights: Weights) -> Share | None:
        """W((S∩V) − M) / W(V), what the student saw and no model did; None where W(V) is 0."""
        return weighted_proportion(self.student_only, self.valid, weights)


def split(defects: Sequence[Judged]) -> Gap:
    """Sort the defects of one submission into its gap."""
    valid = [defect for defect in defects if defect.valid]
    return Gap(
        both=tuple(d for d in valid if d.notes and d.by_models),
        student_only=tuple(d for d in valid if d.notes and not d.by_models),
        models_only=tuple(d for d in valid if not d.notes and d.by_models),
        nobody=tuple(d for d in valid if not d.notes and not d.by_models),
        false_alarms=tuple(d for d in defects if d.valid is False and d.notes),
        undecided=tuple(d for d in defects if d.valid is None),
    )


def weigh(defects: Sequence[Judged], weights: Weights) -> int:
    """W(X): the sum of the severities' weights over X."""
    return sum(weights[defect.severity] for defect in defects)


def proportion(part: int, whole: int, z: float = 1.96) -> Share | None:
    """A share with its Wilson interval, or None of nothing."""
    return Share(part, whole, *wilson(part, whole, z)) if whole else None


def weighted_proportion(
    part: Sequence[Judged], whole: Sequence[Judged], weights: Weights, z: float = 1.96
) -> Share | None:
    """W(part) / W(whole) with an interval, or None where W(whole) is 0; `part` is some of `whole`.

    The interval is Wilson's for n = W(whole)² / Σw², so many defects of one weight as these are worth
    (Kish 1965, the effective size of a sample): one that weighs far more than the rest decides alone.
    """
    total = weigh(whole, weights)
    if not total:
        return None
    size = total**2 / sum(weights[defect.severity] ** 2 for defect in whole)
    hit = weigh(part, weights)
    return Share(hit, total, *wilson(hit / total * size, size, z))


def wilson(part: float, whole: float, z: float = 1.96) -> tuple[float, float]:
    """The ends of the interval of Wilson 1927 (JASA 22) for a share of at least some.

    [p + z²/2n ± z √(p(1−p)/n + z²/4n²)] / (1 + z²/n) for p = part / whole, n = whole.
    """
    p, n = part / whole, whole
    middle = p + z * z / (2 * n)
    reach = z * math.sqrt(max(0.0, p * (1 - p) / n + z * z / (4 * n * n)))
    scale = 1 + z * z / n
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
