"""Ben leaves the page of his work open after all have read it: it hears of what begins later."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from courses.models import Assignment, Course, Submission
from tests.browser import pages
from tests.panels import review_of
from tests.people import client_of
from tests.stories import assignment, reviewed, run_passes

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = 60_000
READ, READING = "The reviewers have read your code", "Reviewers are reading your code"


def has_run_again(teacher: User, submission: Submission) -> None:
    """The instructor's button on the panel."""
    review = review_of(submission, "linters")
    client_of(teacher).post(reverse("courses:run_again", args=[submission.pk, review.pk]))
    assert review_of(submission, "linters").attempt == review.attempt + 1


def turn_to(page: Page, *, another_tab: bool) -> None:
    """As the browser tells its page when somebody turns away from it, or back."""
    page.evaluate(
        """away => {
            Object.defineProperty(document, "hidden", { configurable: true, get: () => away });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        another_tab,
    )


def test_a_page_that_is_left_open_hears_that_a_review_runs_again(
    course: Course,
    ruth: User,
    ben: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
) -> None:
    submission = reviewed(assignment(course, visibility=Assignment.Visibility.GRADE), ben)
    page = pages.signed_in(new_context(), ben, live_server.url)
    page.clock.install()
    page.goto(submission.get_absolute_url())
    progress = page.locator("#progress")
    expect(progress).to_contain_text(READ)

    # While he looks on: within a minute.
    has_run_again(ruth, submission)
    page.clock.fast_forward(MINUTE)
    expect(progress).to_contain_text(READING)
    run_passes(submission)
    page.clock.fast_forward(2_000)
    expect(progress).to_contain_text(READ)

    # In another tab nothing is asked; when he comes back it is seen at once.
    turn_to(page, another_tab=True)
    has_run_again(ruth, submission)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(2 * MINUTE)
    assert page.evaluate("document.hidden")
    assert asked == []
    turn_to(page, another_tab=False)
    expect(progress).to_contain_text(READING)
    assert len(asked) == 1
