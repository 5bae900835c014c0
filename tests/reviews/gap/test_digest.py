"""Digests: counts that add up in any order, and open to the defects that they count."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from reviews.gap.counted import OF_DEFECTS
from reviews.gap.digest import FIELDS, Digest, behind, digest, together
from reviews.gap.facts import Facts
from tests.reviews.gap.made_up_facts import GEMINI, SELF, STUDENT, defect, facts, made_up

several = st.lists(made_up(), max_size=5)


@given(several, several)
def test_the_sum_of_digests_is_the_digest_of_all(some: list[Facts], others: list[Facts]) -> None:
    assert digest(some) + digest(others) == digest([*some, *others])


@given(several, st.randoms())
def test_the_order_does_not_matter(many: list[Facts], random: st.DataObject) -> None:
    mixed = list(many)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert digest(mixed) == digest(many)
    assert together(map(digest, ([one] for one in mixed))) == digest(many)


@given(several)
def test_it_comes_back_from_json_as_it_was(many: list[Facts]) -> None:
    counted = digest(many)
    assert Digest.from_json(json.loads(json.dumps(counted.as_json()))) == counted


@given(several)
def test_nothing_is_kept_of_noughts_and_nothing_is_added_by_nothing(many: list[Facts]) -> None:
    counted = digest(many)
    assert counted + Digest() == counted
    assert all(count > 0 for name in FIELDS for count in getattr(counted, name).values())


@given(several)
def test_every_count_of_defects_opens_to_as_many_defects(many: list[Facts]) -> None:
    counted = digest(many)
    for name in OF_DEFECTS:
        for key, count in getattr(counted, name).items():
            opened = sum(len(behind(one, name, key)) for one in many)
            if opened:
                assert opened == count, (name, key)
        assert {key for one in many for key, _ in OF_DEFECTS[name](one)} <= set(getattr(counted, name))


@given(made_up())
def test_valid_and_false_and_undecided_are_all_there_is(one: Facts) -> None:
    totals = digest([one]).totals
    assert sum(totals.get((word,), 0) for word in ("valid", "false", "undecided")) == len(one.defects)


def test_what_could_not_be_reviewed_is_neither_seen_nor_missed() -> None:
    one = facts(defect("S", not_asked=("X1",)), defect("A1"))
    sights = digest([one]).sights
    assert sights["X1", "missed"] == 1
    assert ("X1", "seen") not in sights
    assert sights["S", "seen"] == sights["S", "missed"] == 1


def test_the_same_siglum_may_be_of_one_family_here_and_of_another_there() -> None:
    other = (STUDENT, *SELF, GEMINI)
    strange = digest([facts(defect())]).missed
    assert strange["A1", "X1", "two families", "both"] == 1
    assert strange["A1", "A2", "one family", "both"] == 1
    assert strange["A1", "S", "not both models", "both"] == 1
    assert digest([facts(defect(by=other), by=other)]).missed["A1", "X2", "two families", "both"] == 1


def test_what_a_pass_adds_is_what_no_model_before_it_in_turn_had_seen() -> None:
    one = facts(defect("A1", "A2"), defect("A2", "X1"), defect("X1", "S"), defect("S"))
    added = digest([one]).added
    assert {key[0]: count for key, count in added.items() if key[1] == "new"} == {"A1": 1, "A2": 1, "X1": 1}
    assert [item.seen for item in behind(one, "added", ("X1", "new"))] == [("X1", "S")]
    assert (added["A1", "cost"], added["X1", "calls"]) == (20_000, 1)


def test_a_key_that_nobody_counts_opens_to_nothing() -> None:
    one = facts(defect("S"))
    assert behind(one, "no such field", ("S",)) == []
    assert behind(one, "sights", ("Q", "seen")) == []
    assert behind(one, "missed", ()) == []
    assert digest([one]).count("no such field", ("S",)) == 0
