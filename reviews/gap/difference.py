"""Whether two shares of the same things differ, over plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reviews.gap.measures import Share, proportion


@dataclass(frozen=True, slots=True)
class Difference:
    """First share less second, from -1 to 1, with its 95 % interval, over the same things."""

    first: Share
    second: Share
    value: float
    low: float
    high: float


def paired_difference(both: int, first: int, second: int, neither: int) -> Difference | None:
    """The difference of two shares of the same things, of which `both` fall under both, and so on.

    The square-and-add interval for paired proportions (method 10 of Newcombe 1998, Statistics in
    Medicine 17:2635-2650): with p₁, p₂ and their Wilson limits l, u,
    [D − √(a² − 2φab + b²), D + √(c² − 2φcd + d²)], a = p₁ − l₁, b = u₂ − p₂, c = u₁ − p₁,
    d = p₂ − l₂, φ the correlation with its continuity correction. None of nothing.
    """
    n = both + first + second + neither
    one, other = proportion(both + first, n), proportion(both + second, n)
    if one is None or other is None:
        return None
    phi = _correlation(both, first, second, neither)
    value = (first - second) / n
    below = _reach(one.value - one.low, other.high - other.value, phi)
    above = _reach(one.high - one.value, other.value - other.low, phi)
    return Difference(one, other, value, value - below, value + above)


def _correlation(both: int, first: int, second: int, neither: int) -> float:
    """φ of a table of two by two, its numerator drawn towards zero by n/2 where it is positive."""
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    if margins == 0:
        return 0.0
    product = float(both * neither - first * second)
    if product > 0:
        product = max(0.0, product - (both + first + second + neither) / 2)
    return product / math.sqrt(margins)


def _reach(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))
