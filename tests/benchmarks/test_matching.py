"""What fits the matcher's weights, held against cases with a known answer."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.benchmarks.matching import b_cubed_f1, labelled_pairs, load, logistic, mean_of_heaps, solved


def test_a_logistic_regression_finds_the_odds_in_a_table() -> None:
    """3 of 4 against 1 of 4: log odds of ln 3 and -ln 3."""
    rows = [(1.0,)] * 4 + [(0.0,)] * 4
    constant, weight = logistic(rows, [True] * 3 + [False] * 4 + [True], [1.0] * 8, ridge=0.0)
    assert constant == pytest.approx(-math.log(3))
    assert weight == pytest.approx(2 * math.log(3))


def test_three_equations_are_solved() -> None:
    assert solved([[0, 2, 0], [1, 0, 0], [0, 0, 4]], [2, 3, 8]) == pytest.approx([3, 1, 2])


def test_b_cubed_is_the_harmonic_mean_of_mean_precision_and_recall() -> None:
    assert b_cubed_f1([(1.0, 0.5), (0.5, 0.5)]) == pytest.approx(2 * 0.75 * 0.5 / 1.25)


def test_in_the_mean_of_heaps_a_small_one_counts_as_much_as_a_large_one() -> None:
    small, large = [(1.0, 1.0)], [(1.0, 0.5)] * 9
    assert mean_of_heaps([small, large]) == pytest.approx((1 + 2 / 3) / 2)
    assert b_cubed_f1(small + large) == pytest.approx(2 * 0.55 / 1.55)


def test_labels_say_which_pairs_are_the_same_and_which_are_unknown(tmp_path: Path) -> None:
    """The issue is found by the first of two findings; what the second says of it nobody knows."""
    issue, first, second = ({"text": text} for text in ("no lock", "a race", "a typo"))
    groups = {"group": "code ann", "left": [issue], "right": [first, second], "matches": [[0, 0]]}
    (tmp_path / "pairs.jsonl").write_text(json.dumps(groups))
    (tmp_path / "clusters.jsonl").write_text(json.dumps({"group": "code", "claims": [first]}))
    [code] = load(tmp_path)
    assert [heap.name for heap in code.heaps] == ["code"]
    _, labels = labelled_pairs(code)
    assert labels == [True, False], "the issue and the first; the first and the second"
