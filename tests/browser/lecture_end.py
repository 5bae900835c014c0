"""The second half of the lecture: steps 5 to 9, who saw what, and all that is left of it afterwards."""

from __future__ import annotations

import csv
import re

from playwright.sync_api import Page, expect

from tests.browser import pages
from tests.browser.lecture import (
    AMARAS_WORDS,
    AT_IMPORT,
    HELD_BACK,
    INJECTION,
    RACE,
    TITLE,
    WORDS,
    Lecture,
    changed,
    found_one_by_one,
    heat,
    saw,
)
from tests.browser.room_pages import choose, heard, look_again, send


# --- Steps 5 to 9 -------------------------------------------------------------------------------------
def steps_5_to_8(room: Lecture) -> None:
    room.on("Step 5: the author mends again")
    changed(room, "middleware/authenticate.js", "function authenticate(req, res, next)")
    changed(room, "db.js", "created_at TEXT NOT NULL")
    room.on("Step 5: sixteen, all green")
    room.shows("16 tests pass")
    room.on("Step 6: the stranger, once more")
    room.press("r")
    room.shows("Looks good. Nothing more to say.")
    expect(room.projector.locator('[data-end="nothing"]')).to_be_visible()
    room.on("Step 7: what of the design?")
    room.press("r")
    for advice in ("SQLite has one writer", "No pagination on GET /tasks", "No health check"):
        expect(room.projector.locator(".stage-heard li", has_text=advice)).to_have_count(1)
    room.shows("Three remarks on the design. None of them is a bug.")
    room.on("Step 8: the author refactors")
    changed(room, "server.js", "app.get('/health'")
    room.on("Step 8: nineteen, all green")
    room.shows("19 tests pass")


def step_9_it_ships(room: Lecture) -> None:
    room.on("Step 9: it ships")
    room.shows("Eight defects were found that the author's own review had missed.")
    room.ruth.jump(4)
    room.follow(room.ruth)
    room.shows("WHERE id = ${id}")
    room.ruth.jump(22)
    room.on("How many defects are left?")
    look_again(room.plain)
    for phone, choice in (
        (room.tapping, "None"),
        (room.amara, "One or two"),
        (room.plain, "More than five"),
    ):
        choose(phone, "Choose one", choice)
        send(phone)
    room.press("r")
    expect(room.projector.locator(".stage-title")).to_have_text("What you expect")
    expect(room.projector.locator(".chosen li")).to_have_count(4)
    expect(room.projector.locator(".chosen li", has_text="One or two")).to_contain_text("1 of 3")
    expect(room.projector.locator(".chosen-right")).to_have_count(0)
    room.press()
    expect(room.projector.locator(".chosen li[data-right]")).to_contain_text("One or two")
    heard(room.amara.locator(".chosen li[data-right]"), "One or two")
    room.press(times=2)


def what_is_left_and_who_saw_what(room: Lecture) -> None:
    room.on("What nobody said")
    found_one_by_one(
        room,
        [("A deleted id is given out again", "db.js:8"), ("A failed close ends in a crash", "server.js:86")],
    )
    room.press()
    room.on("Who saw what")
    table = room.projector.locator("table.saw-table")
    expect(table.locator("th[data-covered]")).to_have_count(8)
    room.press()
    expect(table.locator("th[data-covered]")).to_have_count(7)
    room.press(times=7)
    expect(table.locator("th[data-covered]")).to_have_count(0)
    expect(table.locator("tbody").first.locator("tr")).to_have_count(10)
    expect(table.locator("tbody.advice tr")).to_have_count(3)
    by_class = table.locator("tbody").first.locator('td[data-witness="P"]')
    shares = [re.sub(r"\D*(\d+) %.*", r"\1", text, flags=re.DOTALL) for text in by_class.all_inner_texts()]
    assert [share for share in shares if share.isdigit()] == ["33", "33", "0", "0", "33", "33", "0", "0", "0"]
    counts = table.locator("tbody").nth(1).locator("td").all_inner_texts()
    assert counts == [
        "of 3 people", "0 of 10", "0 of 10", "0 of 10", "4 of 10", "4 of 6", "0 of 2", "0 of 2", "2 of 2",
    ]  # fmt: skip
    expect(saw(room.projector, INJECTION, "D").locator('[data-saw="unasked"]')).to_have_count(1)
    room.on("What to take home")
    room.shows("You sign.")
    expect(room.ruth.page.locator("#key-next")).to_be_disabled()
    expect(room.projector.locator("body")).not_to_contain_text(re.compile("Amara|Diallo"))


# --- Afterwards ---------------------------------------------------------------------------------------
def the_end(room: Lecture) -> None:
    room.ruth.page.locator("summary", has_text="End the session").click()
    room.ruth.page.get_by_role("button", name="End the session").click()
    expect(room.ruth.page.locator("#notices")).to_contain_text("Its code opens nothing any more")
    room.shows("This session has ended. Thank you.")
    look_again(room.plain)
    for phone in (room.tapping, room.amara, room.plain):
        heard(phone.locator("h1"), "This session is over")


def nobody_comes_in_any_more(page: Page, code: str) -> None:
    page.goto("/live/")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("main")).to_contain_text("No session has this code now.")


def what_is_left_on_the_page(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator(".lede")).to_contain_text("Monday")
    expect(page.locator(".figure", has_text="joined").locator("dd")).to_have_text("3")
    first = page.get_by_role("region", name="What would you not ship?")
    expect(first).to_contain_text("Asked 2 times; what stands here is the last time. Before, 2 answered.")
    expect(first).to_contain_text(AMARAS_WORDS)
    expect(heat(first.page, "db.js", 34).first).to_contain_text("SQL injection in getTask")
    expect(page.get_by_role("main")).not_to_contain_text(re.compile(f"{HELD_BACK}|Amara|Diallo"))
    expect(page.get_by_role("region", name="Time of each step").locator("tbody tr")).to_have_count(27)
    expect(page.get_by_role("region", name="Time of each step")).not_to_contain_text("not shown")


def what_is_in_the_spreadsheet(page: Page) -> None:
    with page.expect_download() as coming:
        page.get_by_role("link", name="Download the answers as CSV").click()
    text = coming.value.path().read_text("utf-8-sig")
    assert not re.search(f"{HELD_BACK}|nobody has to log in|Amara|Diallo", text)
    rows = list(csv.DictReader(text.splitlines()))
    told = sorted((row["question"], row["asked"], row["marked"], row["hit"], row["words"]) for row in rows)
    assert told == [
        ("first-marks", "1", "db.js:34", "sql-injection", ""),
        ("first-marks", "1", "server.js:9", "malformed-body", ""),
        ("first-marks", "2", "db.js:34; server.js:38", "error-leak; sql-injection", WORDS),
        ("first-marks", "2", "server.js:28-36", "patch-race", AMARAS_WORDS),
        ("first-marks", "2", "server.js:4", "", ""),
        ("how-many-left", "1", "", "", ""),
        ("how-many-left", "1", "", "", ""),
        ("how-many-left", "1", "", "", ""),
        ("second-marks", "1", "", "", ""),
        ("second-marks", "1", "db.js:6-8", "open-at-import", ""),
        ("second-marks", "1", "server.js:54", "error-leak", ""),
    ]
    weighed = next(row for row in rows if row["words"] == WORDS)
    assert (weighed["severity"], weighed["confidence (%)"]) == ("critical", "90")
    chosen = {row["choice"]: row["right"] for row in rows if row["question"] == "how-many-left"}
    assert chosen == {"None": "no", "One or two": "yes", "More than five": "no"}
    assert len({row["seat"] for row in rows}) == 3


def what_is_on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    # The width of what is printed on a sheet of A4.
    page.set_viewport_size({"width": 672, "height": 990})
    for hidden in (".running-head", ".page-head .actions"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.get_by_role("region", name="And now: would you ship this?")).to_be_visible()
    expect(page.locator("table.heat").first).to_be_visible()
    assert pages.overflow(page) == 0
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def what_amara_kept(page: Page) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Software engineering").click()
    page.get_by_role("link", name="Your marks in class").click()
    kept = page.get_by_role("region", name=TITLE)
    expect(kept).to_contain_text(re.compile(rf"server\.js:28–36\s+hit: {RACE}"))
    expect(kept).to_contain_text(f"You called it major. You were 75 % sure. You wrote: {AMARAS_WORDS}")
    expect(kept).to_contain_text(re.compile(rf"db\.js:6–8\s+hit: {AT_IMPORT}"))
    expect(kept).to_contain_text("You chose “One or two”. Right is “One or two”.")
    assert pages.overflow(page) == 0
