"""What the pages' filters make of text from outside and of moments."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.forms.assignments import BRIEF_CHARACTERS
from courses.models import Course
from courses.templatetags.blindspot import (
    MARKDOWN_CHARACTERS,
    local_time,
    local_time_bare,
    markdown,
    thousands,
    whole_lines,
)


def test_a_brief_is_rendered_with_lists_code_and_tables() -> None:
    html = markdown("Read `db.js`:\n\n- *twice*\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert "<code>db.js</code>" in html
    assert "<li><em>twice</em></li>" in html
    assert '<table class="table">' in html
    assert "<td>2</td>" in html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        "[here](javascript:alert(1))",
        "[here](data:text/html;base64,PHNjcmlwdD4=)",
        "![a picture](https://example.org/x.png)",
        '<div hx-get="/courses/1/" hx-trigger="load"></div>',
        "<style>body{display:none}</style>",
    ],
)
def test_nothing_in_a_brief_becomes_active(attack: str) -> None:
    html = markdown(f"Before\n\n{attack}\n\nAfter")
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"p", "a"}
    assert not re.search(r"<[^>]*(on\w+=|hx-|javascript:|data:)", html)
    assert "Before" in html
    assert "After" in html


@given(st.text(alphabet=st.sampled_from("ab <>\"'=/[]()!:#*_`|\n-javscriptonexml&;\\"), max_size=300))
def test_only_allowed_tags_and_attributes_ever_come_out(text: str) -> None:
    html = markdown(text)
    for tag in re.findall(r"<[a-z][^>]*>", html):
        assert re.fullmatch(
            r"<(?:p|br|hr|blockquote|pre|code|em|strong|s|ul|li|h[2-6]|thead|tbody|tr|th|td"
            r"|ol(?: start=\"\d+\")?|table class=\"table\""
            r"|a(?: (?:href|title|rel)=\"[^\"]*\")+)>",
            tag,
        ), tag


def test_a_link_gives_no_rank_and_no_way_back() -> None:
    assert markdown("[CWE](https://example.org/89)") == (
        '<p><a href="https://example.org/89" rel="nofollow noopener">CWE</a></p>\n'
    )


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# One\n## Two\n# Three", ["2", "3", "2"]),
        ("### Deep\n##### Deeper", ["2", "3"]),
        ("# A\n### B\n###### C", ["2", "3", "4"]),
        ("## A\n# B", ["2", "2"]),
    ],
)
def test_headings_begin_below_the_pages_own_and_skip_no_level(text: str, levels: list[str]) -> None:
    assert re.findall(r"<h(\d)>", markdown(text)) == levels


def test_a_brief_that_is_too_long_is_cut_and_says_so() -> None:
    html = markdown("a" * (MARKDOWN_CHARACTERS + 1))
    assert html.count("a") < MARKDOWN_CHARACTERS + 100
    assert "Only the first 20,000 characters are shown." in html
    assert "Only the first" not in markdown("a" * MARKDOWN_CHARACTERS)


def test_every_brief_that_can_be_saved_is_shown_whole() -> None:
    assert BRIEF_CHARACTERS <= MARKDOWN_CHARACTERS


@pytest.mark.parametrize("empty", [None, ""])
def test_no_brief_is_no_html(empty: str | None) -> None:
    assert markdown(empty) == ""


NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


def test_a_moment_is_written_in_the_courses_zone_with_its_name() -> None:
    assert local_time(NEW_YEAR, Course(time_zone="Asia/Kolkata")) == (
        '<time datetime="2027-01-01T05:00+05:30">Fri 1 Jan 2027, 05:00</time> '
        '<span class="quiet-text">(Asia/Kolkata)</span>'
    )


def test_a_zones_name_is_written_with_spaces() -> None:
    assert "(America/New York)" in str(local_time(NEW_YEAR, "America/New_York"))


def test_a_table_names_the_zone_once_elsewhere() -> None:
    assert local_time_bare(NEW_YEAR, "UTC") == (
        '<time datetime="2026-12-31T23:30+00:00">Thu 31 Dec 2026, 23:30</time>'
    )


def test_no_moment_is_no_text() -> None:
    assert local_time(None, "UTC") == local_time_bare(None, "UTC") == ""


def test_large_numbers_are_set_apart_by_thousands() -> None:
    assert [thousands(number) for number in (0, 999, 1_000, 1_234_567)] == ["0", "999", "1,000", "1,234,567"]


@pytest.mark.parametrize(
    ("where", "html"),
    [
        ("db.js:34-36", 'db.js<span class="lines">:34-36</span>'),
        ("src/a/db.js:7", 'src/<wbr>a/<wbr>db.js<span class="lines">:7</span>'),
        ("src/db.js", "src/<wbr>db.js"),
        ("<b>/x:12:3", '&lt;b&gt;/<wbr>x:12<span class="lines">:3</span>'),
        ("", ""),
    ],
)
def test_a_place_may_break_after_slashes_and_is_escaped(where: str, html: str) -> None:
    assert whole_lines(where) == html
