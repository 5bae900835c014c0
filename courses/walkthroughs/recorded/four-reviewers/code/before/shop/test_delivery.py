import unittest

from shop import delivery


class Delivery(unittest.TestCase):
    def test_small_orders_pay_the_fee(self):
        self.assertEqual(delivery.fee(49.90), 4.90)

    def test_large_orders_do_not(self):
        self.assertEqual(delivery.fee(50), 0)
