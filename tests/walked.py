"""A short walkthrough of the shop with a step of every kind, for tests to show."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from courses.domain.walkthroughs import keep
from courses.models import Course, Walkthrough
from courses.walkthroughs.document import Document, read_story
from courses.walkthroughs.story import Story
from reviews.snapshots.files import SourceFile
from tests.stories import SHOP

MENDED = (
    SourceFile(
        "shop.py",
        SHOP[0].text.replace(
            "f\"SELECT * FROM items WHERE name = '{name}'\"",
            "'SELECT * FROM items WHERE name = ?', (name,)",
        ),
    ),
    SHOP[1],
    SourceFile(
        "test_shop.py", "from shop import find\n\n\ndef test_find():\n    assert find('nail') == []\n"
    ),
)

INJECTION = {
    "witness": "X1",
    "title": "SQL injection in find",
    "explanation": "The name goes into the query by an f-string.",
    "severity": "critical",
    "path": "shop.py",
    "first": 7,
    "last": 7,
    "quote": "    return db.execute(f\"SELECT * FROM items WHERE name = '{name}'\").fetchall()",
    "fix": "Use a parameter.",
    "defect": "injection",
}
RACE = {
    "witness": "X1",
    "title": "Two buyers can take the same stock",
    "severity": "major",
    "path": "shop.py",
    "first": 11,
    "last": 13,
    "defect": "race",
}


def steps() -> list[dict[str, Any]]:
    """Twelve steps; the question about the lines is the third."""
    return [
        {
            "id": "begin",
            "kind": "text",
            "title": "A shop",
            "body": "A model wrote a *shop*.",
            "notes": "Smile.",
        },
        {
            "id": "code",
            "kind": "code",
            "title": "What it wrote",
            "code": "v1",
            "path": "shop.py",
            "lit": [{"path": "shop.py", "first": 6, "last": 7}],
            "notes": "Say nothing of the query.",
            "minutes": 2,
        },
        {
            "id": "lines",
            "kind": "question",
            "title": "What is wrong here?",
            "body": "Read `find` and `buy`.",
            "code": "v1",
            "files": [{"path": "shop.py"}],
        },
        {
            "id": "green",
            "kind": "tests",
            "title": "Its own tests",
            "code": "v1",
            "command": "pytest -q",
            "output": "....\n4 passed in 0.02s\n",
            "passed": 4,
        },
        {
            "id": "self",
            "kind": "review",
            "title": "It reads its own work",
            "protocol": "Self-review",
            "witnesses": ["A1"],
            "code": "v1",
            "ending": "Looks good to me.",
        },
        {
            "id": "cross",
            "kind": "review",
            "title": "A stranger reads it",
            "protocol": "Cross-model",
            "focus": "security",
            "witnesses": ["X1"],
            "code": "v1",
            "said": [INJECTION, RACE],
            "ending": "These two.",
        },
        {
            "id": "late",
            "kind": "review",
            "title": "The devil's advocate",
            "protocol": "Adversarial",
            "witnesses": ["D1"],
            "code": "v1",
            "unable": "the provider answered with nothing that can be read",
        },
        {"id": "shown", "kind": "reveal", "title": "What you saw", "question": "lines"},
        {"id": "fix", "kind": "change", "title": "The fix", "before": "v1", "code": "v2"},
        {"id": "plan", "kind": "plan", "title": "A plan", "plan": "1. Sell\n2. Count\n"},
        {
            "id": "plan-2",
            "kind": "plan",
            "title": "The plan, revised",
            "plan": "1. Sell\n2. Count in a transaction\n",
            "before": "plan",
        },
        {"id": "who", "kind": "table", "title": "Who saw what", "witnesses": ["A1", "X1"], "code": "v1"},
    ]


def story(**changed: Any) -> Story:
    """The story; parts of it can be given another value."""
    whole = {
        "title": "The shop",
        "witnesses": [
            {"siglum": "A1", "name": "Claude Opus 4.6", "family": "Anthropic"},
            {"siglum": "X1", "name": "GPT 5.4", "family": "OpenAI"},
            {"siglum": "D1", "name": "GPT 5.4", "family": "OpenAI"},
        ],
        "codes": [
            {
                "name": "v1",
                "title": "the first version",
                "author": "Claude Opus 4.6",
                "prompt": "Write a shop.",
            },
            {"name": "v2", "title": "the second version", "author": "Claude Opus 4.6"},
        ],
        "defects": [
            {
                "id": "injection",
                "title": "SQL injection in find",
                "severity": "critical",
                "places": [{"code": "v1", "path": "shop.py", "first": 7, "last": 7}],
            },
            {
                "id": "race",
                "title": "Two buyers can take the same stock",
                "severity": "major",
                "places": [
                    {"code": code, "path": "shop.py", "first": 11, "last": 13} for code in ("v1", "v2")
                ],
            },
        ],
        "steps": steps(),
        **changed,
    }
    return read_story(whole)


def document(**changed: Any) -> Document:
    """The story with its code."""
    told = story(**changed)
    files = {"v1": SHOP, "v2": MENDED}
    return Document(told, {code.name: files[code.name] for code in told.codes})


def walkthrough(course: Course, by: User, *, shared: bool = True, **changed: Any) -> Walkthrough:
    """It is kept in a course."""
    return keep(document(**changed), course, by, shared=shared)
