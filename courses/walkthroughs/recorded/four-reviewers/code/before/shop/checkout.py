"""Takes an order."""

import pricing
from shop import delivery


def place(items, voucher=0):
    """The order of these items, with amounts in euros."""
    total = pricing.total(items, voucher)
    fee = delivery.fee(total)
    return {
        "items": [[item.name, item.price, item.count] for item in items],
        "voucher": voucher,
        "delivery": fee,
        "to_pay": total + fee,
    }


def shown(amount):
    """An amount in euros as the page shows it."""
    return f"{amount:.2f} EUR"
