import unittest

from pricing import Item
from shop import checkout


class Checkout(unittest.TestCase):
    def test_large_orders_go_free(self):
        order = checkout.place([Item("Hoodie", 4000, 2)])
        self.assertEqual(order["to_pay"], 8000)

    def test_takes_the_voucher_off(self):
        order = checkout.place([Item("Hoodie", 4000, 2)], voucher=10)
        self.assertEqual(order["to_pay"], 7200)

    def test_shows_amounts(self):
        self.assertEqual(checkout.shown(8005), "80.05 EUR")
