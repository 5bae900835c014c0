"""Groups of claims that speak of the same thing. Plain functions over plain claims."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations

from reviews.claims import Claim
from reviews.gap.match import THRESHOLD, Corpus, canonical, told_apart
from reviews.gap.match_weights import FITTED, Weights

UNIT = 10**6
"""Scores are added as whole numbers of this fraction, so that no order of adding shows."""


def clusters(
    claims: Sequence[Claim],
    witnesses: Sequence[Hashable] = (),
    decided: Mapping[tuple[int, int], bool] | None = None,
    weights: Weights = FITTED,
) -> list[list[int]]:
    """Group claims that speak of the same thing: lists of indexes, each index in exactly one.

    Average linkage (Sokal and Michener 1958), from the best two groups down: two become one while
    the mean score over their pairs is at least THRESHOLD. `witnesses` says who makes each claim, in the
    same order: what one witness tells apart never comes together. `decided` holds what a person or
    a judge said of pairs of indexes, either way round: True brings the two together, whatever their
    score, False keeps their groups apart; where these contradict, apart holds. The outcome does not
    depend on the order of the claims. O(n² log n) for n claims.
    """
    order = sorted(range(len(claims)), key=lambda index: canonical(claims[index]))
    at = {index: position for position, index in enumerate(order)}
    said = {_ordered(at[i], at[j]): same for (i, j), same in (decided or {}).items() if i != j}
    corpus = Corpus([claims[index] for index in order], weights)
    who = [witnesses[index] if witnesses else index for index in order]
    links = _Links(len(order))
    for i, j in combinations(range(len(order)), 2):
        apart = who[i] == who[j] and told_apart(corpus.claims[i], corpus.claims[j])
        if not said.get((i, j), not apart):
            links.keep_apart(i, j)
        elif score := corpus.gathering_score(i, j):
            links.add(i, j, round(score * UNIT))
    for (i, j), same in sorted(said.items()):
        if same:
            links.join(i, j)
    links.agglomerate(THRESHOLD)
    return sorted(sorted(order[position] for position in group) for group in links.groups())


class _Links:
    """Groups, the sums of scores between each two of them, and which must stay apart."""

    def __init__(self, count: int) -> None:
        self._members = {index: [index] for index in range(count)}
        self._home = list(range(count))
        self._sums: dict[int, dict[int, int]] = {index: {} for index in range(count)}
        self._apart: dict[int, set[int]] = defaultdict(set)

    def add(self, i: int, j: int, score: int) -> None:
        self._sums[i][j] = self._sums[j][i] = score

    def keep_apart(self, i: int, j: int) -> None:
        self._apart[i].add(j)
        self._apart[j].add(i)

    def join(self, i: int, j: int) -> None:
        """Make the groups of two claims one, unless they are or must stay apart."""
        a, b = sorted((self._home[i], self._home[j]))
        if a != b and b not in self._apart[a]:
            self._merge(a, b)

    def agglomerate(self, least: float) -> None:
        """Join the two groups with the best mean score, again and again, while it is enough."""
        queue = [
            entry
            for a, row in self._sums.items()
            for b in row
            if a < b and (entry := self._entry(a, b, least))
        ]
        heapq.heapify(queue)
        while queue:
            _, a, b, size_a, size_b = heapq.heappop(queue)
            if len(self._members.get(a, ())) != size_a or len(self._members.get(b, ())) != size_b:
                continue
            self._merge(a, b)
            for other in self._sums[a]:
                if entry := self._entry(*_ordered(a, other), least):
                    heapq.heappush(queue, entry)

    def groups(self) -> list[list[int]]:
        return list(self._members.values())

    def _entry(self, a: int, b: int, least: float) -> tuple[float, int, int, int, int] | None:
        """A place in the queue, best first; groups are outdated when they have grown or gone."""
        if b in self._apart[a]:
            return None
        size_a, size_b = len(self._members[a]), len(self._members[b])
        mean = self._sums[a][b] / (UNIT * size_a * size_b)
        return (-mean, a, b, size_a, size_b) if mean >= least else None

    def _merge(self, a: int, b: int) -> None:
        """Make group `b` part of group `a`."""
        for index in self._members[b]:
            self._home[index] = a
        self._members[a] += self._members.pop(b)
        for other, total in self._sums.pop(b).items():
            del self._sums[other][b]
            if other != a:
                self._sums[a][other] = self._sums[other][a] = self._sums[a].get(other, 0) + total
        for other in self._apart.pop(b, ()):
            self._apart[other].discard(b)
            self.keep_apart(a, other)


def _ordered(i: int, j: int) -> tuple[int, int]:
    return (i, j) if i < j else (j, i)
