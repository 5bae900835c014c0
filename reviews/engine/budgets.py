"""What may be spent under a name: reserved before a call, settled after it, never passed.

Names are opaque here ("course-7"). A name without a row has no limit. A call takes the dearest that
it can cost out of all its budgets in one transaction, always in the same order, each by an UPDATE
that holds only while the limit does: so no number of workers together can pass it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from django.db import transaction
from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce, Greatest

from reviews.engine.prices import dollars
from reviews.models import Budget, Call
from reviews.models.connection import MICRO
from reviews.models.prepared import PreparedIn
from reviews.providers.base import ProviderError, Trouble

WAIT_SECONDS = 5.0
"""So long to wait where only other calls' reservations are in the way."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands, in millionths of a dollar. `left` may be below nothing: a limit can be lowered."""

    limit: int
    spent: int
    reserved: int

    @property
    def left(self) -> int:
        """What can still be spent, once the calls under way have cost what they can."""
        return self.limit - self.spent - self.reserved


def set_limit(name: str, dollars_in_all: Decimal | None) -> None:
    """What may be spent under a name in all, from its first call on; None: as much as is needed.

    A limit that is set when calls have been paid already counts them. Raises ValueError below 0.
    """
    if dollars_in_all is None:
        Budget.objects.filter(name=name).delete()
        return
    if dollars_in_all < 0:
        raise ValueError("A budget is not below 0.")
    limit = int((dollars_in_all * MICRO).to_integral_value(ROUND_FLOOR))
    with transaction.atomic():
        if not Budget.objects.filter(name=name).update(limit=limit):
            spent, reserved = _so_far(name)
            Budget.objects.update_or_create(
                name=name,
                defaults={"limit": limit},
                create_defaults={"limit": limit, "spent": spent, "reserved": reserved},
            )


def standing(name: str) -> Standing | None:
    """How a budget stands; None where nothing limits it."""
    row = Budget.objects.filter(name=name).first()
    return Standing(row.limit, row.spent, row.reserved) if row else None


def reserve(names: Iterable[str], amount: int | None, model: str) -> tuple[str, ...]:
    """Take an amount out of every budget of these names that has a limit; returns their names.

    Raises ProviderError(OVER_BUDGET), and then nothing was taken: final where the limit would be
    passed whatever becomes of the calls under way, and where the `amount` is None because `model`
    has no price; else, with only reservations in the way, to be tried again soon.
    """
    wanted = set(names)
    taken = []
    with transaction.atomic():
        for name in _limited(wanted):
            if amount is None:
                raise _no_price(model)
            if _take(name, amount):
                taken.append(name)
    return tuple(taken)


_limited = PreparedIn(
    lambda names: Budget.objects.filter(name__in=names).order_by("name").values_list("name", flat=True), str
)
"""Which of some names have a limit, in order."""


def settle(names: Iterable[str], reserved: int, cost: int) -> None:
    """Give back what was reserved and count what it cost. The caller does this once for each call."""
    with transaction.atomic():
        for name in sorted(set(names)):
            Budget.objects.filter(name=name).update(
                reserved=Greatest(F("reserved") - reserved, Value(0)), spent=F("spent") + cost
            )


def correct(names: Iterable[str], counted: int, cost: int) -> None:
    """Count what a call really cost in place of what was counted when it was given up for lost."""
    with transaction.atomic():
        for name in sorted(set(names)):
            Budget.objects.filter(name=name).update(spent=Greatest(F("spent") + cost - counted, Value(0)))


def _take(name: str, amount: int) -> bool:
    """Whether the amount was taken out of a budget; False where there is no such limit."""
    row = Budget.objects.filter(name=name)
    if row.filter(limit__gte=F("spent") + F("reserved") + amount).update(reserved=F("reserved") + amount):
        return True
    budget = row.first()
    if budget is None:
        return False
    if budget.spent + amount > budget.limit:
        raise _over(budget, amount)
    raise ProviderError(
        Trouble.OVER_BUDGET,
        f"Calls under way hold what is left of the budget {name} ({dollars(budget.reserved)}). "
        "Nothing was sent; it is tried again once they have ended.",
        again=True,
        counted=False,
        retry_after=WAIT_SECONDS,
    )


def _over(budget: Budget, amount: int) -> ProviderError:
    left = max(budget.limit - budget.spent, 0)
    return ProviderError(
        Trouble.OVER_BUDGET,
        f"The budget {budget.name} has {dollars(left)} left of {dollars(budget.limit)}, and this call could "
        f"cost {dollars(amount)}. Nothing was sent or paid. Who teaches the course can raise the budget.",
    )


def _no_price(model: str) -> ProviderError:
    return ProviderError(
        Trouble.OVER_BUDGET,
        f"There is no price for {model}, so the budget cannot be kept; an administrator enters it. "
        "Nothing was sent or paid.",
    )


def _so_far(name: str) -> tuple[int, int]:
    """What was spent under a name before it had a limit, and what calls under way hold of it.

    A call under way that began without this limit gives nothing back: it counts as spent, with the
    most that it can cost. The rows of those calls are locked, so that none ends between the count
    and the budget's first row.
    """
    calls = _paid_from(name)
    spent = reserved = 0
    for call in calls.filter(state=Call.State.ASKED).select_for_update(of=("self",)):
        if name in call.budgets:
            reserved += call.reserved
        else:
            spent += call.reserved
    ended = calls.exclude(state=Call.State.ASKED).annotate(amount=Coalesce("cost", "reserved"))
    return spent + sum(ended.values_list("amount", flat=True)), reserved


def _paid_from(name: str) -> QuerySet[Call]:
    """The calls of reviews that are paid from this name; JSON as text, which every database can search."""
    calls = Call.objects.alias(names=Cast("by_pass__review__budgets", TextField()))
    return calls.filter(names__contains=f'"{name}"')
