"""What the analysers share: whose line it is, what comes first, and what is left out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from reviews.providers.analyser import MOST_LINES, located, python_line
from reviews.providers.base import Request
from reviews.providers.ruff import Ruff
from reviews.snapshots.files import SourceFile

Ask = Callable[..., Request]


@given(st.lists(st.tuples(st.text("ab ", min_size=1, max_size=3), st.sampled_from(["\n", "\r\n", "\r"]))))
def test_a_line_of_python_lies_within_our_line(parts: list[tuple[str, str]]) -> None:
    file = SourceFile("a.py", "".join(text + end for text, end in parts))
    numbers = [python_line(file, number) for number in range(1, len(parts) + 1)]
    for number, (text, _) in zip(numbers, parts, strict=True):
        assert text in file.lines[number - 1]
    assert numbers == sorted(numbers)
    if all(end != "\r" for _, end in parts):
        assert numbers == list(range(1, len(parts) + 1))


@given(st.integers(-3, 60), st.integers(-3, 60), st.integers(1, 40))
def test_a_place_is_always_in_the_file_and_its_quote_are_its_lines(first: int, last: int, size: int) -> None:
    file = SourceFile("a.py", "".join(f"line {n}\n" for n in range(1, size + 1)))
    place, quote = located(file, first, last)
    assert 1 <= place.first_line <= place.last_line <= size
    assert place.last_line - place.first_line < MOST_LINES
    assert quote == "\n".join(f"line {n}" for n in range(place.first_line, place.last_line + 1))


def test_the_worst_come_first_and_the_rest_is_counted(ask: Ask) -> None:
    files = {
        "b.py": "import os\nimport sys\nprint(nowhere)\n",
        "a.py": "import re\n\n\ndef f(x=[]):\n    return x\n",
    }
    report = Ruff({}).review(ask(files, findings=3))
    assert [(claim.rule, claim.path) for claim in report.findings] == [
        ("F821", "b.py"),
        ("B006", "a.py"),
        ("F401", "a.py"),
    ]
    assert report.summary == "3 findings in 2 files. 2 further findings, none of them worse, left out."
    assert report.paths == ("b.py", "a.py")


def test_the_tool_is_asked_for_its_version_once(
    ask: Ask, stand_in: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    options = stand_in("print('[]')")
    script, asked = Path(options["executable"]), tmp_path / "asked"
    text = script.read_text().replace(
        "print('stand-in", f"open({str(asked)!r}, 'a').write('.'); print('stand-in"
    )
    script.write_text(text)
    for _ in range(2):
        assert Ruff(options).review(ask({"a.py": ""})).reviewer == "ruff 1.2.3"
    assert asked.read_text() == "."
    script.write_text(text.replace("1.2.3", "1.3.0"))
    os.utime(script, (1, 1))
    assert Ruff(options).review(ask({"a.py": ""})).reviewer == "ruff 1.3.0", "an upgrade is noticed"
