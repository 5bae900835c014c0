"""A review's outcome in full, and logs of other tools, as the tests of exchange need them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from reviews.claims import Claim, DefectType, Place, Severity
from reviews.exchange.outcome import Found, Heard, Looked, Opinion, Outcome, Spent

HERE = Path(__file__).parent
SCHEMA = Draft4Validator(json.loads((HERE / "sarif-schema-2.1.0.json").read_text()))
START, END = datetime(2026, 11, 23, 9, 0, tzinfo=UTC), datetime(2026, 11, 23, 9, 0, 12, tzinfo=UTC)

INJECTION = Claim(
    title="The name goes into the query",
    explanation="A quote in [the name](http://evil.example) changes it: {0} stays {0}.\n\nIt is reached.",
    severity=Severity.CRITICAL,
    path="shop/what is #1.py",
    place=Place("shop/what is #1.py", 7, 8),
    quote="    return db.execute(f\"SELECT * FROM items WHERE name = '{name}'\")",
    odc_type=DefectType.CHECKING,
    cwe=89,
    confidence=0.9,
    suggested_fix="Pass it as a parameter.",
    elsewhere=(Place("prices.py", 2, 2), Place("shop/what is #1.py", 20, 24)),
    combines=("F2", "F3"),
)
RACE = Claim(
    title="Two buyers take the same stock",
    severity=Severity.MAJOR,
    path="prices.py",
    place=Place("prices.py", 1, 1),
    quote="def total(prices, tax):",
    odc_type=DefectType.TIMING,
)
LIMIT = Claim(title="No rate limit anywhere", severity=Severity.MINOR, confidence=0.25)
UNUSED = Claim(
    title="Unused import",
    severity=Severity.INFO,
    path="prices.py",
    rule="F401",
)


def complaints(log: Any) -> list[str]:
    """What the schema of SARIF 2.1.0 has against a log."""
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in SCHEMA.iter_errors(log)]


def heard(siglum: str, reviewer: str, **values: Any) -> Heard:
    """A pass that answered; values override."""
    usual: dict[str, Any] = {
        "provider": "compatible",
        "model": "gpt-5.4",
        "family": "openai",
        "role": "full review",
        "task": "review",
        "round": 1,
        "position": 1,
        "state": "answered",
        "trouble": "",
        "why": "",
        "summary": "Read it all.",
        "version": "gpt-5.4-2026",
        "recorded": False,
        "about_code": True,
        "paths": ("prices.py",),
        "left_out": (),
        "verdict": "needs-attention",
        "text": "",
        "findings": 1,
        "votes": 0,
        "started_at": START,
        "ended_at": END,
        "spent": Spent(1, 1200, 300, 0, 400, 0.0123, 0, 11.5),
    }
    return Heard(siglum=siglum, reviewer=reviewer, **usual | values)


def found(ref: str, claim: Claim, **values: Any) -> Found:
    """A finding by GPT 5.4; values override."""
    usual: dict[str, Any] = {"siglum": "X1", "reviewer": "GPT 5.4", "grounding": "exact"}
    return Found(ref=ref, claim=claim, **usual | values)


REFUTED = Opinion(
    "C",
    "Claude Opus 4.6",
    "callers",
    2,
    "refute",
    "It is parametrised.",
    "db.execute(q, (name,))",
    "",
    None,
    True,
)


def outcome(findings: Iterable[Found] = (), **values: Any) -> Outcome:
    """An incomplete cross-model review: one reviewer answered and one was cut off; values override."""
    usual: dict[str, Any] = {
        "review": 12,
        "protocol": "cross_model",
        "label": "Cross-model review",
        "state": "incomplete",
        "reason": "X2 Haiku: cut off",
        "ended": True,
        "snapshot": 3,
        "sha256": "a" * 64,
        "author": "Claude Opus 4.6",
        "author_family": "anthropic",
        "setup": {"author_model": "claude-opus-4-6", "passes": 1, "rounds": 3, "focus": ""},
        "result": {},
        "created_at": START,
        "started_at": START,
        "ended_at": END,
        "files": (Looked("prices.py", "b" * 64, 2, ("X1",)), Looked("shop/what is #1.py", "c" * 64, 30, ())),
        "passes": (
            heard("X1", "GPT 5.4", left_out=(("shop/what is #1.py", "an outline"),)),
            heard(
                "X2",
                "Haiku",
                state="unable",
                trouble="cut off",
                why="Haiku was cut off twice.",
                findings=None,
                position=2,
            ),
        ),
        "spent": Spent(2, 2400, 600, 0, 800, 0.0246, 0, 23.0),
    }
    return Outcome(findings=tuple(findings), **usual | values)


def log(*results: dict[str, Any], rules: Iterable[dict[str, Any]] = (), **run: Any) -> dict[str, Any]:
    """Another tool's SARIF log of one run."""
    driver = {"name": "gosec", "semanticVersion": "2.21.0", "rules": list(rules)}
    return {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": list(results)} | run],
    }


def result(**values: Any) -> dict[str, Any]:
    """One result at shop.go, line 7; values override."""
    usual = {
        "ruleId": "G201",
        "message": {"text": "SQL string formatting"},
        "locations": [location("shop.go", 7)],
    }
    return usual | values


def location(uri: str, first: int | None = None, **region: Any) -> dict[str, Any]:
    """A physical location; without a first line it is the whole file."""
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if first is not None:
        physical["region"] = {"startLine": first, **region}
    return {"physicalLocation": physical}
