"""How much each figure weighs in the log odds that two claims are the same. PLACEHOLDER
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from reviews.gap.match_words import Likeness


class Context(NamedTuple):
    """What a pair of a left and a right claim looks like among the others; symmetric in the sides.

    `own` are the log odds of the pair by itself; `friends` is log(1 + the sum over third claims of
    their chances with the one times with the other); `rival` and `lesser_rival` are the best log
    odds that either has with another claim of the opposite side, the higher first; `crowd` is the
    log of the number of pairs; `heard` tells how much the third claims speak of either.
    """

    own: float
    friends: float
    rival: float
    lesser_rival: float
    crowd: float
    heard: float


@dataclass(frozen=True, slots=True)
class Weights:
    """A constant and a weight for each figure, for each of the three questions.

    `words`: are two claims the same, by their words. `company`: are a left and a right one, where
    third claims are known; `alone`, where none are. `join`: from what mean score on two groups of
    claims are one.
    """

    words: tuple[float, Likeness]
    company: tuple[float, Context]
    alone: tuple[float, Context]
    join: float


FITTED = Weights(
    words=(-8.7915, Likeness(2.9926, 4.3226, 4.6376, -0.3245, -1.4261, 0.3983, 1.5805, 0.5977)),
    company=(-0.8471, Context(0.7675, 3.0781, -0.2473, -0.1547, 0.2608, -0.8499)),
    alone=(0.0393, Context(1.2085, 0.0, -0.1431, -0.0811, 0.1120, 0.0)),
    join=0.25,
)
