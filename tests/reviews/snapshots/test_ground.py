"""Is it there? A claim is checked against the code, and a near miss is moved."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Claim, Place
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import Ground, find_quotation, ground

DB = SourceFile("src/db.js", "const a = 1;\nopen();\n  run(`x ${id}`);\nclose();\nopen();\n")
FILES = (DB, SourceFile("src/app.js", "main();\n"))


def claim(path: str, line: int | None, quote: str = "") -> Claim:
    place = Place(path, line, line) if line else None
    return Claim("Injection", path=path, place=place, quote=quote)


def test_a_quotation_at_its_line_stands() -> None:
    assert ground(claim("src/db.js", 3, "run(`x ${id}`);"), FILES) == (
        claim("src/db.js", 3, "run(`x ${id}`);"),
        Ground.EXACT,
    )


def test_a_quotation_some_lines_off_moves_to_where_it_stands() -> None:
    moved, how = ground(claim("src/db.js", 1, "run(`x   ${id}`);"), FILES)
    assert (moved.place, how) == (Place("src/db.js", 3, 3), Ground.MOVED)


def test_the_nearest_of_two_places_is_meant() -> None:
    moved, _ = ground(claim("src/db.js", 4, "open();"), FILES)
    assert moved.place == Place("src/db.js", 5, 5)


def test_a_short_path_that_fits_one_file_is_that_file() -> None:
    moved, how = ground(claim("db.js", 3, "run(`x ${id}`);"), FILES)
    assert (moved.place, how) == (Place("src/db.js", 3, 3), Ground.MOVED)


def test_a_quotation_may_span_blank_lines_or_leave_them_out() -> None:
    lines = ["def f():", "", "    return 1", "", "f()"]
    assert find_quotation("def f():\n\n    return 1", lines) == (1, 3)
    assert find_quotation("return 1\nf()", lines) == (3, 5)


def test_what_is_not_there_is_kept_and_marked() -> None:
    for lost in (
        claim("src/nowhere.js", 3, "run(`x ${id}`);"),
        claim("src/db.js", 3, "this line was made up"),
        claim("src/db.js", 99),
    ):
        assert ground(lost, FILES) == (lost, Ground.NONE)


def test_lines_without_a_quotation_are_weaker_than_lines_with_one() -> None:
    assert ground(claim("src/db.js", 2), FILES)[1] is Ground.UNQUOTED


def test_a_claim_about_the_whole_needs_no_line() -> None:
    assert ground(claim("", None), FILES)[1] is Ground.WHOLE
    assert ground(claim("src/app.js", None), FILES)[1] is Ground.WHOLE


@given(st.lists(st.text("ab(){}; ", min_size=1), min_size=1, max_size=30), st.data())
def test_every_line_that_is_there_can_be_quoted(lines: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(lines) - 1))
    if not lines[at].strip():
        assert find_quotation(lines[at], lines, near=at + 1) is None
    else:
        assert find_quotation(lines[at], lines, near=at + 1) == (at + 1, at + 1)


def test_of_the_further_places_those_stay_that_are_there() -> None:
    code = (SourceFile("app/shop.py", "a = 1\nb = 2\n"), SourceFile("app/prices.py", "c = 3\n"))
    places = (
        Place("prices.py", 1, 1),
        Place("app/prices.py", 9, 9),
        Place("nowhere.py", 1, 1),
        Place("app/shop.py", 1, 2),
    )
    claim = Claim(title="They disagree", place=Place("app/shop.py", 1, 1), quote="a = 1", elsewhere=places)
    grounded, how = ground(claim, code)
    assert grounded.elsewhere == (Place("app/prices.py", 1, 1), Place("app/shop.py", 1, 2))
    assert how is Ground.EXACT
