"""Fits the matcher's weights on labelled claims, and tells how well they do on what they did not see.

`python -m tests.benchmarks.matching FOLDER` prints the weights for `reviews/gap/match_weights.py`,
fitted on the folder's pairs.jsonl and clusters.jsonl, and cross-validates them.
"""

from __future__ import annotations

import math
import random
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from pathlib import Path

from reviews.claims import Claim
from reviews.exchange.labelled import Heap, Sides, company, read_heaps, read_sides
from reviews.gap.clusters import clusters
from reviews.gap.match import Pairing, canonical, chance, one_to_one, weighed
from reviews.gap.match_assignment import best_assignment
from reviews.gap.match_weights import FITTED, Context, Weights
from reviews.gap.match_words import Lexicon, Likeness

FOLDS = 6
RIDGE, CONTEXT_RIDGE = 3.0, 1.0
"""The penalty on a weight's square, all figures having been scaled to a deviation of one."""

Row = tuple[float, ...]


@dataclass(frozen=True)
class Code:
    """What was said of one piece of code: lists held against each reviewer's findings, and heaps."""

    name: str
    sides: tuple[Sides, ...]
    others: tuple[tuple[Claim, ...], ...]
    heaps: tuple[Heap, ...]


def load(folder: Path) -> list[Code]:
    """The labelled claims by piece of code: that is the first word of a group's name."""
    sides = read_sides((folder / "pairs.jsonl").read_text())
    heaps = read_heaps((folder / "clusters.jsonl").read_text())
    others = company(sides)
    names = sorted({name.split(" ")[0] for name in (*(g.name for g in sides), *(h.name for h in heaps))})
    return [
        Code(
            name,
            tuple(group for group in sides if group.name.split(" ")[0] == name),
            tuple(
                tuple(o) for group, o in zip(sides, others, strict=True) if group.name.split(" ")[0] == name
            ),
            tuple(heap for heap in heaps if heap.name.split(" ")[0] == name),
        )
        for name in names
    ]


def logistic(
    rows: Sequence[Row], labels: Sequence[bool], weights: Sequence[float], ridge: float = RIDGE
) -> Row:
    """A constant and a weight for each figure: ridge-penalised logistic regression by Newton's method."""
    total = sum(weights)
    columns = list(zip(*rows, strict=True))
    means = [sum(map(float.__mul__, column, weights)) / total for column in columns]
    deviations = [
        math.sqrt(sum(w * (x - mean) ** 2 for x, w in zip(column, weights, strict=True)) / total) or 1.0
        for column, mean in zip(columns, means, strict=True)
    ]
    scaled = [(1.0, *((x - m) / d for x, m, d in zip(row, means, deviations, strict=True))) for row in rows]
    size = len(means) + 1
    beta = [0.0] * size
    for _ in range(8):
        gradient = [-ridge * b if at else 0.0 for at, b in enumerate(beta)]
        hessian = [[ridge * (i == j and i > 0) for j in range(size)] for i in range(size)]
        for row, label, weight in zip(scaled, labels, weights, strict=True):
            p = 1 / (1 + math.exp(-max(min(sum(map(float.__mul__, row, beta)), 30.0), -30.0)))
            slope, curve = weight * (label - p), weight * p * (1 - p)
            for i, x in enumerate(row):
                gradient[i] += slope * x
                part, line = curve * x, hessian[i]
                for j in range(i + 1):
                    line[j] += part * row[j]
        for i, j in combinations(range(size), 2):
            hessian[i][j] = hessian[j][i]
        step = solved(hessian, gradient)
        beta = [b + s for b, s in zip(beta, step, strict=True)]
    raw = [b / d for b, d in zip(beta[1:], deviations, strict=True)]
    return (beta[0] - sum(map(float.__mul__, raw, means)), *raw)


def solved(matrix: Sequence[Sequence[float]], right: Sequence[float]) -> list[float]:
    """The x of matrix · x = right, by Gauss's elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for at in range(len(rows)):
        pivot = max(range(at, len(rows)), key=lambda index: abs(rows[index][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        for below in range(at + 1, len(rows)):
            factor = rows[below][at] / rows[at][at]
            rows[below] = [x - factor * y for x, y in zip(rows[below], rows[at], strict=True)]
    answer = [0.0] * len(rows)
    for at in reversed(range(len(rows))):
        known = sum(rows[at][k] * answer[k] for k in range(at + 1, len(rows)))
        answer[at] = (rows[at][-1] - known) / rows[at][at]
    return answer


def labelled_pairs(code: Code) -> tuple[list[Row], list[bool]]:
    """What any two claims about a piece of code have in common, and whether they are the same.

    A listed claim and a finding are the same where labelled so, and are not where nobody of that
    group matches the listed claim. Two findings are the same where they match the same listed claim,
    and are not where only one matches any, or both do and never the same.
    """
    nodes: list[Claim] = []
    at: dict[tuple[str, int, str], int] = {}

    def node(side: str, index: int, claim: Claim) -> int:
        key = (side, index, claim.explanation)
        if key not in at:
            at[key] = len(nodes)
            nodes.append(claim)
        return at[key]

    known: dict[tuple[int, int], bool] = {}
    hits: dict[int, set[int]] = {}
    for group in code.sides:
        left = [node("", 0, claim) for claim in group.left]
        right = [node(group.name, index, claim) for index, claim in enumerate(group.right)]
        hits.update({index: set() for index in right})
        matched = dict(group.matches)
        for i, index in enumerate(left):
            for j, other in enumerate(right):
                if matched.get(i) == j:
                    known[index, other] = True
                    hits[other].add(index)
                elif i not in matched:
                    known[index, other] = False
    for a, b in combinations(hits, 2):
        if hits[a] or hits[b]:
            known[a, b] = bool(hits[a] & hits[b])
    lexicon = Lexicon(nodes)
    rows, labels = [], []
    for (i, j), same in known.items():
        if nodes[i].explanation != nodes[j].explanation:
            rows.append(tuple(lexicon.likeness(i, j)))
            labels.append(same)
    return rows, labels


def fit(codes: Sequence[Code], pairs: Callable[[Code], tuple[list[Row], list[bool]]]) -> Weights:
    """The weights that suit these pieces of code best; `pairs` gives `labelled_pairs` of one."""
    rows: list[Row] = []
    labels: list[bool] = []
    for code in codes:
        some, same = pairs(code)
        rows += some
        labels += same
    # Those that are the same count for a third: else the many that are not would settle it.
    positive = sum(labels)
    even = len(labels) / 3
    each = [even / positive if same else 2 * even / (len(labels) - positive) for same in labels]
    constant, *rest = logistic(rows, labels, each)
    weights = replace(FITTED, words=(constant, Likeness(*rest)))
    weights = replace(weights, company=_fit_context(codes, weights, company=True))
    weights = replace(weights, alone=_fit_context(codes, weights, company=False))
    return replace(weights, lenience=_fit_lenience(codes, weights))


def _fit_context(codes: Sequence[Code], weights: Weights, *, company: bool) -> tuple[float, Context]:
    groups, contexts = [], []
    for code in codes:
        for group, others in zip(code.sides, code.others, strict=True):
            third = sorted(others, key=canonical) if company else ()
            pairing = Pairing(group.left, group.right, third, weights)
            groups.append(group)
            contexts.append({pair: pairing.context(*pair) for pair in pairing.odds})
    constant, fitted = 0.0, Context(1.0, 0.0, 0.0, 0.0, 0.0)
    for _ in range(3):
        rows, labels = [], []
        for group, context in zip(groups, contexts, strict=True):
            odds = {pair: constant + weighed(fitted, row) for pair, row in context.items()}
            chosen = dict(best_assignment({pair: chance(value) + 1e-6 for pair, value in odds.items()}))
            matched = dict(group.matches)
            for left in range(len(group.left)):
                right = matched.get(left, chosen.get(left))
                if right is None and group.right:
                    right = max(range(len(group.right)), key=lambda at: (odds[left, at], -at))
                if right is not None:
                    rows.append(tuple(context[left, right]))
                    labels.append(left in matched)
        constant, *rest = logistic(rows, labels, [1.0] * len(rows), CONTEXT_RIDGE)
        fitted = Context(*rest)
    return constant - _cut(groups, contexts, constant, fitted), fitted


def _cut(
    groups: Sequence[Sides],
    contexts: Sequence[Mapping[tuple[int, int], Context]],
    constant: float,
    fitted: Context,
) -> float:
    """From which log odds on a pair should count, for the best F1."""
    cuts = [step / 10 for step in range(-15, 16)]
    scores = []
    for cut in cuts:
        counted = Counted()
        for group, context in zip(groups, contexts, strict=True):
            odds = {pair: constant - cut + weighed(fitted, row) for pair, row in context.items()}
            pairs = best_assignment({pair: chance(value) for pair, value in odds.items() if value >= 0})
            counted.add({left for left, _ in pairs}, {left for left, _ in group.matches})
        scores.append(counted.f1)
    return cuts[_smoothed_best(scores, 4)]


def _fit_lenience(codes: Sequence[Code], weights: Weights) -> float:
    tried = [step / 10 for step in range(-5, 26)]
    scores = [b_cubed(codes, replace(weights, lenience=lenience)) for lenience in tried]
    return tried[_smoothed_best(scores, 2)]


def _smoothed_best(scores: Sequence[float], reach: int) -> int:
    """The index of the best score, each taken as the mean with those around it."""
    around = [statistics.mean(scores[max(at - reach, 0) : at + reach + 1]) for at in range(len(scores))]
    return max(range(len(scores)), key=lambda at: around[at])


@dataclass
class Counted:
    """Claims that were found and should have been, only the one, only the other."""

    both: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, found: set[int], true: set[int]) -> None:
        self.both += len(found & true)
        self.wrong += len(found - true)
        self.missed += len(true - found)

    @property
    def f1(self) -> float:
        return 2 * self.both / max(2 * self.both + self.wrong + self.missed, 1)


def found(codes: Iterable[Code], weights: Weights, counted: Counted, *, company: bool = True) -> None:
    """Count which listed claims were found by which group's reviewer, against the labels."""
    for code in codes:
        for group, others in zip(code.sides, code.others, strict=True):
            pairs = one_to_one(group.left, group.right, others if company else (), weights)
            counted.add({pair.left for pair in pairs}, {left for left, _ in group.matches})


def b_cubed(codes: Iterable[Code], weights: Weights) -> float:
    """B-cubed F1 (Bagga and Baldwin 1998) over all claims of all heaps."""
    return b_cubed_f1(shares for code in codes for heap in code.heaps for shares in _shares(heap, weights))


def _shares(heap: Heap, weights: Weights) -> Iterable[tuple[float, float]]:
    true = {index: set(cluster) for cluster in heap.clusters for index in cluster}
    for cluster in clusters(heap.claims, weights=weights):
        for index in cluster:
            both = len(true[index] & set(cluster))
            yield both / len(cluster), both / len(true[index])


def b_cubed_f1(shares: Iterable[tuple[float, float]]) -> float:
    precision, recall = (statistics.fmean(values) for values in zip(*shares, strict=True))
    return 2 * precision * recall / (precision + recall)


def mean_of_heaps(heaps: Iterable[Sequence[tuple[float, float]]]) -> float:
    """The mean of the heaps' B-cubed F1: one of three claims counts as much as one of thirty."""
    return statistics.fmean(b_cubed_f1(shares) for shares in heaps)


@dataclass(frozen=True)
class Validated:
    """F1 of found (in company, and without), and B-cubed F1, of one cross-validation.

    `b_cubed` is over all claims of all heaps, `b_cubed_mean` the mean of the heaps' own: the largest
    heaps are the hardest, so the second is higher as a rule.
    """

    found: float
    found_alone: float
    b_cubed: float
    b_cubed_mean: float


def cross_validated(codes: Sequence[Code], seed: int, folds: int = FOLDS) -> Validated:
    """Each piece of code is judged with weights that were fitted on the other folds'."""
    order = list(codes)
    random.Random(seed).shuffle(order)
    together, alone = Counted(), Counted()
    shares: list[list[tuple[float, float]]] = []
    cache: dict[str, tuple[list[Row], list[bool]]] = {}

    def pairs(code: Code) -> tuple[list[Row], list[bool]]:
        if code.name not in cache:
            cache[code.name] = labelled_pairs(code)
        return cache[code.name]

    for fold in range(folds):
        held_out = order[fold::folds]
        weights = fit([code for code in order if code not in held_out], pairs)
        found(held_out, weights, together)
        found(held_out, weights, alone, company=False)
        shares += [list(_shares(heap, weights)) for code in held_out for heap in code.heaps]
    b_cubed = b_cubed_f1(chain.from_iterable(shares))
    return Validated(together.f1, alone.f1, b_cubed, mean_of_heaps(shares))


def main(folder: str, seeds: int = 3) -> None:
    """Print the weights fitted on all, then the cross-validated figures."""
    codes = load(Path(folder))
    print(fit(codes, labelled_pairs))
    for seed in range(seeds):
        print(seed, cross_validated(codes, seed), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
