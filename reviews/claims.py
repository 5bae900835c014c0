"""The plain data that everything else speaks: what somebody says is wrong with some code.

Nothing here knows of Django, a database or a provider.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    claimant gave none. `cwe` is the number of a Common Weakness Enumeration entry. `elsewhere` are
    further places of the same claim: a contract and who breaks it. `combines` names findings
    ("F2") that only together show this one.
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
    elsewhere: tuple[Place, ...] = ()
    combines: tuple[str, ...] = ()


class Stance(StrEnum):
    """What a reviewer makes of a finding that it is shown."""

    CONFIRM = "confirm"
    REFUTE = "refute"
    WITHDRAW = "withdraw"


class Verdict(StrEnum):
    """What a reviewer says of the whole: the plan, the text, the patch, the code."""

    APPROVE = "approve"
    NEEDS_ATTENTION = "needs-attention"


@dataclass(frozen=True, slots=True)
class Vote:
    """A reviewer's word on one finding, named by its reference ("F3").

    `quote` is the line of code that a refutation rests on; `grounded` says whether it stands in the
    code, which nobody's word can make true. `severity` is how bad a confirmer thinks it is.
    """

    ref: str
    stance: Stance
    reason: str = ""
    quote: str = ""
    path: str = ""
    severity: Severity | None = None
    grounded: bool = False


TEXT_CHARACTERS = 20_000
"""Of each text of a claim, so much is kept."""

MOST_LINE = 10_000_000
MOST_CWE = 9_999
MOST_PLACES = 20
MOST_COMBINED = 20
REF_CHARACTERS = 20


def clean_text(text: str, limit: int = TEXT_CHARACTERS) -> str:
    """The text as any database takes it: no NUL, no half of a surrogate pair, at most `limit` long."""
    return text[:limit].replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def bounded(claim: Claim) -> Claim:
    """The claim with clean texts, and without numbers that cannot be: it comes from outside."""
    place = claim.place
    if place and not 1 <= place.first_line <= place.last_line <= MOST_LINE:
        place = None
    confidence = claim.confidence
    return replace(
        claim,
        title=clean_text(claim.title),
        explanation=clean_text(claim.explanation),
        path=clean_text(claim.path),
        place=replace(place, path=clean_text(place.path)) if place else None,
        quote=clean_text(claim.quote),
        cwe=claim.cwe if claim.cwe and 0 < claim.cwe <= MOST_CWE else None,
        confidence=confidence if confidence is not None and 0 <= confidence <= 1 else None,
        suggested_fix=clean_text(claim.suggested_fix),
        rule=clean_text(claim.rule),
        elsewhere=tuple(
            replace(item, path=clean_text(item.path))
            for item in claim.elsewhere[:MOST_PLACES]
            if 1 <= item.first_line <= item.last_line <= MOST_LINE
        ),
        combines=tuple(clean_text(ref, REF_CHARACTERS) for ref in claim.combines[:MOST_COMBINED]),
    )
