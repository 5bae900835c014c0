"""The pairs of claims of which matching cannot tell whether they are of one defect."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from reviews.gap.defects import SPEAKING
from reviews.gap.match import compare, prepare, told_apart
from reviews.models import Finding, Judgement, Note, Snapshot

LEAST, MOST = 0.5, 1.5
"""The band: a match counts as the same from 1."""

MOST_PAIRS = 60


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Two claims by their names ("finding-88", "note-12"), in the order of these."""

    first: str
    second: str
    score: float


def uncertain_pairs(snapshot: Snapshot) -> list[Uncertain]:
    """The pairs in the band that nobody has judged, those nearest to its middle first; at most 60."""
    claims: list[Note | Finding] = [*snapshot.notes.all(), *snapshot.findings.filter(SPEAKING)]
    judged = set(Judgement.objects.filter(snapshot=snapshot).values_list("first", "second"))
    made = [(_name(item), _witness(item), prepare(item.claim())) for item in claims]
    found = []
    for (name, who, words), (other_name, other, others) in combinations(made, 2):
        if who == other and told_apart(words.claim, others.claim):
            continue
        first, second = sorted((name, other_name))
        score = compare(words, others).score
        if LEAST <= score < MOST and (first, second) not in judged:
            found.append(Uncertain(first, second, score))
    return sorted(found, key=lambda pair: (abs(pair.score - 1), pair.first, pair.second))[:MOST_PAIRS]


def _name(item: Note | Finding) -> str:
    return f"{item._meta.model_name}-{item.pk}"


def _witness(item: Note | Finding) -> int:
    return item.by_pass_id if isinstance(item, Finding) else 0
