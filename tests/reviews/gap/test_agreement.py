"""How far two witnesses agree, checked by hand and by algebra."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Severity
from reviews.gap.agreement import kappa

CRITICAL, MAJOR, MINOR, INFO = Severity


def test_amara_and_the_model_weigh_four_defects_almost_alike() -> None:
    """By hand: squared distances 0, 1, 0, 1, mean 1/2; all firsts with all seconds: 34/16."""
    pairs = [(CRITICAL, CRITICAL), (MAJOR, MINOR), (INFO, INFO), (MINOR, MAJOR)]
    agreement = kappa(pairs)
    assert agreement is not None
    assert agreement.value == pytest.approx(1 - (2 / 4) / (40 / 16))
    assert (agreement.n, agreement.same) == (4, 2)
    assert agreement.pairs == tuple(pairs), "so that the page can open it"


def test_opposite_severities_are_worse_than_chance() -> None:
    agreement = kappa([(CRITICAL, INFO), (INFO, CRITICAL)])
    assert agreement is not None
    assert agreement.value == -1


@pytest.mark.parametrize("pairs", [[], [(MAJOR, MAJOR)], [(MAJOR, INFO)], [(MAJOR, MAJOR)] * 5])
def test_one_pair_or_no_variation_says_nothing_about_agreement(
    pairs: list[tuple[Severity, Severity]],
) -> None:
    assert kappa(pairs) is None


def test_who_calls_everything_major_agrees_no_better_than_chance() -> None:
    agreement = kappa([(MAJOR, CRITICAL), (MAJOR, MINOR), (MAJOR, INFO)])
    assert agreement is not None
    assert agreement.value == 0


severities = st.sampled_from(list(Severity))


@given(st.lists(st.tuples(severities, severities), max_size=12))
def test_kappa_is_the_weighted_table_of_cohen(pairs: list[tuple[Severity, Severity]]) -> None:
    agreement = kappa(pairs)
    if agreement is None:
        assert len(pairs) < 2 or len({severity for pair in pairs for severity in pair}) == 1
        return
    n = len(pairs)
    firsts, seconds = [first for first, _ in pairs], [second for _, second in pairs]
    observed = expected = 0.0
    for i in Severity:
        for j in Severity:
            weight = ((i.rank - j.rank) / 3) ** 2
            observed += weight * pairs.count((i, j)) / n
            expected += weight * firsts.count(i) * seconds.count(j) / n**2
    assert agreement.value == pytest.approx(1 - observed / expected)
    assert -1 <= agreement.value <= 1


@given(st.lists(st.tuples(severities, severities), max_size=12), st.randoms())
def test_kappa_minds_neither_who_is_first_nor_the_order(
    pairs: list[tuple[Severity, Severity]], chance: object
) -> None:
    turned = [(second, first) for first, second in reversed(pairs)]
    one, other = kappa(pairs), kappa(turned)
    assert (one and one.value) == (other and other.value)
