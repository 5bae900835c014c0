"""The next version of a plan, by its student: asked for in time, taken once, never lost."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from reviews.engine import reviews
from reviews.models import Pass, Review
from tests.doors import meets_nothing
from tests.panels import AT_ONCE, PLAN, SECOND, next_round, plan_is_criticised, review_of
from tests.people import client_of
from tests.stories import SHOP, assignment, model_reviewer, sealed


@pytest.fixture
def submission(course: Course, amara: User) -> Submission:
    """Amara's plan is criticised, and what models find in the code is shown with the grade only."""
    line = PlanLine("plan_loop", reviewers=(model_reviewer("gpt-5.4"),), revised_by="student")
    task = assignment(course, plan=[line], accepted_types="", visibility=Assignment.Visibility.GRADE)
    return sealed(task, amara, files=(*SHOP, PLAN))


@pytest.fixture
def waiting(submission: Submission) -> Pass:
    return plan_is_criticised(review_of(submission, "plan_loop"))


def address_of(item: Pass, submission: Submission) -> str:
    return reverse("courses:text", args=[submission.pk, item.pk])


def test_the_criticism_reaches_the_student_before_any_finding_on_the_code_does(
    amara: User, submission: Submission, waiting: Pass
) -> None:
    client = client_of(amara)
    panel = client.get(reverse("courses:reviews", args=[submission.pk])).text
    assert "A reviewer has read PLAN.md and wants a next version." in panel
    assert f'href="{address_of(waiting, submission)}"' in panel
    assert AT_ONCE.title not in panel
    assert "GPT" not in panel.partition("<main")[2]
    poll = client.get(reverse("courses:reviews", args=[submission.pk]), headers={"HX-Request": "true"})
    assert address_of(waiting, submission) in poll.text

    page = client.get(address_of(waiting, submission)).text
    assert AT_ONCE.title in page
    assert AT_ONCE.explanation in page
    shown = page.partition("<textarea")[2].partition("</textarea>")[0]
    assert "There is one shop, so nothing happens at once." in shown


def test_handed_in_the_review_goes_on(amara: User, submission: Submission, waiting: Pass) -> None:
    client = client_of(amara)
    # A browser sends the line ends of mails.
    answer = client.post(address_of(waiting, submission), {"text": SECOND.replace("\n", "\r\n")}, follow=True)
    assert "Your version is in. The reviewer reads it now." in answer.text
    assert "wants a next version" not in answer.text
    waiting.refresh_from_db()
    assert (waiting.state, waiting.text) == (Pass.State.ANSWERED, SECOND)
    [reader] = next_round(review_of(submission, "plan_loop"))
    assert reader.document == ["PLAN.md", SECOND]

    page = client.get(address_of(waiting, submission)).text
    assert "What you handed in" in page
    assert "Both in one transaction." in page
    assert "<textarea" not in page
    assert 'data-draft-clear="' in page


def test_a_text_that_says_nothing_new_is_not_sent_and_stays_on_the_page(
    amara: User, submission: Submission, waiting: Pass
) -> None:
    client = client_of(amara)
    for text, why in (
        ("  \r\n", "The text is empty."),
        (PLAN.text.replace("\n", "\r\n") + "\r\n ", "This is the text as it was"),
    ):
        answer = client.post(address_of(waiting, submission), {"text": text})
        assert answer.status_code == 422
        assert why in answer.text
        assert "<textarea" in answer.text
    waiting.refresh_from_db()
    assert waiting.state == Pass.State.WAITING


def test_what_comes_too_late_is_kept_on_the_page(
    amara: User, ruth: User, submission: Submission, waiting: Pass
) -> None:
    reviews.cancel(waiting.review, ruth)
    answer = client_of(amara).post(address_of(waiting, submission), {"text": SECOND})
    assert answer.status_code == 422
    assert "This review no longer waits for a text." in answer.text
    assert "Both in one transaction." in answer.text.partition("<textarea")[2]


def test_nobody_else_writes_for_the_student(
    ruth: User, tomas: User, ben: User, stranger: User, submission: Submission, waiting: Pass
) -> None:
    for user, status in ((ruth, 403), (tomas, 403), (ben, 403), (stranger, 404)):
        answer = client_of(user).post(address_of(waiting, submission), {"text": SECOND})
        assert answer.status_code == status, user
    waiting.refresh_from_db()
    assert waiting.state == Pass.State.WAITING


def test_only_what_is_wanted_of_a_person_has_such_a_page(
    amara: User, ben: User, submission: Submission, waiting: Pass
) -> None:
    models = Review.objects.get().passes.exclude(pk=waiting.pk).get()
    client = client_of(amara)
    meets_nothing(client.get(address_of(models, submission)), AT_ONCE.title)
    his = sealed(submission.assignment, ben, files=(*SHOP, PLAN))
    meets_nothing(client_of(ben).get(address_of(waiting, his)), AT_ONCE.title)


def test_the_panel_says_for_whom_the_review_waits(ruth: User, submission: Submission, waiting: Pass) -> None:
    page = client_of(ruth).get(reverse("courses:reviews", args=[submission.pk])).text
    assert "Nobody reads now: the review waits for the student." in page
    assert "waits for the student" in page
    assert "Write the next version" not in page
