"""Answer keys as files: JSON of our own, and SARIF 2.1.0.

The JSON is one object:

    {"blindspot-answer-key": 1, "entries": [
      {"title": "SQL injection in find", "explanation": "…", "severity": "critical",
       "type": "checking", "cwe": 89, "file": "shop.py", "lines": [7, 7],
       "quote": "return db.execute(…)", "fix": "…",
       "elsewhere": [{"file": "prices.py", "lines": [2, 2]}], "origin": "planted"}]}

Only `title` is required. `severity` is critical, major (the default), minor or info; `type` is one of
ODC's; `lines` are first and last, from 1; `quote` is a line of that file as it stands there; `origin`
is planted (the default) or found. Another number than 1 where a field changes its meaning or goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reviews.claims import MOST_CWE, MOST_LINE, MOST_PLACES, Claim, DefectType, Place, Severity, bounded
from reviews.exchange import sarif
from reviews.exchange.imported import NotReadable, first_of
from reviews.exchange.loose import loaded, mapping, objects, string
from reviews.exchange.outcome import Found, Outcome

NAME, VERSION = "blindspot-answer-key", 1
PLANTED, FOUND = "planted", "found"
MOST_ENTRIES = 500
FIELDS = (
    "title", "explanation", "severity", "type", "cwe", "file", "lines", "quote", "fix", "elsewhere", "origin",
)  # fmt: skip
TEXTS = ("title", "explanation", "file", "quote", "fix")


@dataclass(frozen=True, slots=True)
class Known:
    """A known defect, and how it came to be known: planted or found."""

    claim: Claim
    origin: str = PLANTED


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One file, read: what it knows, and which entries were left out, and why."""

    entries: tuple[Known, ...]
    skipped: tuple[str, ...] = ()


class _Wrong(Exception):
    """What is wrong with an entry, to follow "was left out:"."""


def as_json(known: Sequence[Known]) -> dict[str, Any]:
    """The entries in the form above; fields that say nothing are left out."""
    return {NAME: VERSION, "entries": [_as_entry(item) for item in known]}


def as_sarif(known: Sequence[Known], at: datetime, version: str = "") -> dict[str, Any]:
    """The entries as a SARIF log of one run by Blindspot; `at` is when they are written."""
    found = tuple(
        Found(f"K{number}", "K", "Answer key", item.claim, grounding="")
        for number, item in enumerate(known, 1)
    )
    outcome = Outcome(
        review=0,
        protocol="answer-key",
        label="Answer key",
        state="complete",
        reason="",
        ended=True,
        snapshot=0,
        sha256="",
        author="",
        author_family="",
        setup={},
        result={},
        created_at=at,
        started_at=at,
        ended_at=at,
        files=(),
        passes=(),
        findings=found,
    )
    log = sarif.write(outcome, version)
    for result, item in zip(log["runs"][0]["results"], known, strict=True):
        result["properties"]["origin"] = item.origin
    return log


def read(text: str) -> KeyFile:
    """The entries of a file in either form; its content decides which it is.

    An entry that cannot stand is left out with its reason, and the others are kept.
    Raises NotReadable where nothing can be taken over.
    """
    value = loaded(text)
    if NAME in value:
        return _read_own(value)
    if sarif.is_sarif(value):
        return _read_sarif(value, text)
    raise NotReadable(
        f"The file is JSON, but neither an answer key (an object with “{NAME}” and “entries”) nor "
        "SARIF 2.1.0 (an object with “version” and “runs”)."
    )


def _as_entry(item: Known) -> dict[str, Any]:
    claim = item.claim
    path = claim.place.path if claim.place else claim.path
    values: dict[str, Any] = {
        "title": claim.title,
        "explanation": claim.explanation,
        "severity": claim.severity.value,
        "type": claim.odc_type.value if claim.odc_type else None,
        "cwe": claim.cwe,
        "file": path,
        "lines": [claim.place.first_line, claim.place.last_line] if claim.place else None,
        "quote": claim.quote,
        "fix": claim.suggested_fix,
        "elsewhere": [
            {"file": place.path, "lines": [place.first_line, place.last_line]} for place in claim.elsewhere
        ],
        "origin": item.origin,
    }
    return {name: value for name, value in values.items() if value}


def _read_own(value: Mapping[str, Any]) -> KeyFile:
    if value[NAME] != VERSION or isinstance(value[NAME], bool):
        raise NotReadable(
            f"The file is an answer key of form {str(value[NAME])[:20]}; only form {VERSION} is read. "
            "Export it anew from the Blindspot that it is from."
        )
    given = value.get("entries")
    if not isinstance(given, list):
        raise NotReadable("The answer key has no list of “entries”.")
    known, skipped = [], []
    for number, item in enumerate(given, 1):
        try:
            known.append(_entry(item))
        except _Wrong as wrong:
            title = string(mapping(item).get("title"), 60)
            named = f"Entry {number} (“{title}”)" if title else f"Entry {number}"
            skipped.append(f"{named} was left out: {wrong}.")
    return _kept(known, skipped, "The answer key holds no entries.")


def _read_sarif(value: Mapping[str, Any], text: str) -> KeyFile:
    imported = sarif.understood(value, text)
    origins = _origins(value, len(imported.findings))
    known = [Known(claim, origin) for claim, origin in zip(imported.findings, origins, strict=True)]
    return _kept(known, imported.skipped, "The file holds no findings, so there is nothing to add.")


def _origins(value: Mapping[str, Any], count: int) -> Sequence[str]:
    """How each finding came to be known, where the file is ours; what other tools found was found."""
    results = [result for run in objects(value.get("runs")) for result in objects(run.get("results"))]
    said = [string(mapping(result.get("properties")).get("origin")) for result in results]
    ours = len(said) == count and all(item in (PLANTED, FOUND) for item in said)
    return said if ours else [FOUND] * count


def _kept(known: Sequence[Known], skipped: Sequence[str], nothing: str) -> KeyFile:
    if not known:
        raise NotReadable(
            " ".join(("No entry could be taken over.", *first_of(skipped))) if skipped else nothing
        )
    reasons = list(first_of(skipped))
    if len(known) > MOST_ENTRIES:
        reasons.append(
            f"{len(known) - MOST_ENTRIES:,} further entries were left out: a file may hold {MOST_ENTRIES}."
        )
    return KeyFile(tuple(known[:MOST_ENTRIES]), tuple(reasons))


def _entry(value: Any) -> Known:
    """One entry. Raises _Wrong."""
    if not isinstance(value, dict):
        raise _Wrong("it is not an object")
    if unknown := [name for name in value if name not in FIELDS]:
        raise _Wrong(f"it has a field “{str(unknown[0])[:40]}”; known are {', '.join(FIELDS)}")
    texts = {name: _text(value, name) for name in TEXTS}
    if not texts["title"]:
        raise _Wrong("it has no title")
    path = texts["file"]
    lines = value.get("lines")
    place = None if lines is None else _place(path, lines)
    if texts["quote"] and not path:
        raise _Wrong("it quotes a line, but names no file")
    cwe = value.get("cwe")
    if cwe is not None and not (_is_whole(cwe) and 1 <= cwe <= MOST_CWE):
        raise _Wrong(f"its cwe is not a number from 1 to {MOST_CWE:,}")
    kind = _one_of(value, "type", [item.value for item in DefectType], "")
    claim = Claim(
        title=texts["title"],
        explanation=texts["explanation"],
        severity=Severity(_one_of(value, "severity", [item.value for item in Severity], Severity.MAJOR)),
        path=path,
        place=place,
        quote=texts["quote"],
        odc_type=DefectType(kind) if kind else None,
        cwe=cwe,
        suggested_fix=texts["fix"],
        elsewhere=_elsewhere(value.get("elsewhere")),
    )
    return Known(bounded(claim), _one_of(value, "origin", [PLANTED, FOUND], PLANTED))


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    if text is None:
        return ""
    if not isinstance(text, str):
        raise _Wrong(f"its {name} is not text")
    return text if name == "quote" else text.strip()


def _one_of(value: Mapping[str, Any], name: str, allowed: Sequence[str], usual: str) -> str:
    given = value.get(name)
    if given is None:
        return usual
    if not isinstance(given, str) or given not in allowed:
        raise _Wrong(f"its {name} is not one of {', '.join(allowed)}")
    return given


def _place(path: str, lines: Any) -> Place:
    if not path:
        raise _Wrong("it gives lines, but names no file")
    if not isinstance(lines, list) or len(lines) != 2 or not all(_is_whole(line) for line in lines):
        raise _Wrong("its lines are not two numbers, the first line and the last")
    first, last = lines
    if not 1 <= first <= last <= MOST_LINE:
        raise _Wrong("its lines are not in order, or not counted from 1")
    return Place(path, first, last)


def _elsewhere(value: Any) -> tuple[Place, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_PLACES:
        raise _Wrong(f"its “elsewhere” is not a list of at most {MOST_PLACES} places")
    return tuple(_place(_text(mapping(item), "file"), mapping(item).get("lines")) for item in value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
