"""How well anybody could gather labelled claims of which some are equal: with the labels at hand.

A finding that hit two issues stands in the labelled file twice, with one text, in two clusters. Only
the order of the file tells its copies apart, and that gives the answer away: it goes by cluster. So
the copies of a text fall on the places that they are given by chance, and B-cubed is what is
expected then.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from reviews.exchange.labelled import Heap

Labels = list[int]
"""For each claim's place the cluster that it is put into."""

Sums = tuple[float, float]
"""B-cubed precision and recall, each added up over the claims of a heap."""

STARTS = 8
PULLS = tuple(step / 50 for step in range(15, 36))
"""What precision weighs in the search, recall weighing the rest: each end of the trade is tried."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The best B-cubed F1 that a search found: over all claims, and as the mean of the heaps' own."""

    b_cubed: float
    b_cubed_mean: float


def ceiling(heaps: Sequence[Heap]) -> Ceiling:
    """Search for the best gathering of every heap, whatever its claims say.

    From several starts one claim is moved, or two clusters are joined, while it helps. That finds no
    proof; but the labels are known to it, as they are to no matcher.
    """
    found = [_gathered(heap) for heap in heaps]
    sizes = [len(heap.claims) for heap in heaps]
    total = sum(sizes)
    over_all = max(
        f1(sum(of_one[at][0] for of_one in found) / total, sum(of_one[at][1] for of_one in found) / total)
        for at in range(len(PULLS))
    )
    own = [
        max(f1(precision / size, recall / size) for precision, recall in of_one)
        for of_one, size in zip(found, sizes, strict=True)
    ]
    return Ceiling(over_all, sum(own) / len(own))


def f1(precision: float, recall: float) -> float:
    """Their harmonic mean."""
    return 2 * precision * recall / (precision + recall)


def expected(texts: Sequence[str], gold: Sequence[int], labels: Labels) -> Sums:
    """B-cubed of a gathering, its copies put where their text was by chance.

    How many copies of a cluster's come into another one is hypergeometric, and texts are
    independent: what is added up is the mean of the square of each such number, by Bagga and Baldwin
    (1998) over the size of the one or of the other.
    """
    copies: dict[str, Counter[int]] = defaultdict(Counter)
    for text, cluster in zip(texts, gold, strict=True):
        copies[text][cluster] += 1
    sizes, put = Counter(gold), defaultdict[int, Counter[str]](Counter)
    for text, label in zip(texts, labels, strict=True):
        put[label][text] += 1
    precision = recall = 0.0
    for of_label in put.values():
        for cluster, size in sizes.items():
            square = _mean_square(of_label, copies, cluster)
            precision += square / of_label.total()
            recall += square / size
    return precision, recall


def _mean_square(put: Mapping[str, int], copies: Mapping[str, Counter[int]], cluster: int) -> float:
    mean = variance = 0.0
    for text, places in put.items():
        if hits := copies[text][cluster]:
            many = copies[text].total()
            share = hits / many
            mean += places * share
            variance += places * share * (1 - share) * (many - places) / max(many - 1, 1)
    return mean * mean + variance


def _gathered(heap: Heap) -> list[Sums]:
    """The best sums that were found for each of PULLS."""
    texts = [claim.explanation for claim in heap.claims]
    gold = [0] * len(texts)
    for number, cluster in enumerate(heap.clusters):
        for index in cluster:
            gold[index] = number
    if len(set(texts)) == len(texts):
        return [(float(len(texts)), float(len(texts)))] * len(PULLS)
    starts = list(_starts(texts, gold))
    return [
        max(
            (_climbed(texts, gold, list(start), pull) for start in starts),
            key=lambda sums, pull=pull: _worth(sums, pull),  # type: ignore[misc]
        )
        for pull in PULLS
    ]


def _starts(texts: Sequence[str], gold: Sequence[int]) -> Iterator[Labels]:
    """The labels themselves, then each copy of a text in some cluster or alone."""
    yield list(gold)
    count, chance = Counter(texts), random.Random(1)
    clusters = sorted(set(gold))
    for _ in range(STARTS - 1):
        yield [
            chance.choice([*clusters, len(texts) + at]) if count[text] > 1 else gold[at]
            for at, text in enumerate(texts)
        ]


def _climbed(texts: Sequence[str], gold: Sequence[int], labels: Labels, pull: float) -> Sums:
    best = expected(texts, gold, labels)
    improved = True
    while improved:
        improved = False
        for changed in _neighbours(labels):
            sums = expected(texts, gold, changed)
            if _worth(sums, pull) > _worth(best, pull) + 1e-9:
                best, labels, improved = sums, changed, True
                break
    return best


def _neighbours(labels: Labels) -> Iterator[Labels]:
    used = sorted(set(labels))
    for kept, joined in combinations(used, 2):
        yield [kept if label == joined else label for label in labels]
    for at, own in enumerate(labels):
        for label in (*used, used[-1] + 1):
            if label != own:
                yield [*labels[:at], label, *labels[at + 1 :]]


def _worth(sums: Sums, pull: float) -> float:
    return pull * sums[0] + (1 - pull) * sums[1]
