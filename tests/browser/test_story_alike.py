"""Ruth accepts a suggested dismissal by one key, and takes it over for Ben and not for Chiara."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.models import Defect
from tests.alike import BENS, CHIARAS, DECIMALS, LINE
from tests.browser import pages
from tests.panels import panelists, review_of, talk
from tests.stories import INJECTION, ROUNDING, assignment, sealed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def amaras(course: Course, amara: User, ben: User, chiara: User) -> Submission:
    """A panel found money in floats in Amara's shop and refuted it; Ben and Chiara fear it, too."""
    task = assignment(course, plan=[PlanLine("consensus", reviewers=panelists())])
    submission = sealed(task, amara, claims=(INJECTION,))
    talk(review_of(submission, "consensus"))
    sealed(task, ben, claims=(BENS,))
    sealed(task, chiara, files=DECIMALS, claims=(CHIARAS,))
    return submission


def test_a_suggested_dismissal_is_accepted_and_travels(
    amaras: Submission,
    ruth: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    axe: Callable[[Page], None],
) -> None:
    source = Defect.objects.get(findings__title=ROUNDING.title)
    page = pages.signed_in(new_context(), ruth, live_server.url)
    page.goto(f"/submissions/{amaras.pk}/defects/{source.number}/")
    ruth_reads_what_is_suggested_and_accepts_it(page, axe)
    source.refresh_from_db()
    assert (source.standing, source.reason, source.evidence) == ("invalid", "Prices are whole cents.", LINE)

    page.get_by_role("link", name="Look and take the verdict over").click()
    ruth_takes_it_over_for_ben(page, axe)
    bens, chiaras = (Defect.objects.get(notes__title=claim.title) for claim in (BENS, CHIARAS))
    assert (bens.standing, bens.decided_by, bens.decided_like) == ("invalid", ruth, source)
    assert chiaras.standing == "undecided"

    page.get_by_role("link", name="Decide anew for Ben Carter").click()
    expect(page.locator("#bench")).to_contain_text(f"from defect {source.number} of Amara Diallo")
    page.keyboard.press("v")
    expect(page.locator("#notices")).to_contain_text("is valid.")
    bens.refresh_from_db()
    assert (bens.standing, bens.decided_like) == ("valid", None)


def ruth_reads_what_is_suggested_and_accepts_it(page: Page, axe: Callable[[Page], None]) -> None:
    bench = page.locator("#bench")
    expect(bench.get_by_text("Suggested: invalid, on weak evidence")).to_be_visible()
    expect(bench.get_by_text("A panel dismissed it.")).to_be_visible()
    expect(page.get_by_label("Why it is a false alarm")).to_have_value("Prices are whole cents.")
    axe(page)
    page.keyboard.press("a")
    expect(page.locator("#notices")).to_contain_text("is invalid.")
    expect(bench).to_contain_text("The same defect seems to be in 2 other submissions.")
    axe(page)


def ruth_takes_it_over_for_ben(page: Page, axe: Callable[[Page], None]) -> None:
    ben, chiara = page.get_by_role("row", name="Ben Carter"), page.get_by_role("row", name="Chiara Russo")
    expect(ben.get_by_role("checkbox")).to_be_checked()
    expect(ben).to_contain_text(LINE)
    expect(chiara.get_by_role("checkbox")).to_be_disabled()
    expect(chiara).to_contain_text("The line that the dismissal quotes is not in this code.")
    axe(page)
    assert pages.overflow(page) == 0
    take_over = page.get_by_role("button", name="Take the verdict over")
    expect(take_over).to_have_text("Take the verdict over for 1 submission")
    ben.get_by_role("checkbox").uncheck()
    expect(take_over).to_be_disabled()
    ben.get_by_role("checkbox").check()
    take_over.click()
    expect(page.locator("#notices")).to_contain_text("The verdict was taken over for 1 submission.")
    expect(page.get_by_role("region", name="Where it was taken over")).to_contain_text("Ben Carter")
    axe(page)
