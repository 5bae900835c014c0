"""When two findings of a panel say the same."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place
from reviews.protocols.likeness import Wording, likeness

INJECTION = Claim(
    "SQL injection in find",
    "The name goes into the query by an f-string, so a quote in it changes the query.",
    path="shop.py",
    place=Place("shop.py", 7, 7),
    quote="    return db.execute(f\"SELECT * FROM items WHERE name = '{name}'\").fetchall()",
    cwe=89,
)
IN_OTHER_WORDS = Claim(
    "Unescaped user input",
    "find builds its query with an f-string: a name with a quote can change what it selects.",
    path="shop.py",
    place=Place("shop.py", 6, 8),
    quote=INJECTION.quote,
)
ALL_ROWS = Claim(
    "Every row is held in memory",
    "fetchall has no limit, so a large table fills the process.",
    path="shop.py",
    place=Place("shop.py", 7, 7),
    quote=INJECTION.quote,
)
NO_LIMIT = Claim("No rate limit anywhere", "Nothing keeps one client from sending a million requests.")

CLAIMS = st.builds(
    lambda words, place, cwe: Claim(" ".join(words), path="shop.py", place=place, cwe=cwe),
    words=st.lists(st.sampled_from("query name quote stock race buyer tax float".split()), max_size=6),
    place=st.none() | st.builds(lambda n: Place("shop.py", n, n + 1), st.integers(1, 6)),
    cwe=st.sampled_from([None, 89, 362]),
)


def same(a: Claim, b: Claim) -> bool:
    return likeness(Wording.of(a), Wording.of(b)) > 0


def test_two_titles_for_one_thing_are_one_thing() -> None:
    assert same(INJECTION, IN_OTHER_WORDS)


def test_one_title_for_two_things_is_no_sign() -> None:
    """Comparing titles is how other tools count one finding twice, and two findings as one."""
    assert not same(INJECTION, replace(ALL_ROWS, title=INJECTION.title))


def test_two_things_on_one_line_stay_two_though_they_quote_the_same_line() -> None:
    assert not same(INJECTION, ALL_ROWS)


def test_the_same_words_elsewhere_are_the_same_mistake_made_twice() -> None:
    assert same(INJECTION, replace(INJECTION, place=Place("shop.py", 9, 9)))
    assert not same(INJECTION, replace(INJECTION, place=Place("shop.py", 10, 10)))
    assert not same(INJECTION, replace(INJECTION, path="b.py", place=Place("b.py", 7, 7)))


def test_the_same_cwe_needs_fewer_words_and_some() -> None:
    briefly = Claim(
        "A crafted name reads other rows of the table", path="shop.py", place=Place("shop.py", 7, 7)
    )
    assert not same(INJECTION, briefly)
    assert same(INJECTION, replace(briefly, cwe=89))
    assert not same(INJECTION, replace(ALL_ROWS, cwe=89))


def test_findings_without_lines_are_the_same_only_in_nearly_the_same_words() -> None:
    assert same(NO_LIMIT, replace(NO_LIMIT, title="There is no rate limit"))
    assert not same(NO_LIMIT, Claim("No rate limit on the log-in", "Passwords can be guessed."))
    assert not same(NO_LIMIT, replace(NO_LIMIT, path="shop.py", place=Place("shop.py", 1, 1)))
    assert not same(replace(NO_LIMIT, path="a.py"), replace(NO_LIMIT, path="b.py"))


def test_one_word_in_common_proves_nothing() -> None:
    race = Claim("Race", path="shop.py", place=Place("shop.py", 3, 3))
    assert not same(race, race)


@given(a=CLAIMS, b=CLAIMS)
def test_likeness_is_symmetric_and_whoever_is_like_another_is_like_itself(a: Claim, b: Claim) -> None:
    one, other = Wording.of(a), Wording.of(b)
    assert likeness(one, other) == likeness(other, one)
    if likeness(one, other):
        assert likeness(one, one) >= likeness(one, other)
