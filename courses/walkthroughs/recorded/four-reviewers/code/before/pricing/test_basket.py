import unittest

from pricing import Item, total


class Basket(unittest.TestCase):
    def test_adds_up(self):
        self.assertEqual(total([Item("Mug", 8.5, 2), Item("Pen", 1.2)]), 18.2)

    def test_takes_the_voucher_off(self):
        self.assertEqual(total([Item("Hoodie", 40.0)], voucher=10), 36.0)

    def test_costs_nothing_when_empty(self):
        self.assertEqual(total([]), 0)
