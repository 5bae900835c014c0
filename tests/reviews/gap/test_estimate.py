"""How many defects nobody has found: figures computed by hand, the algebra, and when not to say."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reviews.gap.estimate import (
    Estimate,
    Estimates,
    Refusal,
    chao,
    chapman,
    estimate,
    jackknife_1,
    jackknife_2,
)

FOUR = ("anthropic", "linters", "openai", "student")


def found(*counts: int) -> dict[int, set[str]]:
    """A snapshot in which counts[j-1] defects were found by exactly the first j of four."""
    sizes = [j for j, count in enumerate(counts, 1) for _ in range(count)]
    return {number: set(FOUR[:size]) for number, size in enumerate(sizes)}


def test_two_reviewers_with_six_of_fifteen_in_common() -> None:
    two = chapman(12, 9, 6)
    assert two.n == pytest.approx(17.571, abs=5e-4)
    assert two.variance == pytest.approx(5.969, abs=5e-4)
    assert (two.low, two.high) == (pytest.approx(15.53, abs=5e-3), pytest.approx(27.39, abs=5e-3))
    assert (two.found, two.reviewers, two.found_by) == (15, 2, (9, 6))


def test_four_reviewers_by_each_estimator() -> None:
    f = (6, 4, 3, 2)
    assert chao(f).n == 17.25
    assert chao(f).variance == pytest.approx(7.144, abs=5e-4)
    first = jackknife_1(f)
    assert first.n == 19.5
    assert (first.low, first.high) == (pytest.approx(16.46, abs=5e-3), pytest.approx(28.84, abs=5e-3))
    assert jackknife_2(f).n == pytest.approx(21.167, abs=5e-4)


def test_what_the_page_says_of_fifteen_defects_that_four_found() -> None:
    estimates = estimate(found(6, 4, 3, 2), FOUR)
    assert isinstance(estimates, Estimates)
    shown, beside = estimates.jackknife, estimates.chao
    assert shown.words == "likely at least 19"
    assert (shown.found, shown.reviewers, shown.found_by) == (15, 4, (6, 4, 3, 2))
    assert (shown.name, beside.name) == ("Jackknife, first order", "Chao, bias-corrected")
    assert beside.words == "likely at least 17"


@pytest.mark.parametrize(
    ("seen", "reviewers", "why"),
    [
        (found(6, 4, 3), FOUR[:3], "it takes 4 independent reviewers, and here there are 3."),
        ({}, FOUR[:1], "it takes 4 independent reviewers, and here there is 1."),
        ({}, (), "it takes 4 independent reviewers, and here there are none."),
        (found(5, 2, 1, 1), FOUR, "it takes 10 valid defects, and so far there are 9."),
        (found(9, 0, 2, 1), FOUR, "no defect was found by exactly two independent reviewers."),
    ],
)
def test_too_little_to_go_by_is_a_sentence_and_no_number(
    seen: dict[int, set[str]], reviewers: tuple[str, ...], why: str
) -> None:
    refusal = estimate(seen, reviewers)
    assert isinstance(refusal, Refusal)
    assert refusal.why.startswith("No estimate of what nobody found: ")
    assert why in refusal.why


def test_a_reviewer_who_found_nothing_has_looked_all_the_same() -> None:
    seen = {defect: finders - {"student"} for defect, finders in found(6, 4, 3).items()}
    assert isinstance(estimate(seen, FOUR[:3]), Refusal)
    estimates = estimate(seen, FOUR)
    assert isinstance(estimates, Estimates)
    assert estimates.jackknife.found_by == (6, 4, 3, 0)


def test_what_only_the_answer_key_knows_was_found_by_nobody() -> None:
    seen = found(6, 4, 3, 2)
    assert estimate({**seen, 99: set()}, FOUR) == estimate(seen, FOUR)


def test_a_stranger_among_the_finders_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="not among the reviewers"):
        estimate({1: {"google"}}, FOUR)
    with pytest.raises(ValueError, match="in common"):
        chapman(3, 2, 3)


def test_where_every_defect_was_found_twice_nothing_more_is_likely_and_no_interval_shown() -> None:
    shown = jackknife_1((0, 8, 3, 1))
    assert (shown.n, shown.low, shown.high) == (12, None, None)
    assert jackknife_2((0, 8, 3, 1)).low is None, "it falls below what was found"


def holds(one: Estimate) -> bool:
    """The estimate is within its interval, and its interval begins no lower than what was found."""
    if one.low is None or one.high is None:
        return one.n <= one.found
    return one.found <= one.low <= one.n <= one.high


frequencies = st.lists(st.integers(0, 60), min_size=2, max_size=9)


@given(frequencies)
def test_an_estimate_is_at_least_what_was_found_and_in_its_interval(f: list[int]) -> None:
    for one in (jackknife_1(f), chao(f)):
        assert one.n >= one.found
        assert one.at_least >= one.found
        assert one.variance >= 0
        assert holds(one)
    assert holds(jackknife_2(f))


@given(st.integers(0, 80), st.integers(0, 80), st.data())
def test_so_is_that_of_two_reviewers(first: int, second: int, data: st.DataObject) -> None:
    one = chapman(first, second, data.draw(st.integers(0, min(first, second))))
    assert one.n >= one.found
    assert holds(one)


panels = st.dictionaries(
    st.integers(1, 60), st.frozensets(st.sampled_from(FOUR), min_size=1), min_size=10, max_size=40
)


@given(panels, st.permutations(FOUR))
def test_who_is_who_changes_nothing(seen: dict[int, frozenset[str]], others: list[str]) -> None:
    names = dict(zip(FOUR, others, strict=True))
    renamed = {defect: {names[finder] for finder in finders} for defect, finders in seen.items()}
    assert estimate(renamed, others) == estimate(seen, FOUR)


@given(panels)
def test_a_pass_counted_as_a_reviewer_passes_its_agreement_off_as_evidence(
    seen: dict[int, frozenset[str]],
) -> None:
    """Therefore the caller merges families: what OpenAI alone found looks as if two had found it."""
    alone = sum(finders == {"openai"} for finders in seen.values())
    assume(alone)
    twice = {d: {*finders, "again"} if "openai" in finders else finders for d, finders in seen.items()}
    honest, doubled = estimate(seen, FOUR), estimate(twice, (*FOUR, "again"))
    assume(isinstance(honest, Estimates))
    assert isinstance(honest, Estimates)
    assert doubled != honest
    if isinstance(doubled, Estimates):
        assert doubled.jackknife.found_by[0] == honest.jackknife.found_by[0] - alone
