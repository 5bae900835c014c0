"""What a class answered, summed up over plain data. Formulas: docs/architecture.md, "The numbers"."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from courses.walkthroughs.marks import merged
from reviews.claims import Place, Severity
from reviews.gap.agreement import Kappa, kappa
from reviews.gap.calibration import Calibration, calibration
from reviews.gap.measures import Share, proportion, wilson

SLACK = 1
"""A mark this many lines beside a defect still hits it: a thumb on a small screen means the same."""

FEW = 5
"""Of fewer answers than these nothing general can be said, and the page says that."""

LEVELS = 5
"""Confidence is told in so many bins of equal width."""

Places = Mapping[str, Sequence[Place]]
"""Where each defect can be hit, by its name."""


@dataclass(frozen=True, slots=True)
class Given:
    """What one seat answered to one asking of a question; `confidence` is from 0 to 1."""

    marks: tuple[Place, ...] = ()
    severity: Severity | None = None
    choice: int | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring lines of one file that equally many seats marked, both ends included."""

    first: int
    last: int
    seats: int


@dataclass(frozen=True, slots=True)
class Level:
    """Answers whose stated confidence lies between `low` and `high`, and how many came out right.

    `seats` is how many people they are of. The interval is that of as many independent answers, since
    one person's marks rise and fall together.
    """

    low: float
    high: float
    stated: float
    right: Share
    seats: int


@dataclass(frozen=True, slots=True)
class Sure:
    """How sure against how right: each stated confidence, and what came true.

    `stated` is the mean of the confidences, one for each mark or choice, as `measured` counts them.
    """

    measured: Calibration
    levels: tuple[Level, ...]
    stated: float
    seats: int


@dataclass(frozen=True, slots=True)
class Weighed:
    """Seats whose marks hit one defect alone: how bad they called it, against how bad it is."""

    same: int
    milder: int
    worse: int
    kappa: Kappa | None

    @property
    def seats(self) -> int:
        """How many they are."""
        return self.same + self.milder + self.worse


@dataclass(frozen=True, slots=True)
class Sums:
    """Everything that is counted of the answers to one asking of a question.

    `hits` holds, for each defect that could be hit, the share of seats whose marks did. `marks` are
    all marks and of these `beside` hit no known defect; `all_clear` seats marked nothing. `sure` is
    None where nobody's confidence can be held against anything.
    """

    seats: int
    heat: Mapping[str, tuple[Run, ...]]
    hits: Mapping[str, Share]
    any_hit: Share | None
    marks: int
    beside: int
    all_clear: int
    choices: tuple[int, ...]
    right: Share | None
    sure: Sure | None
    weighed: Weighed | None
    severities: Mapping[Severity, int]

    @property
    def few(self) -> bool:
        """Whether they are too few to say anything general."""
        return self.seats < FEW


def sums(
    given: Sequence[Given],
    places: Places,
    *,
    severities: Mapping[str, Severity],
    choices: int = 0,
    right: int | None = None,
) -> Sums:
    """Sum up the answers; `places` and `severities` are of the defects that could be marked.

    `choices` is how many answers there were to choose from, `right` the one that is.
    """
    targets = _Targets(places)
    hit = [[targets.hit_by(mark) for mark in one.marks] for one in given]
    by_seat = [frozenset().union(*found) for found in hit]
    each = Counter(defect for found in by_seat for defect in found)
    chosen = Counter(one.choice for one in given if one.choice is not None)
    return Sums(
        seats=len(given),
        heat=heat(given),
        hits={defect: share for defect in places if (share := proportion(each[defect], len(given)))},
        any_hit=proportion(sum(map(bool, by_seat)), len(given)) if places else None,
        marks=sum(map(len, hit)),
        beside=sum(not found for seat in hit for found in seat),
        all_clear=sum(not one.marks for one in given),
        choices=tuple(chosen[place] for place in range(choices)),
        right=proportion(chosen[right], chosen.total()) if right is not None else None,
        sure=_sure(given, hit, None if places else right) if places or right is not None else None,
        weighed=_weighed(given, by_seat, severities),
        severities=Counter(one.severity for one in given if one.severity is not None),
    )


def heat(given: Iterable[Given]) -> dict[str, tuple[Run, ...]]:
    """For each file, how many seats marked each of its lines; a seat counts once a line.

    O(m log m) in the number of marks, however long they are.
    """
    steps: dict[str, Counter[int]] = defaultdict(Counter)
    for one in given:
        for place in merged(one.marks):
            steps[place.path][place.first_line] += 1
            steps[place.path][place.last_line + 1] -= 1
    return {path: _runs(changes) for path, changes in sorted(steps.items())}


def hit_by(mark: Place, places: Places) -> frozenset[str]:
    """The defects that one mark hits: it shares a line with one of their places, or is SLACK beside it."""
    return _Targets(places).hit_by(mark)


class _Targets:
    """Places of defects by their file; the same mark, made by many, is looked up once."""

    def __init__(self, places: Places) -> None:
        self._by_path: dict[str, list[tuple[str, Place]]] = defaultdict(list)
        self._known: dict[Place, frozenset[str]] = {}
        for defect, stands in places.items():
            for place in stands:
                self._by_path[place.path].append((defect, place))

    def hit_by(self, mark: Place) -> frozenset[str]:
        if (found := self._known.get(mark)) is None:
            near = self._by_path.get(mark.path, ())
            found = frozenset(defect for defect, place in near if mark.overlaps(place, SLACK))
            self._known[mark] = found
        return found


def _runs(changes: Mapping[int, int]) -> tuple[Run, ...]:
    runs, seats, since = [], 0, 0
    for line in sorted(line for line, change in changes.items() if change):
        if seats:
            runs.append(Run(since, line - 1, seats))
        seats, since = seats + changes[line], line
    return tuple(runs)


def _sure(given: Sequence[Given], hit: Sequence[Sequence[frozenset[str]]], right: int | None) -> Sure | None:
    """Each mark that hit or not, or with `right` each choice, at its seat's confidence."""
    stated: list[tuple[float, bool]] = []
    seats: Counter[int] = Counter()
    for one, found in zip(given, hit, strict=True):
        if one.confidence is None:
            continue
        chose = [] if right is None or one.choice is None else [one.choice == right]
        outcomes = [bool(defects) for defects in found] if right is None else chose
        stated += [(one.confidence, outcome) for outcome in outcomes]
        seats[_bin(one.confidence)] += bool(outcomes)
    measured = calibration(stated, LEVELS)
    if measured is None:
        return None
    levels = tuple(
        Level(held.low, held.high, held.stated, _of_people(held.right, people), people)
        for held in measured.bins
        if (people := seats[round(held.low * LEVELS)])
    )
    return Sure(measured, levels, sum(confidence for confidence, _ in stated) / len(stated), seats.total())


def _bin(confidence: float) -> int:
    """The bin that `calibration` puts it into."""
    return min(int(confidence * LEVELS), LEVELS - 1)


def _of_people(share: Share, people: int) -> Share:
    """The share with the interval of as many answers as there are people."""
    scale = people / share.whole
    return Share(share.part, share.whole, *wilson(share.part * scale, share.whole * scale))


def _weighed(
    given: Sequence[Given], by_seat: Sequence[frozenset[str]], severities: Mapping[str, Severity]
) -> Weighed | None:
    pairs = [
        (one.severity, severities[defect])
        for one, found in zip(given, by_seat, strict=True)
        if one.severity is not None and len(found) == 1
        for defect in found
    ]
    if not pairs:
        return None
    milder = sum(one.rank < true.rank for one, true in pairs)
    worse = sum(one.rank > true.rank for one, true in pairs)
    return Weighed(len(pairs) - milder - worse, milder, worse, kappa(pairs))
