"""Lines typed on a phone: what people write, what is unclear, and that written and read are one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courses.walkthroughs.marks import (
    MOST_LINES,
    MOST_TYPED,
    Unclear,
    merged,
    outside,
    too_long,
    typed,
    written,
)
from reviews.claims import Place

DB, SERVER, VALIDATE = (
    Place("db.js", 1, 62),
    Place("server.js", 1, 100),
    Place("middleware/validate.js", 10, 40),
)
ASKED = (DB, SERVER, VALIDATE)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("db.js 34, 40-42", "db.js 34, 40-42"),
        ("db.js:34 server.js:3", "db.js 34; server.js 3"),
        ("DB 34; validate 12 and 14", "db.js 34; middleware/validate.js 12, 14"),
        ("db.js lines 34 to 36", "db.js 34-36"),
        ("db.js L34–L36", "db.js 34-36"),
        ("db.js 36-34", "db.js 34-36"),
        ("db.js#34 \n db.js 35", "db.js 34-35"),
        ("server.js 1,2,3, 2-7", "server.js 1-7"),
        ("middleware/validate.js 10", "middleware/validate.js 10"),
        ("  ", ""),
    ],
)
def test_what_people_write(text: str, meant: str) -> None:
    assert written(merged(typed(text, ASKED))) == meant


def test_one_file_needs_no_name() -> None:
    assert typed("34, 40-42", [DB]) == (Place("db.js", 34, 34), Place("db.js", 40, 42))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("34", "Which file is line 34 of? Write its name first: db.js 34."),
        ("db.js", "Which lines of db.js? Write their numbers after its name."),
        ("db.js server.js 3", "Which lines of db.js?"),
        ("db.js 700", "Line 700 of db.js: the question shows 1 to 62."),
        ("validate 8-12", "Lines 8-12 of middleware/validate.js: the question shows 10 to 40."),
        ("db.js 0", "Line 0 of db.js"),
        ("app.js 3", "“app.js” is neither a line nor a file of this question (db.js, server.js"),
        ("db.js 4x", "“4x” is neither a line nor a file"),
        ("x" * (MOST_TYPED + 1), "in at most 400 characters"),
    ],
)
def test_what_is_unclear_is_said_with_what_to_write(text: str, complaint: str) -> None:
    with pytest.raises(Unclear) as unclear:
        typed(text, ASKED)
    assert complaint in str(unclear.value)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Unclear, match="Line 700 of db.js.*“app.js” is neither.*Line 0 of server.js"):
        typed("db.js 700, app.js 3 4 5, server.js 0", ASKED)


def test_a_short_name_that_fits_two_files_asks_for_the_whole_path() -> None:
    two = (Place("a/index.js", 1, 9), Place("b/index.js", 1, 9), Place("index.ts", 1, 9))
    with pytest.raises(Unclear, match="“index.js” may be a/index.js or b/index.js: write the whole path"):
        typed("index.js 3", two)
    assert typed("b/index.js 3, index.ts 4", two) == (Place("b/index.js", 3, 3), Place("index.ts", 4, 4))


def test_a_whole_path_is_clear_even_if_another_ends_with_it() -> None:
    two = (Place("index.js", 1, 9), Place("b/index.js", 1, 9))
    assert typed("index.js 3", two) == (Place("index.js", 3, 3),)


def test_lines_that_the_question_does_not_show_are_outside() -> None:
    assert outside(Place("middleware/validate.js", 10, 40), ASKED) == ""
    assert "not among the files" in outside(Place("secret.js", 1, 1), ASKED)
    halves = (Place("db.js", 1, 5), Place("db.js", 20, 30))
    assert outside(Place("db.js", 4, 21), halves).endswith("the question shows 1 to 5 and 20 to 30.")


def test_a_mark_is_a_place_and_not_a_file() -> None:
    assert too_long([Place("db.js", 1, MOST_LINES), Place("server.js", 3, 3)]) == ""
    said = too_long(merged(typed("db.js 1-62, server.js 3-9, 10-15", ASKED)))
    assert said == (
        "Lines 1-62 of db.js are one mark of 62 lines. Lines 3-15 of server.js are one mark of 13 lines. "
        "A mark has at most 12: name the lines that are wrong."
    )


places = st.builds(
    lambda asked, first, length: Place(
        asked.path, first, min(first + length, asked.last_line)
    ),
    st.sampled_from([DB, SERVER]),
    st.integers(1, 62),
    st.integers(0, 9),
)  # fmt: skip


@given(st.lists(places, max_size=20))
def test_what_is_written_out_is_read_again(marks: list[Place]) -> None:
    once = merged(marks)
    text = written(once)
    if len(text) <= MOST_TYPED:
        assert merged(typed(text, ASKED)) == once


@given(st.lists(places, max_size=30))
def test_merging_loses_no_line_and_keeps_none_twice(marks: list[Place]) -> None:
    def lines(items: tuple[Place, ...] | list[Place]) -> list[tuple[str, int]]:
        return [(p.path, line) for p in items for line in range(p.first_line, p.last_line + 1)]

    once = merged(marks)
    assert sorted(set(lines(marks))) == sorted(lines(once))
    assert merged(reversed(once)) == once


pieces = [
    "db.js",
    "server.js",
    "validate",
    " ",
    " ",
    ",",
    ";",
    "\n",
    "-",
    ":",
    "1",
    "7",
    "11",
    "40",
    "62",
    "99",
]


@example("db.js 7-11, 62; server.js 99")
@given(st.text(max_size=500) | st.lists(st.sampled_from(pieces), max_size=12).map("".join))
def test_no_text_brings_it_down_or_marks_what_is_not_shown(text: str) -> None:
    try:
        found = typed(text, ASKED)
    except Unclear:
        return
    assert [place for place in found if outside(place, ASKED)] == []
    assert found or not any(figure in text for figure in "0123456789"), "a line that was named is not lost"
