"""Tomas asks Amara whether a class may see her work; she reads what that means, and answers."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.domain import consents, from_submission, sittings, walkthroughs
from courses.domain.assignments import PlanLine
from courses.models import Consent, Course, Submission, Walkthrough
from reviews.gap.standing import Decision, decide
from reviews.models import Defect
from reviews.snapshots.files import SourceFile
from tests.people import client_of
from tests.rooms import answered, seats_in, shown
from tests.stories import INJECTION, RACE, SHOP, assignment, handed_in, recorded_reviewer, recording, reviewed

pytestmark = pytest.mark.django_db

CODE = (SourceFile("shop.py", "# Author: Amara Diallo\n" + SHOP[0].text.partition("\n")[2]), SHOP[1])


@pytest.fixture
def shop(course: Course, ruth: User, tomas: User, amara: User) -> Submission:
    """Amara saw the injection, the stranger injection and race; both are valid."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE], files=CODE)
    submission = reviewed(assignment(course, plan=[PlanLine("cross_model")]), amara, files=CODE)
    for defect in Defect.objects.filter(snapshot__revision__submission=submission):
        decide(defect, Decision(Defect.Standing.VALID), ruth)
    return submission


def at(name: str, thing: Submission | Course) -> str:
    return reverse(f"courses:{name}", args=[thing.pk])


def read(client: Client, address: str) -> str:
    return client.get(address, follow=True).content.decode()


def say(user: User, submission: Submission, word: str) -> str:
    """What the page says after this answer."""
    return client_of(user).post(at("consent", submission), {"word": word}, follow=True).content.decode()


def test_tomas_asks_with_one_click_on_the_workbench(shop: Submission, tomas: User) -> None:
    bench = read(client_of(tomas), at("adjudicate", shop))
    assert f'action="{at("consent", shop)}"' in bench
    assert "Ask to show it to a class" in bench
    page = say(tomas, shop, "ask")
    assert "Amara is asked" in page
    assert "Tomas Novak asked on" in page
    assert "There is no answer yet." in page
    assert "was asked before" in say(tomas, shop, "ask")
    assert "Consent: asked" in read(client_of(tomas), at("adjudicate", shop))


def test_amara_finds_the_question_wherever_she_looks_and_what_follows_from_each_answer(
    shop: Submission, tomas: User, amara: User, course: Course
) -> None:
    client, link = client_of(amara), f'href="{at("consent", shop)}"'
    for address in (at("submission", shop), reverse("courses:index"), at("course", course)):
        assert link not in read(client, address)
    consents.ask(shop, tomas)
    for address in (at("submission", shop), reverse("courses:index"), at("course", course)):
        assert link in read(client, address)
    page = read(client, at("consent", shop))
    assert "Tomas Novak asks to show it to a class, without your name." in page
    for consequence in (
        "Not your name, your points, or the feedback you got.",
        "It changes nothing about your grade.",
        "Of classes that saw it numbers stay",
        "A file that has left Blindspot is out of our hands",
    ):
        assert consequence in page


def test_amara_allows_it_and_withdraws(shop: Submission, tomas: User, amara: User) -> None:
    consents.ask(shop, tomas)
    assert "You can withdraw that here at any time." in say(amara, shop, "give")
    made = client_of(tomas).post(at("walkthrough_make", shop), follow=True).content.decode()
    assert "It is made." in made
    assert Walkthrough.objects.get().made_by == tomas
    assert "1 walkthrough made from your work is removed" in read(client_of(amara), at("consent", shop))
    assert "Removed: 1 walkthrough." in say(amara, shop, "refuse")
    assert not Walkthrough.objects.exists()
    page = read(client_of(tomas), at("walkthrough_make", shop))
    assert "Amara withdrew it on" in page
    assert "Make a walkthrough" not in page
    refused = client_of(tomas).post(at("walkthrough_make", shop), follow=True).content.decode()
    assert "consent is not on record, so no walkthrough was made" in refused


def test_a_no_is_not_asked_again(shop: Submission, tomas: User, amara: User) -> None:
    consents.ask(shop, tomas)
    assert "Nothing of this work is shown to a class." in say(amara, shop, "refuse")
    page = read(client_of(tomas), at("walkthrough_make", shop))
    assert "theirs alone to change" in page
    assert "Ask to show" not in page
    assert "Allow it after all" in read(client_of(amara), at("consent", shop))


def test_tomas_looks_at_what_was_replaced(shop: Submission, tomas: User) -> None:
    consents.ask(shop, tomas)
    assert "What is replaced" not in read(client_of(tomas), at("walkthrough_make", shop))
    consents.give(shop)
    page = read(client_of(tomas), at("walkthrough_make", shop))
    assert "<code>Amara Diallo</code>" in page
    assert "<code>the author</code>" in page
    assert "A file that you export is out of Blindspot" in page


def test_tomas_is_told_who_would_hear_the_reviewers_before_their_seal(
    shop: Submission, tomas: User, ben: User
) -> None:
    handed_in(shop.assignment, ben)
    assert "1 student of it has sealed no notes yet" in read(client_of(tomas), at("walkthrough_make", shop))


def test_an_answer_to_nothing_and_an_answer_that_is_none_change_nothing(
    shop: Submission, tomas: User, amara: User
) -> None:
    assert "Nobody has asked to show this work to a class. Nothing was changed." in say(amara, shop, "give")
    consents.ask(shop, tomas)
    assert "choose one of the answers" in say(amara, shop, "perhaps")
    assert Consent.objects.get().state == "asked"


def test_nobody_answers_for_another_and_no_student_asks(
    shop: Submission, tomas: User, ruth: User, amara: User, ben: User
) -> None:
    assert client_of(amara).post(at("consent", shop), {"word": "ask"}).status_code == 403
    assert not Consent.objects.exists()
    consents.ask(shop, tomas)
    for user in (tomas, ruth, ben):
        assert client_of(user).post(at("consent", shop), {"word": "give"}).status_code == 403
    assert Consent.objects.get().state == "asked"


def test_the_pages_of_a_sitting_that_keeps_numbers_only_still_open(
    shop: Submission, tomas: User, amara: User
) -> None:
    consents.ask(shop, tomas)
    consents.give(shop)
    sitting = shown(sittings.begin(from_submission.make(shop, tomas), tomas), "question")
    seats = seats_in(sitting, 3)
    seats[0].member = shop.student
    seats[0].save()
    for seat in seats:
        answered(seat, [("shop.py", 7, 7)], "question", confidence=90, severity="critical")
    consents.refuse(shop)
    page = read(client_of(tomas), reverse("courses:sitting", args=[sitting.pk]))
    assert "What is wrong here?" not in page
    assert "Question" in page
    assert "every word about it, are removed" in page
    assert "Defect 1" in page
    assert "3 of 3 saw at least one." in page
    assert "sqlite3" not in page
    own = read(client_of(amara), at("own_marks", shop.assignment.course))
    assert "sqlite3" not in own
    assert "nothing to compare with yet" in read(
        client_of(tomas), reverse("courses:sitting_compare", args=[sitting.pk])
    )
    sheet: Any = client_of(tomas).get(reverse("courses:sitting_csv", args=[sitting.pk]))
    rows = list(csv.DictReader(io.StringIO(b"".join(sheet.streaming_content).decode())))
    assert {(row["marked"], row["hit"], row["severity"]) for row in rows} == {("file 1:7", "d1", "critical")}
    assert len(rows) == 3


@pytest.mark.parametrize("copies", [0, 2])
def test_the_queries_of_the_page_do_not_grow_with_what_was_made(
    shop: Submission, tomas: User, copies: int
) -> None:
    consents.ask(shop, tomas)
    consents.give(shop)
    made = from_submission.make(shop, tomas)
    for _ in range(copies):
        walkthroughs.duplicate(made, tomas)
    client = client_of(tomas)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(at("walkthrough_make", shop))
    assert page.content.decode().count('class="title"') == 1 + copies
    assert len(queries) == 25
