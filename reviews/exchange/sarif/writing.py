"""A review's outcome as SARIF 2.1.0. Who could not review is told as well, and never by silence.

Texts are written as they are: no message has arguments, so nothing in it is a placeholder; what
looks like a link is escaped.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from reviews.claims import Claim, Place, Severity
from reviews.cwe import NAMES
from reviews.exchange.outcome import DISMISSED, Found, Heard, Outcome
from reviews.exchange.sarif.places import uri_of
from reviews.exchange.sarif.rules import with_plain_brackets

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
TOOL = "Blindspot"
ROOT = "SRCROOT"
"""What all addresses are relative to: the folder that was reviewed."""

LEVELS = {
    Severity.CRITICAL: "error",
    Severity.MAJOR: "error",
    Severity.MINOR: "warning",
    Severity.INFO: "note",
}
# GitHub's code scanning sorts by a CVSS score; these are the middles of its bands.
SCORES = {Severity.CRITICAL: "9.5", Severity.MAJOR: "8.0", Severity.MINOR: "5.5", Severity.INFO: "2.0"}
FINDING = "finding"
"""The rule of a finding that has neither a rule nor a CWE nor a defect type."""

_ODC = {
    "function": "Something that should be done is missing or done wrongly as a whole",
    "interface": "Parts do not agree on what passes between them",
    "checking": "Data or a condition is not checked, or checked wrongly",
    "assignment": "A value is set wrongly or not at all",
    "timing": "Things happen in the wrong order or at the same time",
    "build": "Build, packaging or version control is wrong",
    "documentation": "What is written about the code is wrong",
    "algorithm": "The code does its work wrongly or too slowly",
}


def write(outcome: Outcome, version: str = "") -> dict[str, Any]:
    """The outcome as a SARIF log of one run: Blindspot's, with each reviewer as an extension.

    `version` is Blindspot's own. A review that is not complete has an unsuccessful invocation
    whose notifications say who could not review, and why.
    """
    rules = _rules(outcome.findings)
    weaknesses = sorted({item.claim.cwe for item in outcome.findings if item.claim.cwe})
    driver: dict[str, Any] = {
        "name": TOOL,
        "organization": TOOL,
        "rules": list(rules.values()),
        "notifications": _notification_kinds(outcome),
    }
    if version:
        driver["version"] = version
    if weaknesses:
        driver["supportedTaxonomies"] = [{"name": "CWE", "index": 0}]
    run: dict[str, Any] = {
        "tool": {"driver": driver, "extensions": _extensions(outcome.passes)},
        "automationDetails": {"id": f"{TOOL}/{outcome.protocol}/{outcome.review}"},
        "invocations": [_invocation(outcome)],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that was reviewed."}}},
        "artifacts": [_artifact(item.path, item.sha256, item.read_by) for item in outcome.files],
        "results": _results(outcome, list(rules), weaknesses),
        "properties": {
            "protocol": outcome.protocol,
            "state": outcome.state,
            "reason": outcome.reason,
            "author": outcome.author,
            "snapshot": outcome.sha256,
        },
    }
    if weaknesses:
        run["taxonomies"] = [_taxonomy(weaknesses)]
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def rule_of(claim: Claim) -> str:
    """The id of the rule that a claim falls under: the tool's, its CWE's, its defect type's."""
    if claim.rule:
        return claim.rule
    if claim.cwe:
        return f"CWE-{claim.cwe}"
    return f"odc/{claim.odc_type}" if claim.odc_type else FINDING


def _rules(findings: Sequence[Found]) -> dict[str, dict[str, Any]]:
    """A descriptor for each rule that a finding falls under, in the order of the findings.

    A rule has the weakness on which all of its findings agree.
    """
    claims: dict[str, list[Claim]] = defaultdict(list)
    for item in findings:
        claims[rule_of(item.claim)].append(item.claim)
    return {name: _rule(name, group) for name, group in claims.items()}


def _rule(name: str, claims: Sequence[Claim]) -> dict[str, Any]:
    rule: dict[str, Any] = {"id": name, "shortDescription": {"text": _described(claims[0])}}
    kinds = {claim.odc_type for claim in claims}
    weaknesses = {claim.cwe for claim in claims}
    tags = [f"odc/{kind}" for kind in kinds if kind and len(kinds) == 1]
    for cwe in weaknesses:
        if cwe and len(weaknesses) == 1:
            tags += ["security", f"external/cwe/cwe-{cwe:03}"]
            rule["helpUri"] = f"https://cwe.mitre.org/data/definitions/{cwe}.html"
    return {**rule, "properties": {"tags": tags}}


def _described(claim: Claim) -> str:
    if claim.rule:
        return claim.title or claim.rule
    if claim.cwe:
        return NAMES.get(claim.cwe, f"CWE-{claim.cwe}")
    return _ODC[claim.odc_type] if claim.odc_type else "A reviewer's finding"


def _extensions(passes: Sequence[Heard]) -> list[dict[str, Any]]:
    """The reviewers, each once."""
    named: dict[str, dict[str, Any]] = {}
    for item in passes:
        known = named.setdefault(item.reviewer, {"name": item.reviewer})
        if item.version:
            known["version"] = item.version
        known["properties"] = {"provider": item.provider, "model": item.model, "family": item.family}
    return list(named.values())


def _results(outcome: Outcome, rules: Sequence[str], weaknesses: Sequence[int]) -> list[dict[str, Any]]:
    numbers = {item.path: number for number, item in enumerate(outcome.files)}
    results = []
    for item in outcome.findings:
        claim, name = item.claim, rule_of(item.claim)
        result: dict[str, Any] = {
            "ruleId": name,
            "ruleIndex": rules.index(name),
            "kind": "fail",
            "level": LEVELS[item.severity],
            "message": {"text": _message(claim)},
            "locations": _locations(item, numbers),
            "relatedLocations": [
                {"id": number, "physicalLocation": _physical(place.path, numbers, place)}
                for number, place in enumerate(claim.elsewhere, 1)
            ],
            "partialFingerprints": {"blindspotClaim/v1": _fingerprint(claim)},
            "properties": _properties(item),
        }
        if claim.cwe:
            index = weaknesses.index(claim.cwe)
            taxon = {"id": str(claim.cwe), "index": index, "toolComponent": {"name": "CWE", "index": 0}}
            result["taxa"] = [taxon]
            result["properties"]["security-severity"] = SCORES[item.severity]
        if item.outcome == DISMISSED or not item.current:
            result["suppressions"] = [_suppression(item)]
        results.append(result)
    return results


def _message(claim: Claim) -> str:
    fix = f"Fix: {claim.suggested_fix}" if claim.suggested_fix else ""
    told = [claim.title or "Untitled", claim.explanation, fix]
    return with_plain_brackets("\n\n".join(part for part in told if part))


def _properties(item: Found) -> dict[str, Any]:
    """What SARIF has no field for; null where nobody said."""
    claim = item.claim
    return {
        "severity": item.severity.value,
        "confidence": claim.confidence,
        "siglum": item.siglum,
        "reviewer": item.reviewer,
        "ref": item.ref,
        "outcome": item.outcome or None,
        "grounded": item.grounding,
        "defect": item.defect,
        "blocking": item.blocks,
        "inChange": item.in_change,
        "odcType": claim.odc_type.value if claim.odc_type else None,
        "quote": claim.quote,
        "suggestedFix": claim.suggested_fix,
        "combines": list(claim.combines),
    }


def _locations(item: Found, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    claim = item.claim
    if claim.place:
        return [{"physicalLocation": _physical(claim.place.path, numbers, claim.place, item.lines)}]
    return [{"physicalLocation": _physical(claim.path, numbers)}] if claim.path else []


def _physical(
    path: str, numbers: Mapping[str, int], place: Place | None = None, lines: str | None = None
) -> dict[str, Any]:
    """A physicalLocation; `lines` are the text of the place as it stands in the snapshot."""
    address: dict[str, Any] = {"uri": uri_of(path), "uriBaseId": ROOT}
    if path in numbers:
        address["index"] = numbers[path]
    located: dict[str, Any] = {"artifactLocation": address}
    if place:
        located["region"] = {"startLine": place.first_line, "endLine": place.last_line}
        if lines is not None:
            located["region"]["snippet"] = {"text": lines}
    return located


def _fingerprint(claim: Claim) -> str:
    """The same for the same claim after lines above it were added or taken away."""
    words = " ".join(claim.quote.split()) or claim.title
    return hashlib.sha256("\n".join((rule_of(claim), claim.path, words)).encode()).hexdigest()


def _suppression(item: Found) -> dict[str, Any]:
    """Why a finding no longer stands: the panel's reasons, with who gave them, or a newer version."""
    against = [vote for vote in item.opinions if vote.stance in ("refute", "withdraw")]
    reasons = "; ".join(f"{vote.reviewer} ({vote.role}): {vote.reason}" for vote in against)
    why = reasons or "Dismissed by the panel." if item.current else "Said of an earlier version."
    return {"kind": "external", "status": "accepted", "justification": why}


def _artifact(path: str, sha256: str, read_by: Sequence[str]) -> dict[str, Any]:
    return {
        "location": {"uri": uri_of(path), "uriBaseId": ROOT},
        "roles": ["analysisTarget"],
        "encoding": "utf-8",
        "hashes": {"sha-256": sha256},
        "properties": {"readBy": list(read_by)},
    }


def _invocation(outcome: Outcome) -> dict[str, Any]:
    invocation: dict[str, Any] = {
        "executionSuccessful": outcome.complete,
        "toolExecutionNotifications": [
            _notification(kind, level, text, item) for kind, level, text, item in _notices(outcome)
        ],
    }
    if outcome.started_at:
        invocation["startTimeUtc"] = _utc(outcome.started_at)
    if outcome.ended_at:
        invocation["endTimeUtc"] = _utc(outcome.ended_at)
    return invocation


Notice = tuple[str, str, str, Heard | None]

COULD_NOT, LEFT_OUT, NOT_COMPLETE = "could-not-review", "left-out", "not-complete"
_KINDS = {
    COULD_NOT: "A reviewer could not review. That is not the same as nothing found.",
    LEFT_OUT: "A file did not fit into what a reviewer could read.",
    NOT_COMPLETE: "The review is not complete.",
}


def _notices(outcome: Outcome) -> list[Notice]:
    """What has to be said besides the findings: kind, level, words, and the pass that it is about."""
    notices: list[Notice] = []
    if not outcome.complete:
        reason = outcome.reason or "It has not ended yet."
        notices.append((NOT_COMPLETE, "error", f"The review is {outcome.state}. {reason}", None))
    for item in outcome.passes:
        if item.findings is None:
            why = item.why or f"The pass is {item.state}."
            notices.append((COULD_NOT, "error", f"{item.siglum}, {item.reviewer}: {why}", item))
        for path, shown in item.left_out:
            notices.append((LEFT_OUT, "warning", f"{item.siglum}, {item.reviewer}: {path}, {shown}", item))
    return notices


def _notification_kinds(outcome: Outcome) -> list[dict[str, Any]]:
    used = {kind for kind, *_ in _notices(outcome)}
    return [{"id": kind, "shortDescription": {"text": _KINDS[kind]}} for kind in _KINDS if kind in used]


def _notification(kind: str, level: str, text: str, item: Heard | None) -> dict[str, Any]:
    notification: dict[str, Any] = {
        "descriptor": {"id": kind},
        "level": level,
        "message": {"text": with_plain_brackets(text)},
    }
    if item:
        notification["properties"] = {
            "siglum": item.siglum,
            "reviewer": item.reviewer,
            "state": item.state,
            "trouble": item.trouble,
        }
    return notification


def _taxonomy(weaknesses: Sequence[int]) -> dict[str, Any]:
    return {
        "name": "CWE",
        "organization": "MITRE",
        "informationUri": "https://cwe.mitre.org/",
        "shortDescription": {"text": "The MITRE Common Weakness Enumeration"},
        "isComprehensive": False,
        "taxa": [
            {"id": str(number), "shortDescription": {"text": NAMES.get(number, f"CWE-{number}")}}
            for number in weaknesses
        ],
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
