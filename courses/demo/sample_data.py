"""The demo course's sample applications, read from `courses/demo/samples/<key>/`.

Each folder holds `files/` (the code as handed in), `sample.json` (who wrote it, with which prompt),
`brief.md`, `junit.xml` (what its own tests said), `known.json` (what is known to be wrong with it, and
what is wrongly said to be; with `in_key` it is in the assignment's answer key), `recordings.json`
(what models "said", written for teaching) and `notes.json` (what students wrote).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courses.walkthroughs import shelf
from reviews.claims import Claim, Place
from reviews.providers.recorded import finding
from reviews.snapshots.files import SourceFile

SAMPLES = Path(__file__).parent / "samples"
KEYS = ("tasks_api", "library_loans")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the sample's code. `in_key` says whether the assignment's answer key has it.

    Where `valid` is false it is a false alarm that somebody raises: `reason` says why and quotes
    `evidence`, the line of code at `evidence_place` that refutes it. Else those three are empty.
    """

    id: str
    claim: Claim
    valid: bool
    in_key: bool = False
    reason: str = ""
    evidence: str = ""
    evidence_place: Place | None = None


@dataclass(frozen=True, slots=True)
class RecordedPass:
    """One recorded call: `report` is the JSON that the recorded reviewer replays, `seconds` its pace.

    `round` counts from 1; `findings` are the report's findings as claims.
    """

    protocol: str
    model: str
    role: str
    round: int
    seconds: float
    report: Mapping[str, Any]
    findings: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample application and everything that is said about it.

    `brief` is Markdown, `junit` XML, `files` are sorted by path. `notes` goes by the students' user
    names; an empty tuple means "I found nothing".
    """

    key: str
    title: str
    language: str
    brief: str
    author_model: str
    author_family: str
    prompt: str
    files: tuple[SourceFile, ...]
    junit: str
    known: tuple[Known, ...]
    recordings: tuple[RecordedPass, ...]
    notes: Mapping[str, tuple[Claim, ...]]


def load(key: str) -> Sample:
    """The sample with this key, one of KEYS. Raises KeyError for any other."""
    if key not in KEYS:
        raise KeyError(key)
    folder = SAMPLES / key
    about = _json(folder / "sample.json")
    return Sample(
        key=key,
        title=about["title"],
        language=about["language"],
        brief=_text(folder / "brief.md"),
        author_model=about["author_model"],
        author_family=about["author_family"],
        prompt=about["prompt"],
        files=_files(folder, about.get("shown_in")),
        junit=_text(folder / "junit.xml"),
        known=tuple(_known(item) for item in _json(folder / "known.json")),
        recordings=tuple(_recorded(item) for item in _json(folder / "recordings.json")),
        notes={
            person: tuple(finding(note) for note in notes)
            for person, notes in _json(folder / "notes.json").items()
        },
    )


def _files(sample: Path, shown_in: Mapping[str, str] | None) -> tuple[SourceFile, ...]:
    """What was handed in: a walkthrough's code, where a class is shown the same, or the sample's own.

    Caches and packages that a run left beside it were not handed in.
    """
    if shown_in:
        return shelf.take(shown_in["walkthrough"]).files[shown_in["code"]]
    folder = sample / "files"
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    kept = [path for path in paths if not {"node_modules", "__pycache__"} & set(path.parts)]
    return tuple(
        SourceFile(path.as_posix(), _text(folder / path)) for path in sorted(kept, key=Path.as_posix)
    )


def _known(item: Mapping[str, Any]) -> Known:
    line = item.get("evidence_line")
    return Known(
        id=item["id"],
        claim=finding(item),
        valid=item["valid"],
        in_key=item.get("in_key", False),
        reason=item.get("reason", ""),
        evidence=item.get("evidence", ""),
        evidence_place=Place(item["evidence_path"], line, line) if line else None,
    )


def _recorded(item: Mapping[str, Any]) -> RecordedPass:
    return RecordedPass(
        protocol=item["protocol"],
        model=item["model"],
        role=item["role"],
        round=item["round"],
        seconds=item["seconds"],
        report=item["report"],
        findings=tuple(finding(found) for found in item["report"]["findings"]),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _json(path: Path) -> Any:
    return json.loads(_text(path))
