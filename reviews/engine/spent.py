"""What calls came to, added up from the ledger's rows."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum

from reviews.models import Call


@dataclass(frozen=True, slots=True)
class Totals:
    """What calls came to: tokens, millionths of a dollar, and seconds of calls, added up.

    `cost` is None where the cost of no call is known; `unpriced` counts the calls that it leaves out.
    """

    calls: int = 0
    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    cost: int | None = None
    unpriced: int = 0
    seconds: float = 0.0


def paid_for(review_id: int) -> Totals:
    """What a review's calls came to, those that failed included."""
    return totals(Call.objects.filter(by_pass__review=review_id))


def totals(calls: QuerySet[Call]) -> Totals:
    """What these calls came to, in one query."""
    took = ExpressionWrapper(F("ended_at") - F("asked_at"), DurationField())
    unpriced = ~Q(state=Call.State.ASKED) & Q(cost=None)
    found = calls.order_by().aggregate(
        calls=Count("pk"),
        input=Sum("input_tokens", default=0),
        cached=Sum("cached_tokens", default=0),
        written=Sum("written_tokens", default=0),
        output=Sum("output_tokens", default=0),
        unpriced=Count("pk", filter=unpriced),
        cost=Sum("cost"),
        seconds=Sum(took),
    )
    found["seconds"] = found["seconds"].total_seconds() if found["seconds"] else 0.0
    if not found["unpriced"]:
        found["cost"] = found["cost"] or 0
    return Totals(**found)
