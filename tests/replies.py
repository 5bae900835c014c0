"""What models reply in tests, in the forms that they are asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from reviews.claims import Claim


def review_reply(*claims: Claim, **fields: Any) -> str:
    """A reply to a reviewing task that makes these claims; fields override the whole reply's."""
    reply = {
        "verdict": "needs-attention" if claims else "approve",
        "summary": "I read every file.",
        "findings": [finding(claim) for claim in claims],
        "votes": [],
        "checked": ["Every function, from its callers to its queries."],
        "not_reviewed": [],
    }
    return json.dumps(reply | fields)


def finding(claim: Claim, **fields: Any) -> dict[str, Any]:
    """A claim as a model writes it."""
    return {
        "title": claim.title,
        "what_breaks": claim.explanation or "It breaks.",
        "why_here": "",
        "cost": "",
        "fix": claim.suggested_fix,
        "severity": claim.severity,
        "odc_type": claim.odc_type,
        "cwe": claim.cwe,
        "file": claim.path or None,
        "line_start": claim.place.first_line if claim.place else None,
        "line_end": claim.place.last_line if claim.place else None,
        "quote": claim.quote.strip(),
        "confidence": 0.5 if claim.confidence is None else claim.confidence,
        "elsewhere": [],
        "combines": [],
        **fields,
    }


def vote(ref: str, stance: str, **fields: Any) -> dict[str, Any]:
    """A vote as a model writes it."""
    return {
        "ref": ref,
        "stance": stance,
        "reason": "The quoted line shows it.",
        "quote": "",
        "file": None,
        "severity": None,
        **fields,
    }


def text_reply(text: str) -> str:
    """A reply to a writing task."""
    return json.dumps({"summary": "One thing was changed.", "text": text})


def judge_reply(same: Mapping[str, bool], reason: str = "One transaction around both settles both.") -> str:
    """A judge's reply: of each pair, by its reference, whether both claims are one defect."""
    pairs = [{"ref": ref, "reason": reason, "same": said} for ref, said in same.items()]
    return json.dumps({"pairs": pairs})


def pairs_in(text: str) -> dict[str, str]:
    """What a judge is shown of each pair, by its reference, in the order in which it stands there."""
    return dict(re.findall(r"begin: Pair (P\d+)>>>\n(.*?)\n<<<", text, re.DOTALL))
