"""Baskets, and what they cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """Some pieces of one article. The price is that of one piece, in cents."""

    name: str
    price: int
    count: int = 1


def total(items, voucher=0):
    """What these items cost in cents, less a voucher of so many per cent."""
    return sum(reduced(item.price, voucher) * item.count for item in items)


def reduced(price, voucher):
    """A price less a voucher of so many per cent, in whole cents."""
    return price * (100 - voucher) // 100
