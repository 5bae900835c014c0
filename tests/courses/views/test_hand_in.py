"""Handing in: what goes wrong is said, and nothing is half-saved."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from courses.domain import assignments
from courses.models import Assignment, Course, Revision, Submission
from reviews.claims import Claim, Place
from reviews.models import LanguageModel
from reviews.snapshots.files import SourceFile
from tests.people import client_of
from tests.stories import INJECTION, SHOP, assignment, handed_in, sealed

pytestmark = pytest.mark.django_db


def written(**fields: Any) -> dict[str, Any]:
    """A filled-in form, but for the code."""
    model = LanguageModel.objects.get(name="claude-opus-4-6")
    return {"model": str(model.pk), "prompt": "Write a shop.", **fields}


def send(user: User, to: Assignment, **fields: Any) -> Any:
    return client_of(user).post(reverse("courses:hand_in", args=[to.pk]), written(**fields))


def archive(**members: str) -> SimpleUploadedFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as into:
        for name, text in members.items():
            into.writestr(name, text)
    return SimpleUploadedFile("work.zip", packed.getvalue())


def paths(user: User) -> list[str]:
    revision = Revision.objects.filter(submission__student__user=user).latest("number")
    return [file.path for file in revision.snapshot.files.all()]


def test_amara_hands_in_an_archive_with_a_path_that_climbs_out(course: Course, amara: User) -> None:
    page = send(amara, assignment(course), way="archive", archive=archive(**{"../../etc/cron.py": "x = 1\n"}))
    assert page.status_code == 422
    text = page.content.decode()
    assert "“../../etc/cron.py” is not a usable file name" in text
    assert "Nothing was handed in, and what you typed is kept" in text
    assert "Write a shop." in text
    assert "Choose them again: work.zip." in text
    assert not Submission.objects.exists()


def test_what_was_left_out_of_an_archive_is_listed(course: Course, amara: User) -> None:
    members = {"p/app.py": "x = 1\n", "p/.git/config": "secret", "p/logo.png": "no text"}
    page = client_of(amara).post(
        reverse("courses:hand_in", args=[assignment(course).pk]),
        written(way="archive", archive=archive(**members)),
        follow=True,
    )
    assert page.redirect_chain[-1][0].endswith("/code/app.py")
    text = page.content.decode()
    assert "2 left out of the archive" in text
    assert "logo.png" in text
    assert "not of an accepted type" in text
    assert "version control" in text


def test_bens_latin1_file_is_offered_to_be_read_as_such(course: Course, ben: User) -> None:
    to = assignment(course)
    latin = "# Größe\nx = 1\n".encode("latin-1")
    refused = send(ben, to, way="files", files=SimpleUploadedFile("size.py", latin))
    assert refused.status_code == 422
    assert "“size.py” is not UTF-8 text: line 1" in refused.content.decode()
    assert 'name="latin1"' in refused.content.decode()
    taken = send(ben, to, way="files", files=SimpleUploadedFile("size.py", latin), latin1="on")
    assert taken.status_code == 302
    snapshot = Revision.objects.get().snapshot
    assert snapshot.source_files() == (SourceFile("size.py", "# Größe\nx = 1\n"),)


def test_latin1_is_not_offered_before_it_is_needed(course: Course, ben: User) -> None:
    page = client_of(ben).get(reverse("courses:hand_in", args=[assignment(course).pk]))
    assert 'name="paste_path"' in page.content.decode()
    assert 'name="latin1"' not in page.content.decode()


def test_chiaras_diff_does_not_apply(course: Course, chiara: User) -> None:
    to = assignment(course)
    assignments.set_starter(to, SHOP)
    head = "--- a/prices.py\n+++ b/prices.py\n@@ -1,2 +1,2 @@\n"
    diff = head + " def sum_up(prices):\n-    return 1\n+    return 2\n"
    refused = send(chiara, to, way="diff", diff=diff)
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "“prices.py”: the hunk “@@ -1,2 +1,2 @@” does not fit." in text
    assert "expects “def sum_up(prices):” at line 1, where the file has “def total(prices, tax):”." in text
    assert "+    return 2" in text, "the diff is still in its field"
    assert not Submission.objects.exists()


def test_a_diff_that_applies_makes_the_new_files(course: Course, chiara: User) -> None:
    to = assignment(course)
    assignments.set_starter(to, SHOP)
    diff = (
        "--- a/prices.py\n+++ b/prices.py\n@@ -1,2 +1,2 @@\n def total(prices, tax):\n"
        "-    return sum(prices) * (1 + tax)\n+    return 0\n"
    )
    # As a browser's text field sends it.
    assert send(chiara, to, way="diff", diff=diff.replace("\n", "\r\n")).status_code == 302
    assert Revision.objects.get().snapshot.source_files()[0].text == "def total(prices, tax):\n    return 0\n"


def test_the_assignments_own_files_bring_their_author_along(course: Course, amara: User) -> None:
    to = assignment(course)
    author = LanguageModel.objects.get(name="claude-opus-4-6")
    assignments.set_starter(to, SHOP, author=author, test_evidence="== 3 passed in 0.1s ==")
    page = client_of(amara).post(reverse("courses:hand_in", args=[to.pk]), {"way": "starter"})
    assert page.status_code == 302
    provenance = Revision.objects.get().snapshot.provenance
    assert (provenance.author, provenance.tests_passed, provenance.green) == (author.label, 3, True)
    assert paths(amara) == ["prices.py", "shop.py"]


def test_without_starter_neither_its_files_nor_a_diff_is_a_way(course: Course, amara: User) -> None:
    page = send(amara, assignment(course), way="starter")
    assert page.status_code == 422
    assert 'value="diff"' not in page.content.decode()
    assert not Submission.objects.exists()


def test_several_pasted_files_and_a_row_more_without_script(course: Course, amara: User) -> None:
    to = assignment(course)
    rows = {"way": "paste", "paste_path": ["app.py"], "paste_text": ["x = 1\r\n"]}
    more = send(amara, to, **rows, another="1").content.decode()
    assert more.count('name="paste_path"') == 2
    assert 'value="app.py"' in more
    assert "x = 1" in more
    assert "Write a shop." in more
    assert 'role="alert"' not in more, "nothing is complained about yet"
    rows = {"way": "paste", "paste_path": ["app.py", "lib/b.py"], "paste_text": ["x = 1\r\n", "y = 2"]}
    assert send(amara, to, **rows).status_code == 302
    files = Revision.objects.get().snapshot.source_files()
    assert files == (SourceFile("app.py", "x = 1\n"), SourceFile("lib/b.py", "y = 2"))


def test_changing_the_way_keeps_what_was_typed(course: Course, amara: User) -> None:
    rows = {"way": "archive", "paste_path": ["app.py"], "paste_text": ["x = 1"], "redraw": "1"}
    text = send(amara, assignment(course), **rows).content.decode()
    assert 'value="app.py"' in text
    assert "Write a shop." in text


def test_dropped_files_keep_their_folders(course: Course, amara: User) -> None:
    files = [SimpleUploadedFile("a.py", b"x = 1\n"), SimpleUploadedFile("a.py", b"y = 1\n")]
    send(amara, assignment(course), way="files", files=files, paths='["one/a.py", "two/a.py"]')
    assert paths(amara) == ["one/a.py", "two/a.py"]


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Codestral 9", "mistral"),
        ("ft:gpt-5.4:our-lab", "openai"),
        ("Zephyr 7B", "zephyr"),
        ("誰か", "unknown"),
    ],
)
def test_another_models_family_follows_from_its_name(
    course: Course, amara: User, name: str, family: str
) -> None:
    to = assignment(course)
    rows = {"way": "paste", "paste_path": ["app.py"], "paste_text": ["x = 1"], "model": "other"}
    assert "Give the model&#x27;s name." in send(amara, to, **rows).content.decode()
    # What somebody declares besides is not asked for, and not believed.
    send(amara, to, **rows, other_name=name, other_family="anthropic")
    provenance = Revision.objects.get().snapshot.provenance
    assert (provenance.author, provenance.family, provenance.model) == (name, family, None)


def test_author_and_prompt_are_asked_for(course: Course, amara: User) -> None:
    rows = {"way": "paste", "paste_path": ["app.py"], "paste_text": ["x = 1"], "model": "", "prompt": ""}
    text = send(amara, assignment(course), **rows).content.decode()
    assert "it decides what counts as self-review" in text
    assert "Give the prompt." in text
    assert "x = 1" in text
    assert not Submission.objects.exists()


def test_the_form_states_its_limits(course: Course, amara: User) -> None:
    page = client_of(amara).get(reverse("courses:hand_in", args=[assignment(course).pk]))
    assert "At most 200 files, 512 KB each, 4 MB in all" in page.content.decode()
    assert "Accepted: .py." in page.content.decode()


def test_new_code_takes_the_notes_along(course: Course, amara: User) -> None:
    to = assignment(course)
    gone = Claim(
        title="Gone", path="prices.py", place=Place("prices.py", 1, 1), quote="def total(prices, tax):"
    )
    handed_in(to, amara, claims=(INJECTION, gone))
    page = client_of(amara).get(reverse("courses:hand_in", args=[to.pk])).content.decode()
    assert "Your 2 notes come along" in page
    moved = "# shop\n\n" + SHOP[0].text
    rows = {"way": "paste", "paste_path": ["shop.py"], "paste_text": [moved]}
    after = client_of(amara).post(reverse("courses:hand_in", args=[to.pk]), written(**rows), follow=True)
    text = after.content.decode()
    assert "Your note has come along" in text
    assert "1 note quotes a line that is not in the new code" in text
    revision = Revision.objects.latest("number")
    assert revision.number == 2
    assert revision.snapshot.notes.get(title=INJECTION.title).first_line == 9


@pytest.mark.parametrize(
    ("opens", "due", "says"),
    [(1, 2, "Not open yet"), (-2, -1, "The due date has passed")],
    ids=["too early", "too late"],
)
def test_a_closed_door_says_why(course: Course, amara: User, opens: int, due: int, says: str) -> None:
    now = timezone.now()
    to = assignment(course, opens_at=now + timedelta(days=opens), due_at=now + timedelta(days=due))
    page = send(amara, to, way="paste", paste_path=["app.py"], paste_text=["x = 1"])
    assert page.status_code == 403
    assert says in page.content.decode()
    assert not Submission.objects.exists()


def test_after_the_seal_the_page_leads_to_the_receipt(course: Course, amara: User) -> None:
    to = assignment(course)
    submission = sealed(to, amara)
    page = send(amara, to, way="paste", paste_path=["app.py"], paste_text=["x = 1"])
    assert page.status_code == 403
    assert reverse("courses:receipt", args=[submission.pk]) in page.content.decode()
    assert submission.revisions.count() == 1
