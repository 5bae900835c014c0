"""The shelf: folders are read as they are, and taken whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from courses.walkthroughs.document import Unreadable, dump, load
from courses.walkthroughs.shelf import shelf, take
from reviews.snapshots.limits import UploadLimits

LIMITS = UploadLimits(files=200, file_bytes=512 * 1024, total_bytes=2 * 1024 * 1024, depth=10)

STORY: dict[str, Any] = {
    "title": "The till",
    "summary": "A sum that is off by a cent.",
    "codes": [{"name": "v1", "title": "As written"}, {"name": "v2", "title": "Mended"}],
    "steps": [
        {
            "id": "hello",
            "kind": "text",
            "title": "What it is",
            "minutes": 2,
            "body": {"file": "texts/hello.md"},
        },
        {"id": "diff", "kind": "change", "title": "The fix", "before": "v1", "code": "v2", "minutes": 1.5},
    ],
}


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A shelf with one walkthrough on it: its second state changes a file, adds one and takes one away."""
    for path, text in {
        "till/story.json": json.dumps(STORY),
        "till/texts/hello.md": "Cents are *counted*, not measured.\n",
        "till/code/v1/till.py": "total = 0.1 + 0.2\r\n",
        "till/code/v1/old.py": "pass\n",
        "till/code/v1/src/same.py": "SAME = True\n",
        "till/code/v1/node_modules/left/index.js": "never ours\n",
        "till/code/v2/.base": "v1\n",
        "till/code/v2/.removed": "old.py\n",
        "till/code/v2/till.py": "total = 10 + 20\n",
        "till/code/v2/tests/test_till.py": "assert True\n",
        "notes.txt": "no walkthrough\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text.encode())
    return tmp_path


def test_the_shelf_shows_what_a_walkthrough_is_and_how_long_it_takes(recorded: Path) -> None:
    [till] = shelf(recorded)
    assert (till.slug, till.title, till.summary, till.minutes) == (
        "till",
        "The till",
        "A sum that is off by a cent.",
        3.5,
    )


def test_a_state_of_the_code_is_what_changed_on_top_of_the_one_before(recorded: Path) -> None:
    document = take("till", recorded)
    assert document.story.steps[0].body == "Cents are *counted*, not measured.\n"
    first = {file.path: file.text for file in document.files["v1"]}
    assert first == {
        "old.py": "pass\n",
        "src/same.py": "SAME = True\n",
        "till.py": "total = 0.1 + 0.2\r\n",
    }
    second = {file.path: file.text for file in document.files["v2"]}
    assert second == {
        "src/same.py": "SAME = True\n",
        "tests/test_till.py": "assert True\n",
        "till.py": "total = 10 + 20\n",
    }


def test_what_is_taken_survives_the_one_file(recorded: Path) -> None:
    document = take("till", recorded)
    assert load(dump(document).encode(), LIMITS) == document


@pytest.mark.parametrize("slug", ["none", "../till", "till/texts", ".", ""])
def test_only_what_stands_on_the_shelf_can_be_taken(recorded: Path, slug: str) -> None:
    with pytest.raises(KeyError):
        take(slug, recorded)


def test_two_states_that_start_from_one_another_are_told(recorded: Path) -> None:
    (recorded / "till/code/v1/.base").write_text("v2\n")
    with pytest.raises(Unreadable, match="starts from itself"):
        take("till", recorded)


def test_a_state_of_the_code_without_files_is_told(recorded: Path) -> None:
    story = STORY | {"codes": [*STORY["codes"], {"name": "v3", "title": "Not there"}]}
    (recorded / "till/story.json").write_text(json.dumps(story))
    with pytest.raises(Unreadable, match="The code of v3 is missing"):
        take("till", recorded)


def test_every_walkthrough_that_comes_with_blindspot_can_be_taken() -> None:
    for shelved in shelf():
        document = take(shelved.slug)
        assert document.story.steps, shelved.slug
        assert load(dump(document).encode(), LIMITS) == document, shelved.slug
