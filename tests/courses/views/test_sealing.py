"""The seal: shown, asked for once, given once."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from courses.models import Course, Submission
from reviews.claims import Claim
from reviews.models import Note, Review, Seal
from tests.doors import meets_closed_door
from tests.people import client_of
from tests.stories import INJECTION, RACE, assignment, handed_in, sealed

pytestmark = pytest.mark.django_db


def seal_url(submission: Submission) -> str:
    return reverse("courses:seal", args=[submission.pk])


def receipt_url(submission: Submission) -> str:
    return reverse("courses:receipt", args=[submission.pk])


def test_what_will_be_sealed_is_shown(course: Course, amara: User) -> None:
    submission = handed_in(
        assignment(course),
        amara,
        claims=(INJECTION, RACE),
        prompt="Write me a <shop>.",
        test_evidence="== 4 passed in 0.1s ==",
    )
    text = client_of(amara).get(seal_url(submission)).content.decode()
    for part in (INJECTION.title, RACE.title, "Seal 2 notes", "Claude Opus 4.6", "Write me a &lt;shop&gt;."):
        assert part in text
    assert "All 4 tests passed" in text
    assert "The review begins: Linters" in text
    assert "found_nothing" not in text, "enough is written, so nothing has to be stated"
    for file in submission.revisions.get().snapshot.files.all():
        assert file.blob_id in text
    assert not Seal.objects.exists()


def test_two_tabs_seal_once(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    one, two = client_of(amara), client_of(amara)
    shown = re.search(r'name="shown" value="(\w+)"', one.get(seal_url(submission)).content.decode())
    assert shown
    first = one.post(seal_url(submission), {"shown": shown[1]})
    second = two.post(seal_url(submission), {"shown": shown[1]})
    assert first.headers["Location"] == second.headers["Location"] == receipt_url(submission)
    assert Seal.objects.count() == 1
    assert Review.objects.count() == 1
    assert one.get(seal_url(submission)).headers["Location"] == receipt_url(submission)


def test_what_changed_in_another_tab_is_shown_first(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    browser = client_of(amara)
    shown = re.search(r'name="shown" value="(\w+)"', browser.get(seal_url(submission)).content.decode())
    assert shown
    note = Note.objects.get()
    note.title = "Changed since"
    note.save()
    page = browser.post(seal_url(submission), {"shown": shown[1]})
    text = page.content.decode()
    assert page.status_code == 422
    assert "changed after this page was shown" in text
    assert "Changed since" in text
    assert not Seal.objects.exists()
    now_shown = re.search(r'name="shown" value="(\w+)"', text)
    assert now_shown
    browser.post(seal_url(submission), {"shown": now_shown[1]})
    assert Seal.objects.get().note_count == 1


def test_too_few_notes_need_a_statement(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course, least_notes=3), amara, claims=(INJECTION,))
    browser = client_of(amara)
    text = browser.get(seal_url(submission)).content.decode()
    assert "I found nothing more than these." in text
    assert "it is graded like a note" in text
    refused = browser.post(seal_url(submission))
    assert refused.status_code == 422
    assert "You have written 1 of at least 3 notes." in refused.content.decode()
    assert not Seal.objects.exists()
    receipt = browser.post(seal_url(submission), {"found_nothing": "on"}, follow=True)
    assert "with the statement that nothing more was found" in receipt.content.decode()
    assert Seal.objects.get().found_nothing


def test_an_unfinished_note_is_linked_and_holds_the_seal(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION, Claim(title="", explanation="half")))
    note = Note.objects.get(title="")
    text = client_of(amara).get(seal_url(submission)).content.decode()
    assert reverse("courses:note_edit", args=[submission.pk, note.pk]) in text
    refused = client_of(amara).post(seal_url(submission))
    assert refused.status_code == 422
    assert "1 of your notes have no title yet" in refused.content.decode()
    assert not Seal.objects.exists()


def test_after_the_due_date_nothing_is_sealed(course: Course, amara: User) -> None:
    to = assignment(course)
    submission = handed_in(to, amara, claims=(INJECTION,))
    to.due_at = timezone.now() - timedelta(minutes=1)
    to.save()
    page = client_of(amara).post(seal_url(submission))
    assert page.status_code == 403
    assert "The due date has passed" in page.content.decode()
    assert not Seal.objects.exists()


def test_the_receipt_can_be_checked_without_us(course: Course, amara: User, ruth: User) -> None:
    submission = sealed(assignment(course), amara, claims=(INJECTION,))
    seal = Seal.objects.get()
    for reader in (amara, ruth):
        text = client_of(reader).get(receipt_url(submission)).content.decode()
        assert f"manage.py verify_seal {seal.pk}" in text
        assert seal.sha256 in text
        assert f"<span>{seal.notes_sha256[:8]}</span>" in text
        assert "(Europe/Berlin)" in text.replace("</span>", "")
    manifest = client_of(amara).get(receipt_url(submission), {"manifest": ""})
    assert hashlib.sha256(manifest.content).hexdigest() == seal.snapshot_sha256


def test_there_is_no_receipt_before_the_seal(course: Course, amara: User, ruth: User) -> None:
    submission = handed_in(assignment(course), amara)
    assert client_of(amara).get(receipt_url(submission)).headers["Location"] == seal_url(submission)
    meets_closed_door(client_of(ruth).get(receipt_url(submission)), "verify_seal")


def test_nobody_seals_for_another(course: Course, amara: User, ben: User, ruth: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    for other in (ben, ruth):
        meets_closed_door(client_of(other).post(seal_url(submission)), INJECTION.title)
    assert not Seal.objects.exists()
