"""What a call costs, and the most that it can cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.engine import prices
from reviews.models import Price
from reviews.providers.base import Usage
from tests.calls import a_price

FIGURES = st.decimals(0, 1000, places=4)
PRICES = st.builds(Price, input=FIGURES, cached=FIGURES, written=FIGURES, output=FIGURES)
TOKENS = st.integers(0, 2_000_000)


@pytest.mark.django_db
def test_the_price_of_a_day_is_the_newest_that_held_by_then() -> None:
    old = a_price("gpt-9", since=date(2026, 3, 1), output=Decimal(12))
    new = a_price("gpt-9", since=date(2026, 9, 1), output=Decimal(8))
    assert prices.price_of("gpt-9", date(2026, 2, 28)) is None, "nobody knows what it cost before"
    assert prices.price_of("gpt-9", date(2026, 3, 1)) == old
    assert prices.price_of("gpt-9", date(2026, 8, 31)) == old
    assert prices.price_of("gpt-9", date(2026, 9, 1)) == new
    assert prices.price_of("gpt-9-mini", date(2026, 9, 1)) is None, "no price is guessed from a name"


def test_every_token_is_billed_in_its_place() -> None:
    price = Price(
        input=Decimal("2.5"), cached=Decimal("0.25"), written=Decimal("3.125"), output=Decimal("15")
    )
    usage = Usage(input=1_000, cached=20_000, written=4_000, output=600, reasoning=400)
    # 2,500 + 5,000 + 12,500 + 9,000; what was thought is part of the output already.
    assert prices.cost(usage, price) == 29_000
    assert prices.cost(Usage(), price) == 0


@given(usage=st.builds(Usage, TOKENS, TOKENS, TOKENS, TOKENS), price=PRICES)
def test_a_cost_is_exact_and_rounded_up(usage: Usage, price: Price) -> None:
    exact = sum(
        Fraction(tokens) * Fraction(figure)
        for tokens, figure in (
            (usage.input, price.input),
            (usage.cached, price.cached),
            (usage.written, price.written),
            (usage.output, price.output),
        )
    )
    assert 0 <= prices.cost(usage, price) - exact < 1


@given(
    text=st.text(max_size=400),
    price=PRICES,
    output=st.integers(0, 64_000),
    data=st.data(),
)
def test_nothing_that_fits_the_question_costs_more_than_its_dearest(
    text: str, price: Price, output: int, data: st.DataObject
) -> None:
    size = len(text.encode(errors="replace"))
    sent = data.draw(st.integers(0, size), "tokens of the prompt")
    cached = data.draw(st.integers(0, sent), "read from the cache")
    written = data.draw(st.integers(0, sent - cached), "written to the cache")
    said = data.draw(st.integers(0, output), "tokens of the reply")
    usage = Usage(input=sent - cached - written, cached=cached, written=written, output=said)
    assert prices.cost(usage, price) <= prices.dearest(size, output, price)


def test_the_ledger_keeps_the_figures_exactly() -> None:
    price = a_made_price()
    assert prices.as_json(price) == {
        "input": "0.1000",
        "cached": "0.0100",
        "written": "0.1250",
        "output": "0.5000",
        "since": "2026-09-22",
        "source": "the vendor's page",
    }
    assert prices.as_json(None) is None


def a_made_price() -> Price:
    return Price(
        model="m",
        since=date(2026, 9, 22),
        input=Decimal("0.1000"),
        cached=Decimal("0.0100"),
        written=Decimal("0.1250"),
        output=Decimal("0.5000"),
        source="the vendor's page",
    )


@pytest.mark.parametrize(
    ("micro", "said"),
    [
        (0, "$0.00"),
        (1_200_000, "$1.20"),
        (50_000, "$0.05"),
        (4_200, "$0.0042"),
        (42, "$0.0001"),
        (1_234_567, "$1.24"),
        (20_000_000, "$20.00"),
    ],
)
def test_an_amount_is_said_so_that_people_can_read_it_and_never_as_less(micro: int, said: str) -> None:
    assert prices.dollars(micro) == said
