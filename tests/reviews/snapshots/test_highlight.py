"""Source as HTML: every line on its own, safe, unchanged, and with nothing hidden in it."""

from __future__ import annotations

import html
import re
import statistics
import time

import pytest
from django.core.cache import cache
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.snapshots.characters import ODD
from reviews.snapshots.files import SourceFile
from reviews.snapshots.highlight import (
    CLASSES,
    HIGHLIGHTED_CHARACTERS,
    HIGHLIGHTED_LINE,
    HIGHLIGHTING_SECONDS,
    highlighted_lines,
)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def shown(path: str, text: str) -> list[str]:
    file = SourceFile(path, text)
    return highlighted_lines(file.path, file.text, file.sha256)


def source_of(line: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", line))


def test_python_is_marked_line_by_line() -> None:
    lines = shown("src/app.py", 'def load(name):\n    """First.\n\n    Last."""\n    return "<b>" + name\n')
    assert lines == [
        '<span class="k">def</span> <span class="nf">load</span>(name):',
        '<span class="sd">    &quot;&quot;&quot;First.</span>'.replace("&quot;", '"').replace(
            '<span class="sd">    ', '    <span class="sd">'
        ),
        "",
        '<span class="sd">    Last."""</span>',
        '    <span class="k">return</span> <span class="s">"&lt;b&gt;"</span> <span class="o">+</span> name',
    ]


def test_javascript_template_strings_show_what_is_put_into_them() -> None:
    line = shown("db.js", "const sql = `select ${id}`;\n")[0]
    assert '<span class="si">${</span>' in line
    assert source_of(line) == "const sql = `select ${id}`;"


def test_only_classes_that_the_stylesheet_knows_are_used() -> None:
    text = (
        "@x\nclass A(B):\n    n = 0x1f  # c\n    s = f'{n!r}\\n'\n    def __init__(self): raise E from None\n"
    )
    used = set(re.findall(r'class="(\w+)"', "".join(shown("a.py", text))))
    assert used <= CLASSES
    assert {"nd", "k", "nc", "m", "c", "s", "sa", "se"} <= used


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("a.py", "", 1),
        ("a.py", "\n", 1),
        ("a.py", "\n\n\nx = 1\n\n\n", 6),
        ("a.py", "x = 1\r\ny = 2\r\n", 2),
        ("a.py", "x = 1\ry = 2", 1),
        ("a.js", "`a\n\nb`", 3),
        ("notes.unknown", "one\ntwo", 2),
        ("Makefile", "all:\n\techo\n", 2),
    ],
)
def test_there_are_as_many_lines_as_in_the_file(path: str, text: str, count: int) -> None:
    assert len(shown(path, text)) == len(SourceFile(path, text).lines) == count


def test_tabs_and_leading_space_stay_as_they_are() -> None:
    assert [source_of(line) for line in shown("Makefile", "\n  \nall:\n\techo  hi \n")] == [
        "", "  ", "all:", "\techo  hi "
    ]  # fmt: skip


def test_characters_that_hide_an_attack_are_shown() -> None:
    line = shown("a.js", "if (level != 'user\u202e \u2066// admin\u2069 \u2066') {\n")[0]
    override = '<span class="odd" title="U+202E RIGHT-TO-LEFT OVERRIDE">U+202E</span>'
    assert override in line
    assert line.count('class="odd"') == 4
    assert not ODD.search(line)


@pytest.mark.parametrize(
    ("character", "title"),
    [
        ("\0", "U+0000 NULL"),
        ("\r", "U+000D CARRIAGE RETURN"),
        ("\x1b", "U+001B ESCAPE"),
        ("\x9b", "U+009B CONTROL CHARACTER"),
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\u2028", "U+2028 LINE SEPARATOR"),
        ("\ufeff", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("\u3164", "U+3164 HANGUL FILLER"),
        ("\U000e0041", "U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("\U000e0101", "U+E0101 VARIATION SELECTOR-18"),
    ],
)
@pytest.mark.parametrize("path", ["a.py", "a.txt"])
def test_each_hidden_character_is_named(character: str, title: str, path: str) -> None:
    line = shown(path, f"x = '{character}'\n")[0]
    assert f'title="{title}"' in line
    assert character not in line


def test_emoji_and_accents_are_not_odd() -> None:
    (line,) = shown("a.py", "s = '⚠️ café naïve 任务'\n")
    assert "⚠️ café naïve 任务" in line
    assert "odd" not in line


def test_markup_in_code_is_text_in_every_kind_of_file() -> None:
    attack = "<script>alert('&lt;')</script>\n"
    for path in ("a.html", "a.py", "a.txt", "a.jsx", '"><b>.py'):
        line = shown(path, attack)[0]
        assert "<script" not in line
        assert source_of(line) == attack.rstrip("\n")


def test_very_large_files_and_lines_are_shown_plainly() -> None:
    long = "x = '" + "a" * HIGHLIGHTED_LINE + "' # <b>\n"
    assert shown("a.py", long) == [long.rstrip("\n").replace("<", "&lt;").replace(">", "&gt;")]
    large = "import os\n" * (HIGHLIGHTED_CHARACTERS // 10 + 1)
    assert set(shown("a.py", large)) == {"import os"}


@pytest.mark.slow
def test_source_that_stalls_a_lexer_is_shown_plainly_in_time() -> None:
    """As Java, each of these words makes Pygments look at all that follow."""
    text = ("a " * 2400 + "\n") * 60
    start = time.thread_time()
    lines = shown("Stall.java", text)
    assert time.thread_time() - start < 4 * HIGHLIGHTING_SECONDS
    assert lines == text.removesuffix("\n").split("\n")


def test_the_same_text_is_kept_by_language() -> None:
    text = "def x\n"
    assert shown("a.py", text) != shown("a.txt", text)
    assert shown("a.py", text) == shown("other/b.py", text)


def test_a_damaged_cache_entry_is_made_again() -> None:
    whole = shown("a.py", "x = 1\ny = 2\n")
    key = next(iter(keys_of(SourceFile("a.py", "x = 1\ny = 2\n"))))
    assert cache.get(key) == "\n".join(whole)
    cache.set(key, "one line")
    assert shown("a.py", "x = 1\ny = 2\n") == whole


def keys_of(file: SourceFile) -> list[str]:
    import pygments

    return [f"highlight:1:{pygments.__version__}:PythonLexer:{file.sha256}"]


names = st.sampled_from(
    ["a.py", "b.js", "c.ts", "d.html", "e.css", "f.md", "g.json", "h.go", "i.txt", "Dockerfile"]
)
characters = st.sampled_from("ab1 \t\n\r\n'\"`${}()<>&/*#\\é任=;:-\x0b\u202e\u2028") | st.characters(
    codec="utf-8"
)


@settings(max_examples=300, deadline=None)
@given(names, st.text(characters, max_size=60))
def test_without_its_tags_a_line_is_the_source(path: str, text: str) -> None:
    marked = shown(path, text)
    lines = SourceFile(path, text).lines
    assert len(marked) == len(lines)
    for mark, line in zip(marked, lines, strict=True):
        assert mark.count("<span") == mark.count("</span>")
        assert source_of(mark) == ODD.sub(lambda odd: f"U+{ord(odd[0]):04X}", line)


def test_a_cached_file_of_2000_lines_costs_about_a_millisecond() -> None:
    """Against a highlighting from the same run, since machines differ."""
    text = "".join(
        f"def handler_{n}(request): return render(request, 'page.html', {{'n': {n}}})\n" for n in range(2000)
    )
    file = SourceFile("views.py", text)
    digest = file.sha256

    def seconds() -> float:
        start = time.perf_counter()
        highlighted_lines(file.path, file.text, digest)
        return time.perf_counter() - start

    fresh = seconds()
    cached = statistics.median(seconds() for _ in range(9))
    assert cached < fresh / 10
