"""The `verdict / findings[] / next_steps[]` JSON that review plug-ins print.

Findings carry severity, title, body, file, line_start, line_end, confidence and recommendation.
What is missing is missing: an entry without severity, title or file is left out with its reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reviews.claims import Claim, Place, Severity, Verdict, bounded
from reviews.exchange.imported import Imported, NotReadable, Testimony, imported
from reviews.exchange.loose import loaded, mapping, sequence, share, string, whole
from reviews.snapshots.characters import visible

TOOL = "review plug-in"
"""The form does not name its tool."""

SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.MAJOR,
    "medium": Severity.MINOR,
    "low": Severity.INFO,
}
_VERDICTS = {verdict.value: verdict for verdict in Verdict}


def is_wire(value: Mapping[str, Any]) -> bool:
    """Whether a JSON object has this form, bare or in the wrapping that `--json` puts around it."""
    return isinstance(_review(value).get("findings"), list) or "parseError" in value


def read(text: str, tool: str = "") -> Imported:
    """The findings of a plug-in's review; `tool` names it where the file does not. Raises NotReadable."""
    return understood(loaded(text), text, tool)


def understood(value: Mapping[str, Any], text: str, tool: str = "") -> Imported:
    """As `read`, of a text that was loaded already."""
    review = _review(value)
    if not isinstance(review.get("findings"), list):
        why = string(value.get("parseError"), 200) or "it holds no list of findings"
        raise NotReadable(
            f"The plug-in's review could not be read: {why}. That is not the same as nothing found; "
            "let it review again."
        )
    claims, skipped = [], []
    for number, entry in enumerate(sequence(review["findings"]), 1):
        if reason := _objection(mapping(entry)):
            skipped.append(f"Finding {number} was left out: {reason}.")
        else:
            claims.append(_claim(mapping(entry)))
    testimony = Testimony(
        tool=string(tool, 90) or _named(value),
        findings=tuple(claims),
        paths=tuple(dict.fromkeys(claim.path for claim in claims)),
        summary=_summary(review),
        verdict=_VERDICTS.get(string(review.get("verdict"))),
    )
    return imported([testimony], text, skipped, lost=len(skipped))


def _review(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The review itself, which `--json` wraps in an account of the job."""
    return value if "findings" in value else mapping(value.get("result"))


def _named(value: Mapping[str, Any]) -> str:
    """The tool as far as a wrapping tells: an account of a Codex job has a field of that name."""
    kind = string(value.get("review"), 60)
    name = "Codex" if "codex" in value else TOOL
    return f"{name}, {kind.lower()}" if kind else name


def _objection(entry: Mapping[str, Any]) -> str:
    """Why an entry cannot be a finding, or nothing."""
    severity = string(entry.get("severity")).lower()
    if not severity:
        return "it has no severity"
    if severity not in SEVERITIES:
        return f"{visible(severity, 40)} is none of the severities {', '.join(SEVERITIES)}"
    if not string(entry.get("title")):
        return "it has no title"
    return "" if string(entry.get("file")) else "it names no file"


def _claim(entry: Mapping[str, Any]) -> Claim:
    path = string(entry.get("file"), 1024)
    first, last = whole(entry.get("line_start")), whole(entry.get("line_end"))
    return bounded(
        Claim(
            title=string(entry.get("title")),
            explanation=string(entry.get("body")),
            severity=SEVERITIES[string(entry.get("severity")).lower()],
            path=path,
            place=Place(path, first, max(first, last or first)) if first else None,
            confidence=share(entry.get("confidence")),
            suggested_fix=string(entry.get("recommendation")),
        )
    )


def _summary(review: Mapping[str, Any]) -> str:
    steps = [string(step, 500) for step in sequence(review.get("next_steps"))]
    told = [
        string(review.get("summary")),
        f"Next steps: {'; '.join(filter(None, steps))}" if any(steps) else "",
    ]
    return "\n\n".join(part for part in told if part)
