"""Ruth makes a walkthrough from nothing in a real browser: steps, code, another order, a copy, a file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from courses.domain.walkthroughs import document_of
from courses.models import Course, Walkthrough
from courses.walkthroughs.steps import QuestionStep, ReviewStep
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.rooms import walkthrough_of
from tests.stories import SHOP

pytestmark = pytest.mark.django_db(transaction=True)


def order(page: Page) -> list[str]:
    """The titles of the steps as the page shows them."""
    return page.locator(".steps .title").all_inner_texts()


def said(page: Page, words: str) -> None:
    """The page says this above everything."""
    expect(page.locator("#notices")).to_contain_text(words)


def test_ruth_makes_a_walkthrough_from_nothing(
    course: Course,
    ruth: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
    tmp_path: Path,
) -> None:
    watch.allow("status of 422")
    page = pages.signed_in(new_context(), ruth, live_server.url)
    page.goto(course.get_absolute_url())
    page.get_by_role("link", name="Walkthroughs").click()
    page.get_by_role("link", name="New walkthrough").click()
    page.get_by_label("Title").fill("The shop")
    page.get_by_role("button", name="Make the walkthrough").click()
    said(page, "“The shop” is there, for you alone.")

    # The code, with the text of a file pasted.
    page.get_by_role("link", name="Add a state of the code").click()
    page.get_by_label("Title").fill("As it was written")
    page.get_by_label("File name").fill("shop.py")
    page.get_by_label("Text (optional)", exact=True).fill(SHOP[0].text)
    page.get_by_role("button", name="Add the state").click()
    said(page, "v1 is in, with 1 file.")

    # A text; a draft of it outlives a reload.
    page.get_by_role("link", name="Text", exact=True).click()
    page.get_by_label("Title").fill("What it is")
    page.get_by_label("What the class reads").fill("A *model* wrote this shop.")
    expect(page.locator("[data-draft-state]")).not_to_be_empty()
    page.reload()
    expect(page.get_by_label("What the class reads")).to_have_value("A *model* wrote this shop.")
    page.get_by_role("button", name="Add the step").click()
    said(page, "“What it is” is in.")

    # A question about a file that is not there is refused, and nothing that was typed is lost.
    page.get_by_role("link", name="Question", exact=True).click()
    page.get_by_label("Title").fill("Where is it wrong?")
    page.get_by_label("State of the code").select_option("v1")
    file_asked = page.get_by_role("combobox", name="File")
    file_asked.fill("shop.js")
    page.get_by_role("button", name="Add the step").click()
    expect(page.get_by_role("alert")).to_contain_text("shows shop.js, which the code “v1” does not have")
    file_asked.fill("shop.py")
    page.get_by_label("From line").fill("6")
    page.get_by_label("To line").fill("14")
    page.get_by_label("Notes for the presenter").fill("Give them a minute.")
    page.get_by_role("button", name="Add the step").click()
    said(page, "“Where is it wrong?” is in.")

    page.get_by_role("link", name="Reveal", exact=True).click()
    page.get_by_label("Title").fill("What you saw")
    page.get_by_role("button", name="Add the step").click()
    page.get_by_role("link", name="Code", exact=True).click()
    page.get_by_label("Title").fill("The code")
    page.get_by_label("File that is open").fill("shop.py")
    page.get_by_role("button", name="Add the step").click()
    said(page, "“The code” is in.")
    assert order(page) == ["What it is", "Where is it wrong?", "What you saw", "The code"]

    # Looked at before the class does, with the presenter's keys.
    page.get_by_role("link", name="Preview", exact=True).click()
    stage = page.get_by_role("region", name="As the class sees it")
    expect(stage).to_contain_text("A model wrote this shop.")
    page.wait_for_load_state()  # Only then does its script hear keys.
    page.keyboard.press("n")
    expect(stage.get_by_role("heading", name="Where is it wrong?")).to_be_visible()
    expect(page.get_by_role("complementary", name="For the presenter")).to_contain_text("Give them a minute.")
    expect(stage).not_to_contain_text("Give them a minute.")
    page.keyboard.press("ArrowLeft")
    expect(stage).to_contain_text("A model wrote this shop.")
    page.get_by_role("link", name="The shop").click()

    # Copied, written to a file, read again.
    page.get_by_role("button", name="Duplicate").click()
    said(page, "This is your copy, “The shop, copy”.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as one file").click()
    exported = tmp_path / "copy.json"
    download.value.save_as(exported)
    assert json.loads(exported.read_text())["format"] == "blindspot-walkthrough"
    page.get_by_role("link", name="Walkthroughs").click()
    page.get_by_label("File").set_input_files(exported)
    page.get_by_role("button", name="Import the walkthrough").click()
    said(page, "“The shop, copy” is imported")
    first, second, third = Walkthrough.objects.order_by("pk")
    assert document_of(third) == document_of(second)
    assert first.told().steps == second.told().steps
    question = first.told().step("where-is-it-wrong")
    assert isinstance(question, QuestionStep)
    assert [(lines.path, lines.first, lines.last) for lines in question.files] == [("shop.py", 6, 14)]


def test_steps_are_put_in_order_by_keyboard_and_by_dragging(
    course: Course,
    ruth: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    watch.allow("status of 422")
    shop = walkthrough_of(course, ruth)
    page = pages.signed_in(new_context(), ruth, live_server.url)
    page.goto(shop.get_absolute_url())

    # By keyboard: two down, put there; the handle keeps the focus.
    handle = page.get_by_role("button", name="Move “A shop”")
    handle.focus()
    handle.press("ArrowDown")
    handle.press("ArrowDown")
    expect(page.locator("#ordering-said")).to_have_text("“A shop”, place 3 of 8")
    with page.expect_response(re.compile("/move/")):
        handle.press("Enter")
    expect(page.locator('[name="version"]').first).to_have_value("2")
    assert order(page)[:3] == ["The code", "Its tests", "A shop"]
    expect(handle).to_be_focused()
    shop.refresh_from_db()
    assert [step.id for step in shop.told().steps][:3] == ["the-code", "green", "hello"]

    # Escape takes it back and sends nothing.
    handle.press("ArrowUp")
    assert order(page)[1] == "A shop"
    handle.press("Escape")
    assert order(page)[2] == "A shop"

    # By dragging: the tests go to the top.
    dragged = page.get_by_role("button", name="Move “Its tests”").bounding_box()
    top = page.locator(".step").first.bounding_box()
    assert dragged
    assert top
    page.mouse.move(dragged["x"] + 8, dragged["y"] + 8)
    page.mouse.down()
    page.mouse.move(dragged["x"] + 8, top["y"] + 20, steps=5)
    page.mouse.move(dragged["x"] + 8, top["y"] + 4, steps=5)
    with page.expect_response(re.compile("/move/")):
        page.mouse.up()
    expect(page.locator('[name="version"]').first).to_have_value("3")
    assert order(page)[:3] == ["Its tests", "The code", "A shop"]
    shop.refresh_from_db()
    assert [step.id for step in shop.told().steps][:3] == ["green", "the-code", "hello"]

    # A reveal does not go before its question; the list is as it is stored.
    handle = page.get_by_role("button", name="Move “What you saw”")
    handle.focus()
    for _ in range(4):
        handle.press("ArrowUp")
    handle.press("Enter")
    reason = "Step “What you saw” reveals “Where is it wrong?”, which is no question before it."
    expect(page.get_by_role("alert")).to_have_text(f"Nothing was changed. {reason}")
    assert order(page)[6] == "What you saw"
    # The buttons do the same by htmx.
    page.get_by_role("button", name="“The code” up").click()
    expect(page.locator('[name="version"]').first).to_have_value("4")
    assert order(page)[:2] == ["The code", "Its tests"]


def test_findings_are_added_and_taken_out_and_a_draft_keeps_their_number(
    course: Course,
    ruth: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    shop = walkthrough_of(course, ruth)
    page = pages.signed_in(new_context(), ruth, live_server.url)
    page.goto(reverse("courses:step_edit", args=[shop.pk, "stranger"]))
    findings = page.locator("[data-row]")
    expect(findings).to_have_count(2)
    page.get_by_role("button", name="Add another finding").click()
    expect(findings).to_have_count(3)
    third = findings.nth(2)
    expect(third.get_by_label("Who says it")).to_be_focused()
    third.get_by_label("Who says it").select_option("X1")
    third.get_by_label("Title").fill("Money in floats")
    third.get_by_label("Which defect it is about").select_option("rounding")
    expect(page.locator("[data-draft-state]")).to_contain_text("kept on this device")
    page.wait_for_timeout(400)
    page.reload()
    expect(findings).to_have_count(3)
    expect(findings.nth(2).get_by_label("Title")).to_have_value("Money in floats")
    expect(findings.nth(2).get_by_label("Who says it")).to_have_value("X1")
    findings.nth(0).get_by_label("Take this finding out").check()
    expect(findings.nth(0)).to_have_attribute("data-out", "")
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "“A stranger reads it” is saved.")
    shop.refresh_from_db()
    review = shop.told().step("stranger")
    assert isinstance(review, ReviewStep)
    assert [item.defect for item in review.said] == ["race", "rounding"]


def test_without_a_script_everything_is_done_by_buttons(
    course: Course,
    ruth: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    shop = walkthrough_of(course, ruth)
    page = pages.signed_in(new_context(java_script_enabled=False), ruth, live_server.url)
    page.goto(shop.get_absolute_url())
    expect(page.get_by_role("button", name="Move “A shop”")).to_be_hidden()
    page.get_by_role("button", name="“A shop” down").click()
    said(page, "“A shop” is number 2 now.")
    page.get_by_role("link", name="A stranger reads it", exact=True).click()
    page.get_by_role("button", name="Add another finding").click()
    findings = page.locator("[data-row]")
    expect(findings).to_have_count(3)
    findings.nth(2).get_by_label("Who says it").select_option("X1")
    findings.nth(2).get_by_label("Title").fill("Money in floats")
    findings.nth(2).get_by_label("Place in the order").fill("1")
    findings.nth(0).get_by_label("Place in the order").fill("2")
    findings.nth(1).get_by_label("Take this finding out").check()
    page.get_by_role("button", name="Save", exact=True).click()
    said(page, "“A stranger reads it” is saved.")
    shop.refresh_from_db()
    review = shop.told().step("stranger")
    assert isinstance(review, ReviewStep)
    assert [item.title for item in review.said] == ["Money in floats", "SQL injection by name"]
