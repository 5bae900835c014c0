import unittest
from unittest import mock

from invoices import nightly

ORDER = {"items": [["Mug", 8.5, 2]], "voucher": 0}


class Invoice(unittest.TestCase):
    @mock.patch("invoices.nightly.pricing.total", return_value=17.0)
    def test_says_what_to_pay(self, _total):
        self.assertEqual(nightly.invoice(ORDER), "2 x Mug\nTo pay: 17.00 EUR")
