"""Writing notes: with and without script, twice, too late, and on code that changed meanwhile."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from courses.domain import submissions
from courses.models import Course, Submission
from reviews.models import Note
from reviews.snapshots.files import SourceFile
from tests.doors import meets_closed_door
from tests.people import client_of
from tests.stories import INJECTION, SHOP, assignment, handed_in, sealed

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def words(**fields: Any) -> dict[str, Any]:
    return {"severity": "major", "path": "shop.py", "first": "7", "last": "7", "revision": "1", **fields}


def new_url(submission: Submission) -> str:
    return reverse("courses:note_new", args=[submission.pk])


def edit_url(submission: Submission, note: Note) -> str:
    return reverse("courses:note_edit", args=[submission.pk, note.pk])


@pytest.fixture
def work(course: Course, amara: User) -> Submission:
    """Amara's code is in."""
    return handed_in(assignment(course), amara)


def test_from_line_to_seal_without_script(course: Course, amara: User, work: Submission) -> None:
    browser = client_of(amara)
    page = browser.get(reverse("courses:code", args=[work.pk]), follow=True)
    assert f'action="{new_url(work)}"' in page.content.decode()
    form = browser.get(new_url(work), {"path": "shop.py", "first": "7", "last": ""}).content.decode()
    after_line, before_line = form.index('id="L7"'), form.index('id="L8"')
    assert after_line < form.index("data-note-form") < before_line, "the form stands under its line"
    token = re.search(r'name="draft" value="([^"]+)"', form)
    assert token
    sent = words(
        title="SQL injection",
        explanation="A quote\r\nchanges the query.",
        severity="critical",
        odc_type="checking",
        cwe="CWE-89: SQL injection",
        confidence="90",
        suggested_fix="Use a parameter.",
        draft=token[1],
        finish="1",
    )
    saved = browser.post(new_url(work), sent, follow=True)
    assert "The note is saved." in saved.content.decode()
    note = Note.objects.get()
    assert (note.severity, note.odc_type, note.cwe, note.confidence) == ("critical", "checking", 89, 90)
    assert (note.where, note.explanation) == ("shop.py:7", "A quote\nchanges the query.")
    assert note.quote == SHOP[0].lines[6]
    assert note.grounding == "exact"
    browser.post(new_url(work), sent)
    assert Note.objects.count() == 1, "sent twice, it is one note"
    receipt = browser.post(reverse("courses:seal", args=[work.pk]), follow=True)
    assert "These notes were sealed before any reviewer spoke." in receipt.content.decode()


def test_a_note_is_saved_while_it_is_typed(amara: User, work: Submission) -> None:
    browser = client_of(amara)
    first = browser.post(new_url(work), words(draft="abc", explanation="A quo"), headers=HTMX)
    events = json.loads(first.headers["HX-Trigger"])
    assert events.keys() == {"draft-saved", "notes-changed"}
    note = Note.objects.get()
    answer = first.content.decode()
    assert f'name="note" value="{note.pk}"' in answer
    assert "SELECT * FROM items" in answer, "the quoted line is shown"
    assert "<textarea" not in answer, "no field is touched while one types"
    again = browser.post(new_url(work), words(draft="abc", note=note.pk, title="T"), headers=HTMX)
    assert json.loads(again.headers["HX-Trigger"]).keys() == {"draft-saved"}
    lost_reply = browser.post(new_url(work), words(draft="abc", title="T"), headers=HTMX)
    assert f'value="{note.pk}"' in lost_reply.content.decode()
    assert [(n.title, n.explanation) for n in Note.objects.all()] == [("T", "")]


def test_the_button_puts_the_finished_note_in_the_forms_place(amara: User, work: Submission) -> None:
    browser = client_of(amara)
    browser.post(new_url(work), words(draft="abc", explanation="x"), headers=HTMX)
    note = Note.objects.get()
    sent = words(draft="abc", note=note.pk, here=note.pk, page="shop.py", at="7", title="Done", finish="1")
    card = browser.post(new_url(work), sent, headers=HTMX)
    assert (card.headers["HX-Retarget"], card.headers["HX-Reswap"]) == ("closest .claim", "outerHTML")
    assert f'id="note-{note.pk}"' in card.content.decode()
    elsewhere = browser.post(new_url(work), sent | {"first": "10", "last": "10"}, headers=HTMX)
    assert elsewhere.headers["HX-Redirect"].endswith(f"?claim=note-{note.pk}")


def test_what_cannot_be_read_is_told_and_the_rest_is_kept(amara: User, work: Submission) -> None:
    sent = words(title="Kept", cwe="flux", confidence="150", first="99", last="99", finish="1")
    page = client_of(amara).post(new_url(work), sent)
    text = page.content.decode()
    assert page.status_code == 422
    assert "No entry here has these words" in text
    assert "Give a whole number from 0 to 100." in text
    assert "shop.py has 14 lines." in text
    assert 'value="flux"' in text
    assert 'value="150"' in text
    note = Note.objects.get()
    assert (note.title, note.cwe, note.confidence, note.first_line) == ("Kept", None, None, None)
    typing = client_of(amara).post(edit_url(work, note), words(title="Kept", cwe="flux"), headers=HTMX)
    assert "No entry here has these words" in typing.content.decode()
    assert typing.status_code == 200, "a word half typed is no error yet"


def test_lines_in_the_wrong_order_and_the_whole(amara: User, work: Submission) -> None:
    browser = client_of(amara)
    browser.post(new_url(work), words(title="Range", first="13", last="11"))
    browser.post(new_url(work), words(title="Whole", path="", first="", last=""))
    browser.post(new_url(work), words(title="File", first="", last=""))
    places = {
        note.title: (note.path, note.first_line, note.last_line, note.grounding)
        for note in Note.objects.all()
    }
    assert places == {
        "Range": ("shop.py", 11, 13, "exact"),
        "Whole": ("", None, None, "whole"),
        "File": ("shop.py", None, None, "whole"),
    }


def test_changing_and_deleting_in_place(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    note = Note.objects.get()
    browser = client_of(amara)
    editor = browser.get(edit_url(submission, note), headers=HTMX).content.decode()
    assert editor.lstrip().startswith('<article class="claim composing"')
    assert INJECTION.title in editor
    assert "CWE-89: SQL injection" in editor
    browser.post(edit_url(submission, note), words(title="Better words"))
    note.refresh_from_db()
    assert (note.title, note.quote) == ("Better words", INJECTION.quote)
    gone = browser.post(reverse("courses:note_delete", args=[submission.pk, note.pk]), headers=HTMX)
    assert "notes-changed" in gone.headers["HX-Trigger"]
    assert gone.content == b""
    assert not Note.objects.exists()
    again = browser.post(reverse("courses:note_delete", args=[submission.pk, note.pk]), follow=True)
    assert "The note is deleted." in again.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_note_typed_after_the_seal_is_not_lost(
    course: Course, amara: User, headers: dict[str, str]
) -> None:
    submission = sealed(assignment(course), amara, claims=(INJECTION,))
    sent = words(title="Too late", explanation="It took me an hour to write this.")
    page = client_of(amara).post(new_url(submission), sent, headers=headers)
    text = page.content.decode()
    assert page.status_code == (422 if headers else 409)
    assert "Your notes are sealed." in text
    assert "It took me an hour to write this." in text
    assert Note.objects.count() == 1
    note = Note.objects.get()
    page = client_of(amara).post(edit_url(submission, note), sent, headers=headers)
    assert "It took me an hour to write this." in page.content.decode()
    client_of(amara).post(reverse("courses:note_delete", args=[submission.pk, note.pk]))
    note.refresh_from_db()
    assert note.title == INJECTION.title


def test_after_the_due_date_the_text_is_shown_too(course: Course, amara: User) -> None:
    to = assignment(course)
    submission = handed_in(to, amara)
    to.due_at = timezone.now() - timedelta(minutes=1)
    to.save()
    page = client_of(amara).post(new_url(submission), words(title="Too late"))
    assert page.status_code == 409
    assert "The assignment is closed" in page.content.decode()
    assert "Too late" in page.content.decode()
    assert not Note.objects.exists()


def test_a_note_deleted_in_another_tab_gives_the_text_back(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION,))
    note = Note.objects.get()
    url = edit_url(submission, note)
    note.delete()
    page = client_of(amara).post(url, words(title="Still typing"))
    assert "deleted in the meantime" in page.content.decode()
    assert "Still typing" in page.content.decode()


def test_an_old_tabs_line_is_found_in_the_new_code(course: Course, amara: User) -> None:
    to = assignment(course)
    submission = handed_in(to, amara)
    author = submissions.Authorship(model=submission.revisions.get().snapshot.provenance.model)
    moved = SourceFile("shop.py", "# moved\n\n" + SHOP[0].text)
    submissions.hand_in(to, submission.student, [moved], author)
    client_of(amara).post(new_url(submission), words(title="From the old tab", revision="1"))
    note = Note.objects.get()
    assert (note.first_line, note.quote, note.grounding) == (9, SHOP[0].lines[6], "exact")


def test_nobody_else_writes(amara: User, ben: User, ruth: User, work: Submission) -> None:
    for other in (ben, ruth):
        for page in (
            client_of(other).get(new_url(work)),
            client_of(other).post(new_url(work), words(title="x")),
        ):
            meets_closed_door(page, SHOP[0].lines[2], "<textarea")
    assert not Note.objects.exists()
