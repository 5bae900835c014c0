"""The server is killed in the middle of a question and started again: nobody in the room does a thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Route, expect

from courses.models import Answer, Course, Seat
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.browser.room_pages import PHONE, Desk, join_by_code, line, look_again, send
from tests.rooms import sitting_of
from tests.servers.workers import SiteProcess

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.slow]

BACK = 30_000
"""Milliseconds in which every page has found the server again, on a machine that has much else to do."""


@pytest.fixture
def site(transactional_db: None, tmp_path: Path) -> Iterator[SiteProcess]:
    """The site, as people start it."""
    with SiteProcess(tmp_path) as process:
        yield process


def test_a_server_that_is_killed_in_the_middle_of_a_question_loses_nothing_and_counts_nobody_twice(
    course: Course,
    ruth: User,
    site: SiteProcess,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    watch.allow("ERR_(FAILED|CONNECTION|EMPTY|SOCKET)|htmx:(afterRequest|sendError|timeout)")
    sitting = sitting_of(course, ruth)
    laptop = new_context(base_url=site.url)
    desk = Desk(pages.signed_in(laptop, ruth, site.url))
    desk.page.goto(reverse("courses:presenter", args=[sitting.pk]))
    desk.jump(4)
    projector = laptop.new_page()
    projector.goto(reverse("courses:projector", args=[sitting.pk]))
    unheard, typing, plain = (
        new_context(base_url=site.url, **PHONE, java_script_enabled=script).new_page()
        for script in (True, True, False)
    )
    for phone in (unheard, typing, plain):
        join_by_code(phone, str(sitting.code), "The shop")

    # One was sent and its receipt is lost, one is written and not sent, one is in.
    def lose_the_receipt(route: Route) -> None:
        route.fetch()
        route.abort()

    answer = f"**{reverse('courses:phone_answer', args=[sitting.pk])}"
    unheard.route(answer, lose_the_receipt)
    line(unheard, "shop.py", 7).tap()
    unheard.locator("[data-send]").tap()
    expect(unheard.locator("[data-draft-state]")).to_contain_text("Not sent yet, trying again")
    typing.get_by_label("Or type line numbers").fill("shop 11-13")
    typing.get_by_label("A few words").fill("half a thought")
    line(plain, "prices.py", 2).tap()
    send(plain, "Sent: prices.py 2.")
    expect(projector.locator(".projector-count")).to_have_text("2 of 3 answered")
    assert Answer.objects.count() == 2

    site.kill()
    unheard.unroute(answer)
    line(unheard, "shop.py", 14).tap()
    typing.locator("[data-send]").tap()
    for phone in (unheard, typing):
        expect(phone.locator("[data-draft-state]")).to_contain_text("What you typed is kept on this device")
    desk.page.keyboard.press("b")
    expect(desk.page.locator("[data-unsent]")).to_have_text(
        "“Black screen” is not sent yet: the server does not answer. Trying again."
    )
    for page in (desk.page, projector):
        expect(page.locator("[data-connection-state]")).to_contain_text("goes on by itself", timeout=BACK)
    expect(projector.locator(".stage-title")).to_have_text("Where is it wrong?")
    assert Answer.objects.count() == 2

    site.start()
    # By themselves: what was written is sent, the key is heard once, every page goes on.
    expect(typing.locator("#said")).to_contain_text("Sent: shop.py 11-13.", timeout=BACK)
    expect(unheard.locator("#said")).to_contain_text("Sent: shop.py 7, 14.", timeout=BACK)
    expect(desk.page.locator("#key-black")).to_have_attribute("aria-pressed", "true", timeout=BACK)
    expect(projector.locator(".stage[data-black]")).to_be_visible(timeout=BACK)
    for page in (desk.page, projector):
        expect(page.locator("[data-connection-state]")).to_be_hidden()
    expect(desk.page.locator("[data-unsent]")).to_be_hidden()

    desk.turn("b", "black", on=False)
    expect(projector.locator(".stage-title")).to_have_text("Where is it wrong?")
    desk.at(4)
    expect(projector.locator(".projector-count")).to_have_text("3 of 3 answered")
    look_again(plain)
    expect(line(plain, "prices.py", 2).get_by_role("checkbox")).to_be_checked()
    typing.reload()
    expect(typing.get_by_label("A few words")).to_have_value("half a thought")
    assert Seat.objects.count() == 3
    told = Answer.objects.order_by("seat").values_list("marks", "words", "sent_times")
    assert list(told) == [
        ([["shop.py", 7, 7], ["shop.py", 14, 14]], "", 2),
        ([["shop.py", 11, 13]], "half a thought", 1),
        ([["prices.py", 2, 2]], "", 1),
    ]

    # And on.
    desk.turn("f", "freeze", on=True)
    expect(typing.locator("#standing")).to_contain_text("Answers are frozen.")
    desk.press("Space", 2)
    expect(projector.locator("#stage")).to_contain_text("Nothing to say.")
