"""Names from outside become relative POSIX paths, or are refused with the reason."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.snapshots.limits import UploadLimits, UploadRefused
from reviews.snapshots.paths import accepted_type, clean_path


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("app.py", "app.py"),
        ("./src/app.py", "src/app.py"),
        ("././app.py", "app.py"),
        ("src\\routes\\tasks.js", "src/routes/tasks.js"),
        ('my project/the "best" file, isn\'t it.py', 'my project/the "best" file, isn\'t it.py'),
        ("cafe\u0301.py", "caf\u00e9.py"),
        ("任务/清单.py", "任务/清单.py"),
        ("a" * 196 + ".py", "a" * 196 + ".py"),
        ("..hidden/...py", "..hidden/...py"),
        ("क्\u200dष.py", "क्\u200dष.py"),
    ],
)
def test_ordinary_and_unusual_names_are_kept(raw: str, clean: str) -> None:
    assert clean_path(raw) == clean


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("", "it is empty"),
        ("/etc/passwd", "it is absolute"),
        ("\\\\server\\share\\a.py", "it is absolute"),
        ("C:\\Users\\mira\\a.py", "it is absolute"),
        ("./C:/a.py", "it is absolute"),
        ("../a.py", "“..”"),
        ("src\\..\\..\\a.py", "“..”"),
        ("src/./a.py", "“.”"),
        ("src//a.py", "has no name"),
        ("src/", "has no name"),
        ("src/ /a.py", "has no name"),
        ("a\0.py", "U+0000 NULL"),
        ("a\nb.py", "U+000A"),
        ("a\x1b[2J.py", "U+001B ESCAPE"),
        ("a\u202eyp.exe", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\u2066.py", "U+2066"),
        ("a\ufeff.py", "U+FEFF"),
        ("\ud800.py", "U+D800"),
        ("é" * 128 + ".py", "longer than 255 bytes"),
        ("/".join(["d" * 100] * 11), "longer than 1,000 characters"),
        ("d/" * 65 + "a.py", "65 folders deep, and 64 are allowed"),
    ],
)
def test_a_name_that_is_refused_says_why(raw: str, reason: str) -> None:
    with pytest.raises(UploadRefused) as refused:
        clean_path(raw)
    assert reason in refused.value.messages[0]
    assert "\u202e" not in refused.value.messages[0], "a message must not itself be turned round"


def test_depth_counts_the_folders_above_the_file() -> None:
    assert clean_path("a/b/c.py", depth=2) == "a/b/c.py"
    with pytest.raises(UploadRefused, match="2 folders deep, and 1 are allowed"):
        clean_path("a/b/c.py", depth=1)


@given(
    st.text(st.sampled_from("a.b/\\: C\u0301\u00e9\u212a\u200c'\"\u037e"), max_size=12) | st.text(max_size=12)
)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    try:
        clean = clean_path(raw)
    except UploadRefused:
        return
    assert clean_path(clean) == clean
    assert unicodedata.is_normalized("NFC", clean)
    assert not {"", ".", ".."} & set(clean.split("/"))


def test_types_are_suffixes_and_whole_names() -> None:
    types = (".py", ".d.ts", "Makefile")
    wanted = ["src/app.PY", "a.d.ts", "makefile", "deep/Makefile"]
    unwanted = ["a.ts", "app.pyc", "Dockerfile", "py", "xmakefile", "Makefile/readme"]
    assert [path for path in wanted + unwanted if accepted_type(path, types)] == wanted
    assert accepted_type("Dockerfile", ())


def test_the_form_states_the_limits() -> None:
    limits = UploadLimits(files=200, file_bytes=512 * 1024, total_bytes=4 * 1024**2, depth=12)
    assert limits.sentence() == "At most 200 files, 512 KB each, 4 MB in all, folders up to 12 deep."
    small = UploadLimits(files=1, file_bytes=1000, total_bytes=3 * 1024**2 // 2, depth=2)
    assert small.sentence() == "At most 1 file, 1000 bytes each, 1.5 MB in all, folders up to 2 deep."


def test_many_problems_are_told_in_part_and_counted() -> None:
    refused = UploadRefused([f"Problem {number}." for number in range(32)], ["a.py"])
    assert refused.messages[19:] == ("Problem 19.", "And 12 more.")
    assert refused.not_utf8 == ("a.py",)
