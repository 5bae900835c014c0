"""How much each figure weighs in the log odds that two claims are the same.

Fitted by `python -m tests.benchmarks.matching FOLDER` on 228 groups from 24 pull requests of five
open projects: 594 listed issues, 296 of them found, held against the findings of twelve review
tools, labelled by a judge model (withmartian/code-review-benchmark, March 2026; the texts are no part
of this repository). Ridge-penalised logistic regression, all figures scaled to a deviation of one:
for `words` over all labelled pairs of a pull request (penalty 3, those that are the same weighing a
third), for `company` and `alone` over each listed issue with its match or, where it has none, with
its likeliest finding (penalty 1). Each constant is set so that the best F1 of found is at 0;
`lenience` is where B-cubed F1 is best on those findings that hit an issue, grouped by it. None of
these claims has a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from reviews.gap.match_words import Likeness


class Context(NamedTuple):
    """What a pair of a left and a right claim looks like among the others; symmetric in the sides.

    `own` are the log odds of the pair by itself; `rival` the best log odds that either has with
    another claim of the opposite side. `friends` is log(1 + f), f being the sum over third claims of
    their chances with the one times with the other; `share` is f / (f + the best rival's f + 0.3).
    `heard` is how much third claims speak of either: log(1 + the sum of their chances), of both.
    """

    own: float
    rival: float
    friends: float
    share: float
    heard: float


@dataclass(frozen=True, slots=True)
class Weights:
    """A constant and a weight for each figure, for each of the three questions.

    `words`: are two claims the same, by their words. `company`: are a left and a right one, where
    third claims are known; `alone`, where none are. `lenience` is added to the log odds of two claims
    of which no places speak where claims are gathered: there nobody is the rival of anybody.
    """

    words: tuple[float, Likeness]
    company: tuple[float, Context]
    alone: tuple[float, Context]
    lenience: float


FITTED = Weights(
    words=(
        -8.7915,
        Likeness(
            cosine=2.9926,
            overlap=4.3226,
            letters=4.6376,
            names=-0.3245,
            other_names=-1.4261,
            rarest=0.3983,
            length=1.5805,
            lengths=0.5977,
        ),
    ),
    company=(0.0690, Context(own=0.7544, rival=-0.2292, friends=3.5718, share=1.8976, heard=-1.2497)),
    alone=(0.5753, Context(own=1.3257, rival=-0.2015, friends=0.0, share=0.0, heard=0.0)),
    lenience=1.3,
)
"""What the product uses."""
