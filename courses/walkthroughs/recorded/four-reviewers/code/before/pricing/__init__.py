"""What a basket costs. Used by the shop, and by the kiosk's invoices."""

from pricing.basket import Item, total

__all__ = ["Item", "total"]
__version__ = "1.4.0"
