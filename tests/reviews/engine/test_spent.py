"""What a review's calls came to, those of which no cost is known told apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from reviews.engine import ledger
from reviews.engine.spent import Totals, paid_for
from reviews.models import Call
from reviews.providers.base import Listener, ProviderError, Trouble, Usage
from tests.calls import Scripted, a_pass, a_price, asking, question

COST = 1_000 * 2 + 100 * 10
"""Of what the test's model usually says, in millionths of a dollar."""


def test_a_review_knows_what_it_came_to(db: None) -> None:
    a_price()
    item = a_pass()
    assert paid_for(item.review_id) == Totals(cost=0)
    ledger.ask(asking(item), Scripted(), question(), Listener())
    used = Usage(input=10, cached=20, written=30, output=40)
    too_long = ProviderError(Trouble.CUT_OFF, "Too long.", usage=used)
    with pytest.raises(ProviderError):
        ledger.ask(asking(item, number=2), Scripted(too_long), question(), Listener())
    ledger.ask(asking(a_pass()), Scripted(), question(), Listener())
    start = timezone.now()
    Call.objects.update(asked_at=start, ended_at=start + timedelta(seconds=2.5))
    known = paid_for(item.review_id)
    assert known == Totals(
        calls=2,
        input=1_010,
        cached=20,
        written=30,
        output=140,
        cost=COST + 20 + 4 + 75 + 400,
        unpriced=0,
        seconds=5.0,
    )
    ledger.ask(asking(item, number=3), Scripted(), question(model="campus-llama"), Listener())
    more = paid_for(item.review_id)
    assert (more.calls, more.cost, more.unpriced) == (3, known.cost, 1)


def test_where_no_cost_is_known_none_is_told(db: None) -> None:
    item = a_pass()
    ledger.ask(asking(item), Scripted(), question(), Listener())
    assert paid_for(item.review_id).cost is None
