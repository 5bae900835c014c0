"""The plain data that everything else speaks: what somebody says is wrong with some code.

Nothing here knows of Django, a database or a provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is, worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for info up to 3 for critical."""
        return len(Severity) - 1 - list(Severity).index(self)


class DefectType(StrEnum):
    """Orthogonal Defect Classification's types (Chillarege et al. 1992, IEEE TSE 18(11))."""

    FUNCTION = "function"
    INTERFACE = "interface"
    CHECKING = "checking"
    ASSIGNMENT = "assignment"
    TIMING = "timing"
    BUILD = "build"
    DOCUMENTATION = "documentation"
    ALGORITHM = "algorithm"


@dataclass(frozen=True, slots=True)
class Place:
    """Lines of one file, both ends included, counted from 1."""

    path: str
    first_line: int
    last_line: int

    def overlaps(self, other: Place, slack: int = 0) -> bool:
        """Whether the two share a line, or lie at most `slack` lines apart, in the same file."""
        return (
            self.path == other.path
            and self.first_line <= other.last_line + slack
            and other.first_line <= self.last_line + slack
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """What a student's Note and a reviewer's Finding have in common.

    `place` is None for a claim about the whole ("no rate limit anywhere"); `path` may still
    name a file in that case. `confidence` is a probability from 0 to 1, or None where the
    claimant gave none. `cwe` is the number of a Common Weakness Enumeration entry.
    """

    title: str
    explanation: str = ""
    severity: Severity = Severity.MINOR
    path: str = ""
    place: Place | None = None
    quote: str = ""
    odc_type: DefectType | None = None
    cwe: int | None = None
    confidence: float | None = None
    suggested_fix: str = ""
    rule: str = ""
