"""Sealed first: a seal is made once and can be checked later."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from courses.domain import submissions
from courses.domain.submissions import CannotSeal
from courses.models import Course
from reviews.engine import notes, seals
from reviews.engine.notes import Sealed
from reviews.models import Blob, Note, Provenance, Seal
from tests.stories import INJECTION, RACE, assignment, handed_in, sealed

pytestmark = [pytest.mark.django_db, pytest.mark.services]


def test_a_seal_holds_and_the_command_says_so(course: Course, amara: User) -> None:
    seal = Seal.objects.get(snapshot__revision__submission=sealed(assignment(course), amara))
    assert seals.verify(seal).holds
    out = StringIO()
    call_command("verify_seal", seal.pk, stdout=out)
    assert f"Seal {seal.pk} holds: 1 notes" in out.getvalue()
    assert seal.sha256 in out.getvalue()


def test_changed_code_or_notes_break_the_seal(course: Course, amara: User, ben: User) -> None:
    brief = assignment(course)
    amaras = Seal.objects.get(snapshot__revision__submission=sealed(brief, amara))
    bens = Seal.objects.get(snapshot__revision__submission=sealed(brief, ben))
    Note.objects.filter(snapshot=amaras.snapshot).update(title="I knew it all along")
    assert seals.verify(amaras).problems == ("The notes are not those sealed.",)
    assert seals.verify(bens).holds, "one student's notes are nothing to another's seal"
    Blob.objects.filter(text__contains="prices, tax").update(text="def total(): return 0\n")
    assert seals.verify(bens).problems == ("The files are not those sealed.",)
    with pytest.raises(CommandError, match=r"does not hold\. The files are not those sealed"):
        call_command("verify_seal", bens.pk)


def test_author_and_test_evidence_are_sealed_too(course: Course, amara: User) -> None:
    seal = Seal.objects.get(snapshot__revision__submission=sealed(assignment(course), amara))
    for field, value in (("model_name", "gpt-5.4"), ("tests_passed", 99), ("family", "openai")):
        kept = getattr(seal.snapshot.provenance, field)
        Provenance.objects.filter(snapshot=seal.snapshot).update(**{field: value})
        assert seals.verify(seal).problems == ("Author, tests or time are not those sealed.",), field
        Provenance.objects.filter(snapshot=seal.snapshot).update(**{field: kept})
    assert seals.verify(seal).holds


def test_two_clicks_seal_once(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=[INJECTION])
    first, is_new = submissions.seal(submission, found_nothing=False)
    second, is_new_again = submissions.seal(submission, found_nothing=True)
    assert (is_new, is_new_again) == (True, False)
    assert first == second
    assert not Seal.objects.get().found_nothing, "the first click is what was sealed"


def test_nothing_can_be_written_after_the_seal(course: Course, amara: User) -> None:
    submission = sealed(assignment(course), amara)
    snapshot = submission.revisions.get().snapshot
    note = snapshot.notes.get()
    with pytest.raises(Sealed):
        notes.save_note(snapshot, RACE)
    with pytest.raises(Sealed):
        notes.save_note(snapshot, RACE, note.pk)
    with pytest.raises(Sealed):
        notes.delete_note(snapshot, note.pk)
    with pytest.raises(Sealed):
        handed_in(submission.assignment, amara)
    assert snapshot.notes.get().title == INJECTION.title


def test_too_few_notes_need_a_statement(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course, least_notes=2), amara, claims=[INJECTION])
    with pytest.raises(CannotSeal, match="1 of at least 2 notes"):
        submissions.seal(submission, found_nothing=False)
    seal, _ = submissions.seal(submission, found_nothing=True)
    assert (seal.note_count, seal.found_nothing) == (1, True)


def test_a_note_without_a_title_holds_up_the_seal_and_is_kept(course: Course, amara: User) -> None:
    submission = handed_in(assignment(course), amara, claims=[INJECTION])
    snapshot = submission.revisions.get().snapshot
    snapshot.notes.update(title="")
    with pytest.raises(CannotSeal, match=r"1 of your notes have no title yet \(shop\.py:7\)"):
        submissions.seal(submission, found_nothing=True)
    assert not Seal.objects.exists()
    assert snapshot.notes.get().explanation == INJECTION.explanation
