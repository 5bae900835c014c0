import unittest

from pricing import Item, total


class Basket(unittest.TestCase):
    def test_adds_up(self):
        self.assertEqual(total([Item("Mug", 850, 2), Item("Pen", 120)]), 1820)

    def test_adds_up_what_floats_cannot(self):
        self.assertEqual(total([Item("Sticker", 10), Item("Pin", 20)]), 30)

    def test_takes_the_voucher_off(self):
        self.assertEqual(total([Item("Hoodie", 4000)], voucher=10), 3600)

    def test_costs_nothing_when_empty(self):
        self.assertEqual(total([]), 0)
