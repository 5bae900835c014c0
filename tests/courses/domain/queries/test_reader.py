"""The reader's page as plain data: what stands where, and how fast."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from courses.domain.queries.reader import Composing, first_path, reader_page
from courses.domain.submissions import current_revision
from courses.models import Course, Revision
from reviews.claims import Claim, Place
from reviews.models import SnapshotFile
from reviews.snapshots.files import SourceFile
from tests.stories import INJECTION, RACE, ROUNDING, SHOP, assignment, handed_in, reviewed

pytestmark = pytest.mark.django_db

LONG = SourceFile("long.py", "".join(f"value_{n} = '<{n}>' if {n} else None\n" for n in range(2000)))


def revision_of(course: Course, student: User, **how: Any) -> Revision:
    return current_revision(handed_in(assignment(course), student, **how))


def test_every_line_is_there_once_and_escaped(course: Course, amara: User) -> None:
    page = reader_page(revision_of(course, amara, files=(LONG,)), "long.py", with_findings=False)
    html = "".join(stretch.html for stretch in page.stretches)
    assert re.findall(r'id="L(\d+)"', html) == [str(n) for n in range(1, 2001)]
    assert "&lt;1999&gt;" in html
    assert "<1999>" not in html


def test_a_note_stands_after_the_last_line_it_speaks_of(course: Course, amara: User) -> None:
    page = reader_page(revision_of(course, amara, claims=(RACE, INJECTION)), "shop.py", with_findings=False)
    ends = []
    for stretch in page.stretches:
        last = re.findall(r'id="L(\d+)"', stretch.html)[-1]
        ends.append((last, [item.claim.title for item in stretch.said]))
    assert ends == [("7", [INJECTION.title]), ("13", [RACE.title]), ("14", [])]


def test_what_has_no_line_stands_above(course: Course, amara: User) -> None:
    whole = Claim(title="No limits anywhere")
    on_file = Claim(title="No tests", path="shop.py")
    lost = Claim(title="Lost", path="shop.py", place=Place("shop.py", 2, 2), quote="this is not there")
    astray = Claim(title="Astray", path="gone.py", place=Place("gone.py", 2, 2))
    revision = revision_of(course, amara, claims=(whole, on_file, lost, astray, ROUNDING))
    page = reader_page(revision, "shop.py", with_findings=False)
    assert [item.claim.title for item in page.on_whole] == ["No limits anywhere"]
    assert [item.claim.title for item in page.on_file] == ["No tests"]
    assert {item.claim.title for item in page.not_found} == {"Lost", "Astray"}
    assert [(file.path, file.notes) for file in page.files] == [("prices.py", 1), ("shop.py", 2)]
    assert len(page.notes) == 5


def test_findings_come_only_where_they_may(course: Course, amara: User) -> None:
    revision = current_revision(reviewed(assignment(course), amara))
    assert revision.snapshot.findings.exists(), "the linters found something to hide"
    hidden = reader_page(revision, "shop.py", with_findings=False)
    shown = reader_page(revision, "shop.py", with_findings=True)
    assert {item.kind for stretch in hidden.stretches for item in stretch.said} == {"note"}
    assert {item.kind for stretch in shown.stretches for item in stretch.said} == {"note", "finding"}
    assert (hidden.margins, shown.margins) == ("left", "both")


def test_a_form_takes_the_place_of_its_note(course: Course, amara: User) -> None:
    revision = revision_of(course, amara, claims=(INJECTION,))
    note = revision.snapshot.notes.get()
    place = Composing(after_line=7, instead_of=note.pk)
    page = reader_page(revision, "shop.py", with_findings=False, composing=place)
    assert [(stretch.is_composing, len(stretch.said)) for stretch in page.stretches] == [
        (True, 0),
        (False, 0),
    ]
    beyond = reader_page(revision, "shop.py", with_findings=False, composing=Composing(after_line=99))
    assert beyond.composes_above


def test_one_begins_with_source_not_with_tests_or_configuration(course: Course, amara: User) -> None:
    files = [SourceFile(path, "x = 1\n") for path in ("tests/test_app.py", "package.json", "app.py")]
    files[0] = SourceFile("tests/test_app.py", "x = 1\n" * 50)
    assert first_path(revision_of(course, amara, files=files)) == "app.py"


def test_neighbours(course: Course, amara: User) -> None:
    revision = revision_of(course, amara, files=SHOP)
    page = reader_page(revision, "prices.py", with_findings=False)
    assert (page.previous, page.following) == ("", "shop.py")
    with pytest.raises(SnapshotFile.DoesNotExist):
        reader_page(revision, "nope.py", with_findings=False)
