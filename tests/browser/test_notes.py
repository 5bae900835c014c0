"""Writing notes in a real browser: by mouse, by keyboard alone, and with the connection gone."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from courses.domain import assignments
from courses.models import Course, Submission
from reviews.models import Note
from tests.browser.conftest import Watch
from tests.people import client_of
from tests.stories import INJECTION, RACE, SHOP, assignment, handed_in, sealed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(course: Course, amara: User) -> Submission:
    """Amara's code is in."""
    return handed_in(assignment(course), amara)


def signed_in(context: BrowserContext, user: User, url: str) -> None:
    cookie = client_of(user).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])


@pytest.fixture
def browser_of_amara(context: BrowserContext, live_server: LiveServer, amara: User) -> BrowserContext:
    """A browser in which Amara is signed in."""
    signed_in(context, amara, live_server.url)
    return context


def shop(submission: Submission) -> str:
    return reverse("courses:file", args=[submission.pk, "shop.py"])


def saved(page: Page) -> None:
    """Wait until the server has what was typed."""
    expect(page.locator("[data-draft-state]")).to_contain_text("Saved")


def test_a_click_and_a_shift_click(browser_of_amara: BrowserContext, work: Submission) -> None:
    page = browser_of_amara.new_page()
    page.goto(shop(work))
    page.locator("#L11 .n").click()
    expect(page.get_by_label("Title")).to_be_focused()
    page.locator("#L13 .n").click(modifiers=["Shift"])
    page.get_by_label("Title").press_sequentially("Race")
    saved(page)
    page.get_by_label("What breaks").fill("Two buyers take the last one.")
    page.get_by_role("radio", name="critical").check()
    page.get_by_label("CWE").fill("362")
    page.get_by_role("button", name="Save the note").click()
    card = page.locator(".claim:not(.composing)")
    expect(card.locator("h3")).to_have_text("Race")
    expect(page.locator("[data-note-form]")).to_have_count(0)
    expect(page.locator("#notes")).to_contain_text("shop.py:11-13")
    expect(page.locator("#tree")).to_contain_text("1")
    note = Note.objects.get()
    assert (note.where, note.severity, note.cwe) == ("shop.py:11-13", "critical", 362)
    assert note.explanation == "Two buyers take the last one."


def test_the_keyboard_alone(browser_of_amara: BrowserContext, work: Submission) -> None:
    page = browser_of_amara.new_page()
    page.goto(shop(work))
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.n')"):
            break
    for key in ("j",) * 7 + ("n",):
        page.keyboard.press(key)
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("SQL injection")
    page.keyboard.press("Tab")
    page.keyboard.type("A quote changes the query.")
    saved(page)
    while not page.evaluate("document.activeElement.matches('button[name=finish]')"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".claim h3")).to_have_text("SQL injection")
    assert Note.objects.get().where == "shop.py:7"


def test_typing_on_while_the_connection_is_gone(
    browser_of_amara: BrowserContext, work: Submission, watch: object
) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED|htmx:sendError|htmx:afterRequest")  # type: ignore[attr-defined]
    page = browser_of_amara.new_page()
    page.goto(shop(work))
    page.locator("#L7 .n").click()
    page.get_by_label("Title").press_sequentially("SQL")
    saved(page)
    browser_of_amara.set_offline(True)
    page.get_by_label("Title").press_sequentially(" injection, typed on a train")
    expect(page.locator("[data-draft-state]")).to_contain_text("kept on this device")
    page.close()
    browser_of_amara.set_offline(False)
    back = browser_of_amara.new_page()
    back.goto(shop(work))
    title = back.locator("[data-note-form]").get_by_label("Title")
    expect(title).to_have_value("SQL injection, typed on a train")
    saved(back)
    assert [note.title for note in Note.objects.all()] == ["SQL injection, typed on a train"]


def test_changing_and_deleting(browser_of_amara: BrowserContext, course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    page = browser_of_amara.new_page()
    page.goto(shop(submission))
    card = page.locator(".claim")
    card.click()
    card.get_by_role("link", name="Change").click()
    page.get_by_label("Title").fill("Better words")
    saved(page)
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator(".claim h3")).to_have_text("Better words")
    expect(page.locator("#notes")).to_contain_text("Better words")
    page.on("dialog", lambda dialog: dialog.accept())
    card.click()
    card.get_by_role("button", name="Delete").click()
    expect(card).to_have_count(0)
    expect(page.locator("#notes")).to_contain_text("None yet.")
    assert not Note.objects.exists()


def test_one_more_pasted_file_keeps_the_first(browser_of_amara: BrowserContext, course: Course) -> None:
    to = assignment(course)
    page = browser_of_amara.new_page()
    page.goto(reverse("courses:hand_in", args=[to.pk]))
    page.get_by_label("Pasted text").check()
    page.get_by_label("Name, with folders").fill("app.py")
    page.get_by_label("Text", exact=True).fill("x = 1")
    page.get_by_role("button", name="Add another file").click()
    expect(page.get_by_label("Name, with folders")).to_have_count(2)
    expect(page.get_by_label("Name, with folders").first).to_have_value("app.py")
    expect(page.get_by_label("Text", exact=True).first).to_have_value("x = 1")


def test_axe_finds_nothing(
    browser_of_amara: BrowserContext,
    course: Course,
    amara: User,
    axe: Callable[[Page], None],
) -> None:
    to, own = assignment(course, least_notes=3), assignment(course, title="With files")
    assignments.set_starter(own, SHOP)
    draft, done = handed_in(to, amara, claims=(INJECTION, RACE)), sealed(own, amara)
    page = browser_of_amara.new_page()
    for url in (
        shop(draft),
        shop(done),
        reverse("courses:note_new", args=[draft.pk]) + "?path=shop.py&first=3&last=5",
        reverse("courses:seal", args=[draft.pk]),
        reverse("courses:receipt", args=[done.pk]),
        *(reverse("courses:hand_in", args=[to.pk]) + f"?way={way}" for way in ("files", "archive", "paste")),
    ):
        page.goto(url)
        axe(page)


SLOW_MIRROR = """
const usual = window.setTimeout;
window.setTimeout = (act, ms, ...rest) => usual(act, ms === 250 ? 1000 : ms, ...rest);
"""
"""A device that is slow to mirror what is typed, which it does 250 ms after a key."""


def test_a_form_that_was_redrawn_does_not_put_old_text_over_the_new(
    page: Page, course: Course, amara: User, live_server: LiveServer, watch: Watch
) -> None:
    """Amara chooses another way in, types and hands in quickly; the answer comes late."""
    watch.allow("status of 422")
    task = assignment(course)
    signed_in(page.context, amara, live_server.url)
    page.add_init_script(SLOW_MIRROR)
    page.goto(f"/assignments/{task.pk}/hand-in/")
    page.get_by_label("An archive").check()
    page.get_by_label("Archive", exact=True).wait_for()
    page.get_by_label("The prompt").fill("Write a shop, with tests.")

    def late(route: Route) -> None:
        time.sleep(1.5)
        route.continue_()

    page.route("**/hand-in/", late)
    page.get_by_role("button", name="Hand in and read").click()
    expect(page.get_by_role("main")).to_contain_text("Nothing was handed in")
    expect(page.get_by_label("The prompt")).to_have_value("Write a shop, with tests.")


def test_text_typed_before_the_scripts_have_reached_the_form_is_saved_too(
    browser_of_amara: BrowserContext, course: Course, amara: User
) -> None:
    """The form is swapped in, and Amara's first word falls into the blink before htmx listens to it."""
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    page = browser_of_amara.new_page()
    page.goto(shop(submission))
    page.evaluate(
        """() => document.addEventListener("htmx:afterSwap", () => {
          const title = document.querySelector("input[name=title]");
          if (title && title.value === title.defaultValue) title.value = "Typed in a blink";
        })"""
    )
    card = page.locator(".claim")
    card.click()
    card.get_by_role("link", name="Change").click()
    saved(page)
    assert Note.objects.get().title == "Typed in a blink"
