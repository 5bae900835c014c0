"""Notes stay with their code, whatever else happens at that moment."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from courses.domain import notes
from courses.domain.submissions import current_revision
from courses.models import Course
from reviews.models import Note
from tests.stories import INJECTION, RACE, SHOP, assignment, handed_in

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def test_a_note_saved_while_code_is_handed_in_again_stands_on_the_new_code(
    course: Course, amara: User
) -> None:
    """The first tab has read the revision when the second hands in; then the first goes on."""
    task = assignment(course)
    submission = handed_in(task, amara)
    old = current_revision(submission).snapshot
    handed_in(task, amara, files=tuple(reversed(SHOP)))
    notes.write(old, RACE, None, "a-draft", old)
    assert [note.title for note in current_revision(submission).snapshot.notes.all()] == [RACE.title]
    assert not old.notes.exists()


def test_a_change_in_that_moment_changes_the_note_that_moved(course: Course, amara: User) -> None:
    task = assignment(course)
    submission = handed_in(task, amara, claims=[RACE])
    old = current_revision(submission).snapshot
    before = notes.find(old, old.notes.get().pk, "")
    handed_in(task, amara)
    notes.write(old, INJECTION, before, "", old)
    assert [note.title for note in Note.objects.all()] == [INJECTION.title]
    assert Note.objects.get().snapshot == current_revision(submission).snapshot


def test_the_same_first_save_sent_twice_makes_one_note(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara)
    snapshot = current_revision(submission).snapshot
    for _ in range(2):
        notes.write(snapshot, RACE, notes.find(snapshot, None, "a-draft"), "a-draft", snapshot)
    assert Note.objects.count() == 1
