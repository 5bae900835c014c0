"""Which of many claims speak of the same thing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place
from reviews.gap.clusters import clusters
from tests.reviews.gap.made_up import claims, shuffled
from tests.reviews.gap.test_match import STUDENTS_INJECTION, unplaced
from tests.stories import INJECTION, RACE, ROUNDING


def test_five_claims_become_three_defects() -> None:
    said = [ROUNDING, INJECTION, RACE, STUDENTS_INJECTION, replace(RACE, title="Race on the stock")]
    assert clusters(said) == [[0], [1, 3], [2, 4]]


def test_what_one_witness_names_at_two_places_stays_two() -> None:
    nearby = replace(INJECTION, place=Place("shop.py", 12, 12))
    assert clusters([INJECTION, nearby]) == [[0, 1]], "two witnesses may cite lines apart"
    assert clusters([INJECTION, nearby], ["X1", "X1"]) == [[0], [1]], "one witness tells them apart"
    third = replace(INJECTION, place=Place("shop.py", 9, 10))
    assert len(clusters([INJECTION, nearby, third], ["X1", "X1", "D"])) == 2, "nor does a third join them"


def test_what_was_decided_holds_whatever_the_words() -> None:
    said = [INJECTION, STUDENTS_INJECTION, ROUNDING]
    assert clusters(said) == [[0, 1], [2]]
    assert clusters(said, decided={(1, 0): False}) == [[0], [1], [2]]
    home = {index: group for group in clusters(said, decided={(2, 0): True}) for index in group}
    assert home[0] == home[2], "even in two files"
    nobody = clusters([unplaced(INJECTION), unplaced(RACE)], decided={(0, 1): True})
    assert nobody == [[0, 1]]


def test_a_word_for_apart_outweighs_what_follows_from_two_for_together() -> None:
    decided = {(0, 1): True, (1, 2): True, (0, 2): False}
    assert len(clusters([INJECTION, RACE, ROUNDING], decided=decided)) == 2


@given(st.lists(claims, max_size=12), st.randoms())
def test_clusters_do_not_depend_on_the_order_and_hold_each_claim_once(
    said: list[Claim], random: st.DataObject
) -> None:
    mixed = shuffled(said, random)
    assert sorted(index for group in clusters(said) for index in group) == list(range(len(said)))

    def texts(order: list[Claim]) -> list[list[str]]:
        return sorted(sorted(repr(order[index]) for index in group) for group in clusters(order))

    assert texts(said) == texts(mixed)


@given(st.lists(claims.filter(lambda claim: bool(claim.path)), max_size=12))
def test_no_defect_spans_two_files(said: list[Claim]) -> None:
    for group in clusters(said):
        assert len({said[index].path for index in group}) == 1


@given(st.lists(claims, min_size=2, max_size=8), st.data())
def test_what_was_told_apart_never_comes_together(said: list[Claim], data: st.DataObject) -> None:
    pairs = st.tuples(st.integers(0, len(said) - 1), st.integers(0, len(said) - 1)).filter(
        lambda p: p[0] != p[1]
    )
    apart = data.draw(st.lists(pairs, max_size=6))
    groups = clusters(said, decided=dict.fromkeys(apart, False))
    home = {index: at for at, group in enumerate(groups) for index in group}
    for i, j in apart:
        assert home[i] != home[j]
