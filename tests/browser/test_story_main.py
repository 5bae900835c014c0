"""THE story: from an empty site to a graded gap, through the pages, by two people in two browsers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from courses.models import Submission
from reviews.models import Defect, Seal
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.browser.pages import Polls
from tests.stories import INJECTION, RACE, ROUNDING, SHOP, SUCCESS_LIE, recorded_reviewer, recording

pytestmark = pytest.mark.django_db(transaction=True)

AUTHOR, STRANGER = "claude-opus-4-6", "gpt-5.4"
OF_MODELS = (RACE.title, ROUNDING.title, "Claude", "GPT", "bandit", "recorded")
POLL_SECONDS = 2


@pytest.fixture
def reviewers(transactional_db: None, settings: Settings) -> None:
    """An administrator switched on two models that replay what they said; self-review takes its time."""
    settings.REVIEW_PROVIDER_OPTIONS = {"recorded": {"pace": 1}}
    recorded_reviewer(AUTHOR)
    recorded_reviewer(STRANGER)
    recording(AUTHOR, "self_review", [], round=1, seconds=1.5)
    recording(AUTHOR, "self_review", [ROUNDING], round=2, seconds=1.5)
    recording(STRANGER, "cross_model", [INJECTION, RACE])


def test_from_an_empty_site_to_a_graded_gap(
    reviewers: None,
    worker: None,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
) -> None:
    watch.allow("status of 422")  # A dismissal whose line does not stand there, points without a reason.
    ruth, amara = new_context().new_page(), new_context().new_page()

    ruth.goto("/accounts/signup/")
    pages.sign_up(ruth, "Ruth", "Ellison")
    link = pages.set_up_course(ruth, "Software engineering")
    ruth_sets_the_shop(ruth)
    pages.add_starter(ruth, SHOP, "Claude Opus 4.6")
    ruth.get_by_role("link", name="Review the shop", exact=True).click()
    ruth.get_by_role("button", name="Publish").click()

    pages.join_by_link(amara, link, "Amara", "Diallo")
    amara_hands_in_and_writes(amara)
    submission = Submission.objects.get()
    amara_looks_over_and_seals(amara)

    polls = amara_sees_that_it_is_read_and_by_nobody_whom(amara, submission)
    quiet_since = time.monotonic()
    amara_cannot_reach_a_models_word(amara, submission)

    ruth_adjudicates_by_keyboard(ruth, submission)
    ruth_gives_points_and_releases(ruth, submission)

    rest = quiet_since + 2.5 * POLL_SECONDS - time.monotonic()
    amara.wait_for_timeout(max(rest, 0) * 1000)
    assert polls.times, "the panel never asked how far the reviewers are"
    assert [at for at in polls.times if at > quiet_since] == [], "the panel asked on after the end"

    amara_reads_what_was_missed(amara)


def ruth_sets_the_shop(page: Page) -> None:
    page.get_by_role("link", name="New assignment").click()
    page.get_by_label("Title").fill("Review the shop")
    page.get_by_role("textbox", name="Brief").fill("A *model* wrote this shop. What did it get wrong?")
    page.get_by_label("Accepted file types").fill("py")
    page.get_by_label("Least number of notes").fill("2")
    page.get_by_role("spinbutton", name="Points").fill("20")
    pages.plan(page, "Linters", on=True)
    pages.plan(page, "Self-review", on=True, passes=2)
    pages.plan(page, "Cross-model review", on=True)
    pages.plan(page, "Devil's advocate", on=False)
    page.get_by_role("radio", name=re.compile("with the grade", re.I)).check()
    page.get_by_role("button", name="Save the draft").click()


def amara_hands_in_and_writes(page: Page) -> None:
    page.get_by_role("link", name="Review the shop", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("A model wrote this shop.")
    page.get_by_role("main").get_by_role("link", name="Hand in").click()
    expect(page.get_by_label("The assignment's own files")).to_be_checked()
    page.get_by_role("button", name="Hand in and read").click()
    page.get_by_role("navigation", name="Files").get_by_role("link", name="shop.py").click()
    pages.note_on(page, INJECTION)
    pages.note_on(page, SUCCESS_LIE)


def amara_looks_over_and_seals(page: Page) -> None:
    page.get_by_role("link", name="Look over and seal").click()
    main = page.get_by_role("main")
    for claim in (INJECTION, SUCCESS_LIE):
        expect(pages.card(page, claim)).to_contain_text(claim.explanation)
        expect(pages.card(page, claim)).to_contain_text(claim.quote.strip())
    for file in SHOP:
        expect(main.get_by_role("link", name=file.path, exact=True)).to_be_visible()
    expect(main).to_contain_text("Sealing cannot be undone.")
    assert pages.seal(page, 2) == Seal.objects.get().sha256


def amara_sees_that_it_is_read_and_by_nobody_whom(page: Page, submission: Submission) -> Polls:
    """Until the reviewers have ended; returns what the page asked, and goes on counting."""
    polls = Polls.of(page, f"/submissions/{submission.pk}/reviews/")
    page.get_by_role("link", name="See how the review goes").click()
    progress = page.locator("#progress")
    expect(progress).to_contain_text("Reviewers are reading your code")
    expect(progress).to_contain_text("The reviewers have read your code", timeout=20_000)
    for word in OF_MODELS:
        expect(page.get_by_role("main")).not_to_contain_text(word)
    return polls


def amara_cannot_reach_a_models_word(page: Page, submission: Submission) -> None:
    hidden = pages.answers(page, submission, "apparatus", "result", "adjudicate", "grade")
    assert hidden == {"apparatus": 403, "result": 403, "adjudicate": 403, "grade": 405}
    for path in ("", "reviews/", "code/shop.py", "code/prices.py", "receipt/"):
        text = page.request.get(f"/submissions/{submission.pk}/{path}").text()
        assert [word for word in (RACE.title, ROUNDING.title, "GPT 5.4", "bandit") if word in text] == []


def ruth_adjudicates_by_keyboard(page: Page, submission: Submission) -> None:
    """Everything is valid but the rounding, which is dismissed with a reason and a quoted line."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Review the shop", exact=True).click()
    expect(page.get_by_role("link", name="Next to grade n")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Amara Diallo")
    defects = Defect.objects.filter(snapshot__revision__submission=submission)
    titles = set(defects.values_list("title", flat=True))
    assert {INJECTION.title, RACE.title, SUCCESS_LIE.title, ROUNDING.title} <= titles
    for left in reversed(range(len(titles))):
        number, title = page.locator("#chosen-title").inner_text().split(". ", 1)
        if title == ROUNDING.title:
            dismiss_by_keyboard(page, number)
        else:
            page.keyboard.press("v")
            expect(page.locator("#notices")).to_contain_text(f"Defect {number} is valid.")
        assert defects.filter(standing="undecided").count() == left
        if left:
            page.keyboard.press("n")
            expect(page.locator("#chosen-title")).not_to_have_text(f"{number}. {title}")


def dismiss_by_keyboard(page: Page, number: str) -> None:
    page.keyboard.press("i")
    expect(page.get_by_label("Why it is a false alarm")).to_be_focused()
    page.keyboard.type("The shop sells in whole cents, so no cent is lost.")
    page.keyboard.press("Tab")
    expect(page.get_by_label("The line of code that shows it")).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("cents = Decimal(prices)")
    page.keyboard.press("Enter")
    expect(page.locator("#bench")).to_contain_text("Not dismissed yet")
    expect(page.get_by_label("Why it is a false alarm")).to_have_value(re.compile("whole cents"))
    assert Defect.objects.get(number=number).standing == "undecided"
    page.get_by_label("The line of code that shows it").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("return sum(prices) * (1 + tax)")
    page.keyboard.press("Enter")
    expect(page.locator("#notices")).to_contain_text(f"Defect {number} is invalid.")


def ruth_gives_points_and_releases(page: Page, submission: Submission) -> None:
    page.keyboard.press("g")
    grade = page.get_by_role("region", name="Grade")
    suggested = float(grade.locator("tfoot tr", has_text="Suggested").locator("td").last.inner_text())
    assert 0 < suggested < 18
    grade.get_by_role("spinbutton", name="Adjustment").fill("2")
    grade.get_by_label("Feedback").fill("You saw **what nobody else saw**. Look for races next time.")
    grade.get_by_role("button", name="Save points and feedback").click()
    expect(grade).to_contain_text("Say why you adjust the points")
    expect(grade.get_by_label("Feedback")).to_have_value(re.compile("races next time"))
    grade.get_by_label("Reason for the adjustment").fill("Nobody else saw that buy never refuses.")
    grade.get_by_role("button", name="Save points and feedback").click()
    expect(grade.locator("tfoot tr", has_text="Points given")).to_contain_text(f"{suggested + 2:.1f}")
    grade.get_by_role("button", name="Release").click()
    expect(page.get_by_role("region", name="Grade")).to_contain_text("released")
    submission.refresh_from_db()
    assert submission.grade.released_at
    assert float(submission.grade.points or 0) == pytest.approx(suggested + 2)


def amara_reads_what_was_missed(page: Page) -> None:
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Review the shop", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Your grade is out")
    page.get_by_role("main").get_by_role("link", name="See your grade").click()
    own = page.get_by_role("region", name="Your notes")
    missed = page.get_by_role("region", name="What was missed")
    for claim in (INJECTION, SUCCESS_LIE):
        expect(own).to_contain_text(claim.title)
        expect(missed).not_to_contain_text(claim.title)
    expect(missed).to_contain_text(RACE.title)
    expect(page.get_by_role("main")).to_contain_text(f"Nobody else saw {SUCCESS_LIE.title}")
    expect(page.get_by_role("region", name="Feedback")).to_contain_text("You saw what nobody else saw.")
    points = page.get_by_role("region", name="Where each point went")
    expect(points.locator("tfoot tr", has_text="Adjustment")).to_contain_text("buy never refuses")
    page.get_by_role("navigation", name="This submission").get_by_role("link", name="Who saw what").click()
    row = page.locator("tbody tr", has=page.get_by_text(RACE.title, exact=True))
    expect(row.locator('td[data-witness="S"] [data-saw]')).to_have_attribute("data-saw", "missed")
    expect(row.locator('td[data-witness="A"] [data-saw="missed"]')).to_have_count(2)
    row.locator('td[data-witness="X"]').get_by_role("link").click()
    said = page.locator("#claim")
    expect(said).to_contain_text(RACE.explanation)
    expect(said.locator(".line.lit code").first).to_contain_text("stock = db.execute")
    expect(said.locator(".recorded").first).to_have_text("recorded")
