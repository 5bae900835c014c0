"""A plan is criticised before anybody judges the code by it, and its student answers: on a phone, by hand."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from courses.models import Assignment, Course, Submission
from reviews.models import Reviewer
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.browser.kiosk import CLAUDE, GPT, hand_in_with_notes
from tests.browser.room_pages import PHONE
from tests.panels import AT_ONCE, PLAN, SECOND
from tests.replies import review_reply
from tests.servers.answers import Answer, Seen
from tests.servers.models import StandIn
from tests.stories import INJECTION, RACE, SHOP, assignment

pytestmark = pytest.mark.django_db(transaction=True)

SOON = 30_000
"""Milliseconds in which a step ends on a machine that has much else to do."""


def reader(seen: Seen) -> Answer:
    """A stranger who criticises the plan until it speaks of a transaction, then the code for having none."""
    if "# Your part: to hold the code against its plan" in seen.text:
        return Answer(review_reply(RACE))
    if SECOND.splitlines()[-1] in seen.text:
        return Answer(review_reply(summary="Both happen in one transaction now."))
    return Answer(review_reply(AT_ONCE))


@pytest.fixture
def task(course: Course, stand_in: StandIn, worker: None) -> Assignment:
    """A published assignment with linters alone; an administrator switched on two models."""
    Reviewer.objects.filter(name__in=(CLAUDE, GPT)).update(active=True)
    stand_in.answers = reader
    return assignment(course, title="Plan the shop", accepted_types="", least_notes=1)


def test_a_plan_goes_back_to_its_student_until_it_holds(
    task: Assignment,
    ruth: User,
    amara: User,
    stand_in: StandIn,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
    watch: Watch,
) -> None:
    watch.allow("status of 422")  # The plan as it was is no next version.
    watch.allow("htmx:(afterRequest|sendAbort)")  # Who goes on to another page leaves a poll behind.
    teacher = pages.signed_in(new_context(), ruth, live_server.url)
    phone = pages.signed_in(new_context(color_scheme="dark", **PHONE), amara, live_server.url)

    ruth_leaves_the_next_version_to_the_student(teacher, task)
    assert stand_in.asked == []
    amara_hands_in_her_plan_and_seals(phone)
    amara_is_asked_for_the_next_version(phone)
    assert pages.overflow(phone) == 0
    axe(phone)
    amara_answers_in_the_plan_itself(phone)
    assert pages.overflow(phone) == 0
    axe(phone)

    ruth_reads_how_the_plan_changed(teacher)
    assert [seen.model for seen in stand_in.asked] == 3 * ["gpt-5.4"], "the plan twice, then the code"
    told = json.dumps([seen.body for seen in stand_in.asked])
    assert [text for text in ("Amara", "Diallo", INJECTION.title) if text in told] == []


def ruth_leaves_the_next_version_to_the_student(page: Page, task: Assignment) -> None:
    page.goto(reverse("courses:assignment_edit", args=[task.pk]))
    pages.plan(page, "Linters", on=False)
    pages.plan(page, "Plan loop", on=True)
    line = page.locator("#plan li").filter(has_text="Plan loop")
    line.locator("summary").click()
    line.get_by_label("Who writes the next version").select_option(label="the student")
    costs = page.locator("#costs")
    expect(costs).to_contain_text("One submission takes 2 to 4 calls")
    expect(costs).to_contain_text("What is about a plan needs one among the files that students hand in")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.locator("#notices")).to_contain_text("saved")


def amara_hands_in_her_plan_and_seals(page: Page) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Plan the shop", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("You write its next version after each round.")
    page.get_by_role("main").get_by_role("link", name="Hand in").click()
    hand_in_with_notes(page, CLAUDE, files=(*SHOP, PLAN), notes=[INJECTION], touch=True)
    pages.seal(page, 1)


def amara_is_asked_for_the_next_version(page: Page) -> None:
    """Her page says so by itself; what was found in the code is not shown before the grade."""
    page.get_by_role("link", name="See how the review goes").click()
    told = page.locator("#progress")
    expect(told).to_contain_text("A reviewer has read PLAN.md and wants a next version.", timeout=SOON)
    told.get_by_role("link", name="Write the next version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Next version of PLAN.md")
    expect(page.get_by_role("region", name="What a reviewer found in it")).to_contain_text(AT_ONCE.title)
    expect(page.get_by_role("main")).to_contain_text(AT_ONCE.explanation)


def amara_answers_in_the_plan_itself(page: Page) -> None:
    page.get_by_role("button", name="Hand in this version").click()
    expect(page.get_by_role("main")).to_contain_text("This is the text as it was")
    page.get_by_role("textbox").fill(SECOND)
    page.get_by_role("button", name="Hand in this version").click()
    expect(page.locator("#notices")).to_contain_text("Your version is in. The reviewer reads it now.")
    expect(page.locator("#progress")).to_contain_text("The reviewers have read your code", timeout=SOON)
    expect(page.get_by_role("main")).not_to_contain_text(RACE.title)


def ruth_reads_how_the_plan_changed(page: Page) -> None:
    """Criticised, revised by the student, approved; and then what the code does not do of it."""
    page.goto(reverse("courses:reviews", args=[Submission.objects.get().pk]))
    loop = page.locator("#progress").get_by_role("region", name="Plan loop", exact=True)
    expect(loop.locator(".state")).to_have_text(["complete", *4 * ["answered"]])
    expect(loop.get_by_role("listitem").last).to_contain_text("1 finding")
    loop.get_by_role("link", name="Plan loop", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("2 versions of PLAN.md")
    expect(page.get_by_role("main")).to_contain_text("The last version was approved.")
    expect(page.get_by_role("main")).to_contain_text(RACE.title)
