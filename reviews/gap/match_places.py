"""What the places of two claims say of whether they mean the same: log odds, added to the words'.

Where two claims point is strong evidence where both point somewhere; that one does not is none.
No labelled claims with places exist, so these few numbers are set by hand, and are monotone: the
nearer, the likelier. Three log odds make a chance of 1 : 1 one of 20 : 1.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from itertools import product

from reviews.claims import Claim, Place

NOWHERE: Set[str] = frozenset()

NEAR_LINES = 3
"""Reviewers cite the call, the definition or the line above: so far apart still counts as near."""

FAR_LINES = 20
"""Further apart than this, equal words in one file mean the same mistake made twice."""

SAME_LINES, NEAR, SAME_FILE = 3.0, 2.0, 0.4
"""Log odds: they share a line; they lie within NEAR_LINES; one names only the file of the other."""

NOT_NEAR, FAR = 0.5, -1.5
"""Log odds of lines just not near, and of lines FAR_LINES apart; in between, in proportion."""

SAME_QUOTE, QUOTE_CHARACTERS = 1.0, 12
"""Log odds of the same quoted line in one file, of at least so many characters without spaces."""

SAME_CWE, OTHER_CWE = 1.0, -0.3
SAME_TYPE, OTHER_TYPE = 0.3, -0.2
FAR_SEVERITY = -0.2
"""Log odds of the same or another CWE and ODC type, and of severities two or more ranks apart.

A severity weighs only where both name a line: a claim that says none counts as minor.
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What places and categories say: log odds, or None where they say that it cannot be.

    `says` are words for the page; `points` is whether the places themselves say something.
    """

    log_odds: float | None
    says: str
    points: bool = False


APART = Evidence(None, "They are about different files.", points=True)
FURTHER = Evidence(None, f"They are in one file, more than {FAR_LINES} lines apart.", points=True)
UNPLACED = Evidence(0.0, "Neither names a line")
ONE_UNPLACED = Evidence(0.0, "Only one names a line")
ONE_FILE = Evidence(SAME_FILE, "They name one file, not both a line", points=True)


def evidence(a: Claim, b: Claim) -> Evidence:
    """What two claims' places, quotations and categories say; symmetric in its arguments."""
    where = _where(a, b)
    if where.log_odds is None:
        return where
    odds, says = where.log_odds + _kind(a, b), where.says
    if _files(a) & _files(b) and _same_quote(a, b):
        odds, says = odds + SAME_QUOTE, f"{says} and quote the same"
    if a.cwe is not None and a.cwe == b.cwe:
        says = f"{says}, the same CWE"
    return Evidence(odds, says, where.points)


def told_apart(a: Claim, b: Claim) -> bool:
    """Whether one witness that makes both claims means two things: their places do not overlap."""
    return a.place is not None and b.place is not None and not a.place.overlaps(b.place)


def _where(a: Claim, b: Claim) -> Evidence:
    files, other_files = _files(a), _files(b)
    if not (files and other_files):
        return UNPLACED if a.place is None and b.place is None else ONE_UNPLACED
    if files.isdisjoint(other_files):
        return APART
    spans, others = _spans(a), _spans(b)
    if not spans or not others:
        return ONE_FILE
    distances = [_distance(one, other) for one, other in product(spans, others) if one.path == other.path]
    # In a common file of which one names no line, as one of its several, distance says nothing.
    return _by_distance(min(distances)) if distances else ONE_FILE


def _by_distance(lines: int) -> Evidence:
    if lines == 0:
        return Evidence(SAME_LINES, "They share a line", points=True)
    if lines <= NEAR_LINES:
        return Evidence(NEAR, f"They lie within {NEAR_LINES} lines", points=True)
    if lines > FAR_LINES:
        return FURTHER
    away = (lines - NEAR_LINES - 1) / (FAR_LINES - NEAR_LINES - 1)
    return Evidence(NOT_NEAR + away * (FAR - NOT_NEAR), "They are in one file, lines apart", points=True)


def _distance(a: Place, b: Place) -> int:
    """How many lines apart two places of one file lie; 0 where they share one."""
    return max(a.first_line - b.last_line, b.first_line - a.last_line, 0)


def _kind(a: Claim, b: Claim) -> float:
    odds = 0.0
    if a.cwe is not None and b.cwe is not None:
        odds += SAME_CWE if a.cwe == b.cwe else OTHER_CWE
    if a.odc_type is not None and b.odc_type is not None:
        odds += SAME_TYPE if a.odc_type == b.odc_type else OTHER_TYPE
    if a.place and b.place and abs(a.severity.rank - b.severity.rank) > 1:
        odds += FAR_SEVERITY
    return odds


def _same_quote(a: Claim, b: Claim) -> bool:
    quote, other = "".join(a.quote.split()), "".join(b.quote.split())
    return quote == other and len(quote) >= QUOTE_CHARACTERS


def _spans(claim: Claim) -> tuple[Place, ...]:
    return (claim.place, *claim.elsewhere) if claim.place else claim.elsewhere


def _files(claim: Claim) -> Set[str]:
    # Asked for every pair: most claims name one file.
    if not claim.elsewhere and (claim.place is None or claim.place.path == claim.path):
        return {claim.path} if claim.path else NOWHERE
    return {path for path in (claim.path, *(place.path for place in _spans(claim))) if path}
