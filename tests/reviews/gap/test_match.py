"""Which claims speak of the same thing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place
from reviews.gap.match import clusters, compare, prepare
from tests.stories import INJECTION, RACE, ROUNDING, SUCCESS_LIE

STUDENTS_INJECTION = Claim(
    title="unsafe query",
    explanation="name is put into the SQL string directly so you can inject",
    path="shop.py",
    place=Place("shop.py", 6, 7),
)


def same(a: Claim, b: Claim) -> bool:
    return compare(prepare(a), prepare(b)).same


def test_a_students_words_for_the_injection_meet_the_models() -> None:
    assert same(STUDENTS_INJECTION, INJECTION)


def test_two_defects_on_neighbouring_lines_stay_two() -> None:
    assert not same(RACE, SUCCESS_LIE)
    assert not same(INJECTION, RACE)


def test_the_same_words_about_another_file_are_another_defect() -> None:
    elsewhere = replace(INJECTION, path="admin.py", place=Place("admin.py", 7, 7))
    match = compare(prepare(INJECTION), prepare(elsewhere))
    assert not match.same
    assert "different files" in match.why


def test_a_claim_without_a_line_can_meet_one_with_a_line() -> None:
    assert same(replace(INJECTION, place=None, path=""), INJECTION)


def test_a_match_says_what_it_rests_on() -> None:
    why = compare(prepare(STUDENTS_INJECTION), prepare(INJECTION)).why
    assert why.startswith("They share a line")
    assert "words in common" in why


def test_five_claims_become_three_defects() -> None:
    claims = [ROUNDING, INJECTION, RACE, STUDENTS_INJECTION, replace(RACE, title="Race on the stock")]
    assert clusters(claims) == [[0], [1, 3], [2, 4]]


def test_one_mistake_made_twice_is_two_defects() -> None:
    again = replace(INJECTION, place=Place("shop.py", 123, 123))
    assert not same(INJECTION, again)
    nearby = replace(INJECTION, place=Place("shop.py", 12, 12))
    assert clusters([INJECTION, nearby]) == [[0, 1]], "two witnesses may cite lines apart"
    assert clusters([INJECTION, nearby], ["X1", "X1"]) == [[0], [1]], "one witness tells them apart"
    third = replace(INJECTION, place=Place("shop.py", 9, 10))
    assert len(clusters([INJECTION, nearby, third], ["X1", "X1", "D"])) == 2, "nor does a third join them"


words = st.lists(
    st.sampled_from("sql query inject race stock lock float cents price token leak error".split()), max_size=6
).map(" ".join)
claims = st.builds(
    lambda title, explanation, path, line: Claim(
        title, explanation, path=path, place=Place(path, line, line + 2) if line else None
    ),
    words,
    words,
    st.sampled_from(["a.py", "b.py", "c.py"]),
    st.integers(0, 12),
)


@given(claims, claims)
def test_matching_is_symmetric(a: Claim, b: Claim) -> None:
    assert compare(prepare(a), prepare(b)) == compare(prepare(b), prepare(a))


@given(st.lists(claims, max_size=12), st.randoms())
def test_clusters_do_not_depend_on_the_order_and_hold_each_claim_once(
    said: list[Claim], random: st.DataObject
) -> None:
    shuffled = list(said)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert sorted(index for group in clusters(said) for index in group) == list(range(len(said)))

    def texts(order: list[Claim]) -> list[list[str]]:
        return sorted(sorted(repr(order[index]) for index in group) for group in clusters(order))

    assert texts(said) == texts(shuffled)


@given(st.lists(claims, max_size=12))
def test_no_defect_spans_two_files(said: list[Claim]) -> None:
    for group in clusters(said):
        assert len({said[index].path for index in group}) == 1
