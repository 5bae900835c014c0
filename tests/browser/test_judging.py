"""A judge in a real browser: chosen with its cost in view, and its words readable, wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from courses.domain.assignments import PlanLine
from courses.models import Course
from tests.browser import pages
from tests.judges import REASON, SOLD_TWICE, judging, let, same
from tests.servers.models import StandIn
from tests.stories import assignment, model_reviewer, reviewed

pytestmark = pytest.mark.django_db(transaction=True)


def test_ruth_chooses_a_judge_and_reads_what_it_said(
    course: Course,
    ruth: User,
    amara: User,
    stand_in: StandIn,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
) -> None:
    judge = model_reviewer("gpt-6.2-sol", name="The judge")
    plan = [PlanLine("cross_model", reviewers=(model_reviewer("gpt-5.4", name="The stranger"),))]
    let(stand_in, same)
    submission = reviewed(assignment(course, plan=plan, judge=judge), amara, claims=[SOLD_TWICE])

    page = pages.signed_in(new_context(), ruth, live_server.url)
    page.goto(reverse("courses:assignment_new", args=[course.pk]))
    page.get_by_label("Judge for uncertain matches").select_option("The judge")
    row = page.locator("#costs").get_by_role("row").filter(has_text="Judging of uncertain matches")
    expect(row).to_contain_text("0 to 10")
    axe(page)

    page.goto(reverse("courses:review", args=[submission.pk, judging().pk]))
    table = page.get_by_role("region", name="What the judge said of each pair")
    expect(table).to_contain_text(REASON)
    axe(page)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(table).to_be_visible()
    axe(page)
    page.goto(reverse("courses:reviews", args=[submission.pk]))
    expect(page.get_by_role("heading", name="Judging of uncertain matches")).to_be_visible()
    axe(page)
