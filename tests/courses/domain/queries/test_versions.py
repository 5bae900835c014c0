"""Diffs as pages show them: what lies between two texts, line by line, and nothing that acts."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from courses.domain.queries.versions import LINES_COMPARED, Comparison, Version, as_html, compare
from reviews.snapshots.diffs import unified
from reviews.snapshots.files import SourceFile

texts = st.text(alphabet=st.sampled_from('ab-+@ <>&"\\\n\r\u202e'), max_size=60)


def between(old: str, new: str) -> Comparison:
    versions = [Version(1, "as handed in", old), Version(2, "Claude, round 2", new)]
    found = compare(versions, "PLAN.md", 1, 2)
    assert found is not None
    return found


def kinds(html: str) -> list[tuple[str, str]]:
    """The class and the text of every line."""
    rows = []
    for line in html.split("\n"):
        found = re.fullmatch(r'<span class="(g[dihu])">(.*)</span>', line)
        rows.append((found[1], found[2]) if found else ("", line))
    return rows


def test_a_line_that_looks_like_a_heading_is_a_line() -> None:
    """A deleted line that begins with two dashes is no file's name, nor is a plus a minus."""
    found = between("-- the end\n++ more\nkept\n", "kept\n")
    assert kinds(found.html) == [
        ("gu", "@@ -1,3 +1 @@"),
        ("gd", "--- the end"),
        ("gd", "-++ more"),
        ("", " kept"),
    ]


def test_a_patch_of_two_files_keeps_its_headings() -> None:
    before = [SourceFile("a.py", "x = 1\n"), SourceFile("b.py", "y = 1")]
    after = [SourceFile("a.py", "x = 2\n"), SourceFile("b.py", "y = 2")]
    assert kinds(as_html(unified(before, after))) == [
        ("gh", "diff --git a/a.py b/a.py"),
        ("gh", "--- a/a.py"),
        ("gh", "+++ b/a.py"),
        ("gu", "@@ -1 +1 @@"),
        ("gd", "-x = 1"),
        ("gi", "+x = 2"),
        ("gh", "diff --git a/b.py b/b.py"),
        ("gh", "--- a/b.py"),
        ("gh", "+++ b/b.py"),
        ("gu", "@@ -1 +1 @@"),
        ("gd", "-y = 1"),
        ("", "\\ No newline at end of file"),
        ("gi", "+y = 2"),
        ("", "\\ No newline at end of file"),
    ]


@given(texts, texts)
def test_what_is_shown_is_what_changed_and_nothing_in_it_is_markup(old: str, new: str) -> None:
    found = between(old, new)
    if found.why_none:
        assert old.replace("\r\n", "\n") == new.replace("\r\n", "\n")
        return
    bare = re.sub(r'</?span(?: class="(?:g[dihu]|odd)")?(?: title="[^"<>]*")?>', "", found.html)
    assert "<" not in bare
    assert ">" not in bare
    for mark, text in (("gd", old), ("gi", new)):
        added = [line for kind, line in kinds(found.html) if kind == mark]
        assert len(added) <= text.replace("\r\n", "\n").count("\n") + 1


def test_by_default_the_last_two_are_compared() -> None:
    versions = [Version(number, "x", f"line {number}\n") for number in (1, 2, 3)]
    found = compare(versions, "PLAN.md")
    assert found is not None
    assert (found.old.number, found.new.number) == (2, 3)
    assert compare(versions[:1], "PLAN.md") is None
    assert compare([], "PLAN.md") is None


def test_very_long_texts_are_declined_with_the_reason() -> None:
    found = between("a\n" * (LINES_COMPARED + 1), "b\n")
    assert found.html == ""
    assert found.why_none == "Texts of more than 2,000 lines are not compared."


def test_a_name_that_looks_like_a_hunk_misleads_nobody() -> None:
    versions = [Version(1, "x", "a\n"), Version(2, "y", "b\n")]
    found = compare(versions, "odd @@ name.md")
    assert found is not None
    assert kinds(found.html) == [("gu", "@@ -1 +1 @@"), ("gd", "-a"), ("gi", "+b")]
