"""A budget is reserved before a call and settled after it, and no number of workers passes it."""

from __future__ import annotations

import random
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as DatabaseTestCase

from reviews.engine import budgets, ledger
from reviews.models import Budget, Call
from reviews.models.connection import MICRO
from reviews.providers.base import Listener, ProviderError, Reply, Trouble
from tests import calls
from tests.calls import all_at_once

COURSE, ASSIGNMENT = "course-7", "assignment-12"


def standing(name: str) -> tuple[int, int, int]:
    row = budgets.standing(name)
    assert row is not None
    return row.limit, row.spent, row.reserved


@pytest.mark.django_db
def test_what_has_no_limit_is_never_refused() -> None:
    assert budgets.reserve([COURSE], 10**12, "m") == ()
    assert budgets.standing(COURSE) is None
    budgets.settle([COURSE], 10**12, 10**12)


@pytest.mark.django_db
def test_what_a_call_did_not_need_is_given_back() -> None:
    budgets.set_limit(COURSE, Decimal("1.00"))
    assert budgets.reserve([COURSE, ASSIGNMENT, COURSE], 600_000, "m") == (COURSE,), "once, where limited"
    assert standing(COURSE) == (MICRO, 0, 600_000)
    budgets.settle([COURSE], 600_000, 150_000)
    assert standing(COURSE) == (MICRO, 150_000, 0)
    found = budgets.standing(COURSE)
    assert found is not None
    assert found.left == 850_000


@pytest.mark.django_db
def test_a_call_that_is_too_dear_whatever_happens_is_refused_for_good() -> None:
    budgets.set_limit(COURSE, Decimal("1.00"))
    budgets.settle([COURSE], 0, 800_000)
    with pytest.raises(
        ProviderError, match=r"has \$0\.20 left of \$1\.00, and this call could cost \$0\.30"
    ) as no:
        budgets.reserve([COURSE], 300_000, "m")
    assert no.value.trouble is Trouble.OVER_BUDGET
    assert not no.value.again
    assert standing(COURSE) == (MICRO, 800_000, 0)


@pytest.mark.django_db
def test_a_call_that_others_are_in_the_way_of_comes_again_and_has_failed_at_nothing() -> None:
    budgets.set_limit(COURSE, Decimal("1.00"))
    budgets.reserve([COURSE], 800_000, "m")
    with pytest.raises(ProviderError, match="tried again once they have ended") as wait:
        budgets.reserve([COURSE], 300_000, "m")
    assert wait.value.again
    assert not wait.value.counted
    assert wait.value.retry_after
    budgets.settle([COURSE], 800_000, 100_000)
    assert budgets.reserve([COURSE], 300_000, "m") == (COURSE,)


@pytest.mark.django_db
def test_where_one_of_two_budgets_is_short_nothing_is_taken_from_the_other() -> None:
    budgets.set_limit(ASSIGNMENT, Decimal("5.00"))
    budgets.set_limit(COURSE, Decimal("0.10"))
    with pytest.raises(ProviderError, match=COURSE):
        budgets.reserve([ASSIGNMENT, COURSE], 200_000, "m")
    assert standing(ASSIGNMENT) == (5 * MICRO, 0, 0)


@pytest.mark.django_db
def test_the_last_cent_can_be_spent_and_not_one_more() -> None:
    budgets.set_limit(COURSE, Decimal("0.01"))
    budgets.reserve([COURSE], 10_000, "m")
    with pytest.raises(ProviderError):
        budgets.reserve([COURSE], 1, "m")


@pytest.mark.django_db
def test_without_a_price_no_budget_can_be_kept() -> None:
    assert budgets.reserve([COURSE], None, "campus-llama") == (), "nothing is limited"
    budgets.set_limit(COURSE, Decimal(50))
    said = "There is no price for campus-llama, so the budget cannot be kept; an administrator enters it"
    with pytest.raises(ProviderError, match=said) as refused:
        budgets.reserve([COURSE], None, "campus-llama")
    assert refused.value.trouble is Trouble.OVER_BUDGET
    assert not refused.value.again


@pytest.mark.django_db
def test_a_limit_is_raised_lowered_and_taken_away() -> None:
    budgets.set_limit(COURSE, Decimal("1.00"))
    budgets.settle([COURSE], 0, 700_000)
    budgets.set_limit(COURSE, Decimal("2.005"))
    assert standing(COURSE) == (2_005_000, 700_000, 0)
    budgets.set_limit(COURSE, Decimal("0.50"))
    with pytest.raises(ProviderError, match=r"\$0\.00 left of \$0\.50"):
        budgets.reserve([COURSE], 1, "m")
    budgets.set_limit(COURSE, None)
    assert budgets.reserve([COURSE], 10**12, "m") == ()
    with pytest.raises(ValueError, match="below 0"):
        budgets.set_limit(COURSE, Decimal(-1))


@pytest.mark.django_db
def test_a_limit_set_late_counts_what_was_paid_and_what_is_under_way() -> None:
    calls.a_price()
    paid = calls.a_pass(budgets=[COURSE, "assignment-1"])
    ledger.ask(calls.asking(paid), calls.Scripted(), calls.question(), Listener())
    elsewhere = calls.a_pass(budgets=["course-70", "assignment-2"])
    ledger.ask(calls.asking(elsewhere), calls.Scripted(), calls.question(), Listener())
    cost = Call.objects.get(by_pass=paid).cost
    assert cost

    under_way = calls.a_pass(budgets=[COURSE])
    before, after = [], []

    def set_meanwhile(*_: object) -> Reply:
        budgets.set_limit(COURSE, Decimal(1))
        before.append(standing(COURSE))
        return calls.SAID

    ledger.ask(calls.asking(under_way), calls.Scripted(set_meanwhile), calls.question(), Listener())
    most = Call.objects.get(by_pass=under_way).reserved
    assert before == [(MICRO, cost + most, 0)], "it began without the limit, so its dearest counts"
    after.append(standing(COURSE))
    assert after == before, "and it gives nothing back that it never took"


@pytest.mark.django_db
def test_a_limit_taken_away_and_set_again_keeps_what_calls_under_way_hold() -> None:
    calls.a_price()
    budgets.set_limit(COURSE, Decimal(1))
    under_way = calls.a_pass(budgets=[COURSE])
    held = []

    def set_meanwhile(*_: object) -> Reply:
        budgets.set_limit(COURSE, None)
        budgets.set_limit(COURSE, Decimal(2))
        held.append(standing(COURSE))
        return calls.SAID

    ledger.ask(calls.asking(under_way), calls.Scripted(set_meanwhile), calls.question(), Listener())
    call = Call.objects.get(by_pass=under_way)
    assert held == [(2 * MICRO, 0, call.reserved)]
    assert standing(COURSE) == (2 * MICRO, call.cost, 0)


class AnyOrder(DatabaseTestCase):
    """Whatever reservations and settlements follow one another, the limit holds."""

    @given(
        limit=st.integers(0, 100),
        steps=st.lists(st.tuples(st.integers(0, 40), st.floats(0, 1), st.booleans()), max_size=25),
    )
    def test_the_limit_holds(self, limit: int, steps: list[tuple[int, float, bool]]) -> None:
        Budget.objects.create(name=COURSE, limit=limit)
        under_way: list[tuple[int, int]] = []
        paid = 0
        for amount, share, settle_first in steps:
            if settle_first and under_way:
                reserved, cost = under_way.pop(0)
                budgets.settle([COURSE], reserved, cost)
                paid += cost
            held = sum(reserved for reserved, _ in under_way)
            if paid + held + amount <= limit:
                budgets.reserve([COURSE], amount, "m")
                under_way.append((amount, int(amount * share)))
            else:
                with pytest.raises(ProviderError) as refused:
                    budgets.reserve([COURSE], amount, "m")
                assert refused.value.again == (paid + amount <= limit)
            row = Budget.objects.get(name=COURSE)
            assert row.spent + row.reserved <= limit
            assert (row.spent, row.reserved) == (paid, sum(reserved for reserved, _ in under_way))


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_whole_class_of_workers_never_spends_more_than_there_is() -> None:
    """24 workers reserve from two budgets in opposite orders; each call costs up to what it reserved."""
    budgets.set_limit(COURSE, Decimal("1.00"))
    budgets.set_limit(ASSIGNMENT, Decimal("0.70"))
    made: list[int] = []
    seen: list[bool] = []

    def worker(seed: int) -> None:
        chance = random.Random(seed)
        names = [COURSE, ASSIGNMENT] if seed % 2 else [ASSIGNMENT, COURSE]
        for _ in range(6):
            amount = chance.randint(20_000, 90_000)
            taken = reserved_in_the_end(names, amount)
            if taken is None:
                continue
            rows = list(Budget.objects.all())
            seen.append(all(row.spent + row.reserved <= row.limit for row in rows))
            cost = chance.randint(0, amount)
            budgets.settle(taken, amount, cost)
            made.append(cost)

    raised = all_at_once([lambda seed=seed: worker(seed) for seed in range(24)])  # type: ignore[misc]
    assert raised == []
    assert seen
    assert all(seen), "the limit was passed for a moment"
    assert standing(COURSE) == (MICRO, sum(made), 0)
    assert standing(ASSIGNMENT) == (700_000, sum(made), 0)
    assert 610_000 < sum(made) <= 700_000, "and nearly all of it could be spent"


def reserved_in_the_end(names: list[str], amount: int) -> tuple[str, ...] | None:
    """Wait while only other calls are in the way; None where it is refused for good."""
    while True:
        try:
            return budgets.reserve(names, amount, "m")
        except ProviderError as refused:
            if not refused.again:
                return None
            time.sleep(0.01)
