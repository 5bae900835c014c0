"""How like each other the stored claims of a snapshot are: what the matcher says, and what a judge said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reviews.gap.match import Corpus, Match, told_apart
from reviews.gap.stored import Stored, name_of, witness_of
from reviews.models import Judgement, KeyClaim


class Comparison:
    """Any two of a snapshot's claims compared. What a judge decided stands above what they look like."""

    def __init__(self, stored: Sequence[Stored], judgements: Iterable[Judgement]) -> None:
        """Make the claims ready, once; a judgement on a claim that is not there says nothing."""
        self._stored = tuple(stored)
        self._index = {name_of(item): index for index, item in enumerate(stored)}
        self._corpus = Corpus([item.claim() for item in stored])
        self._said = {
            frozenset((judgement.first, judgement.second)): judgement
            for judgement in judgements
            if judgement.first in self._index and judgement.second in self._index
        }

    def decided(self) -> Mapping[tuple[str, str], bool]:
        """Which claims a judge told apart or put together, by their names; not what it left open."""
        return {
            (judgement.first, judgement.second): judgement.same
            for judgement in self._said.values()
            if judgement.same is not None
        }

    def judgement(self, a: Stored, b: Stored) -> Judgement | None:
        """What a judge decided about two claims; None where it was not asked, or left it open."""
        found = self._said.get(frozenset((name_of(a), name_of(b)))) if self._said else None
        return found if found and found.same is not None else None

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
        return told_apart(claims[self._index[name_of(a)]], claims[self._index[name_of(b)]])

    def put_together(self, item: Stored, others: Iterable[Stored]) -> bool:
        """Whether a judge found the claim the same as one of the others."""
        return bool(self._said) and any(
            (judgement := self.judgement(item, other)) and judgement.same for other in others
        )

    def told_apart_from(self, item: Stored) -> tuple[Stored, Judgement] | None:
        """The most alike of the claims that a judge told apart from this one, with the judgement."""
        told = [
            (other, judgement)
            for pair, judgement in self._said.items()
            if judgement.same is False and name_of(item) in pair
            for other in self._stored
            if name_of(other) in pair and other is not item
        ]
        return max(told, key=lambda one: (self.score(item, one[0]), name_of(one[0])), default=None)

    def score(self, a: Stored, b: Stored) -> float:
        """How likely the two are one by what they say, from 0 to 1."""
        return self._corpus.score(self._index[name_of(a)], self._index[name_of(b)])

    def match(self, a: Stored, b: Stored) -> Match:
        """The same with what it rests on."""
        return self._corpus.match(self._index[name_of(a)], self._index[name_of(b)])
