"""The pairs of claims of which the matcher is not sure, for somebody who can tell: a judge model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from reviews.gap.comparison import Comparison
from reviews.gap.match import BAND, THRESHOLD
from reviews.gap.sheet import Sheet
from reviews.gap.stored import Stored, name_of, speaks
from reviews.models import Judgement, Snapshot

Between = tuple[int, int]


def uncertain_pairs(snapshot: Snapshot) -> list[tuple[str, str, float]]:
    """The pairs that a judge's answer would matter for: two names in order, and their score.

    The most uncertain first. The score lies within the matcher's BAND. A pair does
    not matter where both are where a person decided, where one witness tells the two apart, or where
    a judge was asked already. Claims of one defect that surely speak of the same count as one: of
    two such groups one pair is named, the least certain. Needs no lock; O(n²) comparisons.
    """
    sheet = Sheet(snapshot)
    fixed = sheet.fixed()
    judgements = list(Judgement.objects.filter(snapshot=snapshot))
    placed = [item for item in sheet.stored if speaks(item) and item.defect_id is not None]
    compared = Comparison(sheet.stored, judgements)
    scores = {
        (a, b): score
        for a, b in combinations(range(len(placed)), 2)
        if (score := compared.score(placed[a], placed[b])) > BAND[0]
        and not compared.apart(placed[a], placed[b])
    }
    group = _sure(placed, scores, compared)
    settled = _asked(placed, group, judgements)
    found: dict[Between, tuple[float, str, str, float]] = {}
    for (a, b), score in scores.items():
        between = _between(group[a], group[b])
        is_fixed = placed[a].defect_id in fixed and placed[b].defect_id in fixed
        if score < BAND[1] and group[a] != group[b] and between not in settled and not is_fixed:
            first, second = sorted((name_of(placed[a]), name_of(placed[b])))
            pair = (abs(score - THRESHOLD), first, second, score)
            found[between] = min(found.get(between, pair), pair)
    return [(first, second, score) for _, first, second, score in sorted(found.values())]


def _asked(placed: Sequence[Stored], group: Sequence[int], judgements: Iterable[Judgement]) -> set[Between]:
    """Between which groups a judge said something already, if only that it cannot tell."""
    groups = {name_of(item): group[index] for index, item in enumerate(placed)}
    return {
        _between(groups[judgement.first], groups[judgement.second])
        for judgement in judgements
        if judgement.first in groups and judgement.second in groups
    }


def _sure(placed: Sequence[Stored], scores: Mapping[Between, float], compared: Comparison) -> list[int]:
    """For each claim the least index of those of its defect that it is surely one with."""
    group = list(range(len(placed)))
    for (a, b), score in scores.items():
        if placed[a].defect_id == placed[b].defect_id and (
            score >= BAND[1] or compared.put_together(placed[a], [placed[b]])
        ):
            new, old = _between(group[a], group[b])
            group = [new if one == old else one for one in group]
    return group


def _between(a: int, b: int) -> Between:
    return (a, b) if a < b else (b, a)
