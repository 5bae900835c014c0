"""What changed, as hunks of lines and as pieces of a plan."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses.walkthroughs.changes import Hunk, hunks, pieces

lines = st.lists(st.sampled_from(["a", "b", "c", "", "  d"]), max_size=30)


def rebuilt(before: list[str], after: list[str], found: tuple[Hunk, ...]) -> list[str]:
    """What the hunks make of the lines before; each line is looked up where its number says it is."""
    made: list[str] = []
    done = 0
    for hunk in found:
        for line in hunk.lines:
            if line.old is not None:
                made += before[done : line.old - 1]
                done = line.old
            if line.new is not None:
                made.append(after[line.new - 1])
    return made + before[done:]


@given(lines, lines)
def test_hunks_lead_from_one_to_the_other(before: list[str], after: list[str]) -> None:
    assert rebuilt(before, after, hunks(before, after)) == after


def test_a_hunk_has_three_lines_around_and_says_where_it_is() -> None:
    before = [f"line {number}" for number in range(1, 21)]
    after = [*before[:9], "another", *before[10:]]
    (hunk,) = hunks(before, after)
    assert hunk.head == "@@ -7,7 +7,7 @@"
    assert [(line.sign, line.old, line.new) for line in hunk.lines][2:6] == [
        (" ", 9, 9),
        ("-", 10, None),
        ("+", None, 10),
        (" ", 11, 11),
    ]
    assert hunks([], ["new"])[0].head == "@@ -0,0 +1,1 @@"
    assert hunks(before, before) == ()


def test_a_plan_keeps_what_stayed_and_sets_new_words_after_the_old() -> None:
    before = "# Plan\n\nSell things.\n\n1. Take the money\n2. Count the stock\n3. Go home\n"
    after = "# Plan\n\nSell things.\n\n1. Take the money\n2. Count the stock twice\n3. Lock up\n4. Go home\n"
    assert [(piece.change, piece.text) for piece in pieces(before, after)] == [
        ("same", "# Plan\n\nSell things.\n\n1. Take the money\n"),
        ("removed", "2. Count the stock\n"),
        ("added", "2. Count the stock twice\n3. Lock up\n"),
        ("removed", "3. Go home\n"),
        ("added", "4. Go home\n"),
    ]


def test_a_fenced_block_stays_whole() -> None:
    fenced = "```\n- no item\n\n# no heading\n```\n"
    assert [piece.text for piece in pieces("", fenced)] == [fenced]
    longer = "````\n```\n- inside\n````\n"
    assert [piece.text for piece in pieces("", longer)] == [longer]


@given(st.text(alphabet="ab -#\n`1.", max_size=80), st.text(alphabet="ab -#\n`1.", max_size=80))
def test_nothing_of_either_plan_is_lost(before: str, after: str) -> None:
    found = pieces(before, after)
    old = "".join(piece.text for piece in found if piece.change == "removed")
    new = "".join(piece.text for piece in found if piece.change != "removed")
    assert new.split() == after.split()
    assert set(before.split()) <= {*old.split(), *new.split()}
