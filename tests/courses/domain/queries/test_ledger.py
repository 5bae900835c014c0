"""What calls came to, in words; and cells that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.domain.queries.ledger import Paid, harmless


@pytest.mark.parametrize(
    ("paid", "words"),
    [
        (Paid(), ""),
        (Paid(calls=1, micro=12_300), "$0.0123 for 1 call"),
        (Paid(calls=3, micro=1_230_000), "$1.23 for 3 calls"),
        (Paid(calls=2, micro=0, unpriced=2), "$0.00 for 2 calls; 2 calls at an unknown price"),
        (
            Paid(calls=2, micro=500_000, unheard=1, perhaps=1_450_000),
            "$0.50 for 2 calls; 1 call unanswered, perhaps billed: $1.45 at most",
        ),
        (Paid(calls=1, under_way=1), "1 call under way"),
    ],
)
def test_what_was_paid_is_told_with_what_is_not_known_of_it(paid: Paid, words: str) -> None:
    assert paid.words == words


counts = st.integers(0, 10**9)


@given(st.builds(Paid, *[counts] * 10), st.builds(Paid, *[counts] * 10))
def test_sums_lose_nothing(one: Paid, other: Paid) -> None:
    both = one + other
    assert both == other + one
    assert both.micro == one.micro + other.micro
    assert both.under_way == one.under_way + other.under_way
    assert one + Paid() == one


@given(st.text())
def test_a_cell_is_kept_whole_and_never_begins_a_formula(text: str) -> None:
    cell = harmless(text)
    assert cell in (text, f"'{text}")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    file = io.StringIO()
    csv.writer(file).writerow([cell])
    assert cell == "" or not file.getvalue().lstrip('"').startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("plain", ["gpt-5.4", "a=b", "2026-11-03", "0.0123", "", "(no)"])
def test_what_is_no_formula_stays_as_it_is(plain: str) -> None:
    assert harmless(plain) == plain
