"""The library's rules, on a database in memory. Run with: python -m unittest"""

import csv
import tempfile
import unittest
from datetime import datetime, timedelta
from pathlib import Path

import catalogue
import fines
import loans
import storage
import transfer


class LibraryTest(unittest.TestCase):
    def setUp(self):
        self.db = storage.connect(":memory:")
        self.addCleanup(self.db.close)
        self.staff = storage.add_member(self.db, "Sam Staff", "sam@library.example", "staff")
        self.reader = storage.add_member(self.db, "Rita Reader", "rita@reader.example")
        self.other = storage.add_member(self.db, "Otto Other", "otto@reader.example")
        catalogue.add_copy(self.db, self.staff, "B1", "Emma", "Jane Austen")

    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return Path(folder.name)


class LoansTest(LibraryTest):
    def test_a_loan_is_due_after_three_weeks(self):
        start = datetime(2026, 3, 2, 10, 30)
        self.assertEqual(loans.due_date(start), datetime(2026, 3, 23, 23, 59, 59))

    def test_a_copy_is_lent_once(self):
        loans.borrow(self.db, self.reader, "Emma")
        with self.assertRaises(loans.LoanRefused):
            loans.borrow(self.db, self.other, "Emma")

    def test_a_returned_copy_can_be_lent_again(self):
        loan = loans.borrow(self.db, self.reader, "Emma")
        loans.return_copy(self.db, loan)
        self.assertTrue(loans.borrow(self.db, self.other, "Emma"))

    def test_renewing_moves_the_due_date(self):
        loan = loans.borrow(self.db, self.reader, "Emma")
        self.assertGreater(loans.renew(self.db, loan), datetime.now() + timedelta(days=20))

    def test_renewals_run_out(self):
        loan = loans.borrow(self.db, self.reader, "Emma")
        with self.assertRaises(loans.LoanRefused):
            for _ in range(10):
                loans.renew(self.db, loan)

    def test_a_reserved_title_goes_to_the_first_in_the_queue(self):
        code = loans.reserve(self.db, self.other, "Emma")
        with self.assertRaises(loans.LoanRefused):
            loans.borrow(self.db, self.reader, "Emma")
        self.assertTrue(loans.collect(self.db, code))


class FinesTest(LibraryTest):
    def late_return(self, days):
        loan = loans.borrow(self.db, self.reader, "Emma")
        due = datetime.fromisoformat(loans.open_loan(self.db, loan)["due_at"])
        return loans.return_copy(self.db, loan, due + timedelta(days=days))

    def test_a_late_return_is_fined_by_the_day(self):
        self.assertEqual(self.late_return(5), 5)
        self.assertAlmostEqual(fines.outstanding(self.db, self.reader), 0.50)

    def test_a_fine_has_a_limit(self):
        self.assertEqual(fines.fine_for(1000), fines.MOST)

    def test_who_paid_may_borrow_again(self):
        self.late_return(5)
        with self.assertRaises(loans.LoanRefused):
            loans.borrow(self.db, self.reader, "Emma")
        self.assertEqual(fines.pay(self.db, self.reader, 0.50), 0)
        self.assertTrue(loans.borrow(self.db, self.reader, "Emma"))

    def test_staff_waives_a_fine(self):
        self.late_return(5)
        fines.waive(self.db, 1, self.staff, "was ill")
        self.assertEqual(fines.outstanding(self.db, self.reader), 0)


class CatalogueTest(LibraryTest):
    def test_search_finds_titles_and_authors(self):
        self.assertEqual([row["barcode"] for row in catalogue.search(self.db, "austen")], ["B1"])

    def test_readers_add_no_copies(self):
        with self.assertRaises(storage.NotAllowed):
            catalogue.add_copy(self.db, self.reader, "B2", "Persuasion", "Jane Austen")


class TransferTest(LibraryTest):
    def test_importing_members_names_those_rejected(self):
        source = self.folder() / "members.csv"
        source.write_text("name,email\nMia,mia@reader.example\nNoah,nowhere\n", encoding="utf-8")
        self.assertEqual(transfer.import_members(self.db, source), ["Noah"])

    def test_importing_copies(self):
        source = self.folder() / "copies.csv"
        source.write_text("barcode,title,author\nB2,Persuasion,Jane Austen\n", encoding="utf-8")
        self.assertEqual(transfer.import_copies(self.db, self.staff, source), 1)
        self.assertEqual(len(catalogue.search(self.db, "Persuasion")), 1)

    def test_exported_loans_can_be_read_again(self):
        loans.borrow(self.db, self.reader, "Emma")
        target = transfer.export_loans(self.db, self.folder(), "march")
        with target.open(newline="", encoding="utf-8") as file:
            self.assertEqual([row["title"] for row in csv.DictReader(file)], ["Emma"])


if __name__ == "__main__":
    unittest.main()
