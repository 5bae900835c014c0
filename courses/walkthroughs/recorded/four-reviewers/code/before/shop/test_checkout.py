import unittest

from pricing import Item
from shop import checkout


class Checkout(unittest.TestCase):
    def test_large_orders_go_free(self):
        order = checkout.place([Item("Hoodie", 40.0, 2)])
        self.assertEqual(order["to_pay"], 80.0)

    def test_takes_the_voucher_off(self):
        order = checkout.place([Item("Hoodie", 40.0, 2)], voucher=10)
        self.assertEqual(order["to_pay"], 72.0)

    def test_shows_amounts(self):
        self.assertEqual(checkout.shown(80.0), "80.00 EUR")
