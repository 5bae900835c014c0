"""How far two witnesses agree, checked by hand and by algebra."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Severity
from reviews.gap.agreement import Reading, kappa, missed_together, positive_agreement

CRITICAL, MAJOR, MINOR, INFO = Severity


def reading(asked: str, seen: str) -> Reading:
    return Reading(frozenset(map(int, asked)), frozenset(map(int, seen)))


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


def test_ben_and_the_stranger_both_saw_one_of_three() -> None:
    agreement = positive_agreement(reading("12345", "12"), reading("12345", "23"))
    assert agreement is not None
    assert (agreement.both, agreement.first_only, agreement.second_only) == ((2,), (1,), (3,))
    assert agreement.value == 2 / (2 + 1 + 1)


def test_what_one_of_them_was_not_asked_about_counts_for_neither() -> None:
    linter, model = reading("12", "1"), reading("12345", "1345")
    agreement, blind = positive_agreement(linter, model), missed_together(linter, model)
    assert agreement is not None
    assert blind is not None
    assert agreement.value == 1
    assert (blind.both, blind.first_only, blind.second_only) == ((2,), (), ())


def test_the_authors_second_pass_is_blind_where_its_first_was() -> None:
    blind = missed_together(reading("123456", "16"), reading("123456", "156"))
    assert blind is not None
    assert (blind.both, blind.first_only, blind.second_only) == ((2, 3, 4), (5,), ())
    assert (blind.share.part, blind.share.whole) == (3, 4)
    assert (blind.share.low, blind.share.high) == (
        pytest.approx(0.3006, abs=1e-4),
        pytest.approx(0.9544, abs=1e-4),
    )


def test_two_who_saw_nothing_agree_about_nothing_and_two_who_saw_all_share_no_blind_spot() -> None:
    assert positive_agreement(reading("12", ""), reading("12", "")) is None
    assert missed_together(reading("12", "12"), reading("12", "12")) is None
    assert missed_together(reading("12", ""), reading("34", "")) is None


readings = st.frozensets(st.integers(1, 12)).flatmap(
    lambda asked: st.builds(
        Reading, st.just(asked), st.frozensets(st.sampled_from(sorted(asked))) if asked else st.just(asked)
    )
)


@given(readings, readings)
def test_every_defect_both_were_asked_about_is_in_exactly_one_part(one: Reading, other: Reading) -> None:
    saw, blind = positive_agreement(one, other), missed_together(one, other)
    for parts in (saw, blind):
        if parts is not None:
            ids = [*parts.both, *parts.first_only, *parts.second_only]
            assert len(ids) == len(set(ids))
            assert set(ids) <= one.asked & other.asked
    if saw is not None:
        assert 0 <= saw.value <= 1
    if saw is not None and blind is not None:
        assert saw.first_only == blind.second_only, "what only the one saw, only the other missed"
        assert saw.second_only == blind.first_only


@given(readings)
def test_a_copy_of_a_witness_repeats_all_of_its_blind_spots(one: Reading) -> None:
    blind = missed_together(one, one)
    assert blind is None or blind.share.value == 1
