"""Do two claims speak of the same thing? Plain functions over plain claims.

A pair's log odds are those of its words (`match_words`, weighted by `match_weights`) plus those of
its places (`match_places`). `Corpus` compares any two of a set of claims; `one_to_one` matches two
sides, where rivals on either side, and what others say, count as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from reviews.claims import Claim
from reviews.gap.match_assignment import best_assignment
from reviews.gap.match_places import FAR_LINES, NEAR_LINES, Evidence, evidence, told_apart
from reviews.gap.match_weights import FITTED, Context, Weights
from reviews.gap.match_words import Lexicon

__all__ = [
    "BAND",
    "FAR_LINES",
    "NEAR_LINES",
    "THRESHOLD",
    "Corpus",
    "How",
    "Match",
    "Pair",
    "canonical",
    "compare",
    "one_to_one",
    "told_apart",
    "uncertain",
]

THRESHOLD = 0.5
"""From this score on, two claims count as speaking of the same thing."""

BAND = (0.3, 0.7)
"""Scores in between, ends excluded, are uncertain: there another judge is worth asking."""

LEAST_WORDS, MOST_WORDS = -3.5, 4.0
"""Log odds that words alone come to at least and at most: neither proves anything.

On one line with nothing else in common two claims come to -0.5, which is uncertain.
"""

FAINT = 0.1
"""A third claim below this score with either of two says nothing of whether the two are one."""

DIGITS = 6
"""A score's digits: what is left of the order of adding is cut off."""


class How(StrEnum):
    """What a match rests on."""

    APART = "apart"
    WORDS = "words"
    PLACE = "place"
    WORDS_AND_PLACE = "words and place"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Match:
    """How likely two claims speak of the same thing: `score` is a chance from 0 to 1.

    `why` says in one sentence, for the page, what it rests on, and `how` in one word.
    """

    score: float
    why: str
    how: How

    @property
    def same(self) -> bool:
        """Whether the two count as speaking of the same thing."""
        return self.score >= THRESHOLD


@dataclass(frozen=True, slots=True)
class Pair:
    """A left and a right claim, by their indexes, that were matched."""

    left: int
    right: int
    match: Match


def uncertain(match: Match) -> bool:
    """Whether a match could well be the other way round."""
    return BAND[0] < match.score < BAND[1]


class Corpus:
    """A set of claims, made ready once, of which any two can be compared.

    The more of the claims about one piece of code are in it, the better: they tell which words are
    common here. Claims are named by their indexes.
    """

    def __init__(self, claims: Sequence[Claim], weights: Weights = FITTED) -> None:
        """Take the claims' words; O(their length)."""
        self.claims = tuple(claims)
        self._constant, self._weights = weights.words
        self._lenience = weights.lenience
        self._lexicon = Lexicon(self.claims)

    def match(self, i: int, j: int) -> Match:
        """Compare two claims by themselves; symmetric."""
        where = evidence(self.claims[i], self.claims[j])
        if where.log_odds is None:
            return Match(0.0, where.says, How.APART)
        words = self.words(i, j)
        score = chance(words + where.log_odds)
        return Match(score, self.because(i, j, where), _rests_on(words, where))

    def odds(self, i: int, j: int) -> float | None:
        """The log odds that two claims are the same by words and place; None where they cannot be."""
        where = evidence(self.claims[i], self.claims[j]).log_odds
        return None if where is None else self.words(i, j) + where

    def score(self, i: int, j: int) -> float:
        """The score of `match`, without its words; 0 where the two cannot be the same."""
        odds = self.odds(i, j)
        return 0.0 if odds is None else chance(odds)

    def gathering_score(self, i: int, j: int) -> float:
        """The score for clusters: more lenient than `score` where no places speak for or against."""
        where = evidence(self.claims[i], self.claims[j])
        if where.log_odds is None:
            return 0.0
        lenience = 0.0 if where.points else self._lenience
        return chance(self.words(i, j) + where.log_odds + lenience)

    def scores(self, rows: Sequence[int], columns: Sequence[int]) -> list[list[float]]:
        """The score of each row's claim with each column's."""
        return [[self.score(row, column) for column in columns] for row in rows]

    def words(self, i: int, j: int) -> float:
        """The log odds that two claims are the same by their words alone."""
        odds = self._constant + weighed(self._weights, self._lexicon.likeness(i, j))
        return min(max(odds, LEAST_WORDS), MOST_WORDS)

    def because(self, i: int, j: int, where: Evidence) -> str:
        """What a comparison rests on, for the page: place, and number and share of common words."""
        common, share = len(self._lexicon.common(i, j)), self._lexicon.share(i, j)
        return f"{where.says}; {common} words in common ({share:.0%} of the shorter claim)."


def compare(a: Claim, b: Claim) -> Match:
    """Compare two claims of which no others are known; symmetric."""
    return Corpus((a, b)).match(0, 1)


def one_to_one(
    left: Sequence[Claim],
    right: Sequence[Claim],
    others: Iterable[Claim] = (),
    weights: Weights = FITTED,
) -> list[Pair]:
    """Match two sides, each claim with at most one of the other side; in the order of the left.

    `others` are further claims about the same code, by whomever: two that a third resembles are
    likelier the same. A pair's score depends on its rivals, so it is not that of `Corpus.match`.
    Among all ways to pair claims that count as the same, the one with the highest sum of scores is
    taken. Symmetric, and independent of the order of either side. O(sides × sides) comparisons, and
    (left + right) × others where there are others.
    """
    left_order = sorted(range(len(left)), key=lambda index: canonical(left[index]))
    right_order = sorted(range(len(right)), key=lambda index: canonical(right[index]))
    sides = Pairing(
        [left[index] for index in left_order],
        [right[index] for index in right_order],
        sorted(others, key=canonical),
        weights,
    )
    scores = {pair: score for pair in sides.odds if (score := chance(sides.log_odds(*pair))) >= THRESHOLD}
    pairs = [
        Pair(left_order[a], right_order[b], sides.match(a, b, scores[a, b]))
        for a, b in best_assignment(scores)
    ]
    return sorted(pairs, key=lambda pair: pair.left)


class Pairing:
    """Two sides and the others, with the log odds of each pair that can be the same."""

    def __init__(
        self, left: Sequence[Claim], right: Sequence[Claim], others: Sequence[Claim], weights: Weights
    ) -> None:
        """Compare all pairs, and all with the others; a pair is a row and a column, both from 0."""
        self.corpus = Corpus((*left, *right, *others), weights)
        self.start, first_other = len(left), len(left) + len(right)
        rows, columns = range(self.start), range(first_other - self.start)
        self.odds: dict[tuple[int, int], float] = {}
        for row, column in product(rows, columns):
            if (odds := self.corpus.odds(row, self.start + column)) is not None:
                self.odds[row, column] = odds
        third = range(first_other, first_other + len(others))
        self._heard_left = [self._near(row, third) for row in rows]
        self._heard_right = [self._near(self.start + column, third) for column in columns]
        self._friends = {pair: self._friends_of(*pair) for pair in self.odds}
        self._rival, self._friends_of_rival = _Rivals(self.odds), _Rivals(self._friends)
        self._constant, self._weights = weights.company if others else weights.alone

    def _near(self, index: int, third: Iterable[int]) -> dict[int, float]:
        scores = ((other, self.corpus.score(index, other)) for other in third)
        return {other: score for other, score in scores if score >= FAINT}

    def _friends_of(self, row: int, column: int) -> float:
        near, also = self._heard_left[row], self._heard_right[column]
        return math.fsum(near[other] * also[other] for other in near.keys() & also.keys())

    def context(self, row: int, column: int) -> Context:
        """What a pair looks like among its rivals and the others."""
        friends = self._friends[row, column]
        rivals = max(self._friends_of_rival(row, column), 0.0)
        near, also = self._heard_left[row], self._heard_right[column]
        return Context(
            own=self.odds[row, column],
            rival=max(self._rival(row, column), LEAST_WORDS),
            friends=math.log1p(friends),
            share=friends / (friends + rivals + 0.3),
            heard=math.log1p(math.fsum(near.values())) + math.log1p(math.fsum(also.values())),
        )

    def log_odds(self, row: int, column: int) -> float:
        """The log odds that a pair is the same, its rivals and the others considered."""
        return self._constant + weighed(self._weights, self.context(row, column))

    def match(self, row: int, column: int, score: float) -> Match:
        """The pair's match with its words."""
        index = self.start + column
        where = evidence(self.corpus.claims[row], self.corpus.claims[index])
        why, words = self.corpus.because(row, index, where), self.corpus.words(row, index)
        alone = chance(self.odds[row, column])
        if alone < THRESHOLD <= score and self.context(row, column).friends > 0:
            return Match(score, f"{why} Other claims say what both say.", How.OTHERS)
        return Match(score, why, _rests_on(words, where))


class _Rivals:
    """For each pair the highest value of another pair with the same row or the same column."""

    def __init__(self, values: Mapping[tuple[int, int], float]) -> None:
        self._values = values
        self._row_best = _two_best((row, value) for (row, _), value in values.items())
        self._column_best = _two_best((column, value) for (_, column), value in values.items())

    def __call__(self, row: int, column: int) -> float:
        own = self._values[row, column]
        return max(
            second if own == best else best
            for best, second in (self._row_best[row], self._column_best[column])
        )


def _two_best(values: Iterable[tuple[int, float]]) -> Mapping[int, tuple[float, float]]:
    """For each index the highest and the second highest value; minus infinity for want of one."""
    best: dict[int, tuple[float, float]] = {}
    for index, value in values:
        first, second = best.get(index, (-math.inf, -math.inf))
        best[index] = (max(first, value), max(second, min(first, value)))
    return best


def _rests_on(words: float, where: Evidence) -> How:
    if not where.points:
        return How.WORDS
    return How.WORDS_AND_PLACE if words >= 0 else How.PLACE


def weighed(weights: tuple[float, ...], figures: tuple[float, ...]) -> float:
    """The sum of figures, each times its weight."""
    return math.fsum(map(float.__mul__, weights, figures))


def chance(log_odds: float) -> float:
    """The chance from 0 to 1 that log odds stand for, rounded."""
    return round(1 / (1 + math.exp(-log_odds)), DIGITS)


def canonical(claim: Claim) -> tuple[str, int, str, str, str, str]:
    """A key by which claims are put in an order that is not that of their arrival."""
    line = claim.place.first_line if claim.place else 0
    return (claim.path, line, claim.title, claim.explanation, claim.quote, repr(claim))
