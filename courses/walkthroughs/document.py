"""A walkthrough as one file: the story, and the code that it shows. Read with bounds, written to the letter.

The file is JSON: `{"format": "blindspot-walkthrough", "version": 1, "story": …, "files": {"v1":
{"db.js": "<sha256>"}}, "texts": {"<sha256>": "…"}}`. A text stands once, however many states hold it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from courses.walkthroughs.story import Story
from reviews.claims import clean_text
from reviews.snapshots.files import SourceFile
from reviews.snapshots.gathering import Gathering
from reviews.snapshots.limits import UploadLimits, UploadRefused

FORMAT, VERSION = "blindspot-walkthrough", 1
MOST_BYTES = 8 * 1024 * 1024
"""Of a file that is read: the longest story of ours has a fortieth of it."""


@dataclass(frozen=True, slots=True)
class Document:
    """A story with its code: the files of each state, by the state's name."""

    story: Story
    files: Mapping[str, tuple[SourceFile, ...]]


class Unreadable(Exception):
    """Why a file is no walkthrough, for the person who chose it. Nothing was stored."""


def dump(document: Document) -> str:
    """The one file of a walkthrough."""
    texts = {file.sha256: file.text for files in document.files.values() for file in files}
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "story": document.story.model_dump(mode="json", exclude_defaults=True),
        "files": {
            name: {file.path: file.sha256 for file in sorted(files, key=lambda file: file.path)}
            for name, files in document.files.items()
        },
        "texts": dict(sorted(texts.items())),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


def load(data: bytes, limits: UploadLimits) -> Document:
    """The walkthrough that a file holds; `limits` are those of each state of the code.

    Raises Unreadable with a sentence that says what is wrong and where.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable(f"The file is larger than {MOST_BYTES // 1024**2} MB, which no walkthrough is.")
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"This is not a walkthrough's file: it is no JSON ({error}).") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise Unreadable("This is not a walkthrough's file: it does not say that it is one.")
    if whole.get("version") != VERSION:
        raise Unreadable(f"The file has version {whole.get('version')!r}; this Blindspot reads {VERSION}.")
    story = read_story(whole.get("story"))
    return with_code(story, _files_of(whole, limits))


def read_story(data: object) -> Story:
    """A story from plain JSON data. Raises Unreadable with everything that is wrong."""
    try:
        return Story.model_validate(cleaned(data))
    except ValidationError as error:
        raise Unreadable(wrong(error)) from error


def with_code(story: Story, files: Mapping[str, tuple[SourceFile, ...]]) -> Document:
    """A story put together with its code. Raises Unreadable where something that it shows is missing."""
    missing = [code.name for code in story.codes if not files.get(code.name)]
    if missing:
        raise Unreadable(f"The code of {', '.join(missing)} is missing.")
    known = {name: {file.path: len(file.lines) for file in held} for name, held in files.items()}
    problems = [
        f"step {step.id} lights {lines.path}, which {step.code} does not have"
        for step in story.steps
        if step.kind in ("code", "question") and getattr(step, "code", None)
        for lines in (getattr(step, "lit", ()) or getattr(step, "files", ()))
        if lines.path not in known[str(step.code)] or (lines.last or 0) > known[str(step.code)][lines.path]
    ]
    if problems:
        raise Unreadable(f"{'; '.join(problems)}.")
    return Document(story, {code.name: files[code.name] for code in story.codes})


def wrong(error: ValidationError) -> str:
    """What is wrong with a story, in one line for a person: each place, and what is the matter there."""
    said = []
    for item in error.errors()[:10]:
        place = ".".join(str(part) for part in item["loc"] if part not in _KINDS)
        message = item["msg"].removeprefix("Value error, ")
        said.append(f"{place}: {message}" if place else message)
    return "; ".join(said) + "."


_KINDS = {"text", "code", "change", "tests", "plan", "review", "question", "reveal", "table"}


def cleaned(data: object) -> Any:
    """JSON data whose texts every database takes."""
    if isinstance(data, str):
        return clean_text(data, len(data))
    if isinstance(data, list):
        return [cleaned(item) for item in data]
    if isinstance(data, dict):
        return {clean_text(str(key), 400): cleaned(value) for key, value in data.items()}
    return data


def _files_of(whole: Mapping[str, Any], limits: UploadLimits) -> dict[str, tuple[SourceFile, ...]]:
    states, texts = whole.get("files", {}), whole.get("texts", {})
    if not isinstance(states, dict) or not isinstance(texts, dict):
        raise Unreadable("The file's code cannot be read: “files” and “texts” are not what they should be.")
    found: dict[str, tuple[SourceFile, ...]] = {}
    for name, paths in states.items():
        gathering = Gathering(limits)
        for path, sha256 in paths.items() if isinstance(paths, dict) else ():
            text = texts.get(str(sha256))
            if not isinstance(text, str):
                raise Unreadable(f"The text of {path} in {name} is missing.")
            gathering.keep(str(path), text)
        try:
            found[str(name)] = gathering.result()
        except UploadRefused as refusal:
            raise Unreadable(f"The code of {name}: {refusal}") from refusal
    return found
