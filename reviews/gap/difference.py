"""Whether two shares differ, of the same things or of different ones, and how much such things tell."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from reviews.gap.measures import Share, wilson


@dataclass(frozen=True, slots=True)
class Difference:
    """First share less second, from -1 to 1, with its 95 % interval, over the same things.

    `worth` is how many independent things they tell as much as.
    """

    first: Share
    second: Share
    value: float
    low: float
    high: float
    worth: float


def paired_difference(
    both: int, first: int, second: int, neither: int, worth: float | None = None
) -> Difference | None:
    """The difference of two shares of the same things, of which `both` fall under both, and so on.

    Where the things are alike, so that they tell only as much as `worth` of them, the interval is that
    of as many (Rao and Scott 1992, Biometrics 48: counts over their design effect).

    The square-and-add interval for paired proportions (method 10 of Newcombe 1998, Statistics in
    Medicine 17:2635-2650): with p₁, p₂ and their Wilson limits l, u,
    [D − √(a² − 2φab + b²), D + √(c² − 2φcd + d²)], a = p₁ − l₁, b = u₂ − p₂, c = u₁ − p₁,
    d = p₂ − l₂, φ the correlation with its continuity correction. None of nothing.
    """
    n = both + first + second + neither
    if n == 0:
        return None
    scale = 1.0 if worth is None else worth / n
    counts = both * scale, first * scale, second * scale, neither * scale
    one, other = _share(both + first, n, scale), _share(both + second, n, scale)
    phi = _correlation(*counts)
    value = (first - second) / n
    below = _reach(one.value - one.low, other.high - other.value, phi)
    above = _reach(one.high - one.value, other.value - other.low, phi)
    return Difference(one, other, value, value - below, value + above, n * scale)


@dataclass(frozen=True, slots=True)
class Apart:
    """First share less second, of different things, from -1 to 1, with its 95 % interval."""

    first: Share
    second: Share
    value: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out that there is no difference."""
        return self.low > 0 or self.high < 0


def difference(first: Share, second: Share) -> Apart:
    """How far two shares of different things (two groups of people) lie apart.

    The square-and-add interval for independent proportions (method 10 of Newcombe 1998, Statistics in
    Medicine 17:873-890): with p₁, p₂ and their Wilson limits l, u,
    [D − √((p₁ − l₁)² + (u₂ − p₂)²), D + √((u₁ − p₁)² + (p₂ − l₂)²)].
    """
    value = first.value - second.value
    below = math.hypot(first.value - first.low, second.high - second.value)
    above = math.hypot(first.high - first.value, second.value - second.low)
    return Apart(first, second, value, value - below, value + above)


def worth_of(heaps: Collection[tuple[int, int, int, int]]) -> float:
    """How many independent things those in heaps tell as much as, for the difference of two shares.

    Each heap counts both, first, second, neither. n over the design effect: the variance between
    heaps, G/(G−1) Σ (d_g − D n_g)², d = first − second, over that of n independent things,
    n/(n−1) (first + second − nD²). At most n, and where nothing varies the number of heaps.
    """
    sizes = [sum(heap) for heap in heaps if sum(heap)]
    n, count = sum(sizes), len(sizes)
    if count < 2:
        return float(count)
    gains = [first - second for both, first, second, neither in heaps if both + first + second + neither]
    mean = sum(gains) / n
    alone = sum(first + second for _, first, second, _ in heaps) - mean * mean * n
    apart = sum((gain - mean * size) ** 2 for gain, size in zip(gains, sizes, strict=True))
    if alone <= 0 or apart <= 0:
        return float(count)
    effect = apart * count / (count - 1) / (alone * n / (n - 1))
    return min(float(n), n / effect)


def _share(part: int, whole: int, scale: float) -> Share:
    """A share with the Wilson interval of `scale` times as many."""
    ranged = wilson(part * scale, whole * scale)
    return Share(part, whole, *ranged)


def _correlation(both: float, first: float, second: float, neither: float) -> float:
    """φ of a table of two by two, its numerator drawn towards zero by n/2 where it is positive."""
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if margins == 0:
        return 0.0
    product = both * neither - first * second
    if product > 0:
        product = max(0.0, product - (both + first + second + neither) / 2)
    return product / math.sqrt(margins)


def _reach(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))
