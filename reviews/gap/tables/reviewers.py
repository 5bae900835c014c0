"""What each further pass added for its cost, and models as reviewers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate

from reviews.gap.counted import turn
from reviews.gap.digest import Digest
from reviews.gap.tables.base import Number, Ratio, number, place, witnesses


@dataclass(frozen=True, slots=True)
class Taken:
    """What something took. `cost` is in millionths of a dollar, without that of `unpriced` submissions."""

    cost: int
    unpriced: int
    recorded: int
    calls: int
    submissions: int

    @property
    def is_known(self) -> bool:
        """Whether the cost is all that it cost: a recording replays for nothing what was paid once."""
        return not (self.unpriced or self.recorded)


@dataclass(frozen=True, slots=True)
class Step:
    """What one pass added: valid defects that none before it had seen; `total` and `so_far` with those."""

    siglum: str
    letter: str
    name: str
    new: Number
    total: int
    taken: Taken
    cost_so_far: int
    calls_so_far: int

    @property
    def each(self) -> int | None:
        """What one further defect cost, in millionths of a dollar; None where that is not known."""
        return _each(self.taken, self.new.value)


def added(digest: Digest) -> list[Step]:
    """Self-review pass by pass, then the others: what each added, in turn, and in all so far."""
    rows = {row.siglum: row for row in witnesses(digest)}
    sigla = {key[0] for key in digest.added}
    models = sorted(
        (row for siglum, row in rows.items() if siglum in sigla), key=lambda row: turn(row.letter, row.siglum)
    )
    news = [number(digest, "added", row.siglum, "new") for row in models]
    takens = [
        Taken(
            digest.count("added", (row.siglum, "cost")),
            digest.count("added", (row.siglum, "unpriced")),
            row.recorded,
            digest.count("added", (row.siglum, "calls")),
            row.submissions,
        )
        for row in models
    ]
    totals = accumulate(new.value for new in news)
    costs, calls = accumulate(one.cost for one in takens), accumulate(one.calls for one in takens)
    return [
        Step(row.siglum, row.letter, row.name, *rest)
        for row, *rest in zip(models, news, totals, takens, costs, calls, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class ReviewerRow:
    """A reviewer, all its passes together, over adjudicated defects.

    `recall` is what it saw of the valid ones before it; `precision` the valid ones of all that it
    saw; `false` its false alarms by category, the most first.
    """

    letter: str
    name: str
    recall: Ratio
    precision: Ratio
    false: tuple[tuple[str, Number], ...]
    unable: int
    taken: Taken

    @property
    def each(self) -> int | None:
        """What a valid defect cost, in millionths of a dollar, rounded up; None where it is not known."""
        return _each(self.taken, self.recall.part.value)


def reviewers(digest: Digest) -> list[ReviewerRow]:
    """Every reviewer, in the order of the apparatus."""
    keys = sorted({key[:2] for key in digest.reviewers}, key=lambda key: (place(key[0]), key[1]))
    return [_reviewer(digest, letter, name) for letter, name in keys]


def _reviewer(digest: Digest, letter: str, name: str) -> ReviewerRow:
    key = (letter, name)
    seen, missed, false = (number(digest, "reviewers", *key, how) for how in ("seen", "missed", "false"))
    categories = [each[3] for each in digest.reviewers if each[:3] == (*key, "false") and len(each) == 4]
    alarms = [(category, number(digest, "reviewers", *key, "false", category)) for category in categories]
    counts = (digest.count("reviewers", (*key, what)) for what in _TAKEN)
    return ReviewerRow(
        letter=letter,
        name=name,
        recall=Ratio(seen, missed),
        precision=Ratio(seen, false),
        false=tuple(sorted(alarms, key=lambda alarm: (-alarm[1].value, alarm[0]))),
        unable=digest.count("reviewers", (*key, "unable")),
        taken=Taken(*counts),
    )


_TAKEN = ("cost", "unpriced", "recorded", "calls", "submissions")


def _each(taken: Taken, found: int) -> int | None:
    return math.ceil(taken.cost / found) if found and taken.is_known else None
