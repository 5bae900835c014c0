"""A live review, from the plan to what was found: the whole site, its own processes that review, real HTTP.

The models are played by a stand-in on loopback that answers when it is let. One is not there for this
key, two never answer: a person stops that, and has both run again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from config.celery import app
from courses.models import Assignment, Course, Submission
from reviews.models import Reviewer
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.browser.kiosk import NOTES, PROMPT, SECRET, Doors, hand_in_with_notes
from tests.browser.pages import section
from tests.browser.room_pages import PHONE
from tests.servers.models import StandIn
from tests.servers.workers import SiteProcess, WorkerProcess, wait_until
from tests.stories import INJECTION, RACE, assignment, model_reviewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services, pytest.mark.slow]

OPUS, HAIKU, GPT, SOL = "Claude Opus 4.6", "Claude Haiku 5.5", "GPT 5.4", "GPT 6.2 Sol"
PATIENCE = 60_000
"""Milliseconds in which a step, or a panel of three rounds, ends on a machine that has much else to do."""

Check = Callable[[Page], None]


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """Every step is another process's, so none is held to the five seconds of a page that is there."""
    expect.set_options(timeout=PATIENCE)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def doors(stand_in: StandIn, transactional_db: None) -> Iterator[Doors]:
    """All doors are shut; an administrator switched on four reviewers, whom nobody has asked yet."""
    Reviewer.objects.filter(name__in=(OPUS, GPT)).update(active=True)
    model_reviewer("claude-haiku-5-5", name=HAIKU)
    model_reviewer("gpt-6.2-sol", name=SOL)
    shut = Doors()
    stand_in.answers = shut
    yield shut
    shut.open()


@pytest.fixture
def site(doors: Doors, tmp_path: Path) -> Iterator[SiteProcess]:
    """The site as people start it; where the broker is a program of its own, with workers beside it."""
    app.control.purge()
    workers = WorkerProcess(tmp_path)
    if not settings.EMBEDDED_BROKER:
        workers.start()
    try:
        with SiteProcess(tmp_path) as process:
            yield process
    finally:
        workers.stop()


@pytest.fixture
def task(course: Course) -> Assignment:
    """A published assignment with linters alone; students see findings as they come in."""
    return assignment(
        course, title="Review the kiosk", visibility=Assignment.Visibility.SEALED, least_notes=2
    )


@pytest.fixture
def reads_well(axe: Check) -> Check:
    """`reads_well(page)` asserts that nothing hangs over and that axe finds nothing."""

    def check(page: Page) -> None:
        assert pages.overflow(page) == 0, page.url
        axe(page)

    return check


def test_a_plan_runs_live_on_real_processes_and_what_could_not_be_reviewed_is_asked_again(
    task: Assignment,
    ruth: User,
    amara: User,
    stand_in: StandIn,
    doors: Doors,
    site: SiteProcess,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
    reads_well: Check,
) -> None:
    watch.allow("htmx:(afterRequest|sendAbort)")  # Who goes on to another page leaves a poll behind.
    desk = new_context(base_url=site.url)
    hand = new_context(base_url=site.url, color_scheme="dark", **PHONE)
    for context in (desk, hand):
        context.set_default_timeout(PATIENCE)
    teacher, phone = pages.signed_in(desk, ruth, site.url), pages.signed_in(hand, amara, site.url)

    ruth_composes_a_plan(teacher, task)
    assert stand_in.asked == [], "a plan and its estimate ask nobody"
    amara_hands_in_and_seals(phone)
    submission = Submission.objects.get()

    # Amara's page stays as it is, and tells all that follows by itself.
    amara_sees_them_at_work(phone, reads_well)
    doors.author.set()
    her_own_models_family_has_read_it(phone)
    doors.stranger.set()
    the_stranger_could_not_review(phone, reads_well)
    which_is_not_said_to_have_found_nothing(phone, submission, reads_well)

    doors.unknown = False
    teacher.goto(reverse("courses:reviews", args=[submission.pk]))
    ruth_has_the_stranger_asked_again(teacher)
    the_second_run_answers(phone)
    doors.panel.set()
    ruth_stops_a_panel_that_hangs(teacher, stand_in)
    everybody_has_ended(phone, reads_well)

    doors.stuck = False
    ruth_has_the_panel_meet_again(teacher, reads_well)
    ruth_reads_what_left_and_what_it_cost(teacher, stand_in, reads_well)
    ruth_sees_the_defects(teacher)
    amara_sees_who_saw_what(phone, submission, reads_well)


# --- Before anybody is asked --------------------------------------------------------------------------
def ruth_composes_a_plan(page: Page, task: Assignment) -> None:
    """She sees how many calls it takes and what it may cost, changes it, and saves."""
    page.goto(task.get_absolute_url())
    page.get_by_role("main").get_by_role("link", name="Edit", exact=True).click()
    costs = page.locator("#costs")
    expect(costs).to_contain_text("No model is asked, so it costs nothing.")
    pages.plan(page, "Linters", on=False)
    pages.plan(page, "Self-review", on=True, passes=2)
    asks(page, "Self-review", HAIKU)
    expect(costs).to_contain_text("One submission takes 2 calls, for about ")
    asks(page, "Cross-model review", SOL)
    expect(costs).to_contain_text("One submission takes 3 calls")
    asks(page, "Consensus", OPUS, GPT)
    expect(costs).to_contain_text(
        re.compile(r"One submission takes 7 to 15 calls, for about \$\d\.\d+ to \$\d\.\d+\.")
    )
    page.get_by_role("button", name="Save the changes").click()
    expect(page.locator("#notices")).to_contain_text("saved")


def asks(page: Page, protocol: str, *reviewers: str) -> None:
    """Switch a line of the plan on, with these reviewers and no other."""
    pages.plan(page, protocol, on=True)
    line = page.locator("#plan li").filter(has_text=protocol)
    if not line.get_by_role("group", name="Reviewers").is_visible():
        line.locator("summary").click()
    for reviewer in reviewers:
        line.get_by_role("checkbox", name=reviewer, exact=True).check()


def amara_hands_in_and_seals(page: Page) -> None:
    """On her phone, in the dark."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Review the kiosk", exact=True).click()
    plan = page.get_by_role("region", name="Who reviews after you")
    for name in (OPUS, SOL, HAIKU, GPT):
        expect(plan).to_contain_text(name)
    page.get_by_role("main").get_by_role("link", name="Hand in").click()
    hand_in_with_notes(page, HAIKU, touch=True)
    pages.seal(page, len(NOTES))


# --- Live, on a page that nobody touches --------------------------------------------------------------
def is_in(page: Page, name: str, state: str, *passes: str) -> None:
    """Wait until a review, and each of its passes, is said to be in a state."""
    expect(section(page, name).locator(".state")).to_have_text([state, *passes])


def is_still_the_same_page(page: Page) -> None:
    assert page.evaluate("window.stayed"), "the page was loaded anew"


def amara_sees_them_at_work(page: Page, reads_well: Check) -> None:
    """Nobody has answered, so nobody is said to have found anything."""
    page.get_by_role("link", name="See how the review goes").click()
    page.evaluate("window.stayed = true")
    expect(page.locator("#progress")).to_contain_text("Reviewers are reading. 0 of 6 passes have answered.")
    is_in(page, "Self-review", "running", "running")
    is_in(page, "Cross-model review", "running", "running")
    is_in(page, "Consensus", "running", *4 * ["running"])
    expect(section(page, "Consensus")).to_contain_text("reads callers and consumers")
    expect(page.locator("#progress")).not_to_contain_text("finding")
    reads_well(page)


def her_own_models_family_has_read_it(page: Page) -> None:
    is_in(page, "Self-review", "complete", "answered", "answered")
    told = section(page, "Self-review").get_by_role("listitem")
    expect(told.first).to_contain_text("2 findings")
    expect(told.last).to_contain_text("0 findings")
    expect(page.locator("#progress")).to_contain_text("2 of 7 passes have answered.")
    is_still_the_same_page(page)


def the_stranger_could_not_review(page: Page, reads_well: Check) -> None:
    """She reads which one, and why."""
    is_in(page, "Cross-model review", "incomplete", "could not review")
    stranger = section(page, "Cross-model review")
    expect(stranger.get_by_role("listitem")).to_contain_text(SOL)
    expect(stranger).to_contain_text("No such model: OpenAI has no model “gpt-6.2-sol” (any more)")
    expect(stranger).to_contain_text(
        "1 of 1 could not review. Silence here does not mean that nothing is wrong."
    )
    expect(stranger).not_to_contain_text("0 findings")
    expect(page.locator("#progress")).to_contain_text("2 of 7 passes have answered; 1 could not review.")
    is_still_the_same_page(page)
    reads_well(page)


def which_is_not_said_to_have_found_nothing(page: Page, submission: Submission, reads_well: Check) -> None:
    """In another tab: of what her note says, the author's model saw it, and the stranger did not miss it."""
    tab = page.context.new_page()
    tab.goto(reverse("courses:apparatus", args=[submission.pk]))
    expect(tab.get_by_role("main")).to_contain_text("Reviewers are still reading")
    saw(tab, INJECTION.title, S="seen", A1="seen", A2="missed", X1="failed")
    witnesses = tab.get_by_role("region", name="The witnesses").get_by_role("listitem")
    expect(witnesses.filter(has_text=SOL)).to_contain_text("Could not review: OpenAI has no model")
    expect(witnesses.filter(has_text="Consensus")).to_contain_text("no answer yet")
    reads_well(tab)
    tab.close()


def saw(page: Page, title: str, **marks: str) -> None:
    """What the table says of each witness, by its siglum, for the defect of that title."""
    table = page.get_by_role("region", name="Who saw what")
    heads = table.locator("thead .siglum [aria-hidden]").all_inner_texts()
    cells = table.get_by_role("row").filter(has_text=title).locator("td")
    for siglum, mark in marks.items():
        cell = cells.nth(heads.index(siglum))
        expect(cell.locator("[data-saw]")).to_have_attribute("data-saw", mark)


# --- Steered ------------------------------------------------------------------------------------------
def ruth_has_the_stranger_asked_again(page: Page) -> None:
    is_in(page, "Cross-model review", "incomplete", "could not review")
    section(page, "Cross-model review").get_by_role("button", name="Run again").click()
    expect(page.locator("#notices")).to_contain_text("What the earlier run said no longer counts.")
    the_second_run_answers(page)


def the_second_run_answers(page: Page) -> None:
    is_in(page, "Cross-model review", "complete", "answered")
    stranger = section(page, "Cross-model review")
    expect(stranger).to_contain_text("run 2")
    expect(stranger.get_by_role("listitem")).to_contain_text("2 findings")
    expect(stranger).not_to_contain_text("could not review")


def ruth_stops_a_panel_that_hangs(page: Page, stand_in: StandIn) -> None:
    """Half of it has answered, half never will; the calls that go on are hung up."""
    panel = section(page, "Consensus")
    expect(panel.get_by_role("listitem").filter(has_text="answered")).to_have_count(2)
    expect(panel.get_by_role("listitem").filter(has_text="running")).to_have_count(2)
    panel.get_by_role("button", name="Cancel").click()
    expect(page.locator("#notices")).to_contain_text("What its reviewers had said before is kept.")
    expect(page.locator("#notices")).to_contain_text("Already paid: $0.")
    expect(panel.locator(".state").first).to_have_text("cancelled")
    expect(panel).to_contain_text("Cancelled by Ruth Ellison.")

    def nobody_waits() -> bool:
        """The calls that were under way are hung up."""
        return all(seen.hung_up for seen in stand_in.asked if seen.model == "gpt-5.4")

    wait_until(nobody_waits)
    expect(panel).to_contain_text("2 calls unanswered, perhaps billed: $0.")


def everybody_has_ended(page: Page, reads_well: Check) -> None:
    """Amara's page says so, still without having been loaded anew."""
    told = page.locator("#progress")
    expect(told).to_contain_text("All reviews have ended. 5 of 7 passes have answered.")
    expect(section(page, "Consensus").locator(".state").first).to_have_text("cancelled")
    is_still_the_same_page(page)
    reads_well(page)


def ruth_has_the_panel_meet_again(page: Page, reads_well: Check) -> None:
    section(page, "Consensus").get_by_role("button", name="Run again").click()
    expect(page.locator("#progress")).to_contain_text("All reviews have ended.")
    panel = section(page, "Consensus")
    expect(panel.locator(".state").first).to_have_text("complete")
    expect(panel).to_contain_text("run 2")
    expect(panel.get_by_role("listitem").filter(has_text="answered")).to_have_count(12)
    took = page.get_by_role("region", name="Table of what the reviews took").get_by_role("row")
    expect(took.filter(has_text="Earlier runs, run again since")).to_be_visible()
    reads_well(page)


# --- What there is to read ----------------------------------------------------------------------------
def ruth_reads_what_left_and_what_it_cost(page: Page, stand_in: StandIn, reads_well: Check) -> None:
    """Every call is there, the one that failed and the two that were stopped too; of one, the very words."""
    page.get_by_role("navigation", name="This submission").get_by_role("link", name="Ledger").click()
    rows = page.get_by_role("region", name="Calls").locator("tbody tr")
    expect(rows).to_have_count(len(stand_in.asked))
    failed = rows.filter(has_text="no such model")
    expect(failed).to_contain_text(SOL)
    answered = rows.filter(has_text="run 2").filter(has_text=SOL)
    expect(answered.locator('[data-label="Cost"]')).to_contain_text(re.compile(r"\$0\.\d+"))
    answered.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What left, and what came back")
    shown = [page.locator(f'pre[aria-labelledby="{name}"]') for name in ("system", "material", "task")]
    prompt = "".join(text.text_content() or "" for text in shown)
    assert "# Written by Person 1, " in prompt
    stays = [
        "Amara",
        "Diallo",
        SECRET,
        PROMPT,
        *(text for note in NOTES for text in (note.title, note.explanation)),
    ]
    assert [text for text in stays if text in prompt] == []
    reply = page.locator('pre[aria-labelledby="reply"]')
    expect(reply).to_contain_text(RACE.title)
    reads_well(page)


def ruth_sees_the_defects(page: Page) -> None:
    """The race: a stranger and the panel saw it, the author's model twice did not; then its lines of code."""
    page.get_by_role("navigation", name="This submission").get_by_role("link", name="Who saw what").click()
    saw(page, RACE.title, S="missed", A1="missed", A2="missed", X1="seen", C="seen")
    page.get_by_role("link", name=RACE.title).click()
    expect(page.locator("#chosen-title")).to_contain_text(RACE.title)
    expect(page.get_by_role("main")).to_contain_text(RACE.explanation)
    expect(page.get_by_role("main")).to_contain_text(RACE.quote.strip())


def amara_sees_who_saw_what(page: Page, submission: Submission, reads_well: Check) -> None:
    page.get_by_role("navigation", name="This submission").get_by_role("link", name="Who saw what").click()
    expect(page.get_by_role("main")).not_to_contain_text("still reading")
    saw(page, RACE.title, S="missed", A1="missed", A2="missed", X1="seen", C="seen")
    saw(page, INJECTION.title, S="seen", A1="seen", X1="missed")
    reads_well(page)
