"""How many defects nobody has found, over plain data, and when not to say.

Capture and recapture: what independent reviewers found alone and together says how much is left.
Only over valid, de-duplicated defects, and never to grade on. Sources: Seber 1982 (Chapman); Chao
1987, Biometrics 43(4); Eick et al. 1992 (ICSE); Briand et al. 2000, IEEE TSE 26(6), who find no model
accurate below four inspectors and recommend the jackknife; Thelin 2002 on intervals.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

FEWEST_REVIEWERS = 4
FEWEST_DEFECTS = 10
Z = 1.96


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many valid defects there are in all by one estimator, with what it was computed from."""

    name: str
    n: float
    variance: float
    reviewers: int
    """k."""

    found: int
    """D, the distinct defects that somebody found."""

    found_by: tuple[int, ...]
    """f_1 to f_k: how many defects were found by exactly 1, 2, … k reviewers."""

    low: float | None
    high: float | None
    """The log-normal 95 % interval, or None where the estimate is not above what was found."""

    @property
    def at_least(self) -> int:
        """The number to show: whole defects, since a part of one is none."""
        return math.floor(self.n)

    @property
    def words(self) -> str:
        """The only wording in which the number is shown: these estimators fall short more than not."""
        return f"likely at least {self.at_least}"


@dataclass(frozen=True, slots=True)
class Estimates:
    """The estimate to show and the one to set beside it."""

    jackknife: Estimate
    chao: Estimate


@dataclass(frozen=True, slots=True)
class Refusal:
    """No estimate, and why, as a sentence for the page."""

    why: str


def estimate(seen: Mapping[int, Collection[str]], reviewers: Collection[str]) -> Estimates | Refusal:
    """Estimate the valid defects of one snapshot, or refuse.

    `seen` maps the id of each valid, de-duplicated defect to those who found it; `reviewers` are all
    who looked, with those who found nothing. Both speak of independent reviewers: passes of one
    model, and models of one family, are one reviewer, and the caller has merged them (otherwise
    their agreement passes for evidence that little is left). Defects that nobody found count for nothing
    here. Refuses below four reviewers, below ten defects, and where no defect was found by exactly
    two. Raises ValueError where a defect was found by somebody who is not among the reviewers.
    """
    panel = set(reviewers)
    if not all(panel.issuperset(finders) for finders in seen.values()):
        raise ValueError("A defect was found by somebody who is not among the reviewers.")
    times = [len(set(finders)) for finders in seen.values()]
    return of_counts([times.count(j) for j in range(1, len(panel) + 1)])


def of_counts(found_by: Sequence[int]) -> Estimates | Refusal:
    """The same where only f_1 to f_k are known: how many defects 1, 2, … k reviewers found."""
    why = _against(len(found_by), found_by)
    return Refusal(why) if why else Estimates(jackknife_1(found_by), chao(found_by))


def _against(reviewers: int, found_by: Sequence[int]) -> str:
    if reviewers < FEWEST_REVIEWERS:
        return (
            f"No estimate of what nobody found: it takes {FEWEST_REVIEWERS} independent reviewers, "
            f"and here there {_are(reviewers)}. Passes of one model count as one reviewer."
        )
    if sum(found_by) < FEWEST_DEFECTS:
        return (
            f"No estimate of what nobody found: it takes {FEWEST_DEFECTS} valid defects, "
            f"and so far there {_are(sum(found_by))}."
        )
    if found_by[1] == 0:
        return "No estimate of what nobody found: no defect was found by exactly two independent reviewers."
    return ""


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count or 'none'}"


def chapman(first: int, second: int, both: int) -> Estimate:
    """Two reviewers who found `first` and `second` defects, `both` of them in common (Seber 1982).

    N = (n₁+1)(n₂+1)/(m+1) − 1; Var = (n₁+1)(n₂+1)(n₁−m)(n₂−m) / [(m+1)²(m+2)].
    Raises ValueError where they cannot have so many in common.
    """
    if not 0 <= both <= min(first, second):
        raise ValueError("Two reviewers have at most as many defects in common as each found.")
    product = (first + 1) * (second + 1)
    n = Fraction(product, both + 1) - 1
    variance = Fraction(product * (first - both) * (second - both), (both + 1) ** 2 * (both + 2))
    return _estimate("Chapman", n, variance, (first + second - 2 * both, both))


def jackknife_1(found_by: Sequence[int]) -> Estimate:
    """J1 = D + f₁(k−1)/k, where `found_by` holds f_1 to f_k."""
    k = len(found_by)
    return _jackknife("Jackknife, first order", found_by, [1 + Fraction(k - 1, k), *[Fraction(1)] * (k - 1)])


def jackknife_2(found_by: Sequence[int]) -> Estimate:
    """J2 = D + f₁(2k−3)/k − f₂(k−2)²/[k(k−1)], where `found_by` holds f_1 to f_k, k at least 2.

    With few defects found once and many found twice it falls below what was found, and has then
    no interval.
    """
    k = len(found_by)
    first, second = 1 + Fraction(2 * k - 3, k), 1 - Fraction((k - 2) ** 2, k * (k - 1))
    return _jackknife("Jackknife, second order", found_by, [first, second, *[Fraction(1)] * (k - 2)])


def chao(found_by: Sequence[int]) -> Estimate:
    """Chao's estimator, bias-corrected, where `found_by` holds f_1 to f_k, k at least 2; A = (k−1)/k.

    N = D + A f₁(f₁−1) / [2(f₂+1)]; Var = A f₁(f₁−1)/[2(f₂+1)] + A² f₁(2f₁−1)²/[4(f₂+1)²]
    + A² f₁² f₂ (f₁−1)²/[4(f₂+1)⁴].
    """
    k, f1, f2 = len(found_by), found_by[0], found_by[1]
    a = Fraction(k - 1, k)
    more = a * f1 * (f1 - 1) / (2 * (f2 + 1))
    variance = (
        more
        + a**2 * f1 * (2 * f1 - 1) ** 2 / (4 * (f2 + 1) ** 2)
        + a**2 * f1**2 * f2 * (f1 - 1) ** 2 / (4 * (f2 + 1) ** 4)
    )
    return _estimate("Chao, bias-corrected", sum(found_by) + more, variance, found_by)


def _jackknife(name: str, found_by: Sequence[int], weights: Sequence[Fraction]) -> Estimate:
    """N = Σ a_j f_j, Var = Σ a_j² f_j − N."""
    n = sum((a * f for a, f in zip(weights, found_by, strict=True)), Fraction())
    variance = sum((a * a * f for a, f in zip(weights, found_by, strict=True)), Fraction()) - n
    return _estimate(name, n, variance, found_by)


def _estimate(name: str, n: Fraction, variance: Fraction, found_by: Sequence[int]) -> Estimate:
    """With the log-normal interval: T = N − D, C = exp(1.96 √ln(1 + Var/T²)), [D + T/C, D + T·C]."""
    found, low, high = sum(found_by), None, None
    left = n - found
    if left > 0:
        spread = math.exp(Z * math.sqrt(math.log(1 + variance / left**2)))
        low, high = found + float(left) / spread, found + float(left) * spread
    return Estimate(name, float(n), float(variance), len(found_by), found, tuple(found_by), low, high)
