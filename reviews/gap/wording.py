"""What a defect takes from its claims: title, severity, category."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median_low

from reviews.claims import Severity
from reviews.gap.stored import Stored
from reviews.models import Defect, Finding, KeyClaim

WORDS = ("title", "severity", "odc_type", "cwe")
"""The columns that `put_in_words` sets."""


def put_in_words(defect: Defect, members: Sequence[Stored]) -> None:
    """Set title, category and severity from the claims, without saving; nothing without any claim.

    Where the answer key knows the defect, its words go before all others. Otherwise the severity is
    the median of the claims' (the lower of two), and the title is that of the finding that is surest
    of itself, since findings are written to be read by strangers, else the student's.
    """
    known: list[Stored] = [item for item in members if isinstance(item, KeyClaim)]
    weighed = known or members
    if not weighed:
        return
    best = max(weighed, key=_telling)
    ranks = {severity.rank: severity for severity in Severity}
    defect.title = best.title or "Untitled"
    defect.severity = ranks[median_low([Severity(item.severity).rank for item in weighed])]
    defect.odc_type = _commonest(item.odc_type for item in known) or _commonest(
        item.odc_type for item in members
    )
    cwe = _commonest(str(item.cwe or "") for item in known) or _commonest(
        str(item.cwe or "") for item in members
    )
    defect.cwe = int(cwe) if cwe else None


def _telling(item: Stored) -> tuple[bool, int, int]:
    return isinstance(item, Finding), item.confidence or 0, -item.pk


def _commonest(values: Iterable[str]) -> str:
    counted = Counter(value for value in values if value)
    return min(counted, key=lambda value: (-counted[value], value)) if counted else ""
