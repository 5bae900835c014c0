"""How far two witnesses agree, over plain data: on severities, on what they saw, on what they missed.

Findings have no true negatives, since nobody can list the lines at which all were rightly silent. So
agreement about findings counts only what at least one of the two found (positive agreement), and
blindness only what both were asked about and is valid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviews.claims import Severity
from reviews.gap.measures import Share, proportion


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement on severities beyond chance, from -1 to 1, with the pairs that it was computed from."""

    value: float
    pairs: tuple[tuple[Severity, Severity], ...]

    @property
    def n(self) -> int:
        """How many matched pairs of claims."""
        return len(self.pairs)

    @property
    def same(self) -> int:
        """In how many of them the severities are equal."""
        return sum(first is second for first, second in self.pairs)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one witness was asked about and what of it they saw: ids of valid defects.

    What was never before a witness, or what it could not review, is not asked: neither seen nor missed.
    """

    asked: frozenset[int]
    seen: frozenset[int]


@dataclass(frozen=True, slots=True)
class PositiveAgreement:
    """2a / (2a + b + c), from 0 to 1, with the ids of the defects in a, b and c."""

    both: tuple[int, ...]
    first_only: tuple[int, ...]
    second_only: tuple[int, ...]

    @property
    def value(self) -> float:
        """Twice what both saw, over all that the one and the other saw."""
        twice = 2 * len(self.both)
        return twice / (twice + len(self.first_only) + len(self.second_only))


@dataclass(frozen=True, slots=True)
class MissedTogether:
    """Of what either of two witnesses missed, what both missed, with the ids of the defects."""

    both: tuple[int, ...]
    first_only: tuple[int, ...]
    second_only: tuple[int, ...]
    share: Share


def kappa(pairs: Sequence[tuple[Severity, Severity]]) -> Kappa | None:
    """Quadratic-weighted kappa over matched pairs of severities (Cohen 1968, Psych. Bulletin 70(4)).

    1 − Σ w_ij O_ij / Σ w_ij E_ij with w_ij = (i − j)², O the observed and E the expected table: the
    numerator is the mean squared distance within the pairs, the denominator that of every first
    with every second. None where it is undefined: fewer than two pairs, or all severities equal.
    """
    if len(pairs) < 2:
        return None
    ranks = [(first.rank, second.rank) for first, second in pairs]
    observed = sum((i - j) ** 2 for i, j in ranks) * len(ranks)
    expected = sum((i - j) ** 2 for i, _ in ranks for _, j in ranks)
    if expected == 0:
        return None
    return Kappa(1 - observed / expected, tuple(pairs))


def positive_agreement(first: Reading, second: Reading) -> PositiveAgreement | None:
    """How much two witnesses saw alike, among what both were asked about; None where neither saw any.

    Dice 1945, Ecology 26(3), as the positive half of agreement (Cicchetti and Feinstein 1990).
    """
    common = first.asked & second.asked
    parts = _parts(first.seen & common, second.seen & common)
    return PositiveAgreement(*parts) if any(parts) else None


def missed_together(first: Reading, second: Reading) -> MissedTogether | None:
    """The overlap of two witnesses' blind spots: both missed / either missed (Jaccard 1912).

    Among the valid defects both were asked about, with a Wilson interval; None where neither
    missed any.
    """
    common = first.asked & second.asked
    both, first_only, second_only = _parts(common - first.seen, common - second.seen)
    share = proportion(len(both), len(both) + len(first_only) + len(second_only))
    return MissedTogether(both, first_only, second_only, share) if share else None


def _parts(
    first: frozenset[int], second: frozenset[int]
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    return tuple(sorted(first & second)), tuple(sorted(first - second)), tuple(sorted(second - first))
