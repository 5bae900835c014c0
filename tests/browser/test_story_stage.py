"""Ruth shows the shop: the wall follows her key, her phone takes over, and a bad network loses no key."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from courses.domain import sittings
from courses.models import Course, Sitting
from courses.walkthroughs.room import Command, phone_mark
from tests import walked
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.rooms import answered, seats_in, shown

pytestmark = pytest.mark.django_db(transaction=True)

WALL = {"viewport": {"width": 1920, "height": 1080}}
SMALL_WALL = {"viewport": {"width": 1280, "height": 720}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LEAST_CODE = 24
"""Pixels: 1.5 rem, on the smallest projector."""

MOVED_ON = "The room had moved on, so this key changed nothing."
UNREACHED = r"net::ERR_|htmx:(sendError|afterRequest)"

Contexts = Callable[..., BrowserContext]


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    return sittings.begin(walked.walkthrough(course, ruth), ruth)


def opened(new_context: Contexts, user: User, server: LiveServer, path: str, **form: Any) -> Page:
    page = pages.signed_in(new_context(**form), user, server.url)
    page.goto(path)
    return page


def at(name: str, sitting: Sitting) -> str:
    return reverse(f"courses:{name}", args=[sitting.pk])


def place(page: Page) -> Locator:
    return page.locator("[data-place]").first


def test_the_wall_follows_the_key_and_the_phone_takes_over(
    sitting: Sitting, ruth: User, tomas: User, live_server: LiveServer, new_context: Contexts
) -> None:
    wall = opened(new_context, ruth, live_server, at("projector", sitting), **WALL)
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    phone = opened(new_context, tomas, live_server, at("presenter", sitting), **PHONE)
    expect(place(wall)).to_have_attribute("data-place", "1.0")
    for number, key in enumerate(("n", "ArrowRight", "PageDown"), 2):
        laptop.keyboard.press(key)
        expect(place(wall)).to_have_attribute("data-place", f"{number}.0")
    expect(place(phone)).to_have_attribute("data-place", "4.0")
    laptop.context.close()
    phone.get_by_role("button", name="Back").tap()
    expect(place(wall)).to_have_attribute("data-place", "3.0")
    phone.locator("#jump").fill("6")
    phone.get_by_role("button", name="Jump").tap()
    phone.get_by_role("button", name="Next").tap()
    expect(place(wall)).to_have_attribute("data-place", "6.1")
    expect(wall.get_by_role("heading", name="SQL injection in find")).to_be_visible()
    assert pages.overflow(phone) <= 0


def test_both_pages_can_be_read_by_everybody(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts, axe: Callable[[Page], None]
) -> None:
    shown(sitting, "lines")
    answered(seats_in(sitting, 1)[0], question="lines", words="a quote breaks it")
    for name in ("presenter", "projector"):
        page = opened(new_context, ruth, live_server, at(name, sitting), **PHONE)
        for width, height, scheme in ((390, 844, "light"), (1440, 900, "light"), (1440, 900, "dark")):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            axe(page)
            assert page.locator("h1").count() == 1
            assert pages.overflow(page) <= 0, (name, width)


def test_the_space_bar_goes_on_after_a_button_was_pressed_by_hand(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    laptop.get_by_role("button", name="Black screen").click()
    expect(laptop.get_by_text("The screen is black", exact=True)).to_be_visible()
    laptop.keyboard.press("Space")
    expect(place(laptop)).to_have_attribute("data-place", "2.0")
    laptop.keyboard.press(".")
    expect(laptop.get_by_text("The screen is black", exact=True)).to_be_visible()


def slowly(route: Route) -> None:
    """The server answers later than somebody presses the next key."""
    time.sleep(0.5)
    route.continue_()


def test_keys_pressed_faster_than_the_server_answers_are_done_one_by_one(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    laptop.route("**/steer/", slowly)
    for _ in range(3):
        laptop.keyboard.press("n")
    expect(place(laptop)).to_have_attribute("data-place", "4.0")


def test_a_jump_that_is_asked_for_before_the_server_answered_is_done_in_its_turn(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    laptop.route("**/steer/", slowly)
    laptop.keyboard.press("n")
    laptop.locator("#jump").fill("6")
    laptop.get_by_role("button", name="Jump", exact=True).click()
    laptop.keyboard.press("n")
    expect(place(laptop)).to_have_attribute("data-place", "6.1")
    expect(laptop.locator("#jump")).to_have_value("")

    laptop.keyboard.press("n")
    laptop.locator("#all-steps summary").click()
    laptop.locator("#all-steps button").nth(1).click()
    expect(place(laptop)).to_have_attribute("data-place", "2.0")


def test_a_number_that_is_being_typed_stays_while_the_page_follows_the_room(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    laptop.locator("#jump").fill("6")
    shown(sitting, "lines")
    expect(place(laptop)).not_to_have_attribute("data-place", "1.0")
    expect(laptop.locator("#jump")).to_have_value("6")


def test_a_poll_that_is_answered_before_the_key_keeps_no_key_back(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    left: list[str] = []
    laptop.on("framenavigated", lambda frame: left.append(frame.url))

    def answered_late(route: Route) -> None:
        response = route.fetch()
        with laptop.expect_response("**/presenter/?v=*", timeout=5000):
            pass
        route.fulfill(response=response)

    laptop.route("**/steer/", answered_late)
    laptop.keyboard.press("n")
    laptop.keyboard.press("n")
    expect(place(laptop)).to_have_attribute("data-place", "3.0")
    laptop.unroute("**/steer/")
    for number in (4, 5):
        laptop.keyboard.press("n")
        expect(place(laptop)).to_have_attribute("data-place", f"{number}.0")
    assert left == [], "every key is sent by the page that is there"


def test_a_key_pressed_without_a_network_is_sent_when_it_is_back(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts, watch: Watch
) -> None:
    watch.allow(UNREACHED)
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    wall = opened(new_context, ruth, live_server, at("projector", sitting), **WALL)
    laptop.context.set_offline(True)
    wall.context.set_offline(True)
    laptop.keyboard.press("n")
    expect(laptop.get_by_text("“Next” is not sent yet")).to_be_visible()
    expect(wall.get_by_text("Not connected.")).to_be_visible()
    expect(wall.get_by_role("heading", name="A shop")).to_be_visible()
    laptop.context.set_offline(False)
    wall.context.set_offline(False)
    expect(place(laptop)).to_have_attribute("data-place", "2.0")
    expect(laptop.get_by_text("is not sent yet")).to_be_hidden()
    expect(place(wall)).to_have_attribute("data-place", "2.0")
    expect(wall.get_by_text("Not connected.")).to_be_hidden()


@pytest.mark.parametrize("hangs_up", [True, False])
def test_a_key_whose_answer_is_lost_or_late_is_done_once_and_then_not_called_unsent(
    sitting: Sitting,
    ruth: User,
    live_server: LiveServer,
    new_context: Contexts,
    watch: Watch,
    hangs_up: bool,
) -> None:
    watch.allow(f"{UNREACHED}|htmx:timeout")
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    lost: list[int] = []

    def once(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        if hangs_up:
            route.abort()

    laptop.route("**/steer/", once)
    laptop.keyboard.press("b")
    unsent = laptop.locator("[data-unsent]")
    # It is there for a second, in which expect may not look.
    unsent.filter(has_text="“Black screen” is not sent yet").wait_for(timeout=20_000)
    expect(laptop.get_by_text("The screen is black", exact=True)).to_be_visible()
    # The page says so before the server does.
    ends = time.monotonic() + 20
    while not lost and time.monotonic() < ends:
        laptop.wait_for_timeout(100)
    laptop.wait_for_timeout(1500)
    assert lost == [200]
    expect(unsent).to_be_hidden()
    expect(laptop.locator("#notices")).to_be_empty()
    assert Sitting.objects.get().shown().black, "sent twice, it is black and not light again"


def test_a_key_that_arrived_is_not_called_late_though_its_answer_is_lost_and_the_room_goes_on(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts, watch: Watch
) -> None:
    watch.allow(UNREACHED)
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    lost: list[int] = []

    def once(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        sittings.steer(sitting.pk, Command.NEXT, (1, 0))
        route.abort()

    laptop.route("**/steer/", once)
    laptop.keyboard.press("n")
    expect(place(laptop)).to_have_attribute("data-place", "3.0")
    expect(laptop.locator("[data-unsent]")).to_be_hidden()
    expect(laptop.locator("#notices")).to_be_empty()
    laptop.keyboard.press("n")
    expect(place(laptop)).to_have_attribute("data-place", "4.0")


def test_who_was_cut_off_while_the_room_moved_on_is_told_that_the_key_changed_nothing(
    sitting: Sitting, ruth: User, tomas: User, live_server: LiveServer, new_context: Contexts, watch: Watch
) -> None:
    watch.allow(UNREACHED)
    phone = opened(new_context, ruth, live_server, at("presenter", sitting), **PHONE)
    laptop = opened(new_context, tomas, live_server, at("presenter", sitting))
    phone.context.set_offline(True)
    phone.evaluate("scrollTo(0, document.body.scrollHeight)")
    phone.get_by_role("button", name="Next").tap()
    expect(phone.get_by_text("“Next” is not sent yet")).to_be_visible()
    for number in (2, 3):
        laptop.keyboard.press("n")
        expect(place(laptop)).to_have_attribute("data-place", f"{number}.0")
    phone.context.set_offline(False)
    told = phone.locator("#notices")
    expect(told).to_have_text(MOVED_ON)
    expect(told).to_be_in_viewport()
    expect(phone.get_by_text("is not sent yet")).to_be_hidden()
    expect(place(phone)).to_have_attribute("data-place", "3.0")
    laptop.keyboard.press("n")
    expect(place(phone)).to_have_attribute("data-place", "4.0")
    expect(told).to_have_text(MOVED_ON)
    phone.get_by_role("button", name="Next").tap()
    expect(place(phone)).to_have_attribute("data-place", "5.0")
    expect(told).to_be_empty()
    expect(laptop.locator("#notices")).to_be_empty()


def test_keys_pressed_after_one_that_came_too_late_are_not_pressed_blindly(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    laptop = opened(new_context, ruth, live_server, at("presenter", sitting))
    sent: list[str] = []

    def overtaken(route: Route) -> None:
        sent.append(route.request.post_data or "")
        shown(sitting, "lines")
        route.continue_()

    laptop.route("**/steer/", overtaken)
    laptop.locator("#key-next").evaluate("key => { key.click(); key.click(); }")
    expect(laptop.locator("#notices")).to_have_text(f"{MOVED_ON} What was pressed after it was not sent.")
    expect(place(laptop)).to_have_attribute("data-place", "3.0")
    laptop.wait_for_timeout(500)
    assert len(sent) == 1
    assert Sitting.objects.get().shown().step == 2, "the class still has its question"


def test_every_step_is_read_from_the_last_row(
    sitting: Sitting, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    wall = opened(new_context, ruth, live_server, at("projector", sitting), **SMALL_WALL)
    story = sitting.told()
    for seat in seats_in(sitting, 12):
        answered(seat, [("shop.py", 7, 7)], question="lines", confidence=70)
    for theme in ("light", "dark"):
        wall.goto(f"{at('projector', sitting)}?theme={theme}")
        for number, step in enumerate(story.steps, 1):
            shown(sitting, step.id)
            for beat in range(step.beats):
                expect(place(wall)).to_have_attribute("data-place", f"{number}.{beat}")
                assert faint(wall) == [], f"{theme}, {step.id}.{beat}"
                assert pages.overflow(wall) <= 0
                for code in wall.locator(".stage-line > code").all()[:1]:
                    size = code.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
                    assert size >= LEAST_CODE
                sittings.steer(sitting.pk, Command.NEXT, (number - 1, beat))
    Sitting.objects.update(room={**Sitting.objects.get().room, "step": 1, "beat": 0})


def test_the_lines_in_question_are_in_sight(
    course: Course, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    steps = walked.steps()
    lit = [{"path": "shop.py", "first": 13, "last": 14}]
    steps[1] = {**steps[1], "lit": lit}
    begun = sittings.begin(walked.walkthrough(course, ruth, steps=steps), ruth)
    shown(begun, "code")
    wall = opened(
        new_context, ruth, live_server, at("projector", begun), viewport={"width": 1280, "height": 480}
    )
    expect(wall.locator(".stage-line.lit").first).to_be_in_viewport()
    expect(wall.locator(".stage-line.lit").first).to_have_text(re.compile("13"))


def test_what_is_longer_than_the_wall_is_scrolled_by_a_key(
    course: Course, ruth: User, live_server: LiveServer, new_context: Contexts
) -> None:
    steps = walked.steps()
    steps[2] = {**steps[2], "files": [{"path": "shop.py"}, {"path": "prices.py"}]}
    begun = sittings.begin(walked.walkthrough(course, ruth, steps=steps), ruth)
    shown(begun, "lines")
    small = {"width": 1280, "height": 480}
    wall = opened(new_context, ruth, live_server, at("projector", begun), viewport=small)
    laptop = opened(new_context, ruth, live_server, at("presenter", begun))
    last = wall.locator(".stage-line").last
    expect(wall.locator(".stage-line").first).to_be_in_viewport()
    expect(last).not_to_be_in_viewport()
    expect(laptop.locator("#key-up")).to_be_disabled()
    pressed = 0
    while laptop.locator("#key-down").is_enabled():
        pressed += 1
        laptop.keyboard.press("ArrowDown")
        expect(wall.locator("#stage")).to_have_attribute("data-page", str(pressed))
        expect(laptop.locator("#desk")).to_have_attribute("data-page", str(pressed))
    assert pressed < 10, "it ends by itself"
    expect(last).to_be_in_viewport()
    assert wall.locator(".stage-files").evaluate("pane => pane.scrollTop") > 0
    assert laptop.locator(".stage-files").evaluate("pane => pane.scrollTop") > 0, "her picture follows"
    assert not pages_turned_on_phones(begun)
    for page in reversed(range(pressed)):
        laptop.keyboard.press("u")
        expect(laptop.locator("#desk")).to_have_attribute("data-page", str(page))
    expect(wall.locator(".stage-line").first).to_be_in_viewport()
    laptop.keyboard.press("n")
    expect(wall.locator("#stage")).to_have_attribute("data-page", "0")


def pages_turned_on_phones(sitting: Sitting) -> bool:
    """Whether scrolling would have made phones look again."""
    now = Sitting.objects.get(pk=sitting.pk)
    unscrolled = replace(now.shown(), page=0)
    return phone_mark(now.told(), now.shown()) != phone_mark(now.told(), unscrolled)


def faint(page: Page) -> list[str]:
    """Texts whose contrast is below 7 to 1, as axe finds them."""
    options = {"runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]}}
    found = Axe().run(page, options=options).response["violations"]
    return [node["html"] for violation in found for node in violation["nodes"]]
