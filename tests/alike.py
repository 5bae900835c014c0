"""One false alarm in three submissions: two share their code, the third one's reads differently."""

from __future__ import annotations

from dataclasses import replace

from reviews.claims import Claim, Place
from reviews.gap.standing import Decision
from reviews.models import Defect
from reviews.snapshots.files import SourceFile
from tests.stories import ROUNDING, SHOP

LINE = "return sum(prices) * (1 + tax)"
FALSE_ALARM = Decision(Defect.Standing.INVALID, reason="Prices are whole cents.", evidence=LINE)
"""That money in floats is no defect of this shop, with its line."""

DECIMALS = (
    SHOP[0],
    SourceFile("prices.py", "def total(prices, tax):\n    return round(sum(prices) * (1 + tax), 2)\n"),
)
"""The same shop with another sum: the line of the dismissal is not in it."""


def worded(claim: Claim, title: str, explanation: str, *, down: int = 0, quote: str | None = None) -> Claim:
    """What another student writes of the same thing, on lines so much further down."""
    place = claim.place
    assert place is not None
    moved = Place(place.path, place.first_line + down, place.last_line + down)
    quoted = claim.quote if quote is None else quote
    return replace(claim, title=title, explanation=explanation, place=moved, quote=quoted)


BENS = worded(ROUNDING, "Floats for money", "The total is a float, so cents are lost when it is rounded.")
"""Ben's words for it, on the same code."""

CHIARAS = worded(
    ROUNDING,
    "Money is kept in floats",
    "The totals are floats, so cents get lost.",
    quote="    return round(sum(prices) * (1 + tax), 2)",
)
"""Chiara's words for it, on code that rounds."""
