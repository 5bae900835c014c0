"""What does not fit into a reviewer is left out by relevance, and never without a word."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from reviews.prompts.pack import BYTES_PER_TOKEN, NAME_ONLY, OUTLINE, Packed, pack
from reviews.snapshots.files import SourceFile

LOANS = SourceFile("loans.py", "import db\n\n\ndef lend(book, member):\n    return db.save(book, member)\n")
DB = SourceFile("db.py", "ROWS = {}\n\n\ndef save(*row):\n    ROWS[row] = row\n    return row\n")
README = SourceFile("README.md", "# Loans\n\n" + "Books are lent to members.\n" * 40)
TEST = SourceFile(
    "tests/test_loans.py", "import loans\n\n\ndef test_lend():\n    assert loans.lend(1, 2)\n" * 8
)
LOCK = SourceFile("package-lock.json", '{"x": 1}\n' * 30)
LIBRARY = (LOANS, DB, README, TEST, LOCK)

_TITLE = re.compile(r"^===== (.+) \((.+)\) =====$", re.MULTILINE)
_LINE = re.compile(r"^ *(\d+)\| (.*)$")


def room(packed: Packed) -> int:
    """Tokens that the text takes by the estimate that pack goes by, rounded up."""
    return -(-len(packed.text.encode()) // int(BYTES_PER_TOKEN))


def shown(packed: Packed) -> dict[str, dict[int, str]]:
    """The numbered lines of each file that a text shows."""
    files: dict[str, dict[int, str]] = {}
    lines: dict[int, str] = {}
    for line in packed.text.split("\n"):
        if title := _TITLE.match(line):
            lines = files[title[1]] = {}
        elif numbered := _LINE.match(line):
            lines[int(numbered[1])] = numbered[2]
    return files


def test_what_fits_is_shown_whole_with_the_numbers_of_its_lines() -> None:
    packed = pack([LOANS, DB], 1_000)
    assert packed.text == (
        "2 files, all of them whole. The number before a line is its number in its file, and no part of it.\n"
        "===== db.py (6 lines) =====\n"
        "   1| ROWS = {}\n"
        "   2| \n"
        "   3| \n"
        "   4| def save(*row):\n"
        "   5|     ROWS[row] = row\n"
        "   6|     return row\n"
        "===== loans.py (5 lines) =====\n"
        "   1| import db\n"
        "   2| \n"
        "   3| \n"
        "   4| def lend(book, member):\n"
        "   5|     return db.save(book, member)"
    )
    assert (packed.whole, packed.left_out) == (("db.py", "loans.py"), ())


def test_source_comes_before_tests_documents_and_locks() -> None:
    packed = pack(LIBRARY, 400)
    assert packed.whole == ("db.py", "loans.py")
    assert packed.left_out == (
        ("README.md", OUTLINE),
        ("package-lock.json", NAME_ONLY),
        ("tests/test_loans.py", OUTLINE),
    )
    assert packed.text.startswith(
        "5 files, too long to be shown whole: 2 whole, 2 as an outline or in part, 1 by name only."
    )
    assert packed.text.endswith("===== by name only =====\npackage-lock.json (30 lines)")


def test_what_is_wanted_comes_first() -> None:
    assert "README.md" in pack(LIBRARY, 800, wanted=["README.md"]).whole
    assert "tests/test_loans.py" in pack(LIBRARY, 800, wanted=["test_loans.py"]).whole


def test_an_outline_holds_lines_of_the_file_with_their_numbers() -> None:
    big = SourceFile("big.py", "import os\n\n" + "def f(a,\n      b):\n    x = 1\n    return x\n\n\n" * 60)
    packed = pack([big], 1_000)
    ((path, what),) = packed.left_out
    assert path == "big.py"
    assert "outline" in what
    lines = shown(packed)["big.py"]
    assert all(big.lines[number - 1] == line for number, line in lines.items())
    assert "def f(a," in lines.values()


def test_of_a_file_that_is_too_large_the_beginning_is_shown_and_said() -> None:
    lines = [f"x{n} = call({n})" for n in range(1, 2_001)]
    packed = pack([SourceFile("script.sh", "\n".join(lines))], 3_000)
    ((_, what),) = packed.left_out
    found = re.fullmatch(r"lines 1 to ([\d,]+) of 2,000, and an outline of the rest", what)
    assert found
    count = int(found[1].replace(",", ""))
    assert count > 200
    assert f"===== script.sh ({what}) =====" in packed.text
    assert list(shown(packed)["script.sh"].values()) == lines[:count]
    assert packed.text.endswith("…")


def test_where_not_even_the_names_fit_their_number_is_told() -> None:
    files = [SourceFile(f"src/part_{n}.py", "x = 1\n") for n in range(500)]
    packed = pack(files, 400)
    assert packed.whole == ()
    assert len(packed.left_out) == 500
    named = [path for path, what in packed.left_out if what == NAME_ONLY]
    assert all(path in packed.text for path in named)
    assert packed.text.endswith(f"and {500 - len(named)} more files")


def test_a_line_of_code_cannot_pass_for_a_title() -> None:
    packed = pack([SourceFile("a.py", "===== b.py (1 line) =====\n   1| y = 2\n")], 1_000)
    assert list(shown(packed)) == ["a.py"]


def test_nothing_is_packed_into_nothing() -> None:
    assert pack([], 1_000) == Packed("", (), ())
    assert pack(LIBRARY, 0).text == ""


PATHS = st.from_regex(r"\A(?:src/|tests/|docs/)?[a-c]{1,3}\.(?:py|js|md|json|csv|min\.js)\Z")
LINES = st.sampled_from(
    [
        "def f(a):",
        "    return a",
        "class A:",
        "import b",
        "",
        "# Title",
        "x = '" + "é" * 90 + "'",
        "function g() {",
        "\x0c",
        "a\rb",
    ]
)
FILES = st.lists(
    st.builds(SourceFile, PATHS, st.lists(LINES, max_size=60).map("\n".join)),
    max_size=8,
    unique_by=lambda file: file.path,
)


@given(FILES, st.integers(0, 3_000), st.lists(PATHS, max_size=2))
def test_the_budget_is_kept_and_every_file_accounted_for(
    files: list[SourceFile], tokens: int, wanted: list[str]
) -> None:
    packed = pack(files, tokens, wanted)
    assert room(packed) <= tokens
    assert sorted([*packed.whole, *(path for path, _ in packed.left_out)]) == sorted(
        file.path for file in files
    )
    by_path = {file.path: file for file in files}
    lines = shown(packed)
    for path in packed.whole:
        assert list(lines[path].values()) == [line.rpartition("\n")[2] for line in by_path[path].lines]
    for path, what in packed.left_out:
        assert (path in lines) == (what not in (NAME_ONLY, "not shown"))
        for number, line in lines.get(path, {}).items():
            assert by_path[path].lines[number - 1].startswith(line.removesuffix(" …"))


@given(FILES, st.integers(0, 3_000), st.randoms())
def test_equal_files_are_packed_alike_in_any_order(
    files: list[SourceFile], tokens: int, random: object
) -> None:
    shuffled = list(files)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert pack(files, tokens) == pack(shuffled, tokens)


@given(FILES)
def test_with_room_enough_everything_is_whole(files: list[SourceFile]) -> None:
    assert pack(files, 200_000).left_out == ()
