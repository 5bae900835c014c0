"""Counts of many snapshots that add up: what all tables of classes, courses and models are computed from.

Plain data. The digest of a course is the sum of those of its assignments, so that a page of a course
reads no row of a submission. All is whole numbers, since only those add up alike in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from reviews.gap.counted import OF_DEFECTS, Key, count, nobody
from reviews.gap.facts import DefectFact, Facts

VERSION = 1
"""Of the JSON and of what is counted; a digest of another version is made anew."""

Counts = Mapping[Key, int]
"""How often each key was met. Without noughts."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What was counted. Sigla are those of the apparatus; a category is an ODC type or "no category".

    `totals`: ("valid" | "false" | "undecided") defects, ("submissions"), ("decided") those without an
    undecided defect, ("held") those with a valid one.
    `witnesses`: (siglum, letter, name, family) in how many submissions. `apart`: (siglum,
    "submissions" | "unable" | "recorded") in how many.
    `sights`, `missed`, `repeats`, `blind`: see the functions of these names in `reviews.gap.counted`.
    `alike`: those of `repeats` behind the number of a heap, in which defects of one title lie together.
    `added`: (siglum, "new") defects, and what the witness took: "cost" in millionths of a dollar,
    "unpriced" submissions whose cost is not known (recordings apart), "calls".
    `tests`: ("green" | "other", severity | "valid") defects, (…, "submissions" | "holding" | "clean" |
    "open"): with a valid defect, without any, or without and not all decided.
    `nobody`: ("refused", why) and ("estimated", f_1, f_2, …), in how many submissions.
    `student`: ("caught" | "missed" | "false") defects, ("false notes"), ("stated" | "right") decided
    notes with a confidence, their ("brier") in millionths, ("tenth", 0 to 9, "stated" | "right" |
    "sum" in thousandths).
    `reviewers`: (letter, name, "seen" | "missed" | "false"), (…, "false", category) defects of all
    passes of a reviewer together, (…, "submissions" | "unable" | "recorded" | "cost" | "unpriced" |
    "calls").
    """

    totals: Counts = field(default_factory=dict)
    witnesses: Counts = field(default_factory=dict)
    apart: Counts = field(default_factory=dict)
    sights: Counts = field(default_factory=dict)
    missed: Counts = field(default_factory=dict)
    repeats: Counts = field(default_factory=dict)
    blind: Counts = field(default_factory=dict)
    alike: Counts = field(default_factory=dict)
    added: Counts = field(default_factory=dict)
    tests: Counts = field(default_factory=dict)
    nobody: Counts = field(default_factory=dict)
    student: Counts = field(default_factory=dict)
    reviewers: Counts = field(default_factory=dict)

    def __add__(self, other: Digest) -> Digest:
        return together([self, other])

    def count(self, name: str, key: Key) -> int:
        """How often a key of a field was met; 0 for a field that there is not."""
        counts: Counts = getattr(self, name) if name in FIELDS else {}
        return counts.get(key, 0)

    def as_json(self) -> dict[str, Any]:
        """Plain values: for each field its keys with their counts, sorted."""
        rows = {
            name: [[*key, count] for key, count in sorted(getattr(self, name).items())] for name in FIELDS
        }
        return {"version": VERSION, **rows}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Digest:
        """The inverse of `as_json`."""
        return cls(**{name: {tuple(key): count for *key, count in values[name]} for name in FIELDS})


FIELDS = tuple(one.name for one in fields(Digest))


def digest(many: Iterable[Facts]) -> Digest:
    """Count these snapshots; the order does not matter."""
    sums = _noughts()
    for facts in many:
        count(facts, sums)
    return Digest(**{name: dict(counts) for name, counts in sums.items()})


def together(digests: Iterable[Digest]) -> Digest:
    """The sum of digests; of none, a digest without counts."""
    sums = _noughts()
    for one in digests:
        for name, counts in sums.items():
            counts.update(getattr(one, name))
    return Digest(**{name: dict(counts) for name, counts in sums.items()})


def _noughts() -> dict[str, Counter[Key]]:
    return {name: Counter() for name in FIELDS}


def behind(facts: Facts, name: str, key: Key) -> list[DefectFact]:
    """The defects that the count of a key of a field was computed from, each once.

    Empty where the key does not count defects.
    """
    counted = {**OF_DEFECTS, "nobody": nobody}.get(name)
    if counted is None:
        return []
    if name == "missed":
        # Only the two of the key, since to compare all would take as long as to count anew.
        facts = replace(facts, witnesses=tuple(one for one in facts.witnesses if one.siglum in key[:2]))
    return list({defect.pk: defect for met, defect in counted(facts) if met == key}.values())
