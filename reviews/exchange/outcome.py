"""What came of a review, as plain data: what a terminal prints and other programs read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from reviews.claims import Claim, Severity

FORM = "blindspot-review-1"
"""The name of the form of `as_json`; another number where a field changes its meaning or goes."""

DISMISSED = "dismissed"
BLOCKING = (Severity.CRITICAL, Severity.MAJOR)


@dataclass(frozen=True, slots=True)
class Spent:
    """What calls came to: tokens, US dollars, seconds of calls added up.

    `dollars` leaves out the `unpriced` calls, and is None where no call has a known price.
    """

    calls: int = 0
    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    dollars: float | None = None
    unpriced: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Opinion:
    """What another reviewer said of a finding. `grounded`: whether the quoted line is in the code."""

    siglum: str
    reviewer: str
    role: str
    round: int
    stance: str
    reason: str
    quote: str
    path: str
    severity: str | None
    grounded: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """One pass: who was asked to do what, and what became of it.

    `why` says why it could not review, and is empty where it could. `findings` is how many it
    returned, None where it did not answer: nothing heard is not nothing found.
    """

    siglum: str
    reviewer: str
    provider: str
    model: str
    family: str
    role: str
    task: str
    round: int
    position: int
    state: str
    trouble: str
    why: str
    summary: str
    version: str
    recorded: bool
    about_code: bool
    paths: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    verdict: str
    text: str
    findings: int | None
    votes: int
    started_at: datetime | None
    ended_at: datetime | None
    spent: Spent

    @property
    def seconds(self) -> float | None:
        """Wall time from its first start to its end; None where it has not ended."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: the claim, how it stands on the code, and what the panel made of it.

    `ref` is its name within the review ("F3"). `outcome` is empty where no panel sat, and
    `panel_severity` is the median of those who stand for it. `lines` are those of the snapshot at its
    place, None where they are not there or too many. `current` is false for what was said of an
    earlier version of a document, `in_change` for what lies in lines that are not under review.
    """

    ref: str
    siglum: str
    reviewer: str
    claim: Claim
    grounding: str
    role: str = ""
    outcome: str = ""
    panel_severity: Severity | None = None
    defect: int | None = None
    opinions: tuple[Opinion, ...] = ()
    lines: str | None = None
    current: bool = True
    in_change: bool = True

    @property
    def severity(self) -> Severity:
        """How bad it is: by its panel's word if there is one, else by its maker's."""
        return self.panel_severity or self.claim.severity

    @property
    def blocks(self) -> bool:
        """Whether it is critical or major, is about what is under review, and was not dismissed."""
        about_it = self.current and self.in_change
        return about_it and self.outcome != DISMISSED and self.severity in BLOCKING


@dataclass(frozen=True, slots=True)
class Looked:
    """One file of the snapshot. `read_by` are the sigla of those who read it whole."""

    path: str
    sha256: str
    lines: int
    read_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A review with everything that came of it. `setup` and `result` are the rows' JSON."""

    review: int
    protocol: str
    label: str
    state: str
    reason: str
    ended: bool
    snapshot: int
    sha256: str
    author: str
    author_family: str
    setup: Mapping[str, Any]
    result: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    files: tuple[Looked, ...]
    passes: tuple[Heard, ...]
    findings: tuple[Found, ...]
    spent: Spent = field(default_factory=Spent)

    @property
    def complete(self) -> bool:
        """Whether everyone who was asked has answered."""
        return self.state == "complete"

    @property
    def blocking(self) -> tuple[Found, ...]:
        """The findings that stand in the way."""
        return tuple(item for item in self.findings if item.blocks)

    @property
    def seconds(self) -> float | None:
        """Wall time from its beginning to its end; None where it has not ended."""
        return (self.ended_at - self.created_at).total_seconds() if self.ended_at else None


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The whole outcome as plain JSON values, every field present, null only for what nobody knows.

    `form` (`FORM`) names the shape. `review`, `author` and `snapshot` say what was reviewed and how it
    stands; `passes` who was asked to do what, and why where they could not; `findings` every claim
    with its votes; `result` what the protocol made of it; `spent` the ledger's totals. Times are ISO
    8601, places are lines from 1, both ends included, confidences are probabilities.
    """
    return {
        "form": FORM,
        "review": {
            "id": outcome.review,
            "protocol": outcome.protocol,
            "label": outcome.label,
            "state": outcome.state,
            "reason": outcome.reason,
            "complete": outcome.complete,
            "blocking_findings": len(outcome.blocking),
            "passes_planned": outcome.setup.get("passes"),
            "rounds_at_most": outcome.setup.get("rounds"),
            "focus": outcome.setup.get("focus"),
            "created_at": _time(outcome.created_at),
            "started_at": _time(outcome.started_at),
            "ended_at": _time(outcome.ended_at),
            "seconds": outcome.seconds,
        },
        "author": {
            "name": outcome.author,
            "model": outcome.setup.get("author_model") or None,
            "family": outcome.author_family,
        },
        "snapshot": {
            "id": outcome.snapshot,
            "sha256": outcome.sha256,
            "files": [
                {"path": f.path, "sha256": f.sha256, "lines": f.lines, "read_by": list(f.read_by)}
                for f in outcome.files
            ],
        },
        "passes": [_pass_as_json(item) for item in outcome.passes],
        "findings": [finding_as_json(item) for item in outcome.findings],
        "result": dict(outcome.result),
        "spent": spent_as_json(outcome.spent),
    }


def finding_as_json(item: Found) -> dict[str, Any]:
    """One finding as plain JSON values."""
    claim = item.claim
    return {
        "ref": item.ref,
        "siglum": item.siglum,
        "reviewer": item.reviewer,
        "role": item.role,
        "title": claim.title,
        "explanation": claim.explanation,
        "severity": item.severity.value,
        "stated_severity": claim.severity.value,
        "path": claim.place.path if claim.place else claim.path or None,
        "first_line": claim.place.first_line if claim.place else None,
        "last_line": claim.place.last_line if claim.place else None,
        "quote": claim.quote,
        "lines": item.lines,
        "grounding": item.grounding,
        "odc_type": claim.odc_type.value if claim.odc_type else None,
        "cwe": claim.cwe,
        "confidence": claim.confidence,
        "suggested_fix": claim.suggested_fix,
        "rule": claim.rule or None,
        "elsewhere": [
            {"path": place.path, "first_line": place.first_line, "last_line": place.last_line}
            for place in claim.elsewhere
        ],
        "combines": list(claim.combines),
        "outcome": item.outcome or None,
        "votes": [
            {
                "siglum": vote.siglum,
                "reviewer": vote.reviewer,
                "role": vote.role,
                "round": vote.round,
                "stance": vote.stance,
                "reason": vote.reason,
                "quote": vote.quote,
                "path": vote.path or None,
                "severity": vote.severity,
                "grounded": vote.grounded,
            }
            for vote in item.opinions
        ],
        "defect": item.defect,
        "current": item.current,
        "in_change": item.in_change,
        "blocking": item.blocks,
    }


def spent_as_json(spent: Spent) -> dict[str, Any]:
    """What was spent as plain JSON values."""
    return {
        "calls": spent.calls,
        "input_tokens": spent.input,
        "cached_tokens": spent.cached,
        "written_tokens": spent.written,
        "output_tokens": spent.output,
        "cost_usd": spent.dollars,
        "calls_without_price": spent.unpriced,
        "call_seconds": spent.seconds,
    }


def _pass_as_json(item: Heard) -> dict[str, Any]:
    return {
        "siglum": item.siglum,
        "reviewer": item.reviewer,
        "provider": item.provider,
        "model": item.model or None,
        "family": item.family or None,
        "role": item.role,
        "task": item.task,
        "round": item.round,
        "position": item.position,
        "state": item.state,
        "trouble": item.trouble or None,
        "why": item.why or None,
        "summary": item.summary or None,
        "version": item.version or None,
        "recorded": item.recorded,
        "about_code": item.about_code,
        "paths": list(item.paths),
        "left_out": [{"path": path, "shown": shown} for path, shown in item.left_out],
        "verdict": item.verdict or None,
        "text": item.text or None,
        "findings": item.findings,
        "votes": item.votes,
        "started_at": _time(item.started_at),
        "ended_at": _time(item.ended_at),
        "seconds": item.seconds,
        "spent": spent_as_json(item.spent),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
