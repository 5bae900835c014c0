"""Baskets, and what they cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """Some pieces of one article. The price is that of one piece, in euros."""

    name: str
    price: float
    count: int = 1


def total(items, voucher=0):
    """What these items cost in euros, less a voucher of so many per cent."""
    full = sum(item.price * item.count for item in items)
    return round(full * (100 - voucher) / 100, 2)
