"""The code reader over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from courses.models import Course
from reviews.claims import Claim, Place
from reviews.snapshots.files import SourceFile
from tests.doors import meets_nothing
from tests.people import client_of
from tests.stories import INJECTION, RACE, ROUNDING, SHOP, assignment, handed_in, note_of, reviewed, sealed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("files", "claims"), [(1, 1), (3, 1), (1, 3), (3, 3)], ids=["least", "3 files", "3 notes", "3 of both"]
)
def test_the_reader_asks_the_database_as_often_for_more(
    course: Course, amara: User, files: int, claims: int, django_assert_num_queries: Any
) -> None:
    sources = [SourceFile(f"file_{n}.py", "x = 1\ny = 2\nz = 3\n") for n in range(files)]
    said = [
        Claim(title=f"Note {n}", path="file_0.py", place=Place("file_0.py", n + 1, n + 1))
        for n in range(claims)
    ]
    submission = handed_in(assignment(course), amara, files=sources, claims=said)
    client = client_of(amara)
    url = reverse("courses:file", args=[submission.pk, "file_0.py"])
    client.get(url)
    with django_assert_num_queries(READER_QUERIES):
        page = client.get(url)
    assert page.content.decode().count('class="claim"') == claims


READER_QUERIES = 11


def test_a_file_with_2000_lines_comes_whole(course: Course, amara: User) -> None:
    text = "".join(f"value_{n} = {n}\n" for n in range(2000))
    submission = handed_in(assignment(course), amara, files=[SourceFile("long.py", text)])
    page = client_of(amara).get(reverse("courses:file", args=[submission.pk, "long.py"])).content.decode()
    assert page.count('<div class="line"') == 2000
    assert 'id="L2000"' in page


def test_names_that_urls_dislike_work(course: Course, amara: User) -> None:
    name = "a b/it's 100% “ok”?#1.py"
    submission = handed_in(assignment(course), amara, files=[SourceFile(name, "x = 1\n")])
    page = client_of(amara).get(reverse("courses:code", args=[submission.pk]), follow=True)
    assert page.status_code == 200
    assert "a b/it&#x27;s 100% “ok”?#1.py" in page.content.decode()


def test_what_is_code_stays_code(course: Course, amara: User) -> None:
    evil = SourceFile("<img src=x>.py", "x = '<script>alert(1)</script>'\n")
    note = Claim(title="<b>bold</b>", explanation="<script>alert(2)</script>")
    submission = handed_in(assignment(course), amara, files=[evil], claims=[note])
    text = client_of(amara).get(reverse("courses:code", args=[submission.pk]), follow=True).content.decode()
    assert "<script>alert" not in text
    assert "<b>bold</b>" not in text
    assert "<img src=x>" not in text
    assert "&lt;b&gt;bold" in text


def test_a_claim_is_found_by_its_number(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(INJECTION, ROUNDING))
    note = note_of(submission, ROUNDING.title)
    page = client_of(amara).get(reverse("courses:code", args=[submission.pk]), {"claim": f"note-{note.pk}"})
    assert page.headers["Location"] == f"/submissions/{submission.pk}/code/prices.py#note-{note.pk}"
    for claim in ("note-999999", "note-x", "defect-1", "note-²"):
        url = reverse("courses:code", args=[submission.pk])
        meets_nothing(client_of(amara).get(url, {"claim": claim}))


def test_findings_are_hidden_until_the_assignment_says_so(course: Course, amara: User, ruth: User) -> None:
    submission = reviewed(assignment(course, visibility="grade"), amara)
    finding = submission.revisions.get().snapshot.findings.filter(path="shop.py").first()
    assert finding is not None
    assert finding.defect is not None
    url = reverse("courses:file", args=[submission.pk, "shop.py"])
    by_claim = reverse("courses:code", args=[submission.pk]) + f"?claim=finding-{finding.pk}"
    mine = client_of(amara).get(url).content.decode()
    assert "finding-" not in mine
    assert finding.title not in mine
    meets_nothing(client_of(amara).get(by_claim), finding.title)
    hers = client_of(ruth).get(url).content.decode()
    assert f'id="finding-{finding.pk}"' in hers
    assert f"Defect {finding.defect.number}: who else saw it" in hers
    assert client_of(ruth).get(by_claim).headers["Location"] == f"{url}#finding-{finding.pk}"


def test_staff_read_but_do_not_write(course: Course, amara: User, ruth: User) -> None:
    submission = sealed(assignment(course), amara, claims=(INJECTION, RACE))
    text = client_of(ruth).get(reverse("courses:file", args=[submission.pk, "shop.py"])).content.decode()
    assert "Notes of Amara Diallo" in text
    assert INJECTION.title in text
    assert "data-note-url" not in text
    assert "Change" not in text


def test_an_unknown_file_is_not_found(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara)
    url = reverse("courses:file", args=[submission.pk, "nope.py"])
    meets_nothing(client_of(amara).get(url), SHOP[0].lines[0])


def test_unfinished_notes_are_marked_in_the_list(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=(Claim(title="", explanation="Half a thought"),))
    text = client_of(amara).get(reverse("courses:code", args=[submission.pk]), follow=True).content.decode()
    assert "No title yet" in text
    assert "1 unfinished: each needs a title before you seal." in text
