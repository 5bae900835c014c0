"""Bandit: known weaknesses in Python. https://bandit.readthedocs.io/."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from reviews.claims import Claim
from reviews.providers.analyser import Analyser, Reading, Written, located, python_line
from reviews.providers.meanings import look_up
from reviews.providers.process import Finished
from reviews.providers.python_security import CHECKS, is_noise

CONFIDENCE = {"LOW": 0.3, "MEDIUM": 0.6, "HIGH": 0.9}
SKIPPED = ("B403", "B404", "B405", "B406", "B407", "B408", "B409", "B603", "B607")
"""An import alone, or any start of a program, is not a finding; the unsafe use of it is."""


class Bandit(Analyser):
    """Runs bandit's checks on its defaults alone: no configuration, and `# nosec` silences nothing."""

    name: ClassVar[str] = "bandit"
    reads: ClassVar[str] = "Python files (.py, .pyi)"
    endings: ClassVar[Mapping[str, str]] = {".py": ".py", ".pyi": ".pyi"}

    def equipment(self) -> Mapping[str, str]:
        """An empty option file, so that bandit looks for no other."""
        return {"bandit.ini": "[bandit]\n"}

    def arguments(self, names: Sequence[str]) -> list[str]:
        """Everything bandit is told."""
        return [
            "--ignore-nosec",
            "--quiet",
            "--format=json",
            "--ini=../home/bandit.ini",
            f"--skip={','.join(SKIPPED)}",
            "--",
            *names,
        ]

    def read(self, finished: Finished, written: Written) -> Reading:
        """Bandit's results as claims; what has no metrics, or stands under "errors", it did not read."""
        said = json.loads(finished.output)
        measured = {written.original(name).path for name in said["metrics"] if name != "_totals"}
        failed = {written.original(error["filename"]).path for error in said["errors"]}
        return Reading(
            findings=[
                claim(item, written)
                for item in said["results"]
                if not is_noise(item["test_id"].removeprefix("B"), written.original(item["filename"]).path)
            ],
            unread=frozenset({file.path for file in written.files.values()} - measured | failed),
        )


def claim(item: Mapping[str, Any], written: Written) -> Claim:
    """One result as a claim."""
    file = written.original(item["filename"])
    rule = item["test_id"]
    meaning = look_up(CHECKS, rule.removeprefix("B"))
    first, last = item["line_number"], max(item["line_range"], default=item["line_number"])
    place, quote = located(file, python_line(file, first), python_line(file, last))
    message = item["issue_text"].strip().rstrip(".")
    return Claim(
        title=meaning.title or message,
        explanation=f"{meaning.breaks} Bandit says: {message}." if meaning.title else meaning.breaks,
        severity=meaning.severity,
        path=file.path,
        place=place,
        quote=quote,
        odc_type=meaning.odc_type,
        cwe=item.get("issue_cwe", {}).get("id") or meaning.cwe,
        confidence=CONFIDENCE.get(item["issue_confidence"]),
        rule=rule,
    )
