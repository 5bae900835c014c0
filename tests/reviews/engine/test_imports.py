"""Findings of other tools become witnesses on sealed code."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from courses.models import Course, Submission
from reviews.engine import reviews
from reviews.engine.imports import AlreadyAttached, attach
from reviews.engine.reviews import NotSealed
from reviews.exchange import read_any
from reviews.gap.apparatus import Sight, who_saw_what
from reviews.models import Defect, Finding, Pass, Review, Reviewer, Snapshot
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import Ground
from tests.reviews.exchange.samples import location, log, result
from tests.stories import INJECTION, SHOP, assignment, handed_in, run_passes, sealed

pytestmark = [pytest.mark.django_db, pytest.mark.services]

CHORES = SourceFile(
    "jobs/chores.py",
    "import subprocess\n"
    "\n"
    "\n"
    "def tidy(folder):\n"
    "    subprocess.call('rm -r ' + folder, shell=True)\n"
    "    assert folder\n",
)


@pytest.fixture
def submission(course: Course, amara: User) -> Submission:
    """Amara's shop, sealed with one note, the linters done."""
    made = sealed(assignment(course), amara, files=(*SHOP, CHORES))
    run_passes(made)
    return made


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def wire(*findings: dict[str, Any]) -> str:
    return json.dumps(
        {"verdict": "needs-attention", "summary": "No.", "findings": findings, "next_steps": []}
    )


STOCK = {
    "severity": "critical",
    "title": "Two buyers can take the same stock",
    "body": "It is read, then written, and a concurrent buyer is overwritten.",
    "file": "shop.py",
    "line_start": 11,
    "line_end": 13,
    "confidence": 0.8,
    "recommendation": "Lock the row.",
}


def test_what_the_real_ruff_printed_elsewhere_is_grounded_in_the_code(
    submission: Submission, ruth: User, tmp_path: Path
) -> None:
    for file in (*SHOP, CHORES):
        path = tmp_path / "somewhere" / "else" / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text)
    ruff = str(Path(sysconfig.get_path("scripts")) / "ruff")
    command = [ruff, "check", "--isolated", "--no-cache", "--select", "S", "--output-format", "sarif", "."]
    printed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout

    review = attach(snapshot_of(submission), read_any(printed), ruth)

    assert (review.protocol, review.position, review.state) == ("imported", 2, Review.State.COMPLETE)
    assert review.asked_by == ruth
    said = review.passes.get()
    assert (said.siglum, said.reviewer.name) == ("I1", "ruff, imported")
    assert said.reviewer_version.startswith("ruff 0.")
    assert said.paths == ["jobs/chores.py", "shop.py"], "only what it reported on is known to have been read"
    found = {(row.rule, row.path, row.first_line, row.grounding) for row in said.findings.all()}
    assert found == {
        ("S602", "jobs/chores.py", 5, Ground.UNQUOTED),
        ("S101", "jobs/chores.py", 6, Ground.UNQUOTED),
        ("S608", "shop.py", 7, Ground.UNQUOTED),
    }


def test_an_imported_witness_stands_in_the_apparatus_under_its_tool_s_name(
    submission: Submission, ruth: User
) -> None:
    attach(snapshot_of(submission), read_any(wire(STOCK), "Codex"), ruth)
    apparatus = who_saw_what(snapshot_of(submission))
    witness = apparatus.witnesses[-1]
    assert witness.siglum == "I1"
    assert "Codex" in witness.name
    stock = Defect.objects.get(findings__by_pass__siglum="I1")
    sights = {row.defect.pk: row.cells[-1].sight for row in apparatus.rows}
    injection = Defect.objects.get(notes__title=INJECTION.title)
    assert sights[stock.pk] is Sight.SEEN
    assert sights[injection.pk] is Sight.MISSED, "it reported on that file and did not see this"


def test_it_was_not_asked_about_files_that_it_did_not_report_on(submission: Submission, ruth: User) -> None:
    elsewhere = STOCK | {"file": "prices.py", "line_start": 2, "line_end": 2}
    attach(snapshot_of(submission), read_any(wire(elsewhere)), ruth)
    apparatus = who_saw_what(snapshot_of(submission))
    injection = next(row for row in apparatus.rows if row.defect.notes.exists())
    assert injection.cells[-1].sight is Sight.NOT_ASKED


def test_a_claim_that_a_note_makes_too_joins_its_defect(submission: Submission, ruth: User) -> None:
    same = STOCK | {
        "title": "SQL injection: the name goes into the query",
        "body": "A quote in the name changes the query, which an f-string builds.",
        "line_start": 7,
        "line_end": 7,
    }
    attach(snapshot_of(submission), read_any(wire(same)), ruth)
    home = Defect.objects.get(findings__by_pass__siglum="I1")
    assert home.notes.get().title == INJECTION.title


def test_a_quoted_line_that_moved_is_found_and_a_file_that_is_not_there_is_marked(
    submission: Submission, ruth: User
) -> None:
    moved = location("file:///ci/build/shop.py", 3, snippet={"text": "    if stock >= wanted:"})
    log_ = log(result(locations=[moved]), result(locations=[location("other.py", 1)]))
    review = attach(snapshot_of(submission), read_any(json.dumps(log_)), ruth)
    first, second = Finding.objects.filter(by_pass__review=review).order_by("position")
    assert (first.where, first.grounding) == ("shop.py:12", Ground.MOVED)
    assert (second.where, second.grounding) == ("other.py:1", Ground.NONE)
    assert review.passes.get().paths == ["shop.py"]


def test_several_files_and_tools_are_several_witnesses(submission: Submission, ruth: User) -> None:
    snapshot = snapshot_of(submission)
    attach(snapshot, read_any(wire(STOCK), "Codex"), ruth)
    two = log(result(locations=[location("shop.py", 7)]))
    two["runs"].append({"tool": {"driver": {"name": "staticcheck"}}, "results": []})
    attach(snapshot, read_any(json.dumps(two)), ruth)
    attach(snapshot, read_any(wire(), "Codex"), ruth)
    said = Pass.objects.filter(review__protocol="imported").order_by("siglum")
    assert [(item.siglum, item.reviewer.name, item.review.position) for item in said] == [
        ("I1", "Codex, imported", 2),
        ("I2", "gosec, imported", 3),
        ("I3", "staticcheck, imported", 3),
        ("I4", "Codex, imported", 4),
    ]
    assert not Reviewer.objects.filter(provider="imported", active=True).exists()


def test_the_same_file_twice_is_refused_and_changes_nothing(submission: Submission, ruth: User) -> None:
    snapshot = snapshot_of(submission)
    attach(snapshot, read_any(wire(STOCK)), ruth)
    with pytest.raises(AlreadyAttached, match="was attached on .* already \\(review plug-in\\)"):
        attach(snapshot, read_any(wire(STOCK)), ruth)
    assert Finding.objects.filter(by_pass__review__protocol="imported").count() == 1


def test_nothing_is_attached_before_the_seal(course: Course, amara: User, ruth: User) -> None:
    draft = handed_in(assignment(course), amara)
    with pytest.raises(NotSealed):
        attach(snapshot_of(draft), read_any(wire(STOCK)), ruth)
    assert not Review.objects.exists()


def test_a_tool_whose_run_failed_could_not_review_and_did_not_find_nothing(
    submission: Submission, ruth: User
) -> None:
    notice = {"level": "error", "message": {"text": "cannot parse shop.go"}}
    failed = log(invocations=[{"executionSuccessful": False, "toolExecutionNotifications": [notice]}])
    review = attach(snapshot_of(submission), read_any(json.dumps(failed)), ruth)
    assert review.state == Review.State.INCOMPLETE
    assert "cannot parse shop.go" in review.reason
    assert review.passes.get().state == Pass.State.UNABLE
    row = who_saw_what(snapshot_of(submission)).rows[0]
    assert row.cells[-1].sight is Sight.UNABLE


def test_what_was_not_taken_over_is_on_the_record(submission: Submission, ruth: User) -> None:
    review = attach(snapshot_of(submission), read_any(wire(STOCK, STOCK | {"severity": ""})), ruth)
    assert review.result["skipped"] == ["Finding 2 was left out: it has no severity."]
    assert "Finding 2 was left out" in review.passes.get().detail
    assert review.passes.get().raw == wire(STOCK, STOCK | {"severity": ""}), "the file is kept as it came"


def test_an_import_changes_nothing_that_was_planned(submission: Submission, ruth: User) -> None:
    snapshot = snapshot_of(submission)
    before = list(Review.objects.filter(snapshot=snapshot).values_list("pk", "state"))
    attach(snapshot, read_any(wire(STOCK)), ruth)
    assert list(Review.objects.filter(protocol="linters").values_list("pk", "state")) == before
    reviews.advance(Review.objects.get(protocol="imported").pk)
    assert Review.objects.get(protocol="imported").state == Review.State.COMPLETE
