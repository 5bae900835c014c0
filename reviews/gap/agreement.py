"""How far a note and its defect agree on how bad it is, over plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviews.claims import Severity


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
