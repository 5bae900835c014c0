"""The reviewers' story: a key, a plan, code that talks back, and what a panel made of it.

The models are played by a stand-in on loopback, asked by the vendors' own SDKs from the product's worker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import Page, expect

from courses.models import Assignment, Course, Submission
from reviews.models import Call
from tests.browser import pages
from tests.browser.conftest import Browse, ReadsWell
from tests.browser.kiosk import (
    CLAUDE,
    COURSES_KEY,
    GPT,
    NOTES,
    PLEA,
    PROMPT,
    SECRET,
    TO_THE_END,
    Vendors,
    hand_in_with_notes,
)
from tests.browser.pages import section
from tests.servers.answers import Seen
from tests.servers.models import TEST_KEY, StandIn
from tests.stories import INJECTION, RACE, ROUNDING, SUCCESS_LIE

pytestmark = pytest.mark.django_db(transaction=True)

FOCUS = "Who may buy what, and what happens when two do so at once."


def test_from_a_key_to_what_a_panel_made_of_it(
    course: Course,
    ruth: User,
    amara: User,
    stand_in: StandIn,
    vendors: Vendors,
    browse: Browse,
    reads_well: ReadsWell,
) -> None:
    teacher, student = browse(ruth), browse(amara)
    teacher.goto(course.get_absolute_url())
    ruth_sees_who_answers_and_brings_a_key(teacher, reads_well)
    ruth_composes_a_plan(teacher, reads_well)
    assert [seen.key for seen in stand_in.asked if seen.model.startswith("claude")] == [TEST_KEY, COURSES_KEY]
    checks = len(stand_in.asked)
    assert checks == 4, "a plan and its preview ask nobody"

    amara_hands_in_notes_and_seals(student)
    ruth_watches_to_the_end(teacher, vendors)
    ruth_sees_what_was_noticed_and_what_it_took(teacher, reads_well)
    asked = stand_in.asked[checks:]
    nothing_left_that_must_stay(asked)

    ruth_reads_what_the_panel_made_of_it(teacher, reads_well)
    ruth_sees_who_saw_what(teacher)
    ruth_reads_the_ledger(teacher, asked, reads_well)
    teacher.goto(reverse("courses:assignment_edit", args=[Assignment.objects.get().pk]))
    paid = teacher.get_by_role("group", name="What its reviews may cost")
    expect(paid).to_contain_text(re.compile(r"\$0\.\d+ spent so far\."))


def ruth_sees_who_answers_and_brings_a_key(page: Page, reads_well: ReadsWell) -> None:
    page.get_by_role("link", name="Reviewers and keys").click()
    page.get_by_role("button", name="Check now").click()
    found = page.get_by_role("region", name="Table of what the check found").get_by_role("row")
    gpt, claude = found.filter(has_text=GPT), found.filter(has_text=CLAUDE)
    expect(gpt.locator(".state")).to_have_text("answers", timeout=30_000)
    expect(claude.locator(".state")).to_have_text("does not answer")
    expect(claude).to_contain_text("Enter a valid key with its connection")
    reads_well(page)

    heading = page.get_by_role("heading", name="anthropic", exact=True)
    anthropic = page.get_by_role("listitem").filter(has=heading)
    key = anthropic.get_by_label("A key of the course's own for anthropic")
    expect(key).to_have_attribute("type", "password")
    key.fill(COURSES_KEY)
    anthropic.get_by_role("button", name="Store the key").click()
    expect(page.locator("#notices")).to_contain_text("The key for anthropic is stored, sealed.")
    expect(anthropic).to_contain_text("this course's own, set")
    expect(anthropic.get_by_label("Another key for anthropic")).to_have_value("")
    assert COURSES_KEY not in page.content()

    page.get_by_role("button", name="Check now").click()
    expect(claude.locator(".state")).to_have_text("answers", timeout=30_000)
    expect(anthropic.locator(".state")).to_have_text("answered")
    assert COURSES_KEY not in page.content()
    page.get_by_role("navigation", name="Where you are").get_by_role("link").last.click()


def ruth_composes_a_plan(page: Page, reads_well: ReadsWell) -> None:
    """The preview follows every change, and nothing is stored before she saves."""
    page.get_by_role("link", name="New assignment").click()
    page.get_by_label("Title").fill("Review the kiosk")
    page.get_by_label("Accepted file types").fill("py")
    page.get_by_label("Least number of notes").fill("2")
    costs = page.locator("#costs")
    cost_of_one = costs.locator('tfoot tr:first-child [data-label="Cost"]')
    expect(costs).to_contain_text("One submission takes 6 calls")
    before = cost_of_one.inner_text()
    pages.plan(page, "Linters", on=False)
    pages.plan(page, "Self-review", on=True, passes=2)
    expect(costs).to_contain_text("One submission takes 4 calls")
    fewer = cost_of_one.inner_text()
    assert 0 < dollars(fewer)[0] < dollars(before)[0]
    pages.plan(page, "Consensus", on=True)
    expect(costs).to_contain_text("One submission takes 8 to 16 calls")
    least, most = dollars(cost_of_one.inner_text())
    assert dollars(fewer)[-1] < least < most

    advocate = page.locator("#plan li").filter(has_text="Devil's advocate")
    advocate.locator("summary").click()
    advocate.get_by_label("Look at this above all").fill(FOCUS)
    page.get_by_label("Budget in US dollars").fill("30")
    reads_well(page)
    assert not Assignment.objects.exists()
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#notices")).to_contain_text("is published")


def dollars(text: str) -> list[float]:
    """The amounts in a text: one, or the least and the most."""
    return [float(amount) for amount in re.findall(r"\$(\d+\.\d+)", text)]


def amara_hands_in_notes_and_seals(page: Page) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Review the kiosk", exact=True).click()
    expect(page.get_by_role("main")).not_to_contain_text(FOCUS)
    page.get_by_role("main").get_by_role("link", name="Hand in").click()
    page.get_by_label("Files from my computer").check()
    hand_in_with_notes(page, CLAUDE)
    pages.seal(page, len(NOTES))


def ruth_watches_to_the_end(page: Page, vendors: Vendors) -> None:
    """One reviewer is busy and recovers; one refuses, and that is not called nothing found."""
    assert vendors.asked.wait(30), "nobody was asked"
    page.goto(reverse("courses:reviews", args=[Submission.objects.get().pk]))
    panel = page.locator("#progress")
    expect(panel).to_contain_text("Reviewers are reading. 0 of 7 passes have answered.")
    vendors.watches.set()
    stranger, advocate = section(page, "Cross-model review"), section(page, "Devil's advocate")
    expect(stranger).to_contain_text(re.compile("Waits until.* overloaded"), timeout=20_000)
    expect(panel).to_contain_text("All reviews have ended.", timeout=TO_THE_END)

    expect(stranger.locator(".state").first).to_have_text("complete")
    expect(stranger).to_contain_text("2 findings")
    expect(advocate.locator(".state").first).to_have_text("incomplete")
    expect(advocate).to_contain_text("1 of 1 could not review.")
    expect(advocate).to_contain_text("declined to review this code. That is no verdict on it.")
    expect(advocate).not_to_contain_text("finding")
    expect(section(page, "Self-review").get_by_text("0 findings")).to_have_count(1)
    expect(section(page, "Consensus").locator(".state").first).to_have_text("complete")


def ruth_sees_what_was_noticed_and_what_it_took(page: Page, reads_well: ReadsWell) -> None:
    spoken = page.get_by_role("region", name="This code speaks to its reviewers")
    expect(spoken.get_by_role("article")).to_have_count(1)
    expect(spoken).to_contain_text("settings.py:2")
    expect(spoken).to_contain_text(PLEA)
    kept = page.get_by_role("region", name="Kept in the house")
    kept.locator("summary").click()
    person, secret = kept.get_by_role("article").all()
    expect(person).to_contain_text("A person of the course: Person 1")
    expect(secret).to_contain_text("settings.py:3")
    expect(secret).to_contain_text("AWS access key")
    assert SECRET not in page.content()
    took = page.get_by_role("region", name="Table of what the reviews took").locator("tbody tr")
    for number, (name, calls, found_first) in enumerate(
        (("Self-review", 2, 2), ("Cross-model", 2, 2), ("Devil's advocate", 1, 0), ("Consensus", 12, 1))
    ):
        row = took.nth(number)
        expect(row.get_by_role("rowheader")).to_contain_text(name)
        expect(row.locator('[data-label="Calls"]')).to_have_text(str(calls))
        expect(row.locator('[data-label="Cost"]')).to_contain_text(re.compile(r"\$0\.\d+"))
        expect(row.locator('[data-label="Found first"] strong')).to_have_text(str(found_first))
    reads_well(page)


def nothing_left_that_must_stay(asked: Sequence[Seen]) -> None:
    """Neither secret, person, note, prompt nor author; and each vendor was given the key that is its own."""
    assert len(asked) == 17
    stays = [SECRET, "Amara", "Diallo", "Ellison", "example.org", "kiosk", PROMPT, "claude", "opus"]
    stays += [text for note in NOTES for text in (note.title, note.explanation)]
    for seen in asked:
        of_claude = seen.model.startswith("claude")
        # Whom it is sent to is in it; who wrote the code is not.
        told = json.dumps({name: value for name, value in seen.body.items() if name != "model"})
        assert [text for text in stays if text.lower() in told.lower()] == []
        assert "secret 1: AWS access key" in seen.text
        assert "# Written by Person 1" in seen.text
        assert f"# {PLEA}" in seen.text
        assert seen.key == (COURSES_KEY if of_claude else TEST_KEY)
        assert [text for text in (SECRET, "Amara", "Diallo") if text in f"{seen.headers}{seen.path}"] == []


def ruth_reads_what_the_panel_made_of_it(page: Page, reads_well: ReadsWell) -> None:
    section(page, "Consensus").get_by_role("link", name="Consensus", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("4 reviewers of 2 families spoke in 3 rounds")
    outcomes = page.get_by_role("region", name="What came of each finding").locator("tbody")
    confirmed, integration, single, dismissed = (
        outcomes.filter(has=page.get_by_role("heading", name=name))
        for name in ("Confirmed 1", "Integration 1", "Single 1", "Dismissed 1")
    )
    expect(confirmed).to_contain_text(INJECTION.title)
    expect(confirmed.locator('[data-label="For it"]')).to_have_text("2 of 4")
    expect(confirmed.locator('[data-label="Severity"]')).to_contain_text("major to critical")
    expect(confirmed.locator('[data-label="Families"]')).to_contain_text("anthropic, openai")
    expect(integration).to_contain_text(RACE.title)
    expect(integration).to_contain_text("prices.py:1–2")
    expect(single).to_contain_text(SUCCESS_LIE.title)
    expect(single).to_contain_text("Being alone is no reason to be dismissed.")
    expect(dismissed).to_contain_text(ROUNDING.title)
    expect(dismissed).to_contain_text("Prices are whole cents, so no cent is lost.")
    expect(dismissed).to_contain_text("the line stands in the code")
    reads_well(page)


def ruth_sees_who_saw_what(page: Page) -> None:
    """The stranger and the panel saw the race, self-review twice did not, the advocate could not look."""
    page.get_by_role("navigation", name="This submission").get_by_role("link", name="Who saw what").click()
    rows = page.get_by_role("region", name="Who saw what").get_by_role("row")
    race, rounding = rows.filter(has_text=RACE.title), rows.filter(has_text=ROUNDING.title)
    for witness, saw, times in (("S", "missed", 1), ("A", "missed", 2), ("X", "seen", 1), ("C", "seen", 1)):
        expect(race.locator(f'td[data-witness="{witness}"] [data-saw="{saw}"]')).to_have_count(times)
    expect(race.locator('td[data-witness="D"] [data-saw="failed"]')).to_have_count(1)
    expect(rounding.locator('td[data-witness="C"] [data-saw="missed"]')).to_have_count(1)


def ruth_reads_the_ledger(page: Page, asked: Sequence[Seen], reads_well: ReadsWell) -> None:
    """Every call is there, and of one the exact words: those that the stand-in heard and said."""
    page.get_by_role("navigation", name="This submission").get_by_role("link", name="Ledger").click()
    rows = page.get_by_role("region", name="Calls").locator("tbody tr")
    expect(rows).to_have_count(len(asked))
    expect(rows.filter(has_text="failed")).to_have_count(1)
    expect(rows.last).to_contain_text("round 1, attempt 2")
    replied = rows.filter(has_text="replied")
    for label in ("Input", "Output"):
        figures = replied.locator(f'[data-label="{label}"]').all_inner_texts()
        assert all(int(figure.replace(",", "")) > 0 for figure in figures)
    assert all(dollars(cost) for cost in rows.locator('[data-label="Cost"]').all_inner_texts())
    call = Call.objects.filter(task__contains="# The panel confers").latest("pk")
    rows.locator(f'a[href$="/ledger/{call.pk}/"]').click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What left, and what came back")
    texts = [page.locator(f'pre[aria-labelledby="{name}"]') for name in ("system", "material", "task")]
    prompt = "".join(text.text_content() or "" for text in texts)
    [heard] = [seen for seen in asked if seen.text == prompt]
    assert heard.answer
    assert page.locator('pre[aria-labelledby="reply"]').text_content() == heard.answer.text
    reads_well(page)
