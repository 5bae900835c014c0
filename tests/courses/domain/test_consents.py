"""Amara allows her work to be shown, and withdraws: what stays of it, and what does not."""

from __future__ import annotations

import json

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from courses.domain import consents, from_submission, sittings, walkthroughs
from courses.domain.assignments import PlanLine
from courses.domain.submissions import Authorship, hand_in, seal
from courses.models import (
    Answer,
    Consent,
    Course,
    LiveRun,
    Membership,
    Seat,
    Sitting,
    Submission,
    Walkthrough,
)
from courses.walkthroughs.room import Command
from reviews.claims import Place
from reviews.engine.clearances import outgoing
from reviews.engine.seats import seat_of
from reviews.engine.snapshots import store
from reviews.models import Blob, Call, Defect, Review, Snapshot
from reviews.protocols.base import Setup
from reviews.snapshots.files import SourceFile
from tests.panels import called
from tests.rooms import walkthrough_of
from tests.stories import (
    INJECTION,
    RACE,
    SHOP,
    assignment,
    model_reviewer,
    recorded_reviewer,
    recording,
    reviewed,
)

pytestmark = pytest.mark.django_db

CODE = (SourceFile("shop.py", "# Author: Amara Diallo\n" + SHOP[0].text.partition("\n")[2]), SHOP[1])
WORDS = ("sqlite3", "shop.py", INJECTION.title, INJECTION.explanation, RACE.title, "Person 1", "UPDATE items")
"""Words of the code, of the student and of the reviewers."""


@pytest.fixture
def shop(course: Course, ruth: User, amara: User) -> Submission:
    """Amara saw the injection, the stranger injection and race; both are valid."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE], files=CODE)
    submission = reviewed(assignment(course, plan=[PlanLine("cross_model")]), amara, files=CODE)
    Defect.objects.filter(snapshot__revision__submission=submission).update(standing=Defect.Standing.VALID)
    return submission


@pytest.fixture
def made(shop: Submission, tomas: User) -> Walkthrough:
    """Tomas asked, Amara allowed it, he made it."""
    consents.ask(shop, tomas)
    consents.give(shop)
    return from_submission.make(shop, tomas)


def on_record(submission: Submission) -> str:
    return Consent.objects.get(submission=submission).state


def test_staff_ask_once_and_the_student_decides(shop: Submission, tomas: User, ruth: User) -> None:
    assert consents.ask(shop, tomas)
    assert on_record(shop) == "asked"
    consents.refuse(shop)
    assert not consents.ask(shop, ruth)
    assert on_record(shop) == "refused"
    consents.give(shop)
    assert on_record(shop) == "given"
    consents.refuse(shop)
    assert on_record(shop) == "withdrawn"
    consents.give(shop)
    assert on_record(shop) == "given"


def test_nobody_answers_what_nobody_asked(shop: Submission) -> None:
    for answer in (consents.give, consents.refuse):
        with pytest.raises(consents.NotAsked):
            answer(shop)
    assert not Consent.objects.exists()


def test_a_withdrawal_removes_what_was_made_and_every_copy(
    shop: Submission, made: Walkthrough, tomas: User, ruth: User
) -> None:
    copy = walkthroughs.duplicate(made, ruth)
    walkthroughs.duplicate(copy, tomas)
    assert consents.refuse(shop) == 3
    assert not Walkthrough.objects.exists()
    assert Snapshot.objects.get().revision.submission == shop
    with pytest.raises(walkthroughs.NoConsent):
        walkthroughs.duplicate(made, ruth)
    with pytest.raises(Walkthrough.DoesNotExist):
        sittings.begin(made, tomas)


def test_its_texts_are_gone_and_those_that_others_hold_stay(shop: Submission, made: Walkthrough) -> None:
    own, shared = walkthroughs.code_of(made)["v1"][1], walkthroughs.code_of(made)["v1"][0]
    assert (own.path, shared.path) == ("shop.py", "prices.py")
    assert Blob.objects.filter(pk=own.sha256).exists()
    consents.refuse(shop)
    assert not Blob.objects.filter(pk=own.sha256).exists()
    assert shop.revisions.get().snapshot.source_files()[0] == shared


def test_a_text_that_only_a_clearance_holds_stays(shop: Submission, tomas: User) -> None:
    """What left the house for reviewers may be the very text that a walkthrough shows."""
    lines = SourceFile("shop.py", "x = 1  # Amara\n")
    task = assignment(shop.assignment.course, title="Another")
    revision = hand_in(task, shop.student, [lines], Authorship(None, "GPT"))
    seal(revision.submission, found_nothing=True)
    cleared = outgoing(revision.snapshot).files[0]
    consents.ask(revision.submission, tomas)
    consents.give(revision.submission)
    walkthrough = from_submission.make(revision.submission, tomas)
    assert walkthroughs.code_of(walkthrough)["v1"][0].sha256 == cleared.sha256
    consents.refuse(revision.submission)
    assert Blob.objects.filter(pk=cleared.sha256).exists()


def seated(sitting: Sitting, course: Course, member: User) -> Seat:
    """A signed-in student who keeps their marks, and said something."""
    seat = Seat.objects.create(
        sitting=sitting,
        member=Membership.objects.get(course=course, user=member),
        joined_at=timezone.now(),
        seen_at=timezone.now(),
    )
    Answer.objects.create(
        seat=seat,
        question="question",
        marks=[["shop.py", 7, 7], ["nowhere.py", 1, 1]],
        severity="critical",
        confidence=80,
        words="db.execute with an f-string",
        let_through=True,
        sent_at=timezone.now(),
    )
    return seat


def test_a_class_that_saw_it_keeps_numbers_and_no_word(
    course: Course, shop: Submission, made: Walkthrough, tomas: User, ben: User
) -> None:
    sitting = sittings.begin(made, tomas, "Group 2")
    sittings.steer(sitting.pk, Command.JUMP, (0, 0), 2)
    seated(sitting, course, ben)
    consents.refuse(shop)

    sitting.refresh_from_db()
    assert sitting.ended_at
    assert sitting.code is None
    assert (sitting.walkthrough, sitting.snapshots, sitting.group) == (None, {}, "Group 2")
    story = sitting.told()
    assert [defect.title for defect in story.defects] == ["Defect 1", "Defect 2"]
    assert [where.place for where in story.defects[0].places] == [Place("file 1", 7, 7)]
    assert [said.defect for said in story.reviews()[1].said] == ["d1", "d2"]
    assert [witness.name for witness in story.witnesses] == ["The student", "GPT 5.4"]
    answer = Answer.objects.get()
    assert (answer.marks, answer.severity, answer.confidence) == ([["file 1", 7, 7]], "critical", 80)
    assert (answer.words, answer.let_through) == ("", None)
    everything = json.dumps([sitting.story, sitting.room, answer.marks])
    assert [word for word in WORDS if word in everything] == []


def test_what_staff_remove_leaves_no_code_that_a_later_withdrawal_would_miss(
    shop: Submission, made: Walkthrough, tomas: User
) -> None:
    sitting = sittings.begin(made, tomas)
    sittings.end(sitting.pk)
    walkthroughs.remove(made)
    sitting.refresh_from_db()
    assert sitting.snapshots == {}
    assert [word for word in WORDS if word in json.dumps(sitting.story)] == []


def test_reviews_that_ran_live_on_it_are_gone_with_their_prompts(
    shop: Submission, made: Walkthrough, tomas: User
) -> None:
    sitting = sittings.begin(made, tomas)
    copy = store(walkthroughs.code_of(made)["v1"])
    reviewer = model_reviewer("gpt-5.4")
    setup = Setup(author_model="", author_family="", seats=(seat_of(reviewer),))
    review = Review.objects.create(
        snapshot=copy, protocol="cross_model", position=1, setup=setup.as_json(), state=Review.State.RUNNING
    )
    asked = review.passes.create(reviewer=reviewer, round=1, position=1, siglum="X1", role="full review")
    call = called(asked, material="<<k7>>\nUPDATE items\n<<k7>>")
    LiveRun.objects.create(
        sitting=sitting, step="review-1", snapshot=copy, started_by=tomas, started_at=timezone.now()
    )
    consents.refuse(shop)
    assert not LiveRun.objects.exists()
    assert not Call.objects.exists()
    assert not Blob.objects.filter(pk__in=[call.system_id, call.material_id]).exists()


def test_another_walkthrough_is_removed_and_its_past_sittings_show_their_code(
    course: Course, tomas: User
) -> None:
    walkthrough = walkthrough_of(course, tomas)
    snapshot = walkthrough.codes.get().snapshot
    sitting = sittings.begin(walkthrough, tomas)
    walkthroughs.remove(walkthrough)
    walkthroughs.remove(walkthrough)
    sitting.refresh_from_db()
    assert sitting.ended_at is None
    assert sitting.told().defects[0].title == "SQL injection in find"
    assert Snapshot.objects.get().pk == snapshot.pk == sitting.snapshots["v1"]


def test_another_walkthrough_that_nobody_showed_leaves_nothing(course: Course, tomas: User) -> None:
    walkthroughs.remove(walkthrough_of(course, tomas))
    assert not Snapshot.objects.exists()
    assert not Blob.objects.exists()
