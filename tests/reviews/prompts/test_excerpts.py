"""The lines of code that a judge is shown: numbered, with a little around them, bounded."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reviews.claims import Place
from reviews.prompts.excerpts import AROUND, LEFT_OUT, MOST_LINES, excerpt
from reviews.snapshots.files import SourceFile

LONG = SourceFile("long.py", "".join(f"    line_{number} = {number}\n" for number in range(1, 201)))
SHORT = SourceFile("short.py", "one\ntwo\n")
FILES = {file.path: file for file in (LONG, SHORT)}


def numbers(text: str) -> list[int]:
    return [int(found) for found in re.findall(r"^ *(\d+)\|", text, re.MULTILINE)]


def test_a_place_is_shown_with_what_is_around_it() -> None:
    shown = excerpt(FILES, [Place("long.py", 20, 21)])
    assert shown.splitlines()[0] == "The code in long.py"
    assert numbers(shown) == list(range(16, 26))
    assert "  20|     line_20 = 20" in shown.splitlines(), "as it is indented"


def test_places_that_lie_apart_are_told_apart_and_those_that_meet_are_one() -> None:
    shown = excerpt(FILES, [Place("long.py", 100, 100), Place("long.py", 20, 20), Place("long.py", 24, 24)])
    assert numbers(shown) == [*range(16, 29), *range(96, 105)]
    assert shown.splitlines().count(LEFT_OUT) == 1


def test_files_are_shown_one_after_the_other_and_what_is_not_there_is_not() -> None:
    shown = excerpt(FILES, [Place("short.py", 2, 2), Place("gone.py", 1, 1), Place("long.py", 900, 901)])
    assert shown == "The code in short.py\n   1| one\n   2| two"
    assert excerpt(FILES, []) == ""


def test_a_long_place_and_a_long_line_are_cut_and_it_shows() -> None:
    shown = excerpt(FILES, [Place("long.py", 1, 200)])
    assert numbers(shown) == list(range(1, MOST_LINES + AROUND + 1))
    assert shown.endswith(f"\n{LEFT_OUT}")
    wide = excerpt({"w.py": SourceFile("w.py", "x" * 9_000)}, [Place("w.py", 1, 1)])
    assert len(wide) < 400
    assert wide.endswith("…")


@given(st.text(), st.text(min_size=1))
def test_no_line_from_outside_begins_at_the_margin(text: str, name: str) -> None:
    shown = excerpt({name: SourceFile(name, text)}, [Place(name, 1, 3)])
    assert shown.startswith("The code in ")
    heads = [line for line in shown.split("\n")[1:] if not line.startswith(" ")]
    assert heads == []
