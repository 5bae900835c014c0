"""What the reviews of a course, and of an assignment, may cost; and what they have cost so far."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from courses.models import Assignment, Course, LiveRun
from reviews.engine.budgets import set_limit, standing
from reviews.models import Call

Paying = Course | Assignment


@dataclass(frozen=True, slots=True)
class Spending:
    """Money in millionths of a US dollar. `limit` is None where nothing limits it.

    `reserved` is what calls under way may still cost; without a limit nothing is reserved.
    """

    spent: int
    reserved: int = 0
    limit: int | None = None


def name_of(thing: Paying) -> str:
    """The name of its budget, and of a course's keys: "course-7", "assignment-12"."""
    return f"{'course' if isinstance(thing, Course) else 'assignment'}-{thing.pk}"


def keep(thing: Paying) -> None:
    """Make its budget hold from now on, for reviews that have begun too; none means no limit."""
    set_limit(name_of(thing), thing.budget)


def spending(thing: Paying) -> Spending:
    """What its reviews have cost so far. A call that may have been paid for counts as paid."""
    kept = standing(name_of(thing))
    if kept is not None:
        return Spending(kept.spent, kept.reserved, kept.limit)
    path = "by_pass__review__snapshot__revision__submission__assignment"
    if isinstance(thing, Assignment):
        counted = Q(**{path: thing})
    else:
        # A review that was run live in a room is nobody's submission: its code is the walkthrough's.
        live = LiveRun.objects.filter(sitting__course=thing).values("snapshot")
        counted = Q(**{f"{path}__course": thing}) | Q(by_pass__review__snapshot__in=live)
    ended = Call.objects.filter(counted).exclude(state=Call.State.ASKED)
    return Spending(ended.aggregate(sum=Sum(Coalesce("cost", "reserved"), default=0))["sum"])
