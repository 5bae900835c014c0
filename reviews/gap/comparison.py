"""How like each other the stored claims of a snapshot are: what the matcher says, and what a judge said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from reviews.gap.match import Corpus, Match, told_apart
from reviews.gap.stored import Stored, name_of, witness_of
from reviews.models import Judgement, KeyClaim


class Comparison:
    """Any two of a snapshot's claims compared. What a judge decided stands above what they look like.

    Claims are known by their very rows, so ask only about those that it was made of.
    """

    def __init__(self, stored: Sequence[Stored], judgements: Iterable[Judgement]) -> None:
        """Make the claims ready, once; a judgement on a claim that is not there says nothing."""
        self._stored = tuple(stored)
        self._index = {id(item): index for index, item in enumerate(stored)}
        self._corpus = Corpus([item.claim() for item in stored])
        names = {name_of(item): index for index, item in enumerate(stored)}
        self._judgements = {
            _pair(names[judgement.first], names[judgement.second]): judgement
            for judgement in judgements
            if judgement.same is not None and judgement.first in names and judgement.second in names
        }

    def score(self, a: Stored, b: Stored) -> float:
        """How likely the two are one by what they say, from 0 to 1, as claims are gathered."""
        return self._corpus.gathering_score(self._index[id(a)], self._index[id(b)])

    def match(self, a: Stored, b: Stored) -> Match:
        """The same with what it rests on."""
        return self._corpus.match(self._index[id(a)], self._index[id(b)])

    def judgement(self, a: Stored, b: Stored) -> Judgement | None:
        """What a judge decided about two claims; None where it was not asked, or left it open."""
        if not self._judgements:
            return None
        return self._judgements.get(_pair(self._index[id(a)], self._index[id(b)]))

    def apart(self, a: Stored, b: Stored) -> bool:
        """Whether two claims cannot be one: a judge, or the witness that makes both, tells them apart.

        Two entries of the answer key are two, however alike.
        """
        if isinstance(a, KeyClaim) and isinstance(b, KeyClaim):
            return True
        if judgement := self.judgement(a, b):
            return judgement.same is False
        if witness_of(a) != witness_of(b):
            return False
        claims = self._corpus.claims
        return told_apart(claims[self._index[id(a)]], claims[self._index[id(b)]])

    def decided(self, items: Sequence[Stored]) -> dict[tuple[int, int], bool]:
        """What is decided about pairs of these, by their places in the list: one thing, or two."""
        at = {self._index[id(item)]: place for place, item in enumerate(items)}
        said = {
            (at[a], at[b]): bool(judgement.same)
            for (a, b), judgement in self._judgements.items()
            if a in at and b in at
        }
        entries = [place for place, item in enumerate(items) if isinstance(item, KeyClaim)]
        return said | dict.fromkeys(combinations(entries, 2), False)

    def put_together(self, item: Stored, others: Iterable[Stored]) -> bool:
        """Whether a judge found the claim the same as one of the others."""
        if not self._judgements:
            return False
        return any((said := self.judgement(item, other)) and said.same for other in others)

    def told_apart_from(self, item: Stored) -> tuple[Stored, Judgement] | None:
        """The most alike of the claims that a judge told apart from this one, with the judgement."""
        me = self._index[id(item)]
        told = [
            (self._stored[b if a == me else a], judgement)
            for (a, b), judgement in self._judgements.items()
            if judgement.same is False and me in (a, b)
        ]
        return max(told, key=lambda one: (self.score(item, one[0]), name_of(one[0])), default=None)


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)
