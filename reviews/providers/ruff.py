"""Ruff: defects and weaknesses in Python, not style. https://docs.astral.sh/ruff/."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from reviews.claims import Claim
from reviews.providers.analyser import Analyser, Reading, Written, located, python_line
from reviews.providers.meanings import look_up
from reviews.providers.process import Finished
from reviews.providers.python_security import is_noise
from reviews.providers.ruff_rules import IGNORED, IMMUTABLE_CALLS, MEANINGS, SELECTED

SYNTAX = "invalid-syntax"


class Ruff(Analyser):
    """Runs `ruff check` with our rules alone: no configuration, no cache, no suppression comments."""

    name: ClassVar[str] = "ruff"
    reads: ClassVar[str] = "Python files (.py, .pyi)"
    endings: ClassVar[Mapping[str, str]] = {".py": ".py", ".pyi": ".pyi"}

    def arguments(self, names: Sequence[str]) -> list[str]:
        """Everything ruff is told; it takes nothing from the code or the machine."""
        return [
            "check",
            "--isolated",
            "--no-cache",
            "--ignore-noqa",
            "--no-respect-gitignore",
            "--output-format=json",
            # The newest: syntax that an older Python lacks is not an error of the code.
            "--target-version=py313",
            f"--select={','.join(SELECTED)}",
            f"--ignore={','.join(IGNORED)}",
            f"--config=lint.flake8-bugbear.extend-immutable-calls = {json.dumps(IMMUTABLE_CALLS)}",
            "--",
            *names,
        ]

    def read(self, finished: Finished, written: Written) -> Reading:
        """Ruff's array of diagnostics as claims; of a file that does not parse, the first error alone."""
        said = json.loads(finished.output)
        if not isinstance(said, list):
            raise TypeError("not an array of diagnostics")
        findings = []
        broken = set()
        for item in said:
            path = written.original(item["filename"]).path
            rule = item["code"] or SYNTAX
            if rule == SYNTAX and path in broken:
                continue
            if rule == SYNTAX:
                broken.add(path)
            if not (rule.startswith("S") and is_noise(rule.removeprefix("S"), path)):
                findings.append(claim(rule, item, written))
        return Reading(findings)


def claim(rule: str, item: Mapping[str, Any], written: Written) -> Claim:
    """One diagnostic as a claim."""
    file = written.original(item["filename"])
    meaning = look_up(MEANINGS, rule)
    first, last = (python_line(file, item[end]["row"]) for end in ("location", "end_location"))
    if item["end_location"]["column"] == 1 and last > first:
        last -= 1
    place, quote = located(file, first, last)
    message = item["message"].strip().rstrip(".")
    return Claim(
        title=meaning.title or message,
        explanation=f"{meaning.breaks} Ruff says: {message}." if meaning.title else meaning.breaks,
        severity=meaning.severity,
        path=file.path,
        place=place,
        quote=quote,
        odc_type=meaning.odc_type,
        cwe=meaning.cwe,
        suggested_fix=(item.get("fix") or {}).get("message") or "",
        rule=rule,
    )
