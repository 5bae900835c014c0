"""What a call costs by the table of its day, in whole millionths of a US dollar.

A price is in dollars for a million tokens, so tokens times price is millionths of a dollar.
"""

from __future__ import annotations

import math
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import Any

from reviews.models import Price
from reviews.models.connection import MICRO
from reviews.models.prepared import Prepared
from reviews.providers.base import Usage


def price_of(model: str, on: date) -> Price | None:
    """The price of a model on a day: the newest that holds by then. None where nobody entered one."""
    return next((price for price in _prices(model) if price.since <= on), None)


_prices = Prepared(lambda model: Price.objects.filter(model=model).order_by("-since"), str)
"""The prices of a model, the newest first."""


def cost(usage: Usage, price: Price) -> int:
    """What a call cost, in millionths of a dollar, rounded up."""
    return math.ceil(
        usage.input * price.input
        + usage.cached * price.cached
        + usage.written * price.written
        + usage.output * price.output
    )


def dearest(question_bytes: int, output_tokens: int, price: Price) -> int:
    """The most that a call can cost, in millionths of a dollar.

    A token is at least one byte of UTF-8, so a prompt has no more tokens than bytes; each may be
    billed at the dearest of the input prices; and the reply may be as long as it was allowed.
    """
    by_input = max(price.input, price.written, price.cached)
    return math.ceil(question_bytes * by_input + output_tokens * price.output)


def as_json(price: Price | None) -> dict[str, Any] | None:
    """The price as it stands in the ledger: figures as text, so that they stay exact."""
    if price is None:
        return None
    figures = {name: str(getattr(price, name)) for name in ("input", "cached", "written", "output")}
    return {**figures, "since": price.since.isoformat(), "source": price.source}


def dollars(micro: int) -> str:
    """An amount for people, never rounded to less: "$1.20", and "$0.0042" where cents would hide it."""
    step = Decimal("0.0001") if micro % (MICRO // 100) and abs(micro) < MICRO // 10 else Decimal("0.01")
    return f"${(Decimal(micro) / MICRO).quantize(step, ROUND_UP)}"
