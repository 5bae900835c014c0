"""Three phones in a room: they join by code, mark by tap and by typing, change, and meet the freeze.

One of them runs no script. What the network loses is sent again; what came too late is kept in sight.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from courses.domain import sittings
from courses.models import Answer, Course, Seat, Sitting
from courses.walkthroughs.room import Command
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.rooms import shown, sitting_of

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}

Phone = Callable[..., Page]


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    """Ruth shows the shop."""
    return sitting_of(course, ruth)


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], sitting: Sitting) -> Phone:
    """`phone()`: somebody types the code on their phone and joins."""

    def join(**options: object) -> Page:
        page = new_context(**PHONE, **options).new_page()
        page.goto("/live/")
        page.get_by_label("Code").fill(str(sitting.code).lower())
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("The shop")
        page.get_by_role("button", name="Join").click()
        expect(page.locator("#screen")).to_be_visible()
        return page

    return join


def steer(sitting: Sitting, command: Command) -> None:
    sittings.steer(sitting.pk, command, (3, 0))


def test_three_phones_from_the_code_to_the_end(
    phone: Phone, sitting: Sitting, axe: Callable[[Page], None], watch: Watch
) -> None:
    watch.allow("status of (422|409)")
    tapping, typing, plain = phone(), phone(), phone(java_script_enabled=False)
    assert Seat.objects.count() == 3
    expect(tapping.get_by_text("Look at the front.")).to_be_visible()

    shown(sitting, "find")
    heading = tapping.get_by_role("heading", name="Where is it wrong?")
    expect(heading).to_be_visible()
    expect(typing.get_by_label("Or type line numbers")).to_be_visible()
    plain.get_by_role("link", name="Look again").click()

    # By tap.
    tapping.get_by_text('return db.execute(f"SELECT').tap()
    expect(tapping.get_by_role("button", name="Send 1 line")).to_be_visible()
    tapping.get_by_role("group", name="How bad is it?").get_by_text("critical").tap()
    tapping.get_by_role("group", name="How sure are you").get_by_text("75").tap()
    tapping.get_by_label("A few words").fill("the name goes into the query")
    tapping.get_by_role("button", name="Send 1 line").tap()
    expect(tapping.locator("#said")).to_contain_text("Sent: shop.py 7. You can change it")
    assert pages.overflow(tapping) == 0
    axe(tapping)

    # By typing, at first unclear.
    typing.get_by_label("Or type line numbers").fill("11-13")
    typing.get_by_role("button", name="Send").tap()
    expect(typing.locator("#said")).to_contain_text(
        "Which file is line 11 of? Write its name first: shop.py 11."
    )
    typing.get_by_label("Or type line numbers").fill("shop 11-13")
    typing.get_by_role("button", name="Send").tap()
    expect(typing.locator("#said")).to_contain_text("Sent: shop.py 11-13.")

    # Without a script.
    plain.get_by_text("return sum(prices)").tap()
    plain.get_by_role("button", name="Send").tap()
    expect(plain.locator("#said")).to_contain_text("Sent: prices.py 2.")
    assert pages.overflow(plain) == 0

    # Changed, and there after a reload.
    tapping.get_by_text("if stock >= wanted:").tap()
    tapping.get_by_role("button", name="Send 2 lines").tap()
    expect(tapping.locator("#said")).to_contain_text("Sent: shop.py 7, 12.")
    tapping.reload()
    expect(tapping.get_by_role("checkbox", name="if stock >= wanted:")).to_be_checked()
    expect(tapping.get_by_label("A few words")).to_have_value("the name goes into the query")
    assert Answer.objects.count() == 3

    # Frozen while somebody types: nothing that was typed goes away.
    typing.get_by_label("A few words").fill("I was about to say")
    steer(sitting, Command.FREEZE)
    expect(typing.locator("#standing")).to_contain_text("Answers are frozen.")
    expect(typing.get_by_label("A few words")).to_have_value("I was about to say")
    expect(typing.get_by_label("A few words")).to_be_disabled()
    expect(typing.locator("#left")).to_contain_text("not sent before the answers were frozen")
    expect(typing.get_by_role("button", name="Send")).to_be_hidden()
    axe(typing)
    plain.get_by_role("button", name="Send").tap()
    expect(plain.locator("#said")).to_contain_text("Answers to this question are frozen")
    expect(plain.get_by_role("checkbox", name="return sum(prices)")).to_be_checked()
    assert Answer.objects.filter(words="I was about to say").count() == 0

    # On.
    shown(sitting, "self")
    expect(typing.get_by_text("Look at the front.")).to_be_visible()
    expect(typing.locator("#left")).to_contain_text("I was about to say")
    shown(sitting, "what-you-saw")
    expect(tapping.get_by_role("heading", name="Your marks")).to_be_visible()
    expect(tapping.get_by_text("3 answered")).to_be_visible()
    assert pages.overflow(tapping) == 0
    axe(tapping)
    sittings.end(sitting.pk)
    for page in (tapping, typing):
        expect(page.get_by_role("heading", name="This session is over")).to_be_visible()
    plain.get_by_role("link", name="Look again").click()
    expect(plain.get_by_role("heading", name="This session is over")).to_be_visible()
    axe(tapping)


def test_a_lost_network_loses_no_answer(phone: Phone, sitting: Sitting, watch: Watch) -> None:
    watch.allow("ERR_INTERNET_DISCONNECTED|htmx:(afterRequest|sendError)")
    shown(sitting, "find")
    page = phone()
    page.get_by_text("return True").tap()
    page.context.set_offline(True)
    page.get_by_role("button", name="Send 1 line").tap()
    expect(page.locator("[data-draft-state]")).to_contain_text("Not sent yet, trying again")
    assert not Answer.objects.exists()
    page.context.set_offline(False)
    expect(page.locator("#said")).to_contain_text("Sent: shop.py 14.")
    assert Answer.objects.get().sent_times == 1


def test_an_answer_on_its_way_survives_a_reload(phone: Phone, sitting: Sitting, watch: Watch) -> None:
    watch.allow("ERR_FAILED|htmx:(afterRequest|sendError)")
    shown(sitting, "find")
    page = phone()
    answer = f"**{reverse('courses:phone_answer', args=[sitting.pk])}"
    page.route(answer, lambda route: route.abort())
    page.get_by_text("return True").tap()
    page.get_by_label("A few words").fill("a lie")
    page.get_by_role("button", name="Send 1 line").tap()
    expect(page.locator("[data-draft-state]")).to_contain_text("Not sent yet, trying again")
    page.unroute(answer)
    page.reload()
    expect(page.locator("#said")).to_contain_text("Sent: shop.py 14.")
    assert Answer.objects.get().words == "a lie"


def test_what_was_typed_and_not_sent_is_put_back_and_not_sent_by_itself(
    phone: Phone, sitting: Sitting
) -> None:
    shown(sitting, "find")
    page = phone()
    page.get_by_label("A few words").fill("half a thought")
    expect(page.locator("[data-draft-state]")).to_contain_text("Not sent yet: kept on this device")
    page.reload()
    expect(page.get_by_label("A few words")).to_have_value("half a thought")
    expect(page.locator("[data-draft-state]")).to_contain_text("not sent yet")
    page.wait_for_timeout(1500)
    assert not Answer.objects.exists()


def test_targets_are_large_enough_for_a_thumb(phone: Phone, sitting: Sitting) -> None:
    shown(sitting, "find")
    page = phone()
    # A line without code is narrower: it is there to be counted.
    small = page.evaluate(
        """[...document.querySelectorAll("#answer :is(.line, .choice, button, summary, input[type=text])")]
        .filter((element) => !element.matches(":has(> code:empty)"))
        .filter((element) => element.getBoundingClientRect().height < 44)
        .map((element) => element.textContent.trim())"""
    )
    assert small == []


def test_the_last_line_and_every_field_can_be_reached_by_keyboard(phone: Phone, sitting: Sitting) -> None:
    shown(sitting, "find")
    page = phone()
    box = page.get_by_role("checkbox", name="return True")
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.locator("summary", has_text="prices.py")).to_be_focused()
