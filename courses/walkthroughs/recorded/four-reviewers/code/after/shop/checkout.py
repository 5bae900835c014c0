"""Takes an order."""

import pricing
from shop import delivery


def place(items, voucher=0):
    """The order of these items, with amounts in cents."""
    total = pricing.total(items, voucher)
    fee = delivery.fee(total)
    return {
        "items": [[item.name, item.price, item.count] for item in items],
        "voucher": voucher,
        "delivery": fee,
        "to_pay": total + fee,
    }


def shown(cents):
    """An amount in cents as the page shows it."""
    return f"{cents // 100}.{cents % 100:02d} EUR"
