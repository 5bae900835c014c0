"""Files and folders named at the terminal, and what changed in them since a commit."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from reviews.snapshots.limits import UploadLimits, UploadRefused
from reviews.snapshots.worktree import Gathered, read_changes, read_paths

LIMITS = UploadLimits(files=5, file_bytes=4_096, total_bytes=6_000, depth=4)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A small project on the disk, outside of every repository."""
    write(tmp_path / "shop", {"shop.py": "def buy():\n    return True\n", "src/db.py": "db = None\n"})
    return tmp_path / "shop"


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def git(folder: Path, *arguments: str) -> str:
    """Git as a developer runs it, with the repository's own configuration."""
    who = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    names = ("-c", "user.name=Ben", "-c", "user.email=ben@example.org", "-c", "init.defaultBranch=main")
    done = subprocess.run(
        ["git", *names, *arguments],
        cwd=folder,
        env=os.environ | who,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(shop: Path) -> Path:
    """The shop with one commit on main."""
    write(shop, {".gitignore": "*.log\nbuild/\n"})
    git(shop, "init", "--quiet")
    git(shop, "add", ".")
    git(shop, "commit", "--quiet", "--message", "first")
    return shop


def names(gathered: Gathered) -> list[str]:
    return [file.path for file in gathered.files]


def refusal(*paths: str, here: Path, base: str = "", limits: UploadLimits = LIMITS) -> str:
    with pytest.raises(UploadRefused) as refused:
        read_changes(paths, base, limits, here) if base else read_paths(paths, limits, here)
    return str(refused.value)


def test_a_folder_alone_is_the_root_of_its_names(shop: Path) -> None:
    gathered = read_paths([str(shop)], LIMITS, Path("/"))
    assert names(gathered) == ["shop.py", "src/db.py"]
    assert gathered.root == shop
    assert gathered.files[1].text == "db = None\n"


def test_several_names_are_as_seen_from_here_else_from_the_folder_around_them(shop: Path) -> None:
    assert names(read_paths(["shop/shop.py", "shop/src"], LIMITS, shop.parent)) == [
        "shop/shop.py",
        "shop/src/db.py",
    ]
    assert names(read_paths(["shop.py"], LIMITS, shop)) == ["shop.py"]
    outside = read_paths([str(shop / "shop.py"), str(shop / "src")], LIMITS, Path("/usr"))
    assert names(outside) == ["shop.py", "src/db.py"]


def test_a_file_named_twice_is_read_once(shop: Path) -> None:
    assert names(read_paths([".", "src", "src/db.py"], LIMITS, shop)) == ["shop.py", "src/db.py"]


def test_what_is_no_source_is_left_out_and_said(shop: Path) -> None:
    write(
        shop,
        {
            "node_modules/left-pad/index.js": "module.exports = 1\n",
            "src/__pycache__/db.pyc": b"\0",
            "logo.png": "not even read",
            "blob": b"\x7fELF\0\0",
            "latin.py": "name = 'Ñ'\n".encode("latin-1"),
            "long.py": "x = 1\n" * 1_000,
        },
    )
    (shop / "link.py").symlink_to("/etc/hostname")
    (shop / "loop").symlink_to(shop)
    os.mkfifo(shop / "pipe")
    gathered = read_paths([str(shop)], LIMITS, shop)
    assert names(gathered) == ["shop.py", "src/db.py"]
    assert dict(gathered.left_out) == {
        "node_modules/": "installed packages",
        "src/__pycache__/": "compiled Python",
        "logo.png": "not text",
        "blob": "not text",
        "latin.py": "not UTF-8 text",
        "long.py": "larger than 4 KB",
        "link.py": "a link",
        "loop": "a link",
        "pipe": "not a file",
    }


def test_what_was_named_itself_must_be_there_and_readable(shop: Path) -> None:
    write(shop, {"blob": b"\x7fELF\0\0"})
    assert "There is no file or folder" in refusal("shop.py", "gone.py", here=shop)
    assert "blob” cannot be reviewed: it is not text." in refusal("blob", here=shop)


def test_more_than_the_limits_allow_is_refused_with_what_to_do(shop: Path) -> None:
    write(shop, {f"n{number}.py": "x = 1\n" for number in range(20)})
    said = refusal(".", here=shop)
    assert "at most 5 are allowed" in said
    assert "Name fewer files" in said
    heavy = {f"n{number}.py": "x = 1\n" * 300 for number in range(4)}
    write(shop, heavy)
    assert "more than" in refusal(*heavy, here=shop)


def test_in_a_repository_what_git_ignores_is_not_read(repository: Path) -> None:
    write(repository, {"debug.log": "secret\n", "build/out.py": "x = 1\n", "new.py": "x = 1\n"})
    git(repository, "rm", "--quiet", "--cached", "shop.py")
    (repository / "src" / "db.py").unlink()
    assert names(read_paths(["."], LIMITS, repository)) == [".gitignore", "new.py", "shop.py"]


def test_what_git_ignores_is_read_where_it_was_named(repository: Path) -> None:
    write(repository, {"debug.log": "secret\n", "build/out.py": "x = 1\n"})
    assert names(read_paths(["debug.log", "build"], LIMITS, repository)) == ["build/out.py", "debug.log"]


def test_with_a_base_the_changed_files_are_read_whole_with_what_changed(repository: Path) -> None:
    write(repository, {"shop.py": "def buy():\n    return False\n", "new.py": "x = 1\n"})
    gathered = read_changes(["."], "main", LIMITS, repository)
    assert names(gathered) == ["new.py", "shop.py"]
    assert gathered.files[1].text == "def buy():\n    return False\n"
    assert "--- a/shop.py\n+++ b/shop.py\n@@ -1,2 +1,2 @@" in gathered.diff
    assert "-    return True\n+    return False\n" in gathered.diff
    assert "+x = 1\n" in gathered.diff
    assert "src/db.py" not in gathered.diff


def test_what_was_done_on_the_base_since_does_not_count(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "mine")
    write(repository, {"shop.py": "def buy():\n    return False\n"})
    git(repository, "commit", "--quiet", "--all", "--message", "mine")
    git(repository, "switch", "--quiet", "main")
    write(repository, {"src/db.py": "db = 1\n"})
    git(repository, "commit", "--quiet", "--all", "--message", "theirs")
    git(repository, "switch", "--quiet", "mine")
    assert names(read_changes(["."], "main", LIMITS, repository)) == ["shop.py"]


def test_only_the_named_part_is_compared_and_a_deleted_file_stands_in_the_diff(repository: Path) -> None:
    write(repository, {"src/more.py": "x = 1\n", "shop.py": "changed\n"})
    (repository / "src" / "db.py").unlink()
    gathered = read_changes(["src"], "HEAD", LIMITS, repository)
    assert names(gathered) == ["more.py"]
    assert "--- a/db.py\n+++ /dev/null" in gathered.diff
    assert "shop.py" not in gathered.diff


def test_the_repository_is_that_of_the_named_files_wherever_one_stands(
    repository: Path, tmp_path: Path
) -> None:
    write(repository, {"shop.py": "changed\n"})
    (tmp_path / "link").symlink_to(repository)
    assert names(read_changes(["shop/shop.py"], "HEAD", LIMITS, tmp_path)) == ["shop/shop.py"]
    assert names(read_changes(["link"], "HEAD", LIMITS, tmp_path)) == ["shop.py"]
    write(tmp_path, {"other.py": "x = 1\n"})
    said = refusal("shop/shop.py", "other.py", here=tmp_path, base="HEAD")
    assert "other.py” is not in the repository" in said


def test_other_line_ends_are_no_change(repository: Path) -> None:
    write(repository, {"shop.py": "def buy():\r\n    return True\r\n", "src/db.py": "db = 2\n"})
    assert names(read_changes(["."], "HEAD", LIMITS, repository)) == ["src/db.py"]


@pytest.mark.parametrize("base", ["no-such-branch", "--output=/tmp/x", "HEAD~99", "main:shop.py"])
def test_a_base_that_is_no_commit_is_refused(repository: Path, base: str) -> None:
    assert "names no commit" in refusal(".", here=repository, base=base)


def test_a_base_without_anything_to_compare_is_refused(repository: Path, shop: Path, tmp_path: Path) -> None:
    assert "Nothing has changed since “main”" in refusal(".", here=repository, base="main")
    (repository / "shop.py").unlink()
    assert "Files were only deleted since “main”" in refusal(".", here=repository, base="main")
    write(tmp_path / "plain", {"a.py": "x = 1\n"})
    assert "in no readable git repository" in refusal(".", here=tmp_path / "plain", base="main")


def test_without_git_folders_are_read_and_a_base_is_refused(
    repository: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert names(read_paths(["."], LIMITS, repository)) == [".gitignore", "shop.py", "src/db.py"]
    assert "git is not installed here" in refusal(".", here=repository, base="main")


def test_no_program_that_a_repository_asks_for_is_started(repository: Path, tmp_path: Path) -> None:
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f'#!/bin/sh\necho "$0 $*" >> {sprung}\ncat\n')
    trap.chmod(0o755)
    write(repository, {".gitattributes": "*.py diff=trap filter=trap\n", "shop.py": "changed\n"})
    for name in (
        *("core.fsmonitor", "core.pager", "diff.external", "diff.trap.command", "diff.trap.textconv"),
        *("filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "core.sshCommand"),
    ):
        git(repository, "config", name, str(trap))
    git(repository, "config", "core.hooksPath", str(tmp_path))
    gathered = read_changes(["."], "main", LIMITS, repository)
    assert names(gathered) == [".gitattributes", "shop.py"]
    assert not sprung.exists(), sprung.read_text()
    # The trap is a good one: git itself walks into it.
    git(repository, "diff")
    assert sprung.exists()
