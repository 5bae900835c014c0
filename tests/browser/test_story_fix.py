"""After the grade: a fix is proposed and reviewed, and a tool from elsewhere is heard."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect

from courses.domain import grading, keys
from courses.domain.assignments import PlanLine
from courses.domain.queries.standing import standing_of
from courses.models import Course, Submission
from reviews.gap.standing import Decision, decide
from reviews.models import Connection, Defect
from tests.browser.conftest import Browse, ReadsWell
from tests.browser.kiosk import (
    CLAUDE,
    COURSES_KEY,
    KIOSK,
    NOTES,
    PLEA,
    SARIF,
    SECRET,
    TO_THE_END,
    Vendors,
)
from tests.browser.pages import section
from tests.servers.models import StandIn
from tests.stories import INJECTION, assignment, sealed

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_fix_is_proposed_and_reviewed_and_a_tool_from_elsewhere_is_heard(
    course: Course,
    ruth: User,
    amara: User,
    stand_in: StandIn,
    vendors: Vendors,
    browse: Browse,
    reads_well: ReadsWell,
) -> None:
    vendors.busy = 0
    vendors.watches.set()
    keys.bring(course, Connection.objects.get(name="anthropic", scope=""), COURSES_KEY)
    task = assignment(course, title="Review the kiosk", plan=[PlanLine("self_review", 2)])
    submission = sealed(task, amara, KIOSK, NOTES)
    teacher, student = browse(ruth), browse(amara)
    teacher.goto(reverse("courses:reviews", args=[submission.pk]))
    expect(teacher.locator("#progress")).to_contain_text("All reviews have ended.", timeout=TO_THE_END)
    the_grade_is_released(submission, ruth)
    before = len(stand_in.asked)

    amara_asks_for_a_fix(student, submission)
    amara_reads_the_fix(student, reads_well)
    patching, reading = stand_in.asked[before:]
    assert (patching.model, reading.model) == ("gpt-5.4", "claude-opus-4-6")
    stays = [SECRET, "Amara", "Diallo", *(note.title for note in NOTES)]
    assert [text for text in stays if text in f"{patching.body}{reading.body}"] == []

    ruth_attaches_what_semgrep_found(teacher, submission, reads_well)


def the_grade_is_released(submission: Submission, by: User) -> None:
    """All that was found is valid, and the points are given and out."""
    for defect in Defect.objects.filter(snapshot__revision__submission=submission):
        decide(defect, Decision(Defect.Standing.VALID), by)
    suggestion = standing_of(submission).suggestion
    assert suggestion is not None
    grading.give(submission, suggestion, adjustment=Decimal(0), reason="", feedback="Well seen.", by=by)
    grading.release([submission])


def amara_asks_for_a_fix(page: Page, submission: Submission) -> None:
    """She learns that the code spoke to its reviewers; what was kept in the house is the staff's."""
    page.goto(reverse("courses:result", args=[submission.pk]))
    spoken = page.get_by_role("region", name="This code speaks to its reviewers")
    expect(spoken).to_contain_text(PLEA)
    expect(page.get_by_role("main")).not_to_contain_text("Kept in the house")
    tabs = page.get_by_role("navigation", name="This submission")
    tabs.get_by_role("link", name="Ledger").click()
    expect(page.get_by_role("region", name="Calls").locator("tbody tr")).to_have_count(2)
    tabs.get_by_role("link", name="Result").click()
    defect = page.get_by_role("region", name="Fixes").get_by_role("listitem").filter(has_text=INJECTION.title)
    defect.get_by_role("button", name="Propose a fix").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rescue of defect")


def amara_reads_the_fix(page: Page, reads_well: ReadsWell) -> None:
    name = page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("link", name="All reviews").click()
    expect(section(page, name).locator(".state").first).to_have_text("complete", timeout=TO_THE_END)
    section(page, name).get_by_role("link", name=name).click()
    patch = page.locator("section", has=page.get_by_role("heading", name="The proposed patch"))
    expect(patch).to_contain_text("It applies cleanly to the code as it was handed in.")
    expect(patch).to_contain_text("Its reviewer approves it. Nothing of it was run")
    expect(patch.locator("pre .gd")).to_contain_text(INJECTION.quote.strip())
    expect(patch.locator("pre .gi")).to_contain_text("'SELECT * FROM items WHERE name = ?', (name,)")
    expect(page.get_by_role("article").filter(has_text=CLAUDE)).to_contain_text("approves")
    reads_well(page)


def ruth_attaches_what_semgrep_found(page: Page, submission: Submission, reads_well: ReadsWell) -> None:
    page.goto(reverse("courses:reviews", args=[submission.pk]))
    page.get_by_role("link", name="Import findings").click()
    file: FilePayload = {"name": "s.sarif", "mimeType": "application/json", "buffer": SARIF.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Attach the findings").click()
    expect(page.locator("#notices")).to_contain_text("1 finding of Semgrep OSS attached.")
    expect(section(page, "Imported findings")).to_contain_text("Semgrep OSS")
    reads_well(page)

    page.get_by_role("link", name="See who saw what").click()
    rows = page.get_by_role("region", name="Who saw what").get_by_role("row")
    injection = rows.filter(has_text=INJECTION.title)
    injection.locator('td[data-witness="I"] [data-saw="seen"]').click()
    expect(page.locator("#claim")).to_contain_text("A query is formatted from a variable that callers set.")
    expect(page.locator("#claim .line.lit code").first).to_contain_text("return db.execute(f")
