"""Steps that many tests begin with: an assignment is set, code is handed in, sealed, reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from courses.domain import assignments, submissions
from courses.domain.assignments import PlanLine
from courses.domain.submissions import Authorship
from courses.models import Assignment, Course, Membership, Submission
from reviews.claims import Claim, DefectType, Place, Severity
from reviews.engine import notes, passes
from reviews.models import Connection, LanguageModel, Note, Pass, Recording, Reviewer
from reviews.snapshots.files import SourceFile, tree_sha256

SHOP = (
    SourceFile(
        "shop.py",
        "import sqlite3\n"
        "\n"
        "db = sqlite3.connect('shop.db')\n"
        "\n"
        "\n"
        "def find(name):\n"
        "    return db.execute(f\"SELECT * FROM items WHERE name = '{name}'\").fetchall()\n"
        "\n"
        "\n"
        "def buy(item_id, wanted):\n"
        "    stock = db.execute('SELECT stock FROM items WHERE id = ?', (item_id,)).fetchone()[0]\n"
        "    if stock >= wanted:\n"
        "        db.execute('UPDATE items SET stock = ? WHERE id = ?', (stock - wanted, item_id))\n"
        "    return True\n",
    ),
    SourceFile("prices.py", "def total(prices, tax):\n    return sum(prices) * (1 + tax)\n"),
)
"""A small shop with an injection (line 7), a race (11-13) and a lie about success (14)."""

INJECTION = Claim(
    title="SQL injection in find",
    explanation="The name goes into the query by an f-string, so a quote in it changes the query.",
    severity=Severity.CRITICAL,
    path="shop.py",
    place=Place("shop.py", 7, 7),
    quote="    return db.execute(f\"SELECT * FROM items WHERE name = '{name}'\").fetchall()",
    odc_type=DefectType.CHECKING,
    cwe=89,
    confidence=0.9,
    suggested_fix="Pass the name as a parameter.",
)
RACE = Claim(
    title="Two buyers can take the same stock",
    explanation="The stock is read, then written, with no transaction: a concurrent buyer is overwritten.",
    severity=Severity.MAJOR,
    path="shop.py",
    place=Place("shop.py", 11, 13),
    quote="    if stock >= wanted:",
    odc_type=DefectType.TIMING,
    cwe=362,
    confidence=0.7,
)
SUCCESS_LIE = Claim(
    title="buy says True even when there is no stock",
    explanation="The caller cannot tell a purchase from a refusal.",
    severity=Severity.MAJOR,
    path="shop.py",
    place=Place("shop.py", 14, 14),
    quote="    return True",
    odc_type=DefectType.ALGORITHM,
    confidence=0.8,
)
ROUNDING = Claim(
    title="Money in floats",
    explanation="Totals are floats, so cents get lost.",
    severity=Severity.MINOR,
    path="prices.py",
    place=Place("prices.py", 2, 2),
    quote="    return sum(prices) * (1 + tax)",
    odc_type=DefectType.ALGORITHM,
    confidence=0.4,
)


def assignment(course: Course, *, plan: Sequence[PlanLine] = (), **fields: Any) -> Assignment:
    """A published assignment that is open for a week; fields override. The plan is linters alone."""
    now = timezone.now()
    values = {
        "title": "Review the shop",
        "brief": "A *model* wrote this shop. What did it get wrong?",
        "state": Assignment.State.PUBLISHED,
        "opens_at": now - timedelta(days=1),
        "due_at": now + timedelta(days=6),
        "accepted_types": ".py",
        "least_notes": 1,
        "visibility": Assignment.Visibility.GRADE,
        **fields,
    }
    return assignments.save(Assignment(course=course, **values), plan or [PlanLine("linters")])


def handed_in(
    to: Assignment,
    student: User,
    files: Sequence[SourceFile] = SHOP,
    claims: Sequence[Claim] = (),
    **authorship: Any,
) -> Submission:
    """The student's code is in, with draft notes that make these claims."""
    membership = Membership.objects.get(course=to.course, user=student)
    written_by = LanguageModel.objects.get(name=authorship.pop("model", "claude-opus-4-6"))
    revision = submissions.hand_in(to, membership, files, Authorship(model=written_by, **authorship))
    for claim in claims:
        notes.save_note(revision.snapshot, claim)
    return revision.submission


def sealed(
    to: Assignment,
    student: User,
    files: Sequence[SourceFile] = SHOP,
    claims: Sequence[Claim] = (INJECTION,),
    **authorship: Any,
) -> Submission:
    """The notes are sealed, and the reviews are queued."""
    submission = handed_in(to, student, files, claims, **authorship)
    submissions.seal(submission, found_nothing=len(claims) < to.least_notes)
    return submission


def run_passes(submission: Submission) -> None:
    """Let the reviewers work here and now, as a worker would, until none is queued."""
    mine = Pass.objects.filter(review__snapshot__revision__submission=submission)
    while (queued := mine.filter(state=Pass.State.QUEUED).first()) is not None:
        passes.run(queued.pk)


def reviewed(to: Assignment, student: User, **how: Any) -> Submission:
    """Sealed, and every reviewer has spoken."""
    submission = sealed(to, student, **how)
    run_passes(submission)
    return submission


def recorded_reviewer(model: str) -> Reviewer:
    """A reviewer that replays what was recorded of this model."""
    row = LanguageModel.objects.get(name=model)
    reviewer, _ = Reviewer.objects.get_or_create(
        name=f"{row.label}, recorded", defaults={"provider": "recorded", "model": row}
    )
    return reviewer


def recording(
    model: str,
    protocol: str,
    claims: Sequence[Claim],
    *,
    round: int = 1,
    files: Sequence[SourceFile] = SHOP,
    seconds: float = 0,
) -> Recording:
    """What this model said about these files in one round of a protocol."""
    findings = [
        {
            "title": claim.title,
            "explanation": claim.explanation,
            "severity": claim.severity,
            "path": claim.path,
            "first_line": claim.place.first_line if claim.place else None,
            "last_line": claim.place.last_line if claim.place else None,
            "quote": claim.quote,
            "odc_type": claim.odc_type,
            "cwe": claim.cwe,
            "confidence": claim.confidence,
            "suggested_fix": claim.suggested_fix,
        }
        for claim in claims
    ]
    return Recording.objects.create(
        sha256=tree_sha256(files),
        protocol=protocol,
        model=model,
        role="full review",
        round=round,
        seconds=seconds,
        report={"summary": "Read everything.", "paths": [f.path for f in files], "findings": findings},
    )


def note_of(submission: Submission, title: str) -> Note:
    """The student's note of that title."""
    return Note.objects.get(snapshot__revision__submission=submission, title=title)


def model_reviewer(model: str, *, role: str = "full review", name: str = "") -> Reviewer:
    """A reviewer that asks this model over HTTP: in tests, the stand-in."""
    row = LanguageModel.objects.get(name=model)
    provider = "anthropic" if row.family == "anthropic" else "openai"
    connection = Connection.objects.get(name=provider, scope="")
    return Reviewer.objects.create(
        name=name or f"{row.label}, {role}", provider=provider, model=row, role=role, connection=connection
    )
