"""A small walkthrough for many tests, shown in a room: a question, two reviews, a reveal, a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from courses.domain import sittings, walkthroughs
from courses.models import Answer, Course, Seat, Sitting, Walkthrough
from courses.walkthroughs.document import Document
from courses.walkthroughs.room import Command
from courses.walkthroughs.story import Story
from tests.stories import SHOP

SHOP_STORY: dict[str, Any] = {
    "title": "The shop",
    "summary": "A *model* wrote a shop. Its tests are green.",
    "source": "Made up for the tests.",
    "witnesses": [
        {"siglum": "T", "name": "The shop's own tests"},
        {"siglum": "A1", "name": "Claude Opus 4.6, self-review", "family": "anthropic"},
        {"siglum": "X1", "name": "GPT 5.4", "family": "openai"},
    ],
    "codes": [{"name": "v1", "title": "As it was written", "author": "Claude Opus 4.6"}],
    "defects": [
        {
            "id": "injection",
            "title": "SQL injection in find",
            "explanation": "The name goes into the query by an f-string.",
            "severity": "critical",
            "odc_type": "checking",
            "cwe": 89,
            "places": [{"code": "v1", "path": "shop.py", "first": 7, "last": 7}],
        },
        {
            "id": "race",
            "title": "Two buyers take the same stock",
            "severity": "major",
            "odc_type": "timing",
            "places": [{"code": "v1", "path": "shop.py", "first": 11, "last": 13}],
        },
        {
            "id": "rounding",
            "title": "Money in floats",
            "places": [{"code": "v1", "path": "prices.py", "first": 2, "last": 2}],
        },
    ],
    "steps": [
        {"id": "hello", "title": "A shop", "kind": "text", "body": "What did it get **wrong**?"},
        {
            "id": "the-code",
            "title": "The code",
            "kind": "code",
            "code": "v1",
            "path": "shop.py",
            "lit": [{"path": "shop.py", "first": 6, "last": 7}],
        },
        {
            "id": "green",
            "title": "Its tests",
            "kind": "tests",
            "code": "v1",
            "command": "pytest",
            "output": "2 passed in 0.01s",
            "passed": 2,
        },
        {
            "id": "find",
            "title": "Where is it wrong?",
            "kind": "question",
            "code": "v1",
            "files": [{"path": "shop.py"}, {"path": "prices.py"}],
            "notes": "Give them three minutes.",
            "minutes": 3,
        },
        {
            "id": "self",
            "title": "The author reads it again",
            "kind": "review",
            "protocol": "Self-review",
            "witnesses": ["A1"],
            "code": "v1",
            "ending": "Nothing to say.",
        },
        {
            "id": "stranger",
            "title": "A stranger reads it",
            "kind": "review",
            "protocol": "Cross-model review",
            "witnesses": ["X1"],
            "code": "v1",
            "said": [
                {
                    "witness": "X1",
                    "title": "SQL injection by name",
                    "severity": "critical",
                    "path": "shop.py",
                    "first": 7,
                    "last": 7,
                    "confidence": 0.9,
                    "defect": "injection",
                },
                {
                    "witness": "X1",
                    "title": "Stock is read, then written",
                    "severity": "major",
                    "path": "shop.py",
                    "first": 11,
                    "last": 13,
                    "defect": "race",
                },
            ],
            "ending": "Two findings.",
        },
        {"id": "what-you-saw", "title": "What you saw", "kind": "reveal", "question": "find"},
        {
            "id": "who-saw-what",
            "title": "Who saw what",
            "kind": "table",
            "witnesses": ["T", "A1", "X1"],
            "code": "v1",
        },
    ],
}
"""Three defects in two files; the stranger finds two of them, the author's own review none."""


def shop_story() -> Story:
    """The story as plain data."""
    return Story.model_validate(SHOP_STORY)


def walkthrough_of(
    course: Course, by: User, *, shared: bool = True, story: Story | None = None
) -> Walkthrough:
    """The story with its code, as a walkthrough of the course."""
    document = Document(story or shop_story(), {"v1": SHOP})
    return walkthroughs.keep(document, course, by, shared=shared)


def sitting_of(course: Course, by: User, *, group: str = "", story: Story | None = None) -> Sitting:
    """The room is open at the first step."""
    return sittings.begin(walkthrough_of(course, by, story=story), by, group)


def shown(sitting: Sitting, step: str, beat: int = 0) -> Sitting:
    """The presenter jumped to a step and pressed the key for each beat. The sitting as it is now."""
    to = sitting.told().at(step)
    now = sittings.steer(sitting.pk, Command.JUMP, (0, 0), to)
    for seen in range(beat):
        now = sittings.steer(sitting.pk, Command.NEXT, (to, seen))
    return now


def seats_in(sitting: Sitting, count: int) -> list[Seat]:
    """So many people sit there, whose browsers are not needed."""
    now = timezone.now()
    return Seat.objects.bulk_create(Seat(sitting=sitting, joined_at=now, seen_at=now) for _ in range(count))


def answered(
    seat: Seat, marks: Sequence[tuple[str, int, int]] = (), question: str = "find", **fields: Any
) -> Answer:
    """What this seat sent: `marks` are (path, first line, last line)."""
    return Answer.objects.create(
        seat=seat,
        question=question,
        marks=[list(mark) for mark in marks],
        sent_at=timezone.now(),
        **fields,
    )


def sat_through(course: Course, by: User, hits: int, of: int, **how: Any) -> Sitting:
    """A session that is over: of so many seats, so many marked the injection, the others a sound line."""
    sitting = sitting_of(course, by, **how)
    shown(sitting, "find")
    for number, seat in enumerate(seats_in(sitting, of)):
        mark = ("shop.py", 7, 7) if number < hits else ("shop.py", 3, 3)
        answered(seat, [mark], confidence=75, severity="critical")
    shown(sitting, "who-saw-what", 3)
    return sittings.end(sitting.pk)
