"""What a submission's reviews really took: calls, tokens, money, time, and what each was first to find."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from courses.domain.queries.ledger import Paid, paid_by_review
from reviews.gap.stored import SPEAKING
from reviews.models import Defect, Finding, Pass, Review, Snapshot
from reviews.protocols import PROTOCOLS
from reviews.protocols.judging import JUDGING
from reviews.protocols.rescue import RESCUE


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One current review. `recorded` of its passes replayed a stored report, which is no call.

    `seconds` is the wall time from its first call to its end; None while it runs. `first` are the
    defects that it was first to find, in the order of the plan: of all reviews that name a defect the
    one that stands first in the plan, whichever of them answered first. `first_valid` are those of
    them that a person found valid; a duplicate counts with its original.
    """

    review: Review
    letter: str
    label: str
    paid: Paid
    recorded: int
    seconds: float | None
    first: int
    first_valid: int

    @property
    def may_find(self) -> bool:
        """Whether it could find anything: a patch and a judge's word are about what others found."""
        return self.review.protocol not in (RESCUE.name, JUDGING.name)


@dataclass(frozen=True, slots=True)
class Measured:
    """All reviews of a snapshot. `earlier` are runs that were run again: paid for all the same.

    `decided` tells whether a person has decided any of the defects.
    """

    rows: tuple[MeasuredRow, ...]
    earlier: Paid
    decided: bool

    @property
    def total(self) -> Paid:
        """Everything together."""
        return sum((row.paid for row in self.rows), self.earlier)

    @property
    def recorded(self) -> int:
        """How many passes replayed a recording."""
        return sum(row.recorded for row in self.rows)


def measured(snapshot: Snapshot) -> Measured:
    """What the reviews of a snapshot took, in five queries whatever their number."""
    reviews = list(
        Review.objects.filter(snapshot=snapshot).defer("setup", "result").order_by("position", "attempt")
    )
    paid = paid_by_review(snapshot)
    recorded = dict(
        Pass.objects.filter(review__snapshot=snapshot, recorded=True)
        .order_by()
        .values_list("review")
        .annotate(Count("pk"))
    )
    defects = list(Defect.objects.filter(snapshot=snapshot))
    first, valid = _first(snapshot, reviews, defects)
    rows = tuple(
        MeasuredRow(
            review,
            PROTOCOLS[review.protocol].letter,
            PROTOCOLS[review.protocol].label,
            paid.get(review.pk, Paid()),
            recorded.get(review.pk, 0),
            _seconds(review),
            first[review.pk],
            valid[review.pk],
        )
        for review in reviews
        if review.current
    )
    earlier = (paid.get(review.pk, Paid()) for review in reviews if not review.current)
    decided = any(defect.standing != Defect.Standing.UNDECIDED for defect in defects)
    return Measured(rows, sum(earlier, Paid()), decided)


def _first(
    snapshot: Snapshot, reviews: Sequence[Review], defects: Sequence[Defect]
) -> tuple[Counter[int], Counter[int]]:
    """How many defects each review was first to find, and how many valid ones; in one query."""
    found = Finding.objects.filter(SPEAKING, snapshot=snapshot).exclude(defect=None)
    # What a panel dismissed, it does not count as having seen.
    found = found.exclude(outcome=Finding.Outcome.DISMISSED).order_by().distinct()
    named: dict[int, set[int]] = defaultdict(set)
    for review_id, defect_id in found.values_list("by_pass__review", "defect"):
        named[review_id].add(defect_id)
    as_named = {defect.pk: defect.pk for defect in defects}
    valid = {defect.pk for defect in defects if defect.standing == Defect.Standing.VALID}
    originals = {defect.pk: defect.duplicate_of_id or defect.pk for defect in defects}
    as_decided = {pk: original for pk, original in originals.items() if original in valid}
    return _firsts(reviews, named, as_named), _firsts(reviews, named, as_decided)


def _firsts(
    reviews: Sequence[Review], named: Mapping[int, set[int]], homes: Mapping[int, int]
) -> Counter[int]:
    """How many homes of defects each review is the first to name, from the first of the plan on."""
    counts: Counter[int] = Counter()
    seen: set[int] = set()
    for review in reviews:
        mine = {homes[pk] for pk in named.get(review.pk, ()) if pk in homes}
        counts[review.pk] = len(mine - seen)
        seen |= mine
    return counts


def _seconds(review: Review) -> float | None:
    if review.started_at is None or review.ended_at is None:
        return None
    return (review.ended_at - review.started_at).total_seconds()
