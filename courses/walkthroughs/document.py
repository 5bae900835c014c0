"""A walkthrough as one file: the story, and the code that it shows. Read with bounds, written to the letter.

The file is JSON: `{"format": "blindspot-walkthrough", "version": 1, "story": …, "files": {"v1":
{"db.js": "<sha256>"}}, "texts": {"<sha256>": "…"}}`. A text stands once, however many states hold it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from courses.walkthroughs.steps import KINDS, CodeStep, QuestionStep
from courses.walkthroughs.story import Story
from reviews.claims import clean_text
from reviews.snapshots.characters import visible
from reviews.snapshots.files import SourceFile
from reviews.snapshots.gathering import Gathering
from reviews.snapshots.limits import UploadLimits, UploadRefused

FORMAT, VERSION = "blindspot-walkthrough", 1
MOST_BYTES = 8 * 1024 * 1024
"""Of a file that is read: the longest story of ours has a fortieth of it."""
MOST_SAID = 10
"""So many things that are wrong are told at once."""


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
        raise Unreadable("This is not a walkthrough's file: it is no JSON, or is damaged.") from error
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise Unreadable("This is not a walkthrough's file: it does not say that it is one.")
    if whole.get("version") != VERSION:
        raise Unreadable(f"The file is of another version; this Blindspot reads version {VERSION}.")
    story = read_story(whole.get("story"))
    return with_code(story, _files_of(whole, story, limits))


def read_story(data: object) -> Story:
    """A story from plain JSON data. Raises Unreadable with everything that is wrong."""
    try:
        return Story.model_validate(cleaned(data))
    except ValidationError as error:
        raise Unreadable(wrong(error)) from error
    except RecursionError as error:
        raise Unreadable("The story is nested deeper than any story is.") from error


def with_code(story: Story, files: Mapping[str, tuple[SourceFile, ...]]) -> Document:
    """A story put together with its code. Raises Unreadable where something that it shows is missing."""
    missing = [code.name for code in story.codes if not files.get(code.name)]
    if missing:
        raise Unreadable(f"The code of {', '.join(missing)} is missing.")
    known = {name: {file.path: len(file.lines) for file in held} for name, held in files.items()}
    problems = [
        f"{who} {_which(path, last)}, which the code “{code}” does not have"
        for who, code, path, last in _places(story)
        if path not in known[code] or (last or 0) > known[code][path]
    ]
    if problems:
        raise Unreadable(f"{'; '.join(problems)}.")
    return Document(story, {code.name: files[code.name] for code in story.codes})


def _places(story: Story) -> Iterator[tuple[str, str, str, int | None]]:
    """Who shows which code, file and last line. Of a review it is the reviewer's to be wrong."""
    for step in story.steps:
        if isinstance(step, CodeStep):
            yield f"Step “{step.title}” opens", step.code, step.path, None
        lit = step.lit if isinstance(step, CodeStep) else ()
        asked = step.files if isinstance(step, QuestionStep) and step.code else ()
        for lines in (*lit, *asked):
            yield f"Step “{step.title}” shows", str(getattr(step, "code", "")), lines.path, lines.last
    for defect in story.defects:
        for where in defect.places:
            if where.path:
                yield f"Defect “{defect.title}” stands in", where.code, where.path, where.last


def _which(path: str, last: int | None) -> str:
    return f"{path}, line {last}" if last else path


def wrong(error: ValidationError) -> str:
    """What is wrong with a story, in one line for a person: each place, and what is the matter there."""
    said = []
    for item in error.errors()[:MOST_SAID]:
        place = _place(item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        said.append(f"{place}: {message}" if place else message)
    if error.error_count() > MOST_SAID:
        said.append(f"and {error.error_count() - MOST_SAID} more")
    return "; ".join(said) + "."


def _place(loc: tuple[int | str, ...]) -> str:
    """Where in a story something is, counted as people count: "steps 2, said 1, title"."""
    words: list[str] = []
    for at, part in enumerate(loc):
        if isinstance(part, int):
            words[-1:] = [f"{words[-1]} {part + 1}" if words else str(part + 1)]
        elif at != 2 or part not in KINDS:  # What follows a step's number is its kind.
            words.append(clean_text(part, 100))
    return ", ".join(words)


def cleaned(data: object) -> Any:
    """JSON data whose texts every database takes."""
    if isinstance(data, str):
        return clean_text(data, len(data))
    if isinstance(data, list):
        return [cleaned(item) for item in data]
    if isinstance(data, dict):
        return {clean_text(str(key), 400): cleaned(value) for key, value in data.items()}
    return data


def _files_of(
    whole: Mapping[str, Any], story: Story, limits: UploadLimits
) -> dict[str, tuple[SourceFile, ...]]:
    """The files of each state of the code that the story names; others are passed over."""
    states, texts = whole.get("files", {}), whole.get("texts", {})
    if not isinstance(states, dict) or not isinstance(texts, dict):
        raise Unreadable("The file's code cannot be read: “files” and “texts” are not what they should be.")
    found: dict[str, tuple[SourceFile, ...]] = {}
    for name in (code.name for code in story.codes):
        paths = states.get(name)
        gathering = Gathering(limits)
        for path, sha256 in paths.items() if isinstance(paths, dict) else ():
            text = texts.get(sha256) if isinstance(sha256, str) else None
            if not isinstance(text, str):
                raise Unreadable(f"The text of {visible(path)} in the code of {name} is missing.")
            # As if it had been uploaded: what is no text is refused here, too.
            gathering.take(path, text.encode(errors="surrogatepass"))
            if gathering.full:
                break
        try:
            found[name] = gathering.result()
        except UploadRefused as refusal:
            raise Unreadable(f"The code of {name}: {refusal}") from refusal
    return found
