"""Handing in: code with its provenance, notes on its lines, and the seal over both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from courses.domain import answer_keys
from courses.domain.assignments import planned
from courses.domain.circumstances import around, people_of
from courses.models import Assignment, Membership, Revision, Submission
from reviews.engine import clearances, notes, reviews, seals
from reviews.engine.desk import at_the_desk
from reviews.engine.opening import opening
from reviews.engine.snapshots import store
from reviews.families import family_of
from reviews.models import LanguageModel, Provenance, Seal, Snapshot, locked
from reviews.models.prepared import Prepared
from reviews.snapshots.evidence import read_test_evidence
from reviews.snapshots.files import SourceFile

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Authorship:
    """Who wrote the code: a known model, or another one's name; and how it was asked."""

    model: LanguageModel | None
    other_name: str = ""
    prompt: str = ""
    test_evidence: str = ""


class CannotSeal(Exception):
    """Why the notes cannot be sealed yet, and what to do. Nothing was changed."""


def hand_in(
    assignment: Assignment,
    student: Membership,
    files: Sequence[SourceFile],
    authorship: Authorship,
    left_out: Sequence[tuple[str, str]] = (),
) -> Revision:
    """Store code as the submission's next revision, and carry the draft notes over to it.

    Raises notes.Sealed once an earlier revision was sealed.
    """
    with transaction.atomic():
        submission, _ = Submission.objects.get_or_create(assignment=assignment, student=student)
        Submission.objects.select_for_update().get(pk=submission.pk)
        before = submission.revisions.select_related("snapshot").last()
        if before:
            # Whoever is saving a note on it right now comes first or finds the new revision.
            locked(before.snapshot_id)
        if before and Seal.objects.filter(snapshot=before.snapshot).exists():
            raise notes.Sealed("Your notes on this assignment are sealed, so its code cannot change.")
        snapshot = store(files)
        _record_authorship(snapshot.pk, authorship)
        revision = Revision.objects.create(
            submission=submission,
            number=before.number + 1 if before else 1,
            snapshot=snapshot,
            left_out=[list(item) for item in left_out],
        )
        if before:
            notes.carry_over(list(before.snapshot.notes.all()), snapshot, files)
        clearances.prepare(snapshot, people_of(assignment.course))
    return revision


def starter_authorship(assignment: Assignment) -> Authorship:
    """Who wrote the assignment's own files, for a student who reviews them as they are."""
    return Authorship(
        model=assignment.starter_author,
        other_name="" if assignment.starter_author else UNKNOWN,
        test_evidence=assignment.starter_test_evidence,
    )


def current_revision(submission: Submission) -> Revision:
    """The revision that counts: the last one. Raises Revision.DoesNotExist."""
    revision = _newest.first(submission.pk)
    if revision is None:
        raise Revision.DoesNotExist
    return revision


_newest = Prepared(
    lambda submission_id: (
        Revision.objects.select_related("snapshot__provenance", "snapshot__seal")
        .filter(submission=submission_id)
        .order_by("-number")[:1]
    ),
    int,
)


def seal(submission: Submission, *, found_nothing: bool, at: datetime | None = None) -> tuple[Seal, bool]:
    """Seal the last revision with its notes and start the review plan, both or neither.

    Says whether this call did it: a second click, or another tab, gets the first one's seal. The
    time is now, unless a story is told afterwards. What the answer key says of the code follows: it
    never stands in the way of a seal.
    Raises CannotSeal.
    """
    # A class seals in the same minute: one after the other, so that the first ones' reviewers begin.
    with at_the_desk():
        snapshot, made, is_new = _sealed(submission, found_nothing=found_nothing, at=at)
    if is_new and made.note_count:
        reviews.hear_the_notes(snapshot)
    answer_keys.measure(submission.assignment, snapshot)
    return made, is_new


def _sealed(
    submission: Submission, *, found_nothing: bool, at: datetime | None
) -> tuple[Snapshot, Seal, bool]:
    # Read before the lock: on SQLite everybody else who writes waits for it.
    plan, circumstances = planned(submission.assignment), around(submission)
    latest = current_revision(submission)
    opens = opening(latest.snapshot, plan, circumstances)
    with transaction.atomic():
        Submission.objects.select_for_update().get(pk=submission.pk)
        revision = current_revision(submission)
        snapshot = revision.snapshot
        if not hasattr(snapshot, "seal"):
            _check_sealable(submission.assignment, revision, found_nothing)
        made, is_new = seals.seal(snapshot, found_nothing=found_nothing, at=at)
        # Another tab may have handed in once more just now.
        is_same = opens.snapshot.pk == snapshot.pk
        reviews.start(opens if is_same else opening(snapshot, plan, circumstances))
    return snapshot, made, is_new


def _check_sealable(assignment: Assignment, revision: Revision, found_nothing: bool) -> None:
    written = list(revision.snapshot.notes.all())
    if open_notes := [note for note in written if not note.title]:
        places = ", ".join(note.where or "no place" for note in open_notes)
        raise CannotSeal(
            f"{len(open_notes)} of your notes have no title yet ({places}). Finish or delete them; "
            "everything you wrote is kept."
        )
    if len(written) < assignment.least_notes and not found_nothing:
        raise CannotSeal(
            f"You have written {len(written)} of at least {assignment.least_notes} notes. Write more, or "
            f"state that you found nothing{' more' if written else ''}: that statement is graded too."
        )


def _record_authorship(snapshot_id: int, authorship: Authorship) -> None:
    evidence = read_test_evidence(authorship.test_evidence) if authorship.test_evidence.strip() else None
    model = authorship.model
    Provenance.objects.create(
        snapshot_id=snapshot_id,
        model=model,
        author=model.label if model else authorship.other_name,
        model_name=model.name if model else "",
        # A name without a letter or a figure of ours has no family: then nobody is its kin.
        family=model.family if model else family_of(authorship.other_name) or UNKNOWN,
        prompt=authorship.prompt,
        test_evidence=authorship.test_evidence,
        tests_passed=evidence.passed if evidence else None,
        tests_failed=evidence.failed if evidence else None,
    )
