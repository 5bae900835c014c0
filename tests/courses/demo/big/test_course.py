"""A small big course: five students, two assignments, three hundred claims; as the product would have it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.urls import reverse

from courses.demo.big.course import Refused, Size, make
from courses.domain.grading import suggest
from courses.domain.queries.standing import standings
from courses.models import Assignment, Course, Grade, Revision, Submission
from reviews.briefs import Task
from reviews.engine.reviews import returned_of
from reviews.engine.seals import verify
from reviews.gap.facts import Facts
from reviews.gap.stored import SPEAKING
from reviews.gap.tallies import facts_of
from reviews.gap.wording import put_in_words
from reviews.models import (
    Blob,
    Call,
    Clearance,
    Defect,
    Finding,
    KeyClaim,
    Note,
    Pass,
    Provenance,
    Review,
    Seal,
    Snapshot,
    SnapshotFile,
    Tally,
)
from reviews.prompts.forms import read
from reviews.prompts.redact import clear
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Done, Setup
from reviews.snapshots.evidence import read_test_evidence
from reviews.snapshots.ground import Ground, ground, is_evidence
from tests.people import client_of

SMALL = Size(students=5, assignments=2, claims=300, seed=7)


@pytest.fixture
def small(db: None) -> Course:
    return make(SMALL, said.append)


said: list[str] = []


def test_it_has_exactly_what_was_asked_for_and_says_so(small: Course) -> None:
    roles = sorted(small.memberships.values_list("role", flat=True))
    assert roles == [*["assistant"] * 3, "instructor", *["student"] * 5]
    assert small.assignments.count() == 2
    assert Submission.objects.filter(assignment__course=small).count() == 10
    assert Note.objects.count() + Finding.objects.count() == 300
    assert set(Pass.objects.values_list("siglum", flat=True)) == {"L", "A1", "A2", "A3", "A4", "X1", "D", "C"}
    assert set(Defect.objects.values_list("standing", flat=True)) >= {"valid", "invalid", "undecided"}
    assert {Ground.NONE, Ground.EXACT, Ground.UNQUOTED} <= set(
        Finding.objects.values_list("grounding", flat=True)
    )
    assert KeyClaim.objects.exists()
    assert any("5 submissions" in line for line in said)
    assert any(line.startswith("Big course 7 is ready") for line in said)


def test_texts_are_stored_once_and_students_change_little(small: Course) -> None:
    files = SnapshotFile.objects.filter(snapshot__revision__submission__assignment__course=small)
    assert files.values("blob").distinct().count() < files.count() * 2 / 3


def test_every_seal_holds(small: Course) -> None:
    assert Seal.objects.count() == 10
    for seal in Seal.objects.all():
        assert verify(seal).problems == ()
    call_command("verify_seal", str(Seal.objects.latest("pk").pk))


def test_every_claim_stands_on_the_code_as_it_says(small: Course) -> None:
    for model in (Note, Finding, KeyClaim):
        for row in model.objects.select_related("snapshot"):
            claim, grounding = ground(row.claim(), row.snapshot.source_files())
            assert claim.place == row.claim().place
            # What was moved to its quotation stands there now.
            assert grounding == (Ground.EXACT if row.grounding == Ground.MOVED else row.grounding)


def test_defects_have_the_words_that_their_claims_give_them(small: Course) -> None:
    for defect in Defect.objects.filter(titled_by_person=False):
        was = (defect.title, defect.severity, defect.odc_type, defect.cwe)
        found = defect.findings.filter(SPEAKING)
        put_in_words(defect, [*defect.notes.all(), *found, *defect.keyclaims.all()])
        assert (defect.title, defect.severity, defect.odc_type, defect.cwe) == was


def test_its_numbers_are_those_of_its_rows(small: Course) -> None:
    told = facts_of(Seal.objects.values_list("snapshot", flat=True))
    kept = {tally.pk: Facts.from_json(tally.facts) for tally in Tally.objects.all()}
    assert kept == told
    assert any("The numbers of 10 submissions" in line for line in said)
    for facts in told.values():
        assert [witness.siglum for witness in facts.witnesses if witness.letter not in "TK"] == [
            "S", "L", "A1", "A2", "A3", "A4", "X1", "D", "C",
        ]  # fmt: skip


def test_nobody_is_dismissed_without_a_line_of_the_code(small: Course) -> None:
    for defect in Defect.objects.filter(standing="invalid").select_related("snapshot"):
        assert any(is_evidence(defect.evidence, file.lines) for file in defect.snapshot.source_files())


def test_every_review_ended_as_its_protocol_says(small: Course) -> None:
    """The protocol itself is asked again, with what is stored."""
    for review in Review.objects.all():
        setup = Setup.from_json(review.setup)
        passes = list(review.passes.order_by("round", "position"))
        done = PROTOCOLS[review.protocol].step(setup, returned_of(review, setup, passes))
        assert isinstance(done, Done)
        assert (done.outcome, done.reason, done.result) == (review.state, review.reason, review.result)
        assert review.created_at <= review.started_at < review.ended_at  # type: ignore[operator]


def test_the_ledger_holds_a_call_for_each_model_s_pass(small: Course) -> None:
    passes = Pass.objects.filter(reviewer__model__isnull=False)
    assert Call.objects.count() == passes.count()
    for call in Call.objects.select_related("by_pass", "material"):
        assert call.by_pass is not None
        assert 0 < (call.cost or 0) <= call.reserved
        assert call.material.text
        if call.by_pass.state == Pass.State.ANSWERED:
            found = [finding.claim().title for finding in call.by_pass.findings.order_by("position")]
            answer = read(call.reply, Task(call.by_pass.task))
            assert [claim.title for claim in answer.findings] == found
            assert len(answer.votes) == len(call.by_pass.votes)


def test_the_code_leaves_the_house_as_it_is(small: Course) -> None:
    """So each snapshot's clearance names its own files, and there is nothing to notice."""
    for clearance in Clearance.objects.select_related("snapshot"):
        files = clearance.snapshot.source_files()
        assert clear(files, []).files == files
        assert clearance.files == [[file.path, file.sha256, file.path] for file in files]


def test_provenance_reads_as_its_evidence(small: Course) -> None:
    for row in Provenance.objects.exclude(test_evidence=""):
        evidence = read_test_evidence(row.test_evidence)
        assert (evidence.passed, evidence.failed or 0) == (row.tests_passed, row.tests_failed)


def test_grades_are_the_suggestion_of_the_gap(db: None) -> None:
    course = make(Size(students=3, assignments=4, claims=360, seed=2), said.append)
    rows = [row for assignment in course.assignments.all() for row in standings(assignment) if row.grade]
    assert rows
    for row in rows:
        assert row.gap is not None
        assert row.seal is not None
        assert row.grade is not None
        suggestion = suggest(row.gap, 100, weights=course.weights, found_nothing=row.seal.found_nothing)
        assert (row.grade.suggested, row.grade.weights) == (suggestion.points, course.weights)
        assert row.grade.points == (suggestion.points or 0) + row.grade.adjustment
    assert Grade.objects.filter(released_at__isnull=False).exists()


def test_the_same_seed_makes_the_same_course(small: Course) -> None:
    first = _told(small)
    _forget(small)
    assert _told(make(SMALL, said.append)) == first


def test_another_seed_makes_another(small: Course) -> None:
    other = make(Size(students=5, assignments=2, claims=300, seed=8), said.append)
    titles = [
        list(
            Finding.objects.filter(snapshot__revision__submission__assignment__course=course).values_list(
                "title"
            )
        )
        for course in (small, other)
    ]
    assert titles[0] != titles[1]


def test_twice_is_refused_and_changes_nothing(small: Course) -> None:
    with pytest.raises(Refused, match="Big course 7.*is there already.*Another seed"):
        make(SMALL)
    assert Course.objects.count() == 1


def test_it_keeps_away_from_other_courses(course: Course) -> None:
    few = ("--students=2", "--assignments=1", "--claims=60")
    with pytest.raises(CommandError, match="other courses here.*--yes"):
        call_command("make_big_course", *few)
    assert Course.objects.count() == 1
    call_command("make_big_course", *few, "--yes", stdout=Quiet())
    assert Course.objects.count() == 2


@pytest.mark.parametrize("size", [Size(0, 1, 0), Size(1, 41, 2000), Size(5, 2, 3), Size(5, 2, 30_000)])
def test_a_size_that_makes_no_course_is_refused(db: None, size: Size) -> None:
    with pytest.raises(Refused):
        make(size)
    assert not Course.objects.exists()


def test_every_page_of_it_answers(small: Course) -> None:
    instructor = User.objects.get(username="big-7-instructor")
    ruth = client_of(instructor)
    for address in (*_of_course(small), *_of_submissions(small)):
        response = ruth.get(address, follow=True)
        assert response.status_code == 200, address
        assert small.name in response.text, address
    student = Submission.objects.filter(assignment__course=small).first()
    assert student is not None
    amara = client_of(student.student.user)
    for name in ("submission", "receipt"):
        response = amara.get(reverse(f"courses:{name}", args=[student.pk]), follow=True)
        assert response.status_code == 200
        assert student.assignment.title in response.text, name
    assert small.name in amara.get(reverse("courses:index")).text


def test_its_ledger_is_a_sheet_with_a_row_for_each_call(small: Course) -> None:
    submission = Submission.objects.filter(assignment__course=small)[0]
    made = Call.objects.filter(by_pass__review__snapshot__revision__submission=submission).count()
    ruth = client_of(User.objects.get(username="big-7-instructor"))
    sheet: Any = ruth.get(reverse("courses:ledger_csv", args=[submission.pk]))
    rows = list(csv.reader(io.StringIO(b"".join(sheet.streaming_content).decode())))
    assert len(rows) == 1 + made > 1


class Quiet:
    """An output that nobody reads."""

    def write(self, text: str) -> None: ...


def _of_course(course: Course) -> list[str]:
    names = ("course", "course_settings", "people", "reviewers")
    addresses = [reverse("courses:index"), *(reverse(f"courses:{name}", args=[course.pk]) for name in names)]
    for assignment in course.assignments.all():
        names = ("assignment", "dashboard", "assignment_edit", "starter")
        addresses += [reverse(f"courses:{name}", args=[assignment.pk]) for name in names]
    return addresses


def _of_submissions(course: Course) -> list[str]:
    names = ("receipt", "reviews", "apparatus", "result", "adjudicate", "ledger")
    addresses = []
    for submission in Submission.objects.filter(assignment__course=course)[:1]:
        addresses += [reverse(f"courses:{name}", args=[submission.pk]) for name in names]
        snapshot = submission.revisions.latest("number").snapshot
        addresses += [
            reverse("courses:defect", args=[submission.pk, d.number]) for d in snapshot.defects.all()
        ]
        addresses += [reverse("courses:review", args=[submission.pk, r.pk]) for r in snapshot.reviews.all()]
        call = Call.objects.filter(by_pass__review__snapshot=snapshot).first()
        assert call is not None
        addresses.append(reverse("courses:call", args=[submission.pk, call.pk]))
    return addresses


TOLD: Sequence[tuple[type[Model], Sequence[str]]] = (
    (User, ("username", "first_name", "last_name")),
    (Assignment, ("title", "brief", "opens_at", "due_at", "visibility")),
    (Revision, ("number", "created_at", "snapshot__sha256")),
    (Revision, ("snapshot__created_at", "submission__created_at")),
    (Provenance, ("author", "tests_passed", "tests_failed")),
    (Seal, ("sha256", "note_count", "sealed_at")),
    (Review, ("protocol", "state", "result", "started_at", "ended_at")),
    (Pass, ("siglum", "role", "detail", "exhibits", "votes", "raw", "started_at")),
    (Call, ("task", "reply", "cost", "input_tokens", "material", "request_id", "asked_at")),
    (Defect, ("number", "title", "severity", "standing", "decided_at", "duplicate_of__number")),
    (Note, ("title", "explanation", "confidence", "grounding", "defect__number", "match_score")),
    (Finding, ("title", "explanation", "confidence", "grounding", "outcome", "defect__number", "match_why")),
    (KeyClaim, ("title", "first_line", "defect__number")),
    (Grade, ("suggested", "points", "released_at")),
    (Blob, ("sha256",)),
)


def _told(course: Course) -> list[list[Any]]:
    """All that is in the course but the keys of its rows, in the order of these."""
    return [list(model._default_manager.order_by("pk").values_list(*names)) for model, names in TOLD]


def _forget(course: Course) -> None:
    """Take the course away; nothing in the product does that."""
    Grade.objects.all().delete()
    Submission.objects.all().delete()
    Seal.objects.all().delete()
    Assignment.objects.all().delete()
    Snapshot.objects.all().delete()
    Course.objects.all().delete()
    User.objects.all().delete()
