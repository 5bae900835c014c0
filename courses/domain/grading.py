"""From a gap to a grade: the suggestion and its derivation, the instructor's word, the release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from courses.models import Grade, Submission
from courses.models.weighing import columns
from reviews.gap.measures import Gap, Judged, Weights, weigh

RECALL_SHARE = Decimal("0.8")
"""Of the points, this share follows weighted recall, the rest precision."""


@dataclass(frozen=True, slots=True)
class Item:
    """Where some of the points went: what a defect or a false alarm was worth, and what of it was got.

    `hit`: the notes were right about it. What weighs nothing is worth nothing, hit or not.
    """

    defect: Judged
    worth: Decimal
    got: Decimal
    hit: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What the sealed words "I found nothing (more)" were worth, and what of it was got."""

    worth: Decimal
    got: Decimal


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Suggested points with their derivation; `points` is None where none can honestly be given."""

    points: Decimal | None
    out_of: int
    weights: Weights
    recall_items: tuple[Item, ...]
    precision_items: tuple[Item, ...]
    recall_points: Decimal
    precision_points: Decimal
    undecided: int
    why_none: str = ""
    statement: Statement | None = None


class Refused(Exception):
    """A grade that cannot stand; the message says why. `field` names the input."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def suggest(gap: Gap, out_of: int, *, weights: Weights, found_nothing: bool = False) -> Suggestion:
    """Points = out_of × (0.8 × weighted recall + 0.2 × precision), item by item.

    Each valid defect is worth its weight's part of the recall points, so only the proportions of
    weights count. The precision points are
    shared by the notes that were decided: each defect that was hit earns its part, each false
    alarm loses it. The sealed statement "I found nothing (more)" counts as one more note, right
    where nothing valid was missed. Undecided defects count as nothing yet. With no valid defect,
    or none that weighs anything, there is nothing to be measured against, so nothing is suggested.
    """
    for_recall = out_of * RECALL_SHARE
    for_precision = out_of - for_recall
    whole = weigh(gap.valid, weights)
    caught = {defect.number for defect in gap.caught}
    recall_items = tuple(
        _item(
            defect,
            for_recall * weights[defect.severity] / whole if whole else Decimal(0),
            defect.number in caught,
        )
        for defect in sorted(gap.valid, key=lambda defect: defect.number)
    )
    decided_notes = len(gap.caught) + sum(defect.notes for defect in gap.false_alarms)
    decided_notes += found_nothing
    each = for_precision / decided_notes if decided_notes else Decimal(0)
    statement = Statement(each, Decimal(0) if gap.missed else each) if found_nothing and whole else None
    precision_items = (
        *(_item(defect, each, True) for defect in gap.caught),
        *(_item(defect, each * defect.notes, False) for defect in gap.false_alarms),
    )
    recall_points = sum((item.got for item in recall_items), Decimal(0))
    precision_points = sum((item.got for item in precision_items), Decimal(0))
    precision_points += statement.got if statement else 0
    return Suggestion(
        points=_rounded(recall_points + precision_points) if whole else None,
        out_of=out_of,
        weights=weights,
        recall_items=recall_items,
        precision_items=precision_items,
        recall_points=recall_points,
        precision_points=precision_points,
        undecided=len(gap.undecided),
        why_none="" if whole else _why_none(gap),
        statement=statement,
    )


def give(
    submission: Submission,
    suggestion: Suggestion,
    *,
    adjustment: Decimal,
    reason: str,
    feedback: str,
    by: AbstractBaseUser,
) -> Grade:
    """Give points: the suggestion plus an adjustment. Where nothing is suggested, the adjustment alone.

    Raises Refused for an adjustment without a reason, or one that leaves the scale. A grade that
    is out already shows the new points at once. What defects weighed is kept with the points.
    """
    if adjustment and not reason.strip():
        raise Refused("adjustment_reason", "Say why you adjust the points: the student reads it.")
    points = (suggestion.points or Decimal(0)) + adjustment
    if not 0 <= points <= suggestion.out_of:
        raise Refused("adjustment", f"That makes {points} points; they go from 0 to {suggestion.out_of}.")
    grade, _ = Grade.objects.update_or_create(
        submission=submission,
        defaults={
            "suggested": suggestion.points,
            "adjustment": adjustment,
            "adjustment_reason": reason.strip(),
            "points": points,
            **columns(suggestion.weights),
            "feedback": feedback.strip(),
            "graded_by_id": by.pk,
            "graded_at": timezone.now(),
        },
    )
    return grade


@transaction.atomic
def release(submissions: Iterable[Submission]) -> tuple[int, int]:
    """Show the grades to their students; how many were released, and how many had no points yet."""
    wanted = list(submissions)
    ready = Grade.objects.filter(submission__in=wanted, points__isnull=False)
    released = ready.filter(released_at=None).update(released_at=timezone.now())
    return released, len(wanted) - ready.count()


def take_back(submissions: Sequence[Submission]) -> int:
    """Hide released grades again; how many there were."""
    return Grade.objects.filter(submission__in=submissions, released_at__isnull=False).update(
        released_at=None
    )


def _why_none(gap: Gap) -> str:
    missing = "defect that weighs anything" if gap.valid else "defect"
    return f"No {missing} is valid yet, so there is nothing to measure the notes against."


def _item(defect: Judged, worth: Decimal, hit: bool) -> Item:
    return Item(defect, worth, worth if hit else Decimal(0), hit)


def _rounded(points: Decimal) -> Decimal:
    return points.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
