"""What two claims have in common in words, as a few figures. Plain functions over plain claims.

Everything is counted over the set of claims that are compared with each other (a corpus): a word
that half of them use says little. Sums are of whole numbers, so that no order of adding shows.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from reviews.claims import Claim
from reviews.words import terms

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_CAMEL = re.compile(r"[a-z][A-Z]")

GRAMS = (3, 4)
"""Letters of a piece of a word: "validate" and "invalid" have "alid" in common."""

STEM_LETTERS = 5
"""Words that begin with the same letters count as one: "validation" and "validate"."""

WEIGHT = 1024
"""What a word's weight of 1.0 is as a whole number."""

LEAST_WEIGHT = 0.5
"""What a word weighs at least, even one that all claims use."""

UNHEARD = 5
"""So many more claims, of other words, are counted: two claims alone say little of what is rare."""


class Likeness(NamedTuple):
    """What two claims have in common in words; every figure is symmetric in the two.

    `cosine` and `overlap` are over words weighted by rarity (the weight of common words to the
    geometric mean, and to the lesser of the two claims' weights); `letters` is the cosine over
    pieces of words, unweighted; `names` is log(1 + common identifiers), and `other_names` is 1
    where both name identifiers and have none in common; `rarest` is the weight of the rarest common
    word; `length` is the log of the shorter claim's number of words, `lengths` that of the ratio.
    """

    cosine: float
    overlap: float
    letters: float
    names: float
    other_names: float
    rarest: float
    length: float
    lengths: float


@dataclass(frozen=True, slots=True)
class Words:
    """A claim's words, each once: stems with identifiers split, whole identifiers, pieces of words."""

    terms: frozenset[str]
    names: frozenset[str]
    grams: frozenset[str]

    @classmethod
    def of(cls, claim: Claim) -> Words:
        """Take the words of title and explanation.

        The quotation is left out: all claims about one line have it in common.
        """
        text = f"{claim.title} {claim.explanation}"
        stems = terms(text)
        return cls(
            frozenset(stem[:STEM_LETTERS] for stem in stems),
            frozenset(_names(text)),
            frozenset(chain.from_iterable(map(_grams, stems))),
        )


def _names(text: str) -> Iterable[str]:
    """The identifiers that could be nothing else: with an underscore, a dollar or a hump."""
    for name in _NAME.findall(text):
        if len(name) > 2 and ("_" in name or "$" in name or _CAMEL.search(name)):
            yield name.lower().strip("_")


@lru_cache(maxsize=20_000)
def _grams(word: str) -> tuple[str, ...]:
    marked = f"^{word}$"
    return tuple(marked[at : at + size] for size in GRAMS for at in range(len(marked) - size + 1))


class Lexicon:
    """The words of a set of claims, weighted by how few of these claims use them.

    A word that `k` of `n` claims use weighs LEAST_WEIGHT + log((n + UNHEARD + 1) / (k + 1/2)) (the
    inverse document frequency of Spärck Jones 1972, smoothed).
    """

    def __init__(self, claims: Sequence[Claim]) -> None:
        """Count the words of the claims; O(their length)."""
        words = [Words.of(claim) for claim in claims]
        used = Counter(chain.from_iterable(item.terms for item in words))
        heard = len(words) + UNHEARD + 1
        self._weight: Mapping[str, int] = {
            term: round(WEIGHT * (LEAST_WEIGHT + math.log(heard / (count + 0.5))))
            for term, count in used.items()
        }
        self._terms = [item.terms for item in words]
        self._names = [item.names for item in words]
        self._sizes = [len(item.terms) for item in words]
        self._logs = [math.log(size + 1) for size in self._sizes]
        self._totals = [sum(map(self._weight.__getitem__, item.terms)) for item in words]
        # Sets of letters as bits of one number: and-ing two of them is far quicker than meeting sets.
        place: dict[str, int] = {}
        self._letters = [_bits(item.grams, place) for item in words]
        self._letter_counts = [len(item.grams) for item in words]

    def common(self, i: int, j: int) -> frozenset[str]:
        """The words that the claims with these indexes have in common."""
        return self._terms[i] & self._terms[j]

    def share(self, i: int, j: int) -> float:
        """The share of the shorter claim's words that are common, unweighted; 0 where it has none."""
        shorter = min(self._sizes[i], self._sizes[j])
        return len(self.common(i, j)) / shorter if shorter else 0.0

    def likeness(self, i: int, j: int) -> Likeness:
        """What the claims with these indexes have in common."""
        weights = [self._weight[term] for term in self._terms[i] & self._terms[j]]
        common, a, b = sum(weights), self._totals[i], self._totals[j]
        names, others = self._names[i], self._names[j]
        same_names = len(names & others) if names and others else 0
        letters = (self._letters[i] & self._letters[j]).bit_count()
        return Likeness(
            cosine=common / math.sqrt(a * b) if common else 0.0,
            overlap=common / (min(a, b) + 0.3 * WEIGHT),
            letters=letters / math.sqrt(self._letter_counts[i] * self._letter_counts[j]) if letters else 0.0,
            names=math.log1p(same_names),
            other_names=float(bool(names and others) and not same_names),
            rarest=max(weights, default=0) / WEIGHT,
            length=min(self._logs[i], self._logs[j]),
            lengths=abs(self._logs[i] - self._logs[j]),
        )


def _bits(grams: Iterable[str], place: dict[str, int]) -> int:
    """The set as a number with one bit for each member; `place` gives, and keeps, each its bit."""
    ones = [place.setdefault(gram, len(place)) for gram in grams]
    marked = bytearray(len(place) // 8 + 1)
    for one in ones:
        marked[one >> 3] |= 1 << (one & 7)
    return int.from_bytes(marked, "little")
