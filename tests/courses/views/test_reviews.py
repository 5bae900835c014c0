"""The live panel: staff see who is reading and who could not; a student sees only that it goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course
from reviews.models import Review, Reviewer
from tests.people import client_of
from tests.stories import (
    INJECTION,
    assignment,
    handed_in,
    recorded_reviewer,
    recording,
    reviewed,
    run_passes,
    sealed,
)

POLL = {"HX-Request": "true"}


def with_a_stranger(course: Course, **fields: object) -> Assignment:
    """An assignment whose plan asks GPT 5.4, which replays what was recorded."""
    recorded_reviewer("gpt-5.4")
    return assignment(course, plan=[PlanLine("linters"), PlanLine("cross_model")], **fields)


def test_polling_goes_on_while_reviewers_read_and_ends_itself(ruth: User, ben: User, course: Course) -> None:
    submission = sealed(assignment(course), ben)
    url = reverse("courses:reviews", args=[submission.pk])
    client = client_of(ruth)

    waiting = client.get(url, headers=POLL)
    assert waiting.status_code == 200
    assert "Reviewers are reading" in waiting.text
    assert "<html" not in waiting.text
    assert 'hx-trigger="every 2s"' in client.get(url).text

    run_passes(submission)
    over = client.get(url, headers=POLL)
    assert over.status_code == 286
    assert "All reviews have ended" in over.text
    assert "every 2s" not in client.get(url).text


def test_a_recorded_pass_says_so_with_its_findings(ruth: User, ben: User, course: Course) -> None:
    task = with_a_stranger(course)
    recording("gpt-5.4", "cross_model", [INJECTION])
    page = client_of(ruth).get(reverse("courses:reviews", args=[reviewed(task, ben).pk])).text

    assert "X1" in page
    assert '<span class="recorded">recorded</span>' in page
    assert "1 finding" in page


def test_who_could_not_review_is_named_with_the_reason_and_no_number(
    ruth: User, ben: User, course: Course
) -> None:
    Reviewer.objects.filter(provider__in=("ruff", "bandit", "ast-grep")).update(active=False)
    task = with_a_stranger(course)
    submission = reviewed(task, ben)
    page = client_of(ruth).get(reverse("courses:reviews", args=[submission.pk])).text

    assert "incomplete" in page
    assert "could not review" in page
    assert "was not recorded on this code" in page
    assert "Could not review. No analyser" in page
    assert "0 findings" not in page


@pytest.mark.parametrize("visibility", [Assignment.Visibility.GRADE, Assignment.Visibility.DUE])
def test_the_student_learns_nothing_of_the_models_before_the_time(
    ben: User, course: Course, visibility: str
) -> None:
    task = with_a_stranger(course, visibility=visibility)
    recording("gpt-5.4", "cross_model", [INJECTION])
    submission = sealed(task, ben, claims=())
    url = reverse("courses:reviews", args=[submission.pk])
    client = client_of(ben)

    assert "Reviewers are reading your code" in client.get(url).text
    run_passes(submission)
    over = client.get(url, headers=POLL)
    assert over.status_code == 286
    for page in (over.text, client.get(url).text, client.get(submission.get_absolute_url()).text):
        assert "The reviewers have read your code" in page
        for word in ("GPT", "gpt", "X1", "finding", "ruff", "complete", "injection"):
            assert word not in page.partition("<main")[2].partition('id="progress"')[2], word


def test_the_student_sees_the_panel_once_findings_are_due(ben: User, course: Course) -> None:
    task = assignment(course, visibility=Assignment.Visibility.DUE)
    submission = reviewed(task, ben)
    Assignment.objects.update(
        opens_at=timezone.now() - timedelta(days=9), due_at=timezone.now() - timedelta(minutes=1)
    )
    page = client_of(ben).get(reverse("courses:reviews", args=[submission.pk])).text
    assert "ruff" in page
    assert "Run again" not in page


def test_before_the_seal_nobody_has_read(ben: User, course: Course) -> None:
    submission = handed_in(assignment(course), ben)
    page = client_of(ben).get(reverse("courses:reviews", args=[submission.pk])).text
    assert "Reviewers begin when you seal your notes" in page


def test_the_instructor_cancels_a_review_and_runs_it_again(ruth: User, ben: User, course: Course) -> None:
    submission = sealed(assignment(course), ben)
    first = Review.objects.get()
    client = client_of(ruth)

    cancelled = client.post(reverse("courses:cancel", args=[submission.pk, first.pk]), follow=True)
    first.refresh_from_db()
    assert first.state == Review.State.CANCELLED
    assert "The review is cancelled" in cancelled.text
    assert "Cancelled by ruth" in cancelled.text

    again = client.post(reverse("courses:cancel", args=[submission.pk, first.pk]), follow=True)
    assert "nothing was cancelled" in again.text

    client.post(reverse("courses:run_again", args=[submission.pk, first.pk]))
    run_passes(submission)
    second = Review.objects.get(current=True)
    assert (second.attempt, second.state) == (2, Review.State.COMPLETE)


def test_only_the_instructor_steers_and_only_reviews_of_that_submission(
    ruth: User, tomas: User, ben: User, amara: User, course: Course
) -> None:
    task = assignment(course)
    bens, amaras = sealed(task, ben), sealed(task, amara)
    review = Review.objects.get(snapshot__revision__submission=bens)

    for person in (tomas, ben):
        refused = client_of(person).post(reverse("courses:cancel", args=[bens.pk, review.pk]))
        assert refused.status_code == 403
    crossed = client_of(ruth).post(reverse("courses:cancel", args=[amaras.pk, review.pk]))
    assert crossed.status_code == 404
    review.refresh_from_db()
    assert not review.ended
