"""Blind spots, and who repeats whom: what this class says of "same model, same blind spots"."""

from __future__ import annotations

from dataclasses import dataclass

from reviews.gap.counted import SELF
from reviews.gap.difference import Difference, paired_difference, worth_of
from reviews.gap.digest import Digest
from reviews.gap.measures import Share, proportion
from reviews.gap.tables.base import Number, Ratio, WitnessRow, number, place, witnesses

FEWEST_COMPARED = 10
"""Of fewer independent defects nothing is said about the thesis."""


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A category, and what each witness missed of its valid defects, in the order of the witnesses."""

    category: str
    cells: tuple[Ratio, ...]


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """Categories against witnesses; the category that the students miss most comes first."""

    witnesses: tuple[WitnessRow, ...]
    rows: tuple[CategoryRow, ...]


def blind_spots(digest: Digest) -> BlindSpots:
    """Who misses what."""
    heard = [row for row in witnesses(digest) if row.missed.whole or row.unable]
    categories = sorted({key[0] for key in digest.sights if len(key) == 3})

    def cell(category: str, siglum: str) -> Ratio:
        missed, seen = (number(digest, "sights", category, siglum, how) for how in ("missed", "seen"))
        return Ratio(missed, seen)

    rows = [CategoryRow(name, tuple(cell(name, row.siglum) for row in heard)) for name in categories]
    rows.sort(key=lambda row: -digest.count("sights", (row.category, "S", "missed")))
    return BlindSpots(tuple(heard), tuple(rows))


@dataclass(frozen=True, slots=True)
class Pair:
    """Two witnesses: of the valid defects before both, those that both missed, or one alone.

    `kin` says whose models they are, as `reviews.gap.counted.kin` does; where that differs between
    submissions, they are a pair of each kin.
    """

    one: str
    other: str
    kin: str
    both: Number
    first: Number
    second: Number
    neither: int

    @property
    def share(self) -> Share | None:
        """Both missed of either missed (Jaccard 1912), with its interval; None where neither missed any."""
        return proportion(self.both.value, self.both.value + self.first.value + self.second.value)


@dataclass(frozen=True, slots=True)
class Thesis:
    """What the data say of "same model, same blind spots".

    Over the valid defects that the first self-review pass missed: `again` of them the second pass
    missed too, `other` the first witness of another family, each asked about all of them. Both are
    shares of the same defects, so that one defect counts once, and the difference is a paired one.
    Defects of one title, as submissions that share code have them, are not independent: together they
    are worth fewer, and the interval is as wide as it is for those.
    """

    verdict: str
    """"supported", "not supported", "contradicted", "too small"."""

    counts: tuple[Number, Number, Number, Number]
    """Both missed it; only the second pass; only the other family; neither."""

    difference: Difference | None

    @property
    def compared(self) -> int:
        """How many defects."""
        return sum(one.value for one in self.counts)


@dataclass(frozen=True, slots=True)
class Repeats:
    """Who repeats whom. `all_missed` of `any_missed` defects no self-review pass saw.

    Of the former, `asked` were before a witness of another family, which `saw` some.
    """

    pairs: tuple[Pair, ...]
    sigla: tuple[str, ...]
    any_missed: Number
    all_missed: Number
    asked: Number
    saw: Number
    thesis: Thesis


def repeats(digest: Digest) -> Repeats:
    """Every two witnesses that were asked about the same, and the thesis."""
    kins: dict[tuple[str, str], set[str]] = {}
    for one, other, kin, _ in digest.missed:
        kins.setdefault((one, other), set()).add(kin)
    pairs = [
        Pair(
            one=one,
            other=other,
            kin=kin,
            both=number(digest, "missed", one, other, kin, "both"),
            first=number(digest, "missed", one, other, kin, "first"),
            second=number(digest, "missed", one, other, kin, "second"),
            neither=digest.count("missed", (one, other, kin, "neither")),
        )
        for (one, other), found in kins.items()
        for kin in sorted(found)
    ]
    sigla = sorted({siglum for pair in kins for siglum in pair}, key=_beside)
    pairs.sort(key=lambda pair: (*_both(pair), pair.kin))
    return Repeats(
        pairs=tuple(pairs),
        sigla=tuple(sigla),
        any_missed=number(digest, "blind", "any"),
        all_missed=number(digest, "blind", "all"),
        asked=number(digest, "blind", "all", "asked"),
        saw=number(digest, "blind", "all", "saw"),
        thesis=_thesis(digest),
    )


def _thesis(digest: Digest) -> Thesis:
    answers = [(again, other) for again in ("missed", "seen") for other in ("missed", "seen")]
    both, again, other, neither = (number(digest, "repeats", *answer) for answer in answers)
    counts = (both, again, other, neither)
    heaps = [
        [digest.count("alike", (heap, *answer)) for answer in answers]
        for heap in {key[0] for key in digest.alike}
    ]
    worth = worth_of([(a, b, c, d) for a, b, c, d in heaps])
    difference = paired_difference(both.value, again.value, other.value, neither.value, worth)
    return Thesis(_verdict(difference), counts, difference)


def _verdict(difference: Difference | None) -> str:
    if difference is None or difference.worth < FEWEST_COMPARED:
        return "too small"
    if difference.low > 0:
        return "supported"
    return "contradicted" if difference.high < 0 else "not supported"


def _beside(siglum: str) -> tuple[bool, tuple[int, int, str]]:
    """The self-review passes first, next to one another."""
    return not siglum.startswith(SELF), place(siglum)


def _both(pair: Pair) -> tuple[tuple[bool, tuple[int, int, str]], ...]:
    first, second = sorted((_beside(pair.one), _beside(pair.other)))
    return first, second
