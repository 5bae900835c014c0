"""What delivery costs: nothing for large orders."""

FEE = 4.90
FREE_FROM = 50


def fee(total):
    """The fee for a basket that costs `total`."""
    return 0 if total >= FREE_FROM else FEE
