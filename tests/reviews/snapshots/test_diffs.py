"""Diffs against the starter: git's, diff's and those that models write by hand."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reviews.snapshots.diffs import apply_diff, unified
from reviews.snapshots.files import SourceFile
from reviews.snapshots.limits import UploadLimits, UploadRefused

LIMITS = UploadLimits(files=20, file_bytes=100_000, total_bytes=200_000, depth=5)

SERVER = "".join(f"line {number}\n" for number in range(1, 61))
STARTER = {"server.js": SERVER, "lib/db.js": "open()\nquery()\nclose()\n", "README.md": "Tasks\n"}


def tree(files: Mapping[str, str]) -> tuple[SourceFile, ...]:
    return tuple(SourceFile(path, text) for path, text in sorted(files.items()))


def applied(diff: str, starter: Mapping[str, str] = STARTER, types: tuple[str, ...] = ()) -> dict[str, str]:
    return {file.path: file.text for file in apply_diff(tree(starter), diff, LIMITS, types)}


def refused(diff: str, starter: Mapping[str, str] = STARTER, types: tuple[str, ...] = ()) -> tuple[str, ...]:
    with pytest.raises(UploadRefused) as refusal:
        applied(diff, starter, types)
    return refusal.value.messages


DB_HUNK = "@@ -1,3 +1,3 @@\n open()\n-query()\n+query(id)\n close()\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a/lib/db.js", "b/lib/db.js"),
        ("lib/db.js", "lib/db.js"),
        ("i/lib/db.js", "w/lib/db.js"),
        ("starter/lib/db.js", "mine/lib/db.js"),
        ("a/lib/db.js\t2026-01-01 10:00:00", "b/lib/db.js\t2026-01-02 10:00:00"),
        ('"a/lib/db.js"', '"b/lib/db.js"'),
    ],
)
def test_prefixes_of_every_tool_are_understood(old: str, new: str) -> None:
    assert applied(f"--- {old}\n+++ {new}\n{DB_HUNK}")["lib/db.js"] == "open()\nquery(id)\nclose()\n"


def test_a_folder_that_looks_like_a_prefix_is_kept() -> None:
    starter = {"a/db.js": STARTER["lib/db.js"]}
    assert applied(f"--- a/db.js\n+++ a/db.js\n{DB_HUNK}", starter) == {
        "a/db.js": "open()\nquery(id)\nclose()\n"
    }


def test_a_diff_from_a_browsers_text_field_or_a_chat_applies() -> None:
    diff = f"Here is the fix:\n\n```diff\n--- a/lib/db.js\n+++ b/lib/db.js\n{DB_HUNK}```\nDone.\n"
    assert "query(id)" in applied(diff)["lib/db.js"]
    assert applied(diff.replace("\n", "\r\n")) == applied(diff)
    # An editor that strips space at line ends leaves an empty context line; the last end may be lost.
    starter = {"a.py": "x\n\ny\n"}
    assert applied("--- a.py\n+++ a.py\n@@ -1,3 +1,3 @@\n x\n\n-y\n+z", starter) == {"a.py": "x\n\nz\n"}


def test_creation_deletion_rename_and_copy() -> None:
    after = applied(
        "diff --git a/new file.js b/new file.js\nnew file mode 100644\nindex 0000000..1111111\n"
        "--- /dev/null\n+++ b/new file.js\t\n@@ -0,0 +1,2 @@\n+one\n+two\n"
        "diff --git a/empty.js b/empty.js\nnew file mode 100644\nindex 0000000..e69de29\n"
        "diff --git a/README.md b/README.md\ndeleted file mode 100644\nindex 1111111..0000000\n"
        "--- a/README.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-Tasks\n"
        "diff --git a/lib/db.js b/src/store.js\nsimilarity index 80%\nrename from lib/db.js\n"
        "rename to src/store.js\nindex 1111111..2222222 100644\n--- a/lib/db.js\n"
        "+++ b/src/store.js\n" + DB_HUNK +
        "diff --git a/server.js b/copy.js\nsimilarity index 100%\ncopy from server.js\ncopy to copy.js\n"
    )  # fmt: skip
    assert after == {
        "new file.js": "one\ntwo\n",
        "empty.js": "",
        "src/store.js": "open()\nquery(id)\nclose()\n",
        "server.js": SERVER,
        "copy.js": SERVER,
    }


def test_diff_ruN_marks_new_and_removed_files_by_the_epoch() -> None:
    after = applied(
        "diff -ruN starter/README.md mine/README.md\n"
        "--- starter/README.md\t2026-01-01 10:00:00.0 +0000\n"
        "+++ mine/README.md\t1970-01-01 00:00:00.0 +0000\n"
        "@@ -1 +0,0 @@\n-Tasks\n"
        "--- starter/new.js\t1970-01-01 00:00:00.0 +0000\n+++ mine/new.js\t2026-01-01 10:00:00.0 +0000\n"
        "@@ -0,0 +1 @@\n+x\n"
    )
    assert after == {"server.js": SERVER, "lib/db.js": STARTER["lib/db.js"], "new.js": "x\n"}


def test_two_files_may_swap_their_names() -> None:
    swap = (
        "diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n"
        "diff --git a/b.py b/a.py\nsimilarity index 100%\nrename from b.py\nrename to a.py\n"
    )
    assert applied(swap, {"a.py": "A\n", "b.py": "B\n"}) == {"a.py": "B\n", "b.py": "A\n"}


def test_gits_quoted_names_are_read() -> None:
    diff = '--- "a/na\\303\\257ve \\"q\\".py"\n+++ "b/na\\303\\257ve \\"q\\".py"\n@@ -1 +1 @@\n-x\n+y\n'
    assert applied(diff, {'naïve "q".py': "x\n"}) == {'naïve "q".py': "y\n"}


def test_a_file_keeps_its_own_line_ends() -> None:
    windows = {"a.py": "one\r\ntwo\r\nthree\r\n"}
    diff = "--- a/a.py\n+++ b/a.py\n@@ -1,3 +1,4 @@\n one\n-two\n+2\n+2.5\n three\n"
    assert applied(diff, windows) == {"a.py": "one\r\n2\r\n2.5\r\nthree\r\n"}
    carrying = diff.replace("two\n", "two\r\n").replace("2\n", "2\r\n").replace("e\n", "e\r\n")
    assert applied(carrying, {"a.py": "one\ntwo\nthree\n"}) == {"a.py": "one\n2\n2.5\nthree\n"}
    bare_insert = "--- a/a.py\n+++ b/a.py\n@@ -1,0 +2 @@\n+new\n"
    assert applied(bare_insert, windows) == {"a.py": "one\r\nnew\r\ntwo\r\nthree\r\n"}


def test_the_last_line_without_an_end_is_respected() -> None:
    diff = "--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+y\n"
    assert applied(diff, {"a.py": "x"}) == {"a.py": "y\n"}
    assert (
        "expects “x” without a line end at line 1, where the file has “x”."
        in refused(diff, {"a.py": "x\n"})[0]
    )
    middle = "--- a.py\n+++ a.py\n@@ -1 +1 @@\n-x\n+y\n\\ No newline at end of file\n"
    assert "says that the file ends with “y”, but it goes on" in refused(middle, {"a.py": "x\nz\n"})[0]


@pytest.mark.parametrize(("written", "fits"), [(30, True), (50, True), (10, True), (51, False), (9, False)])
def test_a_hunk_may_have_moved_by_twenty_lines(written: int, fits: bool) -> None:
    diff = f"--- a/server.js\n+++ b/server.js\n@@ -{written},2 +{written},2 @@\n line 30\n-line 31\n+new\n"
    if fits:
        assert applied(diff)["server.js"] == SERVER.replace("line 31\n", "new\n")
    else:
        assert "does not fit" in refused(diff)[0]


def test_an_offset_carries_over_to_the_next_hunk() -> None:
    diff = "--- a/server.js\n+++ b/server.js\n" + "".join(
        f"@@ -{written},1 +{written},1 @@\n-line {there}\n+new {there}\n"
        for written, there in [(3, 18), (20, 50)]
    )
    after = applied(diff, {"server.js": SERVER})["server.js"]
    assert after == SERVER.replace("line 18\n", "new 18\n").replace("line 50\n", "new 50\n")


def test_a_hunk_that_does_not_fit_names_file_hunk_and_line() -> None:
    diff = "--- a/lib/db.js\n+++ b/lib/db.js\n@@ -1,3 +1,3 @@ function get()\n"
    diff += " open()\n-query(x)\n+query(id)\n close()\n"
    assert refused(diff) == (
        "“lib/db.js”: the hunk “@@ -1,3 +1,3 @@ function get()” does not fit. "
        "The diff expects “query(x)” at line 2, where the file has “query()”.",
    )
    past = "--- a/README.md\n+++ b/README.md\n@@ -1,2 +1,2 @@\n Tasks\n-more\n+less\n"
    assert "expects “more” at line 2, where the file has ended." in refused(past)[0]
    beyond = "--- a/README.md\n+++ b/README.md\n@@ -7,0 +8 @@\n+more\n"
    assert "It belongs after line 7, but the file has 1." in refused(beyond)[0]


def test_all_files_that_do_not_fit_are_named() -> None:
    bad = "@@ -1 +1 @@\n-nothing\n+something\n"
    told = refused(f"--- a/README.md\n+++ b/README.md\n{bad}--- a/server.js\n+++ b/server.js\n{bad}")
    assert ["README.md" in told[0], "server.js" in told[1]] == [True, True]


@pytest.mark.parametrize(
    ("diff", "said"),
    [
        ("", "The diff is empty."),
        (" \n", "The diff is empty."),
        ("def main():\n    pass\n", "not a unified diff"),
        ("*** a.py\n--- b.py\n***************\n", "not a unified diff"),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\0\n+y\n", "binary data"),
        (
            "--- a/gone.js\n+++ b/gone.js\n@@ -1 +1 @@\n-x\n+y\n",
            "“gone.js”, which is not among the starter files",
        ),
        ("--- /dev/null\n+++ b/README.md\n@@ -0,0 +1 @@\n+x\n", "creates “README.md”, which the starter has"),
        (
            "--- a/lib/db.js\n+++ /dev/null\n@@ -1 +0,0 @@\n-open()\n",
            "deletes “lib/db.js”, but not all of its lines",
        ),
        ("--- /dev/null\n+++ b/../x.js\n@@ -0,0 +1 @@\n+x\n", "not a usable file name"),
        ("--- a/lib/db.js\n+++ b/lib/db.js\n@@ -1,3 +1,3 @@\n open()\n", "fewer lines than its header says"),
        (
            "--- a/lib/db.js\n+++ b/lib/db.js\n@@ -1 +1 @@\n-open()\n+open(1)\n+extra()\n",
            "more lines than its header",
        ),
        (
            "--- a/lib/db.js\n+++ b/lib/db.js\n@@ -1,2 +1 @@\n-open()\nquery()\n",
            "its line 5 in the hunk “@@ -1,2 +1 @@”",
        ),
        ("--- a/lib/db.js\n+++ b/lib/db.js\n@@ ... @@\n-open()\n", "no “@@ -1,2 +1,2 @@” follows"),
        ("--- a/README.md\n+++ b/README.md\n@@ -0,0 +0,0 @@\n", "an empty hunk in “README.md”"),
        ("diff --git a/lib/db.js b/lib/db.js\nindex 1..2 100644\n", "no “@@ -1,2 +1,2 @@” follows"),
        (
            "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n",
            "a link",
        ),
        (
            "diff --git a/i.png b/i.png\nindex 1..2 100644\nBinary files a/i.png and b/i.png differ\n",
            "binary file “i.png”",
        ),
        ("diff --git a/i.png b/i.png\nindex 1..2\nGIT binary patch\nliteral 0\n", "binary file “i.png”"),
        ("Binary files old/i.png and new/i.png differ\n", "binary file"),
        (
            "Only in mine: new.js\n--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-Tasks\n+T\n",
            "Make it with “diff -ruN”",
        ),
        (
            "diff --git a/server.js b/server.js\nold mode 100644\nnew mode 100755\n",
            "The diff changes nothing.",
        ),
        ("--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-Tasks\n+T\n" * 2, "changes “README.md” twice"),
    ],
)
def test_a_diff_that_cannot_be_taken_says_why(diff: str, said: str) -> None:
    assert said in " ".join(refused(diff))


def test_types_and_limits_bind_what_the_diff_makes() -> None:
    new = "--- /dev/null\n+++ b/notes.txt\n@@ -0,0 +1 @@\n+x\n"
    assert refused(new, types=(".js",)) == ("“notes.txt” is not of an accepted type (.js).",)
    change = f"--- a/lib/db.js\n+++ b/lib/db.js\n{DB_HUNK}"
    assert "README.md" in applied(change, types=(".js",)), "starter files of other types stay"
    huge = "--- /dev/null\n+++ b/x.js\n@@ -0,0 +1 @@\n+" + "x" * 100_001 + "\n"
    assert "larger than 97.7 KB" in refused(huge)[0]
    assert "The diff is larger than" in refused("x" * 400_001)[0]


names = st.sampled_from(
    ["a.py", "a/x.py", "b/my file.js", "src/x.py", 'it\'s "q".py', "b/b/c.py", "é.py", "Makefile"]
)
lines = st.text(st.sampled_from("ab-+ @\\\t\r\x0b\x0c\x1c\x85\u2028\ufeff"), max_size=4) | st.sampled_from(
    ["-- x", "++ b/x", "@@ -1 +1 @@", "diff --git a/x b/x", "\\ No newline at end of file", "Only in x"]
)
texts = st.builds(
    lambda parts, end: "\n".join(parts) + end,
    st.lists(lines, max_size=12),
    st.sampled_from(["", "\n", "\r\n"]),
)
trees = st.dictionaries(names, texts, min_size=1, max_size=4)


@settings(max_examples=400, deadline=None)
@given(trees, trees)
def test_a_diff_that_was_made_applies_to_give_the_same_files(
    before: dict[str, str], after: dict[str, str]
) -> None:
    assume(before != after and any(text.strip() for text in after.values()))
    assert applied(unified(tree(before), tree(after)), before) == after


@settings(max_examples=150, deadline=None)
@given(texts, st.data())
def test_a_small_change_of_a_long_file_round_trips(odd: str, data: st.DataObject) -> None:
    numbered = [f"{number}\n" for number in range(80)]
    changed = list(numbered)
    for at in data.draw(st.lists(st.integers(0, 79), min_size=1, max_size=5)):
        changed[at] = odd
    before, after = {"a.py": "".join(numbered)}, {"a.py": "".join(changed)}
    assume(before != after)
    assert applied(unified(tree(before), tree(after)), before) == after


def test_equal_trees_have_no_diff() -> None:
    assert unified(tree(STARTER), tree(STARTER)) == ""


def test_git_and_we_agree(tmp_path: Path) -> None:
    """What git makes, we apply; what we make, git applies."""
    before = {"a b.py": "one\ntwo\n", "gone.py": "x\n", "old.py": SERVER, "nö.py": "é"}
    after = {"a b.py": "one\n2", "new/empty.py": "", "moved.py": SERVER + "end\n", "nö.py": "è\n"}

    def git(*arguments: str, given: str | None = None) -> str:
        command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, input=given, capture_output=True, check=True, encoding="utf-8"
        )
        return done.stdout

    def write(files: Mapping[str, str]) -> None:
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(exist_ok=True)
            (tmp_path / path).write_bytes(text.encode())

    git("init", "-q")
    write(before)
    git("add", ".")
    git("commit", "-qm", "starter")
    git("apply", given=unified(tree(before), tree(after)))
    made = {path: (tmp_path / path).read_bytes().decode() for path in after}
    assert made == after
    assert not (tmp_path / "gone.py").exists()
    git("add", "-A")
    for form in ([], ["--no-prefix"], ["-M"], ["-U0"], ["--no-renames"]):
        assert applied(git("diff", "--cached", *form), before) == after, form
