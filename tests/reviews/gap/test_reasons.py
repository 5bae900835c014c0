"""Every claim says why it is in its defect."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.claims import Place
from reviews.gap.defects import gather
from reviews.gap.standing import move
from reviews.gap.stored import name_of
from reviews.models import Defect, Finding, Judgement, Note, Snapshot
from tests.stories import INJECTION, RACE, ROUNDING, assignment, recorded_reviewer, recording, reviewed

pytestmark = pytest.mark.django_db


@pytest.fixture
def submission(course: Course, amara: User) -> Submission:
    """Amara and a stranger both saw the injection; she alone saw the rounding, it alone the race."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    return reviewed(assignment(course, plan=[PlanLine("cross_model")]), amara, claims=(INJECTION, ROUNDING))


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def judged(a: Note | Finding, b: Note | Finding, same: bool | None, reason: str) -> None:
    first, second = sorted((name_of(a), name_of(b)))
    Judgement.objects.create(snapshot=a.snapshot, first=first, second=second, same=same, reason=reason)
    gather(a.snapshot)


def home(claim: Note | Finding) -> Defect:
    claim.refresh_from_db()
    assert claim.defect is not None
    return claim.defect


def test_a_match_says_with_whom_and_on_what_it_rests(submission: Submission) -> None:
    note = Note.objects.get(title=INJECTION.title)
    assert note.matched_by in ("words", "place")
    assert (note.match_score or 0) > 0.9
    assert note.match_why.startswith("Nearest to X1 at shop.py:7: they share a line")
    finding = Finding.objects.get(title=INJECTION.title)
    assert finding.match_why.startswith("Nearest to S at shop.py:7: they share a line")
    assert finding.match_score == note.match_score


def test_who_speaks_alone_is_told_so(submission: Submission) -> None:
    note = Note.objects.get(title=ROUNDING.title)
    assert (note.matched_by, note.match_score, note.match_why) == ("alone", None, "Nobody else speaks of it.")


def test_what_a_judge_put_together_says_why(submission: Submission) -> None:
    note, finding = Note.objects.get(title=ROUNDING.title), Finding.objects.get(title=RACE.title)
    judged(note, finding, True, "Both lose money.")
    assert home(note) == home(finding)
    assert note.matched_by == finding.matched_by == "judge"
    assert note.match_why == "A judge model found it the same as X1 at shop.py:11-13: Both lose money."


def test_what_a_judge_told_apart_is_apart_and_says_why(submission: Submission) -> None:
    note, finding = Note.objects.get(title=INJECTION.title), Finding.objects.get(title=INJECTION.title)
    judged(note, finding, False, "The one is about names, the other about quotes.")
    assert home(note) != home(finding)
    assert note.matched_by == "judge"
    assert note.match_why.startswith(
        "A judge model told it apart from X1 at shop.py:7: The one is about names"
    )


def test_a_judge_who_contradicted_itself_decides_nothing(submission: Submission) -> None:
    note, finding = Note.objects.get(title=INJECTION.title), Finding.objects.get(title=INJECTION.title)
    judged(note, finding, None, "Yes, and no.")
    assert home(note) == home(finding)
    assert note.matched_by != "judge"


def test_what_a_person_moved_says_so_and_who_is_left_behind_too(submission: Submission) -> None:
    note, finding = Note.objects.get(title=INJECTION.title), Finding.objects.get(title=INJECTION.title)
    race = Finding.objects.get(title=RACE.title)
    move(note, home(race))
    for claim in (note, finding, race):
        claim.refresh_from_db()
    assert (note.matched_by, note.match_score, note.match_why) == ("person", None, "A person put it here.")
    assert finding.match_why == "Nobody else speaks of it."
    assert race.matched_by == "alone"
    assert "a person put the others here" in race.match_why


def test_rows_of_which_nothing_changed_are_not_written(submission: Submission) -> None:
    with CaptureQueriesContext(connection) as queries:
        gather(snapshot_of(submission))
    kinds = {query["sql"].split()[0] for query in queries}
    assert kinds & {"UPDATE", "INSERT", "DELETE"} == set()


def test_a_long_reason_is_cut(submission: Submission) -> None:
    note, finding = Note.objects.get(title=ROUNDING.title), Finding.objects.get(title=RACE.title)
    judged(note, finding, True, "because " * 100)
    note.refresh_from_db()
    assert len(note.match_why) == 400
    assert note.match_why.endswith("…")


def test_one_witness_that_tells_two_places_apart_means_two(course: Course, amara: User) -> None:
    recorded_reviewer("gpt-5.4")
    again = replace(INJECTION, place=Place("shop.py", 13, 13), quote="")
    recording("gpt-5.4", "cross_model", [INJECTION, again])
    submission = reviewed(assignment(course, plan=[PlanLine("cross_model")]), amara, claims=(ROUNDING,))
    found = Finding.objects.filter(snapshot=snapshot_of(submission), title=INJECTION.title)
    assert found.values("defect").distinct().count() == 2
