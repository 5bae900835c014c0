"""Amounts as people read them."""

from __future__ import annotations

import pytest

from courses.domain.queries.ledger import Paid
from courses.domain.queries.preview import Range
from courses.templatetags.amounts import dollars, duration, read, spread, times, tokens
from reviews.engine.estimates import Amount


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0"), (999, "999"), (1_000, "1.0k"), (9_940, "9.9k"), (48_499, "48k"), (999_499, "999k"),
     (999_500, "1.0M"), (12_400_000, "12M")],
)  # fmt: skip
def test_tokens(count: int, words: str) -> None:
    assert tokens(count) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0x"),
        (1.0, "1x"),
        (1.04, "1x"),
        (1.6, "about 1.6x"),
        (2.0, "2x"),
        (4.7, "about 5x"),
        (12.3, "about 12x"),
    ],
)
def test_times(value: float, words: str) -> None:
    assert times(value) == words


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [(1.0, 1.0, "1x"), (2.7, 6.3, "about 2.7x to 6x"), (4.0, 12.2, "4x to 12x"), (4.0, 4.2, "about 4x")],
)
def test_a_range_is_told_once_where_both_ends_read_alike(least: float, most: float, words: str) -> None:
    assert spread(Range(Amount(times=least), Amount(times=most)), "times") == words


def test_a_range_of_money_and_of_calls() -> None:
    range_ = Range(Amount(calls=4, cost=120_000), Amount(calls=12, cost=1_500_000))
    assert (spread(range_, "cost"), spread(range_, "calls")) == ("$0.12 to $1.50", "4 to 12")


def test_what_nobody_knows_is_no_nought() -> None:
    assert (dollars(None), dollars(0), dollars(4_200)) == ("unknown", "$0.00", "$0.0042")


@pytest.mark.parametrize(("seconds", "words"), [(0.4, "under 1 s"), (42.3, "42 s"), (185, "3 min 5 s")])
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_what_was_read_is_read_from_wherever_it_came() -> None:
    assert read(Paid(input=1, cached=20, written=300, output=4000)) == 321
