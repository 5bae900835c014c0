"""The walkthroughs that come with Blindspot, read from the folders `courses/walkthroughs/recorded/<slug>/`.

`story.json` is a Story; in place of any text it may say `{"file": "outputs/v1-tests.txt"}`, a file of
that folder. `code/<name>/` holds the files of a state of the code. With `code/<name>/.base` (one line:
another state's name) they are only those that changed or were added since that state, and
`code/<name>/.removed` lists, one a line, those that it no longer has.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courses.walkthroughs.document import Document, Unreadable, read_story, with_code
from courses.walkthroughs.story import Story
from reviews.snapshots.files import SourceFile

RECORDED = Path(__file__).parent / "recorded"
_NOT_CODE = {"node_modules", "__pycache__", ".base", ".removed"}
"""What runs leave behind, and what is said of a folder."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """One of ours, as the shelf shows it; `minutes` is how long it is meant to take."""

    slug: str
    title: str
    summary: str
    minutes: float


def shelf(folder: Path = RECORDED) -> tuple[Shelved, ...]:
    """All that come with Blindspot, by the names of their folders."""
    stories = {path.name: _story(path) for path in _folders(folder)}
    return tuple(Shelved(slug, story.title, story.summary, story.minutes) for slug, story in stories.items())


def take(slug: str, folder: Path = RECORDED) -> Document:
    """One of ours with its code. Raises KeyError where the shelf has none of that name."""
    found = {path.name: path for path in _folders(folder)}[slug]
    story = _story(found)
    return with_code(story, {code.name: _files(found / "code", code.name) for code in story.codes})


def _folders(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob("*/story.json"))


def _story(folder: Path) -> Story:
    return read_story(_with_texts(json.loads(_text(folder / "story.json")), folder))


def _with_texts(data: Any, folder: Path) -> Any:
    """The same data, with the texts of the files that it names."""
    if isinstance(data, list):
        return [_with_texts(item, folder) for item in data]
    if not isinstance(data, dict):
        return data
    if data.keys() == {"file"}:
        return _text(folder / data["file"])
    return {key: _with_texts(value, folder) for key, value in data.items()}


def _files(states: Path, name: str, after: tuple[str, ...] = ()) -> tuple[SourceFile, ...]:
    """The files of a state of the code, on top of those of the state that it starts from."""
    if name in after:
        raise Unreadable(f"The code of {name} starts from itself, by way of {', '.join(after)}.")
    folder, base, removed = states / name, states / name / ".base", states / name / ".removed"
    files: Mapping[str, SourceFile] = {}
    if base.is_file():
        files = {file.path: file for file in _files(states, _text(base).strip(), (*after, name))}
    gone = set(_text(removed).split("\n")) if removed.is_file() else set()
    own = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in own if not _NOT_CODE & set(path.parts)]
    files = {path: file for path, file in files.items() if path not in gone} | {
        path.as_posix(): SourceFile(path.as_posix(), _text(folder / path)) for path in kept
    }
    return tuple(files[path] for path in sorted(files))


def _text(path: Path) -> str:
    # To the letter: a file may end its lines in two ways, and a diff shows it.
    return path.read_bytes().decode("utf-8")
