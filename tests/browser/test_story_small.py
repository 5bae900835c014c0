"""Short stories through the real pages: what goes wrong, what is taken back, other ways of working."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from courses.domain import grading
from courses.domain.assignments import PlanLine
from courses.domain.queries.standing import standing_of
from courses.models import Assignment, Course, Submission
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, Finding, Note, Recording, Review, Seal
from tests.browser import pages
from tests.browser.conftest import Browse, Watch
from tests.stories import (
    INJECTION,
    RACE,
    assignment,
    handed_in,
    note_of,
    recorded_reviewer,
    recording,
    reviewed,
    sealed,
)

pytestmark = pytest.mark.django_db(transaction=True)

STRANGER = "gpt-5.4"
CROSS_MODEL = (PlanLine("cross_model"),)
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def recorded_review(course: Course, student: User, **fields: object) -> Submission:
    """Sealed and read by a stranger who saw the injection and the race; the student saw the injection."""
    recorded_reviewer(STRANGER)
    recording(STRANGER, "cross_model", [INJECTION, RACE])
    return reviewed(assignment(course, plan=CROSS_MODEL, **fields), student)


def to(name: str, *args: object) -> str:
    return reverse(f"courses:{name}", args=args)


# --- Handing in -------------------------------------------------------------------------------------
def test_a_refused_archive_says_why_and_the_prompt_survives(
    course: Course, amara: User, browse: Browse, watch: Watch
) -> None:
    watch.allow("status of 422")
    shop = assignment(course)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("../../evil.py", "print('out of the folder')\n")
        packed.writestr("good.py", "x = 1\n")
    page = browse(amara)
    page.goto(to("hand_in", shop.pk))
    page.get_by_label("An archive").check()
    field = page.get_by_label("Archive", exact=True)
    expect(field).to_be_visible()
    field.set_input_files({"name": "work.zip", "mimeType": "application/zip", "buffer": archive.getvalue()})
    page.get_by_label("Which model wrote the code?").select_option(label="Claude Opus 4.6")
    page.get_by_label("The prompt").fill("Write a shop, with tests.")
    page.get_by_role("button", name="Hand in and read").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Nothing was handed in, and what you typed is kept")
    expect(main).to_contain_text("../../evil.py")
    assert not Submission.objects.exists()

    page.get_by_label("Pasted text").check()
    expect(page.get_by_label("The prompt")).to_have_value("Write a shop, with tests.")
    page.get_by_label("Name, with folders").fill("evil.py")
    page.get_by_label("Text", exact=True).fill("print('in the folder')\n")
    page.get_by_role("button", name="Hand in and read").click()
    expect(page.locator("#path")).to_have_text("evil.py")
    expect(page.locator("#L1 code")).to_have_text("print('in the folder')")
    (file,) = Submission.objects.get().revisions.get().snapshot.source_files()
    assert (file.path, file.text) == ("evil.py", "print('in the folder')\n")


# --- Accounts ---------------------------------------------------------------------------------------
def test_outside_a_demo_nobody_signs_in_by_a_click(page: Page, ruth: User) -> None:
    page.goto("/accounts/login/")
    main = page.get_by_role("main")
    expect(main.get_by_role("button")).to_have_text(["Sign in"])
    expect(main).not_to_contain_text("demo")
    expect(page.locator(".demo-banner")).to_have_count(0)
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    form: dict[str, str | float | bool] = {"username": "ruth", "csrfmiddlewaretoken": token}
    assert page.request.post("/demo/sign-in/", form=form).status == 404
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_forgotten_password_is_set_anew_by_mail(page: Page, amara: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("link", name=re.compile("Forgot")).click()
    page.get_by_label("Email").fill(amara.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("sent|mail"))
    (message,) = mail.outbox
    assert message.to == [amara.email]
    (link,) = re.findall(r"https?://\S+", str(message.body))
    page.goto(link)
    page.get_by_label("New Password", exact=True).fill(pages.PASSWORD)
    page.get_by_label("New Password (again)").fill(pages.PASSWORD)
    page.get_by_role("main").get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("set")
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    page.goto("/accounts/login/")
    pages.sign_in(page, amara.email, pages.PASSWORD)
    expect(page.locator(".person-name")).to_have_text("Amara Diallo")


# --- Reviews ----------------------------------------------------------------------------------------
def test_ruth_cancels_a_slow_review_and_runs_it_again(
    course: Course, ruth: User, amara: User, browse: Browse, worker: None, settings: Settings
) -> None:
    settings.REVIEW_PROVIDER_OPTIONS = {"recorded": {"pace": 1}}
    recorded_reviewer(STRANGER)
    recording(STRANGER, "cross_model", [INJECTION, RACE], seconds=4)
    submission = sealed(assignment(course, plan=CROSS_MODEL), amara)
    page = browse(ruth)
    page.goto(to("reviews", submission.pk))
    panel = page.locator("#progress")
    expect(panel).to_contain_text("Reviewers are reading.")
    page.get_by_role("button", name="Cancel Cross-model review").click()
    expect(page.locator("#notices")).to_contain_text("The review is cancelled.")
    expect(panel.locator('.state[data-state="cancelled"]').first).to_be_visible()
    Recording.objects.update(seconds=0)
    page.get_by_role("button", name="Run again Cross-model review").click()
    expect(page.locator("#notices")).to_contain_text("The review runs again.")
    expect(panel).to_contain_text("All reviews have ended.", timeout=15_000)
    expect(panel).to_contain_text("run 2")
    expect(panel).to_contain_text("2 findings")
    page.get_by_role("link", name="See who saw what").click()
    row = page.locator("tbody tr", has=page.get_by_text(RACE.title, exact=True))
    expect(row.locator('td[data-witness="X"] [data-saw="seen"]')).to_have_count(1)
    current = Review.objects.get(snapshot__revision__submission=submission, current=True)
    assert (current.attempt, current.state) == (2, "complete")
    assert Finding.objects.filter(by_pass__review=current).count() == 2


# --- Who sees what, and when --------------------------------------------------------------------------
def test_a_student_reaches_nothing_of_models_before_it_is_time(
    course: Course, amara: User, ben: User, browse: Browse, watch: Watch
) -> None:
    watch.allow("status of 403")
    submission = recorded_review(course, amara, visibility=Assignment.Visibility.DUE)
    page = browse(amara)
    closed = pages.answers(page, submission, "apparatus", "result", "adjudicate")
    assert closed == {"apparatus": 403, "result": 403, "adjudicate": 403}
    page.goto(to("apparatus", submission.pk))
    expect(page.get_by_role("main")).not_to_contain_text(RACE.title)
    page.goto(to("submission", submission.pk))
    expect(page.get_by_role("main")).to_contain_text("after the due date")
    page.goto(to("file", submission.pk, "shop.py"))
    expect(page.locator(".claim h3")).to_have_text([INJECTION.title])

    now = timezone.now()
    Assignment.objects.update(due_at=now - timedelta(minutes=1))
    opened = pages.answers(page, submission, "apparatus", "result", "adjudicate")
    assert opened == {"apparatus": 200, "result": 403, "adjudicate": 403}
    page.reload()
    expect(page.locator(".claim h3", has_text=RACE.title)).to_be_visible()
    others = pages.answers(browse(ben), submission, "apparatus", "submission", "code", "receipt")
    assert set(others.values()) == {403}


def test_a_grade_that_is_taken_back_is_hidden_again(
    course: Course, ruth: User, amara: User, browse: Browse
) -> None:
    submission = recorded_review(course, amara)
    for defect in Defect.objects.all():
        decide(defect, Decision(Defect.Standing.VALID), ruth)
    suggestion = standing_of(submission).suggestion
    assert suggestion is not None
    grading.give(
        submission, suggestion, adjustment=Decimal(0), reason="", feedback="Look for races.", by=ruth
    )
    staff, student = browse(ruth), browse(amara)
    staff.goto(to("adjudicate", submission.pk))
    staff.get_by_role("button", name=re.compile("^Release")).click()
    student.goto(to("submission", submission.pk))
    expect(student.get_by_role("region", name="What was missed")).to_contain_text(RACE.title)
    expect(student.get_by_role("main")).to_contain_text("Look for races.")

    staff.get_by_role("button", name="Take the grade back").click()
    expect(staff.get_by_role("region", name="Grade")).to_contain_text("not released")
    assert pages.answers(student, submission, "result", "apparatus") == {"result": 403, "apparatus": 403}
    student.goto(to("submission", submission.pk))
    expect(student.get_by_role("main")).to_contain_text("It is not out yet.")
    for secret in (RACE.title, "Look for races.", "points"):
        expect(student.get_by_role("main")).not_to_contain_text(secret)


# --- Sealing ----------------------------------------------------------------------------------------
def test_two_tabs_seal_once(course: Course, amara: User, browse: Browse) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    first = browse(amara)
    second = first.context.new_page()
    for tab in (first, second):
        tab.goto(to("seal", submission.pk))
    assert pages.seal(first, 1) == pages.seal(second, 1) == Seal.objects.get().sha256
    assert Review.objects.count() == 1


def test_a_tab_that_shows_older_notes_seals_nothing(
    course: Course, amara: User, browse: Browse, watch: Watch
) -> None:
    watch.allow("status of 422")
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    stale = browse(amara)
    stale.goto(to("seal", submission.pk))
    other = stale.context.new_page()
    other.goto(to("file", submission.pk, "shop.py"))
    pages.note_on(other, RACE)
    stale.get_by_role("button", name="Seal 1 note").click()
    expect(stale.get_by_role("main")).to_contain_text("Nothing was sealed")
    expect(pages.card(stale, RACE)).to_be_visible()
    assert not Seal.objects.exists()
    pages.seal(stale, 2)
    assert Seal.objects.get().note_count == 2


# --- Other ways of working ------------------------------------------------------------------------------
def test_on_a_phone_by_touch(course: Course, amara: User, browse: Browse) -> None:
    shop = assignment(course, least_notes=2)
    page = browse(amara, **PHONE)
    page.goto(to("hand_in", shop.pk))
    page.get_by_label("Pasted text").tap()
    page.get_by_label("Name, with folders").fill("shop.py")
    page.get_by_label("Text", exact=True).fill("import os\n\n\ndef run(cmd):\n    os.system(cmd)\n")
    page.get_by_label("Which model wrote the code?").select_option(label="GPT 5.4")
    page.get_by_label("The prompt").fill("Run a command.")
    page.get_by_role("button", name="Hand in and read").tap()
    expect(page.locator("#path")).to_have_text("shop.py")
    page.locator("#L5 .n").tap()
    form = page.locator("[data-note-form]")
    form.get_by_label("Title").fill("Command injection")
    form.get_by_label("from line").fill("4")
    assert pages.overflow(page) <= 0
    form.get_by_role("button", name="Save the note").tap()
    expect(page.locator(".claim h3")).to_have_text("Command injection")
    assert Note.objects.get().where == "shop.py:4-5"
    page.get_by_role("link", name="Look over and seal").tap()
    page.get_by_label("I found nothing more than these.").tap()
    page.get_by_role("button", name="Seal 1 note").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Receipt")
    assert pages.overflow(page) <= 0
    assert Seal.objects.get().found_nothing


def test_without_javascript_from_the_note_to_the_release(
    course: Course, ruth: User, amara: User, browse: Browse, worker: None, watch: Watch
) -> None:
    watch.allow("status of 422")
    recorded_reviewer(STRANGER)
    recording(STRANGER, "cross_model", [INJECTION, RACE])
    submission = handed_in(assignment(course, plan=CROSS_MODEL), amara)
    student = browse(amara, java_script_enabled=False)
    student.goto(to("file", submission.pk, "shop.py"))
    student.get_by_label("Note on lines").fill("7")
    student.get_by_role("button", name="Write a note").click()
    pages.fill_note(student.locator("[data-note-form]"), INJECTION)
    student.get_by_role("button", name="Save the note").click()
    expect(pages.card(student, INJECTION)).to_be_visible()
    assert note_of(submission, INJECTION.title).where == "shop.py:7"
    student.get_by_role("link", name="Look over and seal").click()
    pages.seal(student, 1)
    student.get_by_role("link", name="See how the review goes").click()
    look_until(student, "The reviewers have read your code")

    staff = browse(ruth, java_script_enabled=False)
    staff.goto(to("adjudicate", submission.pk))
    staff.get_by_role("button", name="Valid v", exact=True).click()
    expect(staff.locator("#notices")).to_contain_text("is valid.")
    staff.get_by_role("link", name="Next undecided").click()
    staff.get_by_label("Why it is a false alarm").fill("One process serves the shop.")
    staff.get_by_label("The line of code that shows it").fill("nowhere()")
    staff.get_by_role("button", name="Dismiss as invalid").click()
    expect(staff.get_by_role("main")).to_contain_text("Not dismissed yet")
    expect(staff.get_by_label("Why it is a false alarm")).to_have_value("One process serves the shop.")
    staff.get_by_label("The line of code that shows it").fill("if stock >= wanted:")
    staff.get_by_role("button", name="Dismiss as invalid").click()
    expect(staff.locator("#notices")).to_contain_text("is invalid.")
    standings = dict(Defect.objects.values_list("title", "standing"))
    assert standings == {INJECTION.title: "valid", RACE.title: "invalid"}
    staff.get_by_label("Feedback").fill("Well seen.")
    staff.get_by_role("button", name="Save points and feedback").click()
    staff.get_by_role("button", name=re.compile("^Release")).click()

    student.goto(to("submission", submission.pk))
    expect(student.get_by_role("heading", level=1)).to_have_text("100 of 100 points")
    expect(student.get_by_role("main")).to_contain_text("Well seen.")
    student.get_by_role("link", name="Who saw what", exact=True).first.click()
    row = student.locator("tbody tr", has=student.get_by_text(RACE.title, exact=True))
    row.locator('td[data-witness="X"]').get_by_role("link").click()
    expect(student.locator(".claim h3", has_text=RACE.title)).to_be_visible()


def look_until(page: Page, text: str) -> None:
    """Press “Look again” until the page says so, as one does without a script."""
    for _ in range(40):
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(250)
        page.get_by_role("link", name="Look again").click()
    raise AssertionError(f"The page never said: {text}")
