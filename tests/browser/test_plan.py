"""Composing a review plan in a real browser: what it costs follows what is switched on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, expect
from pytest_django.live_server_helper import LiveServer

from courses.models import Assignment, Course
from tests.browser import pages
from tests.stories import recorded_reviewer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(course: Course) -> str:
    """The form of a new assignment, with two models that can be asked."""
    for model in ("claude-opus-4-6", "gpt-5.4"):
        recorded_reviewer(model)
    return reverse("courses:assignment_new", args=[course.pk])


def test_the_table_follows_the_form(
    address: str, ruth: User, live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> None:
    page = pages.signed_in(new_context(), ruth, live_server.url)
    page.goto(address)
    costs = page.locator("#costs")
    expect(costs).to_contain_text("One submission takes 6 calls")
    expect(costs.get_by_role("row")).to_have_count(1 + 4 + 2)

    page.get_by_role("checkbox", name="Consensus", exact=True).check()
    expect(costs.get_by_role("row").filter(has_text="Consensus")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Consensus", exact=True)).to_be_focused()
    expect(costs).to_contain_text("One submission takes 10 to 18 calls")

    pages.plan(page, "Self-review", on=True, passes=8)
    expect(costs).to_contain_text("One submission takes 14 to 22 calls")
    page.get_by_role("checkbox", name="Linters", exact=True).uncheck()
    expect(costs.get_by_role("row")).to_have_count(1 + 4 + 2)
    assert not Assignment.objects.exists()


def test_without_a_script_a_button_does_it(
    address: str, ruth: User, live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> None:
    page = pages.signed_in(new_context(java_script_enabled=False), ruth, live_server.url)
    page.goto(address)
    page.get_by_label("Title").fill("Half written")
    page.get_by_role("checkbox", name="Consensus", exact=True).check()
    page.get_by_role("button", name="Preview the cost").click()
    expect(page.locator("#costs")).to_contain_text("One submission takes 10 to 18 calls")
    expect(page.get_by_label("Title")).to_have_value("Half written")
    assert page.url.endswith("#cost"), "where the table is"
    assert not Assignment.objects.exists()
