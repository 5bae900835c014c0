"""The lecture: Ruth shows "The REST API, in nine steps", whole, to three phones, from the shelf to the CSV.

Tomas steers from his own phone when her laptop dies. Amara joins signed in and keeps her marks; one phone
runs no script. It runs on PostgreSQL too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from courses.models import Answer, Course, Seat, Sitting
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.browser.lecture import (
    AMARAS_WORDS,
    HELD_BACK,
    INJECTION,
    LEAK,
    RACE,
    TITLE,
    WORDS,
    Lecture,
    changed,
    found_one_by_one,
    heat,
    saw,
)
from tests.browser.lecture_end import (
    nobody_comes_in_any_more,
    step_9_it_ships,
    steps_5_to_8,
    the_end,
    what_amara_kept,
    what_is_in_the_spreadsheet,
    what_is_left_and_who_saw_what,
    what_is_left_on_the_page,
    what_is_on_paper,
)
from tests.browser.room_pages import (
    PHONE,
    Desk,
    choose,
    heard,
    join_by_code,
    join_by_picture,
    line,
    look_again,
    send,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.slow]


def test_the_nine_steps_from_the_shelf_to_the_spreadsheet(
    course: Course,
    ruth: User,
    tomas: User,
    amara: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    watch.allow("status of 422")  # Lines of which nobody can tell the file.
    watch.allow(r"status of 404.*/live/")  # The code that is dead.

    def browse(user: User, **options: Any) -> Page:
        return pages.signed_in(new_context(**options), user, live_server.url)

    desk = ruth_takes_it_from_the_shelf_and_begins(browse(ruth), course)
    projector = opened_projector(desk)
    room = Lecture(
        ruth=desk,
        projector=projector,
        tapping=new_context(**PHONE).new_page(),
        plain=new_context(**PHONE, java_script_enabled=False).new_page(),
        amara=browse(amara, **PHONE),
    )
    they_join(room)
    step_1_all_is_green(room)
    they_mark_lines_and_are_asked_anew(room)
    the_others_answer(room)
    words_are_let_through_or_not(room)
    answers_are_frozen(room)
    the_author_finds_nothing_and_a_stranger_four(room)
    the_first_reveal(room)
    step_3_the_author_mends(room)
    they_mark_again_in_front_of_a_black_screen(room)
    step_4_the_devils_advocate(room)

    tomas_phone = Desk(browse(tomas, **PHONE))
    tomas_steers_beside_ruth(room, tomas_phone)
    room.ruth.page.context.close()
    tomas_phone.tap("Next")
    room.ruth = ruth_takes_another_laptop(browse(ruth), course)
    room.projector = opened_projector(room.ruth)
    the_second_reveal(room, tomas_phone)
    steps_5_to_8(room)
    step_9_it_ships(room)
    what_is_left_and_who_saw_what(room)

    code = Sitting.objects.get().code
    the_end(room)
    nobody_comes_in_any_more(new_context(**PHONE).new_page(), str(code))
    what_is_left_on_the_page(room.ruth.page)
    what_is_in_the_spreadsheet(room.ruth.page)
    what_is_on_paper(room.ruth.page)
    what_amara_kept(room.amara)


# --- Before it begins ---------------------------------------------------------------------------------
def ruth_takes_it_from_the_shelf_and_begins(page: Page, course: Course) -> Desk:
    page.goto(course.get_absolute_url())
    page.get_by_role("link", name="Walkthroughs").click()
    page.get_by_role("button", name=f"Take “{TITLE}”").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    page.get_by_label("Group or year").fill("Monday")
    page.get_by_role("button", name="Begin").click()
    desk = Desk(page)
    desk.at(1)
    return desk


def opened_projector(desk: Desk) -> Page:
    with desk.page.expect_popup() as opened:
        desk.page.get_by_role("link", name="Projector in a new window").click()
    return opened.value


def they_join(room: Lecture) -> None:
    room.shows("Would you ship it?")
    code = room.projector.locator(".projector-code").inner_text()
    assert code == Sitting.objects.get().code
    join_by_code(room.tapping, code, TITLE)
    join_by_picture(room.plain, room.projector, TITLE)
    join_by_picture(room.amara, room.projector, TITLE, keep=True)
    heard(room.projector.locator(".projector-count"), "3 joined")
    expect(room.ruth.figure("Here now")).to_have_text("3")
    assert list(Seat.objects.exclude(member=None).values_list("member__user__username", flat=True)) == [
        "amara"
    ]


# --- Steps 1 and 2 ------------------------------------------------------------------------------------
def step_1_all_is_green(room: Lecture) -> None:
    room.on("Who takes part")
    room.shows("The stranger: GPT 5.4")
    room.on("Step 1: the author implements")
    room.shows("app.delete('/tasks/:id'")
    expect(room.ruth.page.locator(".desk-notes")).not_to_be_empty()
    room.on("Step 1: where tasks are kept")
    room.shows("WHERE id = ${id}")
    room.on("Step 1: twelve tests, all green")
    room.shows("12 tests pass")
    room.shows("refuses a task without a title")
    room.on("Step 1: the linter is silent")
    room.shows("The linter complains of nothing")
    heard(room.tapping.locator("#screen"), "Look at the front.")


def they_mark_lines_and_are_asked_anew(room: Lecture) -> None:
    room.on("What would you not ship?")
    room.shows("Answers can be changed until they are frozen.")
    line(room.tapping, "db.js", 34).tap()
    send(room.tapping, "Sent: db.js 34.")
    look_again(room.plain)
    line(room.plain, "server.js", 9).tap()
    send(room.plain, "Sent: server.js 9.")
    heard(room.projector.locator(".projector-count"), "2 of 3 answered")
    expect(room.ruth.figure("Answered")).to_have_text("2")

    # Asked anew, the fields are empty, and what was sent before is kept aside.
    room.ruth.page.keyboard.press("c")
    room.shows("Asked anew.")
    heard(room.projector.locator(".projector-count"), "0 of 3 answered")
    expect(line(room.tapping, "db.js", 34).get_by_role("checkbox")).not_to_be_checked()
    assert Answer.objects.filter(round=0).count() == 2

    line(room.tapping, "db.js", 34).tap()
    choose(room.tapping, "How bad is it?", "critical")
    choose(room.tapping, "How sure are you", "90")
    room.tapping.get_by_label("A few words").fill(WORDS)
    send(room.tapping, "Sent: db.js 34. You can change it until the answers are frozen.")


def the_others_answer(room: Lecture) -> None:
    # Typed, at first unclear.
    amara = room.amara
    amara.get_by_label("Or type line numbers").fill("28-36")
    send(amara, "Which file is line 28 of? Write its name first: server.js 28.")
    amara.get_by_label("Or type line numbers").fill("server 28-36")
    choose(amara, "How bad is it?", "major")
    choose(amara, "How sure are you", "75")
    amara.get_by_label("A few words").fill(AMARAS_WORDS)
    send(amara, "Sent: server.js 28-36.")
    look_again(room.plain)
    expect(line(room.plain, "server.js", 9).get_by_role("checkbox")).not_to_be_checked()
    line(room.plain, "server.js", 4).tap()
    choose(room.plain, "How sure are you", "50")
    room.plain.get_by_label("A few words").fill(HELD_BACK)
    send(room.plain, "Sent: server.js 4.")


def words_are_let_through_or_not(room: Lecture) -> None:
    words = room.ruth.page.locator("#words")
    heard(words, "3 waiting, 0 shown, 0 held back")
    expect(words.locator(".words-said")).to_have_text([WORDS, AMARAS_WORDS, HELD_BACK])
    for key, told in (
        ("y", "2 waiting, 1 shown, 0 held back"),
        ("y", "1 waiting, 2 shown, 0 held back"),
        ("x", "0 waiting, 2 shown, 1 held back"),
    ):
        room.ruth.page.keyboard.press(key)
        heard(words, told)
    for said in (WORDS, AMARAS_WORDS, HELD_BACK):
        expect(room.projector.locator("body")).not_to_contain_text(said)


def answers_are_frozen(room: Lecture) -> None:
    line(room.tapping, "server.js", 38).tap()
    expect(room.tapping.locator("[data-send]")).to_have_text("Send 2 lines")
    send(room.tapping, "Sent: db.js 34; server.js 38.")
    heard(room.projector.locator(".projector-count"), "3 of 3 answered")
    room.ruth.turn("f", "freeze", on=True)
    room.shows("Frozen: no more answers.")
    heard(room.amara.locator("#standing"), "Answers are frozen.")
    expect(line(room.amara, "server.js", 28).get_by_role("checkbox")).to_be_disabled()
    look_again(room.plain)
    expect(room.plain.locator("#standing")).to_contain_text("Answers are frozen.")
    assert Answer.objects.count() == 2 + 3


def the_author_finds_nothing_and_a_stranger_four(room: Lecture) -> None:
    room.on("The author reviews itself")
    room.shows("Claude Opus 4.6, on its own work")
    room.press()
    room.shows("Nothing found")
    room.shows("I found no problems.")
    heard(room.amara.locator("#screen"), "Look at the front.")

    room.on("Step 2: a stranger reads")
    room.shows("GPT 5.4, standard review")
    expect(room.projector.locator(".recorded")).to_have_text("recorded")
    found_one_by_one(
        room,
        [
            ("SQL injection in getTask", "db.js:34"),
            ("Lost update in PATCH /tasks/:id", "server.js:29"),
            ("No rate limit on creating tasks", "server.js:23"),
            ("No test for a malformed JSON body", "server.js:9"),
        ],
    )
    room.press()
    room.shows("4 findings")
    room.shows("Do not merge it as it is.")


def the_first_reveal(room: Lecture) -> None:
    front = room.projector
    room.on("What you saw, and what they saw")
    expect(heat(front, "db.js", 34).locator(".heat-count")).to_have_text("1")
    expect(heat(front, "server.js", 28).locator(".heat-count")).to_have_text("1")
    expect(front.locator(".heat-voices .witness")).to_have_count(0)
    room.shows(WORDS)
    room.shows(AMARAS_WORDS)
    expect(front.locator("#stage")).not_to_contain_text(HELD_BACK)
    heard(room.tapping.locator(".own-marks h2"), "Your marks")
    expect(room.tapping.locator(".own-marks")).not_to_contain_text("hit")

    room.ruth.turn("h", "hide", on=True)
    room.shows("The answers are hidden.")
    expect(front.locator("table.heat")).to_have_count(0)
    heard(room.tapping.locator("#screen"), "The answers are hidden just now.")
    room.ruth.turn("h", "hide", on=False)
    expect(heat(front, "db.js", 34)).to_be_visible()

    room.press()
    expect(heat(front, "db.js", 34).locator(".heat-voices")).to_contain_text("SQL injection in getTask")
    heard(room.amara.locator(".own-marks"), f"hit: {RACE}")
    look_again(room.plain)
    expect(room.plain.locator(".own-marks")).to_contain_text("no known defect here")

    room.press()
    injection = front.locator("table.saw-table tr", has_text=INJECTION)
    expect(injection.locator('[data-witness="P"]')).to_contain_text("33 %")
    expect(saw(front, INJECTION, "X1").locator('[data-saw="seen"]')).to_be_visible()
    for siglum in ("T", "L", "A1"):
        expect(saw(front, INJECTION, siglum).locator('[data-saw="missed"]')).to_be_visible()
    expect(front.locator("table.saw-table")).to_contain_text("not named yet")
    room.shows("1 of the class’s 4 marks stand beside every known defect.")
    expect(room.tapping.locator("table.saw-table")).to_be_visible()
    assert pages.overflow(room.tapping) == 0

    room.press()
    sure = "On average people were 76 % sure; 3 of 4 marks hit a known defect, 75 %."
    room.shows(sure)
    heard(room.amara.locator("#screen"), sure)


# --- Steps 3 and 4 ------------------------------------------------------------------------------------
def step_3_the_author_mends(room: Lecture) -> None:
    room.on("Step 3: the author mends")
    changed(room, "db.js", "WHERE id = ?`, [id]")
    changed(room, "server.js", "limit(60, 60)")
    changed(room, "tests/api.test.js", "refuses a body that is not JSON")
    room.on("Step 3: thirteen, all green")
    room.shows("13 tests pass")


def they_mark_again_in_front_of_a_black_screen(room: Lecture) -> None:
    room.on("And now: would you ship this?")
    room.ruth.turn("b", "black", on=True)
    expect(room.projector.locator(".stage[data-black]")).to_be_visible()
    expect(room.projector.locator(".stage-title")).to_have_count(0)
    line(room.tapping, "server.js", 54).tap()
    choose(room.tapping, "How sure are you", "75")
    send(room.tapping, "Sent: server.js 54.")
    room.amara.get_by_label("Or type line numbers").fill("db.js 6-8")
    send(room.amara, "Sent: db.js 6-8.")
    look_again(room.plain)
    room.plain.get_by_label("A few words").fill("nobody has to log in")
    send(room.plain, "Sent.")
    room.ruth.turn("b", "black", on=False)
    expect(room.projector.locator(".stage-title")).to_have_text("And now: would you ship this?")
    heard(room.projector.locator(".projector-count"), "3 of 3 answered")


def step_4_the_devils_advocate(room: Lecture) -> None:
    room.on("Step 4: the devil's advocate")
    room.shows("security and error handling")
    found_one_by_one(
        room,
        [
            ("Errors leak the database's own message", "server.js:54"),
            ("No authentication anywhere", "server.js"),
            ("The connection is opened at import", "db.js:6"),
            ("Times are epoch milliseconds", "db.js:14"),
        ],
    )


# --- Another one takes over -----------------------------------------------------------------------------
def tomas_steers_beside_ruth(room: Lecture, tomas: Desk) -> None:
    tomas.page.goto("/")
    tomas.page.get_by_role("main").get_by_role("link", name="Software engineering").click()
    tomas.page.get_by_role("link", name="Walkthroughs").click()
    tomas.page.get_by_role("region", name="Live now").get_by_role("link", name=TITLE).click()
    tomas.at(14, 4)
    assert pages.overflow(tomas.page) == 0
    tomas.tap("Back")
    room.ruth.at(14, 3)
    # Tomas's phone has not heard that Ruth was there first: the room moves on once.
    polls = "**/presenter/?v=*"
    tomas.page.route(polls, lambda route: route.fulfill(status=204))
    with tomas.page.expect_request(polls):
        pass  # The one before it has come to its end.
    room.press()
    tomas.tap("Next")
    tomas.page.unroute(polls)
    for desk in (room.ruth, tomas):
        desk.at(14, 4)
    room.press()
    room.shows("It trusts everybody")
    tomas.at(14, 5)


def ruth_takes_another_laptop(page: Page, course: Course) -> Desk:
    page.goto(course.get_absolute_url())
    page.get_by_role("link", name="Walkthroughs").click()
    page.get_by_role("region", name="Live now").get_by_role("link", name=TITLE).click()
    desk = Desk(page)
    desk.at(15)
    return desk


def the_second_reveal(room: Lecture, tomas: Desk) -> None:
    front = room.projector
    expect(front.locator(".stage-title")).to_have_text("You, and the devil's advocate")
    room.shows("3 answered, 1 of them marked nothing.")
    expect(heat(front, "server.js", 54).locator(".heat-count")).to_have_text("1")
    tomas.tap("Next")
    room.follow(tomas)
    expect(heat(front, "server.js", 54)).to_contain_text("Errors leak the database's own message")
    tomas.tap("Next")
    room.follow(tomas)
    assert pages.overflow(tomas.page) == 0
    expect(saw(front, LEAK, "D").locator('[data-saw="seen"]')).to_be_visible()
    expect(saw(front, LEAK, "X1").locator('[data-saw="missed"]')).to_be_visible()
    tomas.tap("Next")
    room.follow(tomas)
    room.shows("75 % sure; 1 of 1 marks hit a known defect")
    room.ruth.at(15, 3)
    tomas.page.context.close()
