"""The pairs of claims of which the matcher is not sure, for somebody who can tell: a judge model."""

from __future__ import annotations

from itertools import combinations

from reviews.gap.comparison import Comparison
from reviews.gap.match import BAND, THRESHOLD
from reviews.gap.sheet import Sheet
from reviews.gap.stored import Stored, name_of, speaks
from reviews.models import Judgement, Snapshot

MOST = 60
"""So many pairs of a snapshot are put to a judge at most."""


def uncertain_pairs(snapshot: Snapshot, most: int = MOST) -> list[tuple[str, str, float]]:
    """The pairs that a judge's answer would matter for: two names in order, and their score.

    The most uncertain first, at most `most`. The score lies within the matcher's BAND. A pair does
    not matter where both are where a person decided, where one witness tells the two apart, or where
    a judge was asked already. Claims of one defect that surely speak of the same count as one: of
    two such groups one pair is named, the least certain. Needs no lock; O(n²) comparisons.
    """
    sheet = Sheet(snapshot)
    fixed = sheet.fixed()
    judgements = list(Judgement.objects.filter(snapshot=snapshot))
    asked = {frozenset((judgement.first, judgement.second)) for judgement in judgements}
    placed = [item for item in sheet.stored if speaks(item) and item.defect_id is not None]
    compared = Comparison(sheet.stored, judgements)
    scores = {
        (a, b): compared.score(placed[a], placed[b])
        for a, b in combinations(range(len(placed)), 2)
        if not compared.apart(placed[a], placed[b])
    }
    group = _sure(placed, scores, compared)
    found: dict[tuple[int, int], tuple[float, str, str, float]] = {}
    settled = set()
    for (a, b), score in scores.items():
        between = (min(group[a], group[b]), max(group[a], group[b]))
        first, second = sorted((name_of(placed[a]), name_of(placed[b])))
        if frozenset((first, second)) in asked:
            settled.add(between)
        elif (
            group[a] != group[b]
            and BAND[0] < score < BAND[1]
            and not (placed[a].defect_id in fixed and placed[b].defect_id in fixed)
        ):
            pair = (abs(score - THRESHOLD), first, second, score)
            found[between] = min(found.get(between, pair), pair)
    pairs = sorted(pair for between, pair in found.items() if between not in settled)
    return [(first, second, score) for _, first, second, score in pairs[:most]]


def _sure(placed: list[Stored], scores: dict[tuple[int, int], float], compared: Comparison) -> list[int]:
    """For each claim the least index of those of its defect that it is surely one with."""
    group = list(range(len(placed)))
    for (a, b), score in scores.items():
        if placed[a].defect_id == placed[b].defect_id and (
            score >= BAND[1] or compared.put_together(placed[a], [placed[b]])
        ):
            old, new = max(group[a], group[b]), min(group[a], group[b])
            group = [new if one == old else one for one in group]
    return group
