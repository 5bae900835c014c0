"""The best that equal texts allow, held against all ways in which their copies can fall."""

from __future__ import annotations

from itertools import permutations
from statistics import fmean

import pytest

from reviews.claims import Claim
from reviews.exchange.labelled import Heap
from tests.benchmarks.ceiling import ceiling, expected

TEXTS = ["race", "lock", "both", "leak", "both", "both"]
GOLD = [0, 0, 0, 1, 1, 2]


def heap(texts: list[str], gold: list[int]) -> Heap:
    clusters = [tuple(at for at, own in enumerate(gold) if own == one) for one in sorted(set(gold))]
    return Heap("shop", tuple(Claim("", text) for text in texts), tuple(clusters))


def fallen(gold: list[int], labels: list[int]) -> tuple[float, float]:
    """B-cubed precision and recall over the claims, by its definition."""
    precision = recall = 0.0
    for own, label in zip(gold, labels, strict=True):
        both = sum(o == own and at == label for o, at in zip(gold, labels, strict=True))
        precision += both / labels.count(label)
        recall += both / gold.count(own)
    return precision, recall


@pytest.mark.parametrize("labels", [[0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 1], [7] * 6])
def test_what_is_expected_is_the_mean_over_all_ways_in_which_copies_can_fall(labels: list[int]) -> None:
    copies = [at for at, text in enumerate(TEXTS) if text == "both"]
    ways = []
    for order in permutations(copies):
        put = list(labels)
        for at, place in zip(copies, order, strict=True):
            put[at] = labels[place]
        ways.append(fallen(GOLD, put))
    precision, recall = expected(TEXTS, GOLD, labels)
    assert precision == pytest.approx(fmean(p for p, _ in ways))
    assert recall == pytest.approx(fmean(r for _, r in ways))


def test_where_no_text_stands_twice_all_can_be_had() -> None:
    best = ceiling([heap(["race", "lock", "leak"], [0, 0, 1])])
    assert (best.b_cubed, best.b_cubed_mean) == (1.0, 1.0)


def test_one_text_in_two_clusters_costs_even_who_knows_the_labels() -> None:
    """Of four claims every gathering that there is can be tried."""
    bridged = heap(["race", "both", "leak", "both"], [0, 0, 1, 1])
    best = ceiling([bridged, heap(["race", "lock", "leak"], [0, 0, 1])])
    assert best.b_cubed < best.b_cubed_mean < 1
    alone = ceiling([bridged]).b_cubed
    every = [
        expected(["race", "both", "leak", "both"], [0, 0, 1, 1], [a, b, c, d])
        for a in range(4)
        for b in range(4)
        for c in range(4)
        for d in range(4)
    ]
    assert alone == pytest.approx(max(2 * (p / 4) * (r / 4) / (p / 4 + r / 4) for p, r in every))
