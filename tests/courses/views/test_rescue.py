"""A fix for a valid defect: asked for once the grade is out, shown as a patch, never a witness."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from courses.domain import grading
from courses.domain.assignments import PlanLine
from courses.domain.queries.standing import Stage, standing_of
from courses.models import Assignment, Course, Submission
from reviews.claims import Claim, Place, Severity, Verdict
from reviews.gap.apparatus import who_saw_what
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, Review
from reviews.providers.base import Trouble
from reviews.snapshots.diffs import unified
from reviews.snapshots.files import SourceFile
from tests.doors import CLOSED, NOTHING
from tests.panels import answer, called, fail, next_round
from tests.people import client_of
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

MENDED = SHOP[0].text.replace(
    "f\"SELECT * FROM items WHERE name = '{name}'\"", "'SELECT * FROM items WHERE name = ?', (name,)"
)
PATCH = unified([SHOP[0]], [SourceFile("shop.py", MENDED)])


@pytest.fixture
def submission(course: Course, ruth: User, ben: User) -> Submission:
    """Ben saw the injection, a model the race; the injection is valid, the race undecided; it is graded."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [RACE])
    found = reviewed(assignment(course, plan=[PlanLine("cross_model")], reruns=1), ben)
    decide(the_defect(found, INJECTION), Decision(Defect.Standing.VALID), ruth)
    suggestion = standing_of(found).suggestion
    assert suggestion is not None
    grading.give(found, suggestion, adjustment=Decimal(0), reason="", feedback="", by=ruth)
    model_reviewer("gpt-5.4", name="GPT")
    model_reviewer("claude-opus-4-6", name="Claude")
    return found


@pytest.fixture
def released(submission: Submission) -> Submission:
    grading.release([submission])
    return submission


def the_defect(submission: Submission, claim: Claim) -> Defect:
    return Defect.objects.get(snapshot__revision__submission=submission, title=claim.title)


def ask(user: User, submission: Submission, claim: Claim = INJECTION) -> str:
    """Press the button; the page that it leads to."""
    number = the_defect(submission, claim).number
    address = reverse("courses:rescue", args=[submission.pk, number])
    return client_of(user).post(address, follow=True).text


def result_of(user: User, submission: Submission) -> str:
    return client_of(user).get(reverse("courses:result", args=[submission.pk])).text


def rescue() -> Review:
    return Review.objects.get(protocol="rescue", current=True)


def proposed(review: Review, patch: str = PATCH) -> None:
    """The patch is there, and its reader approves of it with a remark."""
    [item] = next_round(review)
    called(item)
    answer(item, text=patch, summary="Passes the name as a parameter.")
    [item] = next_round(review)
    remark = Claim(
        "The patch leaves the file's style", "", Severity.INFO, "patch.diff", Place("patch.diff", 1, 1)
    )
    answer(item, [remark], verdict=Verdict.APPROVE, summary="It mends the defect and nothing else.")


def test_ben_asks_for_a_fix_and_reads_it_with_its_review(ben: User, released: Submission) -> None:
    before = result_of(ben, released)
    assert before.count("Propose a fix") == 1, "for the valid defect alone"
    page = ask(ben, released)
    assert f"Rescue of defect {the_defect(released, INJECTION).number}" in page
    assert INJECTION.title in page
    assert "See how far it is" in result_of(ben, released)
    assert "Propose a fix" not in result_of(ben, released)

    proposed(rescue())
    page = client_of(ben).get(reverse("courses:review", args=[released.pk, rescue().pk])).text
    assert "It applies cleanly to the code as it was handed in. Its reviewer approves it." in page
    assert '<span class="gh">--- a/shop.py</span>' in page
    assert "<span class=\"gi\">+    return db.execute('SELECT * FROM items WHERE name = ?'" in page
    assert "approves</span>" in page
    assert "See the fix" in result_of(ben, released)


def test_a_fix_is_no_witness_and_its_review_finds_no_defects(ben: User, released: Submission) -> None:
    snapshot = released.revisions.get().snapshot
    before = [witness.siglum for witness in who_saw_what(snapshot).witnesses]
    defects = set(Defect.objects.values_list("title", flat=True))
    ask(ben, released)
    proposed(rescue())
    assert [witness.siglum for witness in who_saw_what(snapshot).witnesses] == before
    assert set(Defect.objects.values_list("title", flat=True)) == defects
    page = client_of(ben).get(reverse("courses:file", args=[released.pk, "shop.py"])).text
    assert "leaves the file" not in page


def test_asked_twice_it_is_one_fix(ben: User, ruth: User, released: Submission) -> None:
    ask(ben, released)
    ask(ruth, released)
    assert Review.objects.filter(protocol="rescue").count() == 1


def test_a_fix_that_could_not_be_finished_may_be_asked_for_again_as_often_as_reviews_may(
    ben: User, ruth: User, released: Submission
) -> None:
    for _ in range(2):
        ask(ben, released)
        fail(next_round(rescue())[0], Trouble.REFUSED, "GPT declined.")
    assert rescue().attempt == 2
    page = result_of(ben, released)
    assert "See why" in page
    assert "Propose a fix" not in page
    assert "as often as this assignment" in ask(ben, released)
    assert rescue().attempt == 2

    assert "Propose a fix again" in result_of(ruth, released)
    ask(ruth, released)
    assert rescue().attempt == 3


def test_a_patch_that_does_not_apply_is_shown_as_such(ben: User, released: Submission) -> None:
    ask(ben, released)
    proposed(rescue(), PATCH.replace("def find(name):", "def search(name):"))
    page = client_of(ben).get(reverse("courses:review", args=[released.pk, rescue().pk])).text
    assert "It does not apply to the code as it was handed in:" in page
    assert "applies cleanly" not in page


def test_only_what_is_valid_can_be_mended(ben: User, released: Submission) -> None:
    page = ask(ben, released, RACE)
    assert "Only a defect that was found valid can be mended." in page
    assert not Review.objects.filter(protocol="rescue").exists()


def test_before_the_grade_is_out_nobody_asks(ben: User, ruth: User, submission: Submission) -> None:
    for user in (ben, ruth):
        assert CLOSED in ask(user, submission)
    assert "Fixes" not in result_of(ruth, submission)
    assert not Review.objects.filter(protocol="rescue").exists()


def test_a_grade_that_is_out_early_shows_no_fix_before_the_findings_date(
    ben: User, released: Submission
) -> None:
    Assignment.objects.update(visibility=Assignment.Visibility.DUE)
    assert CLOSED in ask(ben, released)
    assert not Review.objects.filter(protocol="rescue").exists()
    assert CLOSED in result_of(ben, released)


def test_neither_assistants_nor_classmates_ask(
    tomas: User, amara: User, stranger: User, released: Submission
) -> None:
    for user, met in ((tomas, CLOSED), (amara, CLOSED), (stranger, NOTHING)):
        assert met in ask(user, released), user
    assert not Review.objects.filter(protocol="rescue").exists()
    assert "Propose a fix" not in result_of(tomas, released)


def test_a_fix_under_way_holds_up_no_grade(ben: User, released: Submission) -> None:
    ask(ben, released)
    grading.take_back([released])
    released.refresh_from_db()
    assert standing_of(released).stage == Stage.GRADED
    page = client_of(ben).get(reverse("courses:reviews", args=[released.pk])).text
    assert "The reviewers have read your code" in page
