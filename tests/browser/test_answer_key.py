"""Ruth keeps the answer key in a real browser: what she types is kept, and one click promotes a defect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, expect
from pytest_django.live_server_helper import LiveServer

from courses.domain import answer_keys
from courses.domain.assignments import set_starter
from courses.models import Course
from reviews.claims import Claim, DefectType, Place
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, KeyEntry
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.stories import RACE, SHOP, assignment, sealed

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_entry_is_typed_corrected_and_kept_and_a_defect_promoted(
    course: Course,
    ruth: User,
    amara: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    watch.allow("status of 422")
    task = assignment(course)
    set_starter(task, SHOP)
    submission = sealed(task, amara)
    found = Defect.objects.get()
    decide(found, Decision(Defect.Standing.VALID), ruth)
    page = pages.signed_in(new_context(), ruth, live_server.url)

    page.goto(reverse("courses:dashboard", args=[task.pk]))
    page.get_by_role("link", name="Answer key").click()
    page.get_by_role("link", name="Add an entry").click()
    page.get_by_label("Title").fill(RACE.title)
    page.get_by_label("File").fill("shop.py")
    page.get_by_label("From line").fill("3")
    page.get_by_label("The line of code").fill("if stock >= wanted:")
    expect(page.locator("[data-draft-state]")).not_to_be_empty()
    page.reload()
    expect(page.get_by_label("Title")).to_have_value(RACE.title)
    page.get_by_role("button", name="Add the entry").click()
    expect(page.get_by_role("alert")).to_contain_text("What you quote stands at line 12.")
    page.get_by_label("From line").fill("12")
    page.get_by_role("button", name="Add the entry").click()
    expect(page.locator("#notices")).to_contain_text("Entry 1 is in the key.")
    expect(page.get_by_role("row", name=RACE.title)).to_contain_text("1 of 1")
    page.get_by_role("link", name="Add an entry").click()
    expect(page.get_by_label("Title")).to_have_value("")

    page.goto(reverse("courses:defect", args=[submission.pk, found.number]))
    page.get_by_role("button", name="Add to the answer key").click()
    expect(page.locator("#notices")).to_contain_text(f"Defect {found.number} is entry 2 of the answer key.")
    expect(page.get_by_role("link", name="Entry 2 of the answer key")).to_be_visible()
    assert KeyEntry.objects.get(number=2).from_defect == found


DEEP = "services/authentication/middleware/rate_limits.py"


@pytest.mark.parametrize("width", [1440, 390])
def test_a_place_breaks_after_slashes_and_its_lines_stay_whole(
    course: Course,
    ruth: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    width: int,
) -> None:
    task = assignment(course)
    known = Claim(
        "The limit is per process, so eight workers let eight times as many through",
        path=DEEP,
        place=Place(DEEP, 1123, 1126),
        quote="allowed = counts.setdefault(request.client.host, Window(started=now, seen=0)).take(1)",
    )
    answer_keys.add(task, known, KeyEntry.Origin.PLANTED)
    page = pages.signed_in(new_context(viewport={"width": width, "height": 900}), ruth, live_server.url)
    page.goto(reverse("courses:answer_key", args=[task.pk]))
    shown = drawn_lines(page.get_by_role("row", name=known.title).locator(".path"))
    assert "".join(shown) == f"{DEEP}:1123-1126"
    assert shown[-1].endswith("rate_limits.py:1123-1126")
    assert all(line.endswith("/") for line in shown[:-1]), shown


def test_a_cwe_is_never_torn_from_its_number(
    course: Course, ruth: User, live_server: LiveServer, new_context: Callable[..., BrowserContext]
) -> None:
    """However wide the column happens to be."""
    task = assignment(course)
    known = replace(RACE, path=DEEP, place=Place(DEEP, 1123, 1126), odc_type=DefectType.CHECKING, cwe=362)
    answer_keys.add(task, known, KeyEntry.Origin.PLANTED)
    page = pages.signed_in(new_context(), ruth, live_server.url)
    page.goto(reverse("courses:answer_key", args=[task.pk]))
    category = page.get_by_role("row", name=known.title).get_by_role("cell", name="CWE-362")
    drawn = set()
    for width in range(1440, 800, -40):
        page.set_viewport_size({"width": width, "height": 900})
        drawn.add("|".join(drawn_lines(category)))
    assert drawn == {"checking, CWE-362", "checking, |CWE-362"}


def drawn_lines(element: Locator) -> list[str]:
    """The text of an element, line for line as the browser broke it."""
    lines: list[str] = element.evaluate(
        """element => {
            const lines = [], range = document.createRange();
            const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
            for (let bottom; texts.nextNode();)
                for (let at = 0; at < texts.currentNode.length; at++) {
                    range.setStart(texts.currentNode, at);
                    range.setEnd(texts.currentNode, at + 1);
                    const box = range.getBoundingClientRect();
                    if (bottom === undefined || box.top >= bottom) {
                        lines.push("");
                        bottom = box.bottom;
                    }
                    lines[lines.length - 1] += range.toString();
                }
            return lines;
        }"""
    )
    return lines
