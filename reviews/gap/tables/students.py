"""What the students saw, what green tests hid, and what nobody found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviews.claims import Severity
from reviews.gap.counted import BINS, PER_MILLE
from reviews.gap.digest import Digest
from reviews.gap.estimate import Estimate, Refusal, of_counts
from reviews.gap.measures import Share, proportion
from reviews.gap.tables.base import Number, Ratio, number


@dataclass(frozen=True, slots=True)
class TestsRow:
    """Submissions whose own tests all pass, or the others.

    `holding` of those that are decided hold a valid defect, `clean` none; `open` have none yet and
    are not decided.
    """

    green: bool
    submissions: int
    holding: int
    clean: int
    open: int
    valid: Number
    severities: tuple[tuple[Severity, Number], ...]

    @property
    def share(self) -> Share | None:
        """How many hold a valid defect, of those that are decided; None of nothing."""
        return proportion(self.holding, self.holding + self.clean)


def green_tests(digest: Digest) -> tuple[TestsRow, TestsRow]:
    """Submissions with green tests, and those without any or with red ones."""
    return _tests(digest, "green"), _tests(digest, "other")


def _tests(digest: Digest, colour: str) -> TestsRow:
    return TestsRow(
        green=colour == "green",
        submissions=digest.count("tests", (colour, "submissions")),
        holding=digest.count("tests", (colour, "holding")),
        clean=digest.count("tests", (colour, "clean")),
        open=digest.count("tests", (colour, "open")),
        valid=number(digest, "tests", colour, "valid"),
        severities=tuple((severity, number(digest, "tests", colour, severity)) for severity in Severity),
    )


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """Submissions of which the same was found: in `submissions` of them, by the jackknife."""

    submissions: Number
    estimate: Estimate
    chao: Estimate


@dataclass(frozen=True, slots=True)
class Nobody:
    """What nobody found, submission by submission: estimates, and refusals with their reasons."""

    estimates: tuple[EstimateRow, ...]
    refusals: tuple[tuple[str, Number], ...]

    @property
    def estimated(self) -> int:
        """In how many submissions there is an estimate."""
        return sum(row.submissions.value for row in self.estimates)

    @property
    def refused(self) -> int:
        """In how many there is none."""
        return sum(count.value for _, count in self.refusals)


def nobody_found(digest: Digest) -> Nobody:
    """The most frequent first."""
    estimates, refusals = [], []
    for key in digest.nobody:
        counted = number(digest, "nobody", *key)
        said = of_counts([int(count) for count in key[1:]]) if key[0] == "estimated" else None
        if said is None or isinstance(said, Refusal):
            refusals.append((key[1], counted))
        else:
            estimates.append(EstimateRow(counted, said.jackknife, said.chao))
    estimates.sort(key=lambda row: (-row.submissions.value, -row.estimate.n, row.submissions.key))
    refusals.sort(key=lambda row: (-row[1].value, row[0]))
    return Nobody(tuple(estimates), tuple(refusals))


@dataclass(frozen=True, slots=True)
class Learnt:
    """What notes were worth. Calibration is over decided notes that state a confidence."""

    recall: Ratio
    false: Number
    false_notes: int
    stated: int
    right: int
    brier: float | None

    @property
    def precision(self) -> Share | None:
        """TP / (TP + FP) over notes, a second note on a defect counting for nothing."""
        hits = self.recall.part.value
        return proportion(hits, hits + self.false_notes)

    @property
    def skill(self) -> float | None:
        """1 − Brier / [ō(1 − ō)]; None where all outcomes agree."""
        return skill(self.stated, self.right, self.brier)


def skill(stated: int, right: int, brier: float | None) -> float | None:
    """How much better than always stating the share that was right (Brier 1950); None if undefined."""
    if brier is None or not 0 < right < stated:
        return None
    base = right / stated
    return 1 - brier / (base * (1 - base))


def learnt(digest: Digest) -> Learnt:
    """What the notes of all these submissions were worth."""
    stated, right, brier = (digest.count("student", (what,)) for what in ("stated", "right", "brier"))
    return Learnt(
        recall=Ratio(number(digest, "student", "caught"), number(digest, "student", "missed")),
        false=number(digest, "student", "false"),
        false_notes=digest.count("student", ("false notes",)),
        stated=stated,
        right=right,
        brier=brier / stated / PER_MILLE**2 if stated else None,
    )


@dataclass(frozen=True, slots=True)
class Tenth:
    """Notes whose stated confidence lies in one tenth: their mean, and how many were right."""

    low: float
    high: float
    stated: float
    right: Share


def tenths(digest: Digest) -> list[Tenth]:
    """The reliability of stated confidence; only tenths that hold a note."""
    counts: Mapping[tuple[str, ...], int] = digest.student
    return [
        Tenth(
            place / BINS,
            (place + 1) / BINS,
            counts.get(("tenth", str(place), "sum"), 0) / held / PER_MILLE,
            right,
        )
        for place in range(BINS)
        if (held := counts.get(("tenth", str(place), "stated"), 0))
        and (right := proportion(counts.get(("tenth", str(place), "right"), 0), held))
    ]
