"""Which claims speak of the same thing, two by two."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place, Severity
from reviews.gap.match import BAND, THRESHOLD, Corpus, How, compare, one_to_one, uncertain
from tests.reviews.gap.made_up import claims, shuffled
from tests.stories import INJECTION, RACE, ROUNDING, SUCCESS_LIE

STUDENTS_INJECTION = Claim(
    title="unsafe query",
    explanation="name is put into the SQL string directly so you can inject",
    path="shop.py",
    place=Place("shop.py", 6, 7),
)
HEADLINE = Claim("Heading is in the wrong colour", path="shop.py", place=Place("shop.py", 7, 7))


def same(a: Claim, b: Claim) -> bool:
    return compare(a, b).same


def unplaced(claim: Claim) -> Claim:
    return replace(claim, place=None, path="", quote="", cwe=None, odc_type=None)


def test_a_students_words_for_the_injection_meet_the_models() -> None:
    match = compare(STUDENTS_INJECTION, INJECTION)
    assert match.same
    assert match.how in {How.PLACE, How.WORDS_AND_PLACE}


def test_two_defects_on_neighbouring_lines_stay_two() -> None:
    assert not same(RACE, SUCCESS_LIE)
    assert not same(INJECTION, RACE)


def test_one_line_and_nothing_in_common_is_uncertain() -> None:
    match = compare(replace(HEADLINE, severity=Severity.CRITICAL), INJECTION)
    assert uncertain(match)
    assert not match.same, "but with no more to go by they stay two"
    assert BAND[0] < THRESHOLD < BAND[1]


def test_the_nearer_the_likelier() -> None:
    def score(line: int) -> float:
        return compare(replace(HEADLINE, place=Place("shop.py", line, line)), INJECTION).score

    scores = [score(line) for line in (7, 9, 11, 15, 20, 27, 28)]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == len(scores)
    assert scores[-1] == 0.0, "more than twenty lines apart is another place"


def test_the_same_words_about_another_file_are_another_defect() -> None:
    elsewhere = replace(INJECTION, path="admin.py", place=Place("admin.py", 7, 7))
    match = compare(INJECTION, elsewhere)
    assert not match.same
    assert match.how is How.APART
    assert "different files" in match.why


def test_a_claim_that_spans_two_files_meets_the_one_about_its_other_end() -> None:
    caller = replace(INJECTION, path="api.py", place=Place("api.py", 40, 41))
    assert not same(caller, INJECTION)
    assert same(replace(caller, elsewhere=(Place("shop.py", 6, 7),)), INJECTION)
    far = replace(caller, elsewhere=(Place("shop.py", 90, 91),))
    assert "20 lines apart" in compare(far, INJECTION).why


def test_a_claim_without_a_line_can_meet_one_with_a_line() -> None:
    match = compare(unplaced(INJECTION), INJECTION)
    assert match.same
    assert match.how is How.WORDS
    named = compare(replace(unplaced(STUDENTS_INJECTION), path="shop.py"), INJECTION)
    assert named.score > compare(unplaced(STUDENTS_INJECTION), INJECTION).score
    assert not same(unplaced(HEADLINE), INJECTION)


def test_a_category_and_a_quotation_in_common_weigh() -> None:
    plain = replace(STUDENTS_INJECTION, place=None)
    score = compare(plain, INJECTION).score
    assert compare(replace(plain, cwe=INJECTION.cwe), INJECTION).score > score
    assert compare(replace(plain, cwe=22), INJECTION).score < score
    assert compare(replace(plain, odc_type=INJECTION.odc_type), INJECTION).score > score
    quoted = compare(replace(plain, quote=f"  {INJECTION.quote.strip()}"), INJECTION)
    assert quoted.score > score
    assert "quote the same" in quoted.why


def test_a_match_says_what_it_rests_on() -> None:
    why = compare(STUDENTS_INJECTION, INJECTION).why
    assert why.startswith("They share a line")
    assert "words in common" in why


def test_one_mistake_made_twice_is_two_defects() -> None:
    assert not same(INJECTION, replace(INJECTION, place=Place("shop.py", 123, 123)))


def test_notes_go_to_the_findings_that_say_the_same() -> None:
    notes = [ROUNDING, unplaced(RACE), STUDENTS_INJECTION]
    findings = [INJECTION, replace(RACE, title="Race on the stock"), HEADLINE]
    assert [(pair.left, pair.right) for pair in one_to_one(notes, findings)] == [(1, 1), (2, 0)]


def test_of_two_notes_on_one_finding_only_the_better_goes_to_it() -> None:
    pairs = one_to_one([STUDENTS_INJECTION, INJECTION], [INJECTION])
    assert [(pair.left, pair.right) for pair in pairs] == [(1, 0)]


def test_what_others_say_brings_two_together() -> None:
    """Amara and the model use no word in common; Chiara uses both of their words."""
    amara = Claim("coupon codes can be guessed by trying", "short codes and no limit on attempts at checkout")
    model = Claim(
        "brute force of vouchers", "missing throttling lets an attacker enumerate discount vouchers"
    )
    chiara = Claim(
        "no limit on attempts at coupon codes",
        "short codes can be guessed by trying at checkout: missing throttling lets an attacker enumerate "
        "discount vouchers, brute force",
    )
    rest = [unplaced(INJECTION), unplaced(RACE), unplaced(ROUNDING)]
    [pair] = one_to_one([amara], [model, *rest], [chiara, replace(chiara, title="Coupons")])
    assert pair.right == 0
    assert pair.match.how is How.OTHERS
    assert "Other claims" in pair.match.why
    assert one_to_one([amara], [model, *rest]) == []


def test_nobody_matches_nobody() -> None:
    assert one_to_one([], [INJECTION]) == []
    assert one_to_one([INJECTION], []) == []
    assert not same(Claim(""), Claim(""))


@given(claims, claims)
def test_matching_is_symmetric(a: Claim, b: Claim) -> None:
    assert compare(a, b) == compare(b, a)


@given(st.lists(claims, min_size=2, max_size=8), st.randoms())
def test_a_corpus_does_not_depend_on_the_order(said: list[Claim], random: st.DataObject) -> None:
    mixed = shuffled(said, random)
    one, other = Corpus(said), Corpus(mixed)
    a, b = said[0], said[1]
    assert one.match(0, 1) == other.match(mixed.index(a), mixed.index(b)) or a == b


sides = st.lists(claims, max_size=6, unique_by=repr)


@given(sides, sides, st.lists(claims, max_size=3), st.randoms())
def test_one_to_one_is_that_and_the_same_from_either_side_and_in_any_order(
    left: list[Claim], right: list[Claim], others: list[Claim], random: st.DataObject
) -> None:
    pairs = one_to_one(left, right, others)
    assert len({pair.left for pair in pairs}) == len({pair.right for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert pair.match.same
        assert 0 <= pair.match.score <= 1
        a, b = left[pair.left], right[pair.right]
        assert not (a.path and b.path) or a.path == b.path
    said = {(left[pair.left], right[pair.right], pair.match) for pair in pairs}
    mixed, mixed_right = shuffled(left, random), shuffled(right, random)
    again = one_to_one(mixed, mixed_right, shuffled(others, random))
    assert {(mixed[pair.left], mixed_right[pair.right], pair.match) for pair in again} == said
    total = sum(pair.match.score for pair in pairs)
    turned = one_to_one(right, left, others)
    assert round(sum(pair.match.score for pair in turned), 4) == round(total, 4)
