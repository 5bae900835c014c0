"""Pasted and dropped files: what becomes a snapshot, and what is refused, all of it at once."""

from __future__ import annotations

import io

import pytest

from reviews.snapshots.files import SourceFile
from reviews.snapshots.limits import UploadLimits, UploadRefused
from reviews.snapshots.uploads import read_dropped, read_pasted

LIMITS = UploadLimits(files=5, file_bytes=2000, total_bytes=4000, depth=3)


def dropped(
    *files: tuple[str, bytes], types: tuple[str, ...] = (), encoding: str = "utf-8"
) -> dict[str, str]:
    streams = [(name, io.BytesIO(data)) for name, data in files]
    return {file.path: file.text for file in read_dropped(streams, LIMITS, types, encoding)}


def refusal(*files: tuple[str, bytes], types: tuple[str, ...] = (), encoding: str = "utf-8") -> UploadRefused:
    with pytest.raises(UploadRefused) as refused:
        dropped(*files, types=types, encoding=encoding)
    return refused.value


def test_mira_drops_a_folder_and_gets_it_sorted() -> None:
    files = dropped(
        ("src/b.py", b"b = 1\r\n"), ("src/a.py", b"\xef\xbb\xbfa = 1\n"), ("src/__init__.py", b"")
    )
    assert files == {"src/__init__.py": "", "src/a.py": "a = 1\n", "src/b.py": "b = 1\r\n"}
    assert list(files) == sorted(files)


def test_mira_pastes_two_files_and_leaves_a_row_empty() -> None:
    files = read_pasted([("b.py", "x = 1\r\ny = 2\r\n"), ("", " \r\n"), (" a.py ", "")], LIMITS, (".py",))
    assert files == (SourceFile("a.py", ""), SourceFile("b.py", "x = 1\ny = 2\n"))


def test_pasted_text_needs_a_name() -> None:
    with pytest.raises(UploadRefused) as refused:
        read_pasted([("a.py", "x"), ("", "y = 2")], LIMITS, ())
    assert refused.value.messages == ("Pasted text 2 has no file name. Give it one, such as app.py.",)


def test_all_problems_of_one_upload_are_told_together() -> None:
    told = refusal(
        ("a.py", b"x = 1\n"),
        ("../b.py", b"x"),
        ("photo.png", b"\x89PNG"),
        ("c.py", b"a\0b"),
        ("d.py", b"caf\xe9"),
        ("e.py", b"x" * 2001),
        ("Makefile", b"all:\n"),
        types=(".py",),
    )
    assert [message.split(" ", 2)[0] for message in told.messages] == [
        "“../b.py”", "“photo.png”", "“c.py”", "“d.py”", "“e.py”", "“Makefile”"
    ]  # fmt: skip
    assert "accepted type (.py)" in told.messages[1]
    assert "binary" in told.messages[2]
    assert "larger than 2 KB" in told.messages[4]
    assert told.not_utf8 == ("d.py",)


def test_text_that_is_not_utf8_is_named_with_its_first_bad_byte() -> None:
    told = refusal(("naïve.py", "x = 1\ny = 'é'\n".encode("latin-1")))
    assert told.messages == (
        "“naïve.py” is not UTF-8 text: line 2, byte 11 of the file (0xE9). "
        "Save it as UTF-8, or have it read as Latin-1.",
    )
    marked = refusal(("a.py", b"\xef\xbb\xbfab\xff"))
    assert "byte 5 of the file (0xFF)" in marked.messages[0]


def test_latin_1_is_for_the_files_that_need_it_only() -> None:
    files = dropped(("old.py", b"n = 'caf\xe9'\n"), ("new.py", "n = 'café'\n".encode()), encoding="latin-1")
    assert files == {"new.py": "n = 'café'\n", "old.py": "n = 'café'\n"}
    assert "binary" in refusal(("a.py", b"\0\xe9"), encoding="latin-1").messages[0]


def test_other_encodings_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="utf-16"):
        dropped(("a.py", b"x"), encoding="utf-16")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x7fELF\x02\0\0", "a binary file"),
        (bytes(range(1, 32)) * 4, "a binary file"),
        ("x = 1".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_not_text_is_refused_by_name(data: bytes, kind: str) -> None:
    assert f"“tool.py” is {kind}" in refusal(("tool.py", data)).messages[0]


def test_a_few_control_characters_do_not_make_a_binary() -> None:
    assert dropped(("a.py", b"\x0c\x1b[0m\x01")) == {"a.py": "\x0c\x1b[0m\x01"}


@pytest.mark.parametrize("files", [(), (("a.py", b""),), (("a.py", b" \n"), ("b.py", b"\xef\xbb\xbf"))])
def test_an_empty_submission_is_refused(files: tuple[tuple[str, bytes], ...]) -> None:
    assert "nothing to review" in refusal(*files).messages[0]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("a.py", "a.py", "“a.py” is there twice."),
        ("a.py", "./a.py", "“a.py” is there twice."),
        ("caf\u00e9.py", "cafe\u0301.py", "twice, in two spellings of the same name"),
        ("src/App.js", "src/app.js", "“src/App.js” and “src/app.js” differ only by case"),
        ("src", "src/app.js", "“src” is both a file and a folder"),
    ],
)
def test_one_path_holds_one_file(first: str, second: str, said: str) -> None:
    assert said in refusal((first, b"x"), (second, b"y")).messages[0]


def test_too_many_files_and_too_many_bytes() -> None:
    assert refusal(*((f"{n}.py", b"x") for n in range(6))).messages == (
        "There are 6 files, and at most 5 are allowed.",
    )
    told = refusal(*((f"{n}.py", b"x" * 1900) for n in range(3)))
    assert told.messages == ("The files hold more than 3.9 KB together.",)
    assert "4 folders deep" in refusal(("a/b/c/d/e.py", b"x")).messages[0]


def test_no_stream_is_read_further_than_its_limit() -> None:
    endless = io.BytesIO(b"x" * 1_000_000)
    with pytest.raises(UploadRefused, match="larger than"):
        read_dropped([("a.py", endless)], LIMITS, ())
    assert endless.tell() == LIMITS.file_bytes + 1
