"""Tomas asks, Amara allows it, he makes a walkthrough of her work; she withdraws, and it is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission, Walkthrough
from reviews.models import Blob, Defect
from reviews.snapshots.files import SourceFile
from tests.browser import pages
from tests.browser.conftest import Watch
from tests.stories import INJECTION, RACE, SHOP, assignment, recorded_reviewer, recording, reviewed

pytestmark = pytest.mark.django_db(transaction=True)

CODE = (SourceFile("shop.py", "# Author: Amara Diallo\n" + SHOP[0].text.partition("\n")[2]), SHOP[1])
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


@pytest.fixture
def shop(course: Course, ruth: User, tomas: User, amara: User) -> Submission:
    """Amara's shop, with her name in it, is reviewed; the injection is valid."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE], files=CODE)
    submission = reviewed(assignment(course, plan=[PlanLine("cross_model")]), amara, files=CODE)
    Defect.objects.filter(snapshot__revision__submission=submission).update(standing=Defect.Standing.VALID)
    return submission


def test_work_is_shown_while_its_student_allows_it(
    shop: Submission,
    tomas: User,
    amara: User,
    live_server: LiveServer,
    new_context: Callable[..., BrowserContext],
    watch: Watch,
    axe: Callable[[Page], None],
) -> None:
    watch.allow("status of 404")  # The walkthrough that is gone.
    teacher = pages.signed_in(new_context(), tomas, live_server.url)
    student = pages.signed_in(new_context(**PHONE), amara, live_server.url)

    teacher.goto(reverse("courses:adjudicate", args=[shop.pk]))
    teacher.get_by_role("button", name="Ask to show it to a class").click()
    expect(teacher.get_by_role("region", name="Amara's consent")).to_contain_text("There is no answer yet.")

    student.goto("/")
    student.get_by_role("link", name="May your class see this work").click()
    expect(student.get_by_role("main")).to_contain_text("Tomas Novak asks to show it to a class")
    expect(student.get_by_role("main")).to_contain_text("A file that has left Blindspot is out of our hands")
    axe(student)
    student.get_by_role("button", name="Allow it", exact=True).tap()
    expect(student.locator("#notices")).to_contain_text("You can withdraw that here at any time.")

    teacher.goto(reverse("courses:adjudicate", args=[shop.pk]))
    teacher.get_by_role("button", name="Make a walkthrough").click()
    replaced = teacher.get_by_role("region", name="What is replaced").first
    expect(replaced.get_by_role("row", name="Amara Diallo")).to_contain_text("the author")
    axe(teacher)
    teacher.get_by_role("region", name="Made from it").get_by_role("link").click()
    expect(teacher.get_by_role("heading", level=1)).to_contain_text("Review the shop, one submission")
    expect(teacher.get_by_role("main")).not_to_contain_text("Amara")
    address = teacher.url
    walkthrough = Walkthrough.objects.get()
    shown = walkthrough.codes.get().snapshot.files.get(path="shop.py").blob_id

    student.reload()
    expect(student.get_by_role("main")).to_contain_text("1 walkthrough made from your work is removed")
    student.get_by_role("button", name="Withdraw my consent").tap()
    expect(student.locator("#notices")).to_contain_text("Removed: 1 walkthrough.")

    answer = teacher.goto(address)
    assert answer is not None
    assert answer.status == 404
    assert not Blob.objects.filter(pk=shown).exists()
