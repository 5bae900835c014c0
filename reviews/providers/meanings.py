"""What a tool's rule means to a student: how bad, of which kind, and what can break."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviews.claims import DefectType, Severity


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of a table of rules.

    `breaks` says what can go wrong. `title` replaces the tool's own words where they are not plain.
    `cwe` is the number of a Common Weakness Enumeration entry (cwe.mitre.org).
    """

    severity: Severity
    odc_type: DefectType
    breaks: str
    cwe: int | None = None
    title: str = ""


def look_up(table: Mapping[str, Meaning], rule: str) -> Meaning:
    """The row of a rule: its own, else that of the longest family whose prefix it carries.

    Raises KeyError where the table has no row "" and none fits.
    """
    for length in range(len(rule), -1, -1):
        if meaning := table.get(rule[:length]):
            return meaning
    raise KeyError(rule)
