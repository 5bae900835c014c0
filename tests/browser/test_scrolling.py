"""What is wider than a phone says that it scrolls: where there is more, its edge is in shadow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course
from tests.browser import pages
from tests.stories import INJECTION, RACE, ROUNDING, assignment, recorded_reviewer, recording, reviewed

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
PLAN = (PlanLine("linters"), PlanLine("self_review", 4), PlanLine("cross_model"), PlanLine("adversarial"))


@pytest.fixture
def task(course: Course) -> Assignment:
    """The author's model reads four times, another one twice: nobody's phone is as wide as that."""
    for model in ("claude-opus-4-6", "gpt-5.4"):
        recorded_reviewer(model)
    recording("claude-opus-4-6", "self_review", [ROUNDING], round=1)
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    return assignment(course, plan=PLAN, visibility=Assignment.Visibility.SEALED)


def edges(page: Page, region: Locator) -> tuple[int, int]:
    """How much darker than paper what scrolls is beside its first column, and at its right edge.

    In its topmost pixels, where nothing is written.
    """
    box, first = region.bounding_box(), region.locator("th").first.bounding_box()
    assert box
    assert first
    y = box["y"] + 3
    paper = sum(pages.colour_at(page, 2, y))
    left = sum(pages.colour_at(page, first["x"] + first["width"] + 1, y))
    right = sum(pages.colour_at(page, box["x"] + box["width"] - 1, y))
    return paper - left, paper - right


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chiara_sees_that_there_are_more_witnesses_than_her_phone_shows(
    task: Assignment,
    chiara: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    scheme: Literal["light", "dark"],
) -> None:
    submission = reviewed(task, chiara, claims=(RACE,))
    page = pages.signed_in(new_context(**PHONE, color_scheme=scheme), chiara, live_server.url)
    page.goto(reverse("courses:apparatus", args=[submission.pk]))
    table = page.get_by_role("region", name="Who saw what")
    left, right = edges(page, table)
    assert left == 0, "nothing is hidden behind the first column yet"
    assert right > 30, "the last witnesses are beyond this edge"

    table.focus()
    page.keyboard.press("ArrowRight")
    expect(table).not_to_have_js_property("scrollLeft", 0)
    assert min(edges(page, table)) > 30, "there is more on both sides"

    table.evaluate("table => { table.scrollLeft = table.scrollWidth }")
    left, right = edges(page, table)
    assert left > 30
    assert right == 0, "that was the last one"

    page.emulate_media(media="print")
    expect(table).to_have_css("background-image", "none")
