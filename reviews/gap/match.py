"""Do two claims speak of the same thing? Plain functions over plain claims.

A first, honest matching by file, line overlap and word overlap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations

from reviews.claims import Claim
from reviews.words import terms

NEAR_LINES = 3
"""Reviewers cite the call, the definition or the line above: so far apart still counts as near."""

FAR_LINES = 20
"""Further apart than this, equal words in one file mean the same mistake made twice."""

SAME_LINES, NEAR, ONE_UNPLACED, BOTH_UNPLACED, FAR = 0.16, 0.28, 0.36, 0.42, 0.60
"""The share of words two claims must have in common, by how their places relate."""

CWE_BONUS = 0.15
"""What an equal CWE number adds to the share of common words."""


@dataclass(frozen=True, slots=True)
class Words:
    """A claim made ready for comparison, once, because it is compared with every other."""

    claim: Claim
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """How well two claims fit: `score` is 1.0 at the point where they count as the same thing.

    `why` says in one sentence what the score rests on.
    """

    score: float
    why: str

    @property
    def same(self) -> bool:
        """Whether the two count as speaking of the same thing."""
        return self.score >= 1.0


APART = Match(0.0, "They are about different files.")
FURTHER = Match(0.0, f"They are in one file, more than {FAR_LINES} lines apart.")


def prepare(claim: Claim) -> Words:
    """Split the claim's words, identifiers too, and drop endings and words that say nothing."""
    text = f"{claim.title} {claim.explanation} {claim.quote}"
    return Words(claim, terms(text))


def compare(a: Words, b: Words) -> Match:
    """Compare two prepared claims; symmetric in its arguments."""
    if a.claim.path and b.claim.path and a.claim.path != b.claim.path:
        return APART
    if a.claim.place and b.claim.place and not a.claim.place.overlaps(b.claim.place, slack=FAR_LINES):
        return FURTHER
    needed, relation = _needed(a.claim, b.claim)
    common = len(a.terms & b.terms)
    share = common / min(len(a.terms), len(b.terms)) if a.terms and b.terms else 0.0
    same_cwe = a.claim.cwe is not None and a.claim.cwe == b.claim.cwe
    strength = share + (CWE_BONUS if same_cwe else 0.0)
    why = f"{relation}; {common} words in common ({share:.0%} of the shorter claim)"
    return Match(strength / needed, f"{why}, the same CWE." if same_cwe else f"{why}.")


def _needed(a: Claim, b: Claim) -> tuple[float, str]:
    if a.place is None and b.place is None:
        return BOTH_UNPLACED, "Neither names a line"
    if a.place is None or b.place is None:
        return ONE_UNPLACED, "Only one names a line"
    if a.place.overlaps(b.place):
        return SAME_LINES, "They share a line"
    if a.place.overlaps(b.place, slack=NEAR_LINES):
        return NEAR, f"They lie within {NEAR_LINES} lines"
    return FAR, "They are in one file, lines apart"


def told_apart(a: Claim, b: Claim) -> bool:
    """Whether one witness that makes both claims means two things: their places do not overlap."""
    return a.place is not None and b.place is not None and not a.place.overlaps(b.place)


def clusters(claims: Sequence[Claim], witnesses: Sequence[Hashable] = ()) -> list[list[int]]:
    """Group claims that speak of the same thing: lists of indexes, each index in exactly one.

    Average linkage, greedily from the best pair down: two groups become one while the mean score
    over their pairs is at least 1. `witnesses` says who makes each claim, in the same order: what
    one witness tells apart never comes together. The outcome does not depend on the order.
    """
    order = sorted(range(len(claims)), key=lambda index: _canonical(claims[index]))
    words = [prepare(claims[index]) for index in order]
    who = [witnesses[index] if witnesses else index for index in order]
    scores: dict[tuple[int, int], float] = {}
    apart: dict[int, set[int]] = defaultdict(set)
    for i, j in combinations(range(len(words)), 2):
        if who[i] == who[j] and told_apart(words[i].claim, words[j].claim):
            apart[i].add(j)
            apart[j].add(i)
        elif (score := compare(words[i], words[j]).score) > 0:
            scores[i, j] = score
    groups: dict[int, list[int]] = {index: [index] for index in range(len(words))}
    home = list(range(len(words)))
    for (i, j), score in sorted(scores.items(), key=lambda item: (-item[1], item[0])):
        if score < 1.0:
            break
        a, b = sorted((home[i], home[j]))
        if a == b or any(apart[member].intersection(groups[b]) for member in groups[a]):
            continue
        if _mean(scores, groups[a], groups[b]) < 1.0:
            continue
        for index in groups[b]:
            home[index] = a
        groups[a] += groups.pop(b)
    return sorted(sorted(order[index] for index in group) for group in groups.values())


def _mean(scores: dict[tuple[int, int], float], a: Sequence[int], b: Sequence[int]) -> float:
    total = sum(scores.get((min(i, j), max(i, j)), 0.0) for i in a for j in b)
    return total / (len(a) * len(b))


def _canonical(claim: Claim) -> tuple[str, int, str, str, str]:
    line = claim.place.first_line if claim.place else 0
    return (claim.path, line, claim.title, claim.explanation, claim.quote)
