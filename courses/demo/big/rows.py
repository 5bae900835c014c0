"""Submissions as rows, many at once: what the product would have stored, in a few statements."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from courses.demo.big.defects import Thing, spoken, words_of
from courses.demo.big.exercises import Exercise, Tree
from courses.demo.big.hearing import Hearing
from courses.demo.big.ledger import Ledger
from courses.demo.big.review_rows import Told, write_reviews
from courses.demo.big.statements import Said, Speech
from courses.demo.big.storing import store
from courses.models import Assignment, Grade, Membership, Revision, Submission
from reviews.engine import seals
from reviews.models import (
    AnswerKey,
    AppliedKey,
    Blob,
    Clearance,
    Defect,
    Finding,
    KeyClaim,
    KeyEntry,
    Note,
    Provenance,
    Seal,
    Snapshot,
    SnapshotFile,
)
from reviews.models.claim import ClaimFields

MatchedBy = ClaimFields.MatchedBy

HANDED_IN, WROTE = timedelta(hours=3), timedelta(minutes=20)
"""So long before the seal the code came in, and the last note was written."""


@dataclass(slots=True)
class Answered:
    """A student's answer, ready to be written. `earlier` is the code that was handed in before, if any."""

    student: Membership
    on_behalf_of: str
    earlier: Tree | None
    hearing: Hearing
    things: list[Thing]
    homes: list[int]
    tests: tuple[str, int, int] | None
    sealed_at: datetime
    grade: Grade | None
    dice: random.Random

    @property
    def handed_in_at(self) -> datetime:
        """When the code that counts came in."""
        return self.sealed_at - HANDED_IN

    @property
    def begun_at(self) -> datetime:
        """When the first code came in."""
        return self.handed_in_at - HANDED_IN if self.earlier else self.handed_in_at


@dataclass(slots=True)
class Desk:
    """What is the same for all submissions of an assignment, and what staff have decided so far."""

    assignment: Assignment
    exercise: Exercise
    scope: str
    budgets: list[str]
    staff: list[int]
    speech: Speech
    ledger: Ledger
    key: AnswerKey | None = None
    entries: dict[int, KeyEntry] = field(default_factory=dict)
    verdicts: dict[int, int] = field(default_factory=dict)
    """The first defect of each topic that a person decided."""


def write(desk: Desk, answers: Sequence[Answered]) -> None:
    """Store these submissions with everything that came of them. The caller holds a transaction."""
    _store_code([tree for answer in answers for tree in (answer.earlier, answer.hearing.tree) if tree])
    snapshots = _submissions(desk, answers)
    _what_was_said(desk, answers, snapshots)
    grades = [answer.grade for answer in answers if answer.grade is not None]
    store(Grade, grades)


def _store_code(trees: Sequence[Tree]) -> None:
    """Store the texts of these trees, each once."""
    files = {file.sha256: file for tree in trees for file in tree.files}
    blobs = [Blob(sha256=sha256, text=file.text) for sha256, file in files.items()]
    Blob.objects.bulk_create(blobs, ignore_conflicts=True)


# --- The code and who handed it in ----------------------------------------------------------------
def _submissions(desk: Desk, answers: Sequence[Answered]) -> list[Snapshot]:
    """Submissions, their revisions with files, authorship and clearance; returns the sealed snapshots."""
    submissions = store(
        Submission,
        [
            Submission(assignment=desk.assignment, student=answer.student, created_at=answer.begun_at)
            for answer in answers
        ],
    )
    for submission, answer in zip(submissions, answers, strict=True):
        if answer.grade is not None:
            answer.grade.submission = submission
    both = list(zip(submissions, answers, strict=True))
    first = [(row, answer.earlier, answer, answer.begun_at) for row, answer in both if answer.earlier]
    last = [(row, answer.hearing.tree, answer, answer.handed_in_at) for row, answer in both]
    handed_in = [*first, *last]
    snapshots = store(Snapshot, [Snapshot(sha256=tree.sha256, created_at=at) for _, tree, _, at in handed_in])
    twice = {submission.pk for submission, *_ in first}
    files, written, cleared, revisions = [], [], [], []
    for number, (snapshot, (submission, tree, answer, at)) in enumerate(
        zip(snapshots, handed_in, strict=True)
    ):
        files += [_file(snapshot, file.path, file.sha256, len(file.lines)) for file in tree.files]
        written.append(_provenance(desk, snapshot, answer))
        leaving = [[file.path, file.sha256, file.path] for file in tree.files]
        cleared.append(Clearance(snapshot=snapshot, files=leaving))
        which = 2 if number >= len(first) and submission.pk in twice else 1
        revisions.append(Revision(submission=submission, number=which, snapshot=snapshot, created_at=at))
    store(SnapshotFile, files)
    store(Provenance, written)
    store(Clearance, cleared)
    store(Revision, revisions)
    sealed = snapshots[len(first) :]
    for snapshot, provenance in zip(snapshots, written, strict=True):
        snapshot.provenance = provenance
    return sealed


def _file(snapshot: Snapshot, path: str, sha256: str, lines: int) -> SnapshotFile:
    return SnapshotFile(snapshot=snapshot, path=path, blob_id=sha256, line_count=lines)


def _provenance(desk: Desk, snapshot: Snapshot, answer: Answered) -> Provenance:
    model = desk.assignment.starter_author
    if model is None:
        raise LookupError("An exercise needs a model that wrote it.")
    text, passed, failed = answer.tests or ("", None, None)
    return Provenance(
        snapshot=snapshot,
        model=model,
        author=model.label,
        model_name=model.name,
        family=model.family,
        test_evidence=text,
        tests_passed=passed,
        tests_failed=failed,
    )


# --- What was said, and what came of it -----------------------------------------------------------
def _what_was_said(desk: Desk, answers: Sequence[Answered], snapshots: Sequence[Snapshot]) -> None:
    defects = [_defects(desk, answer, at) for answer, at in zip(answers, snapshots, strict=True)]
    pairs = [
        (row, rows[thing.original] if thing.original is not None else None)
        for answer, rows in zip(answers, defects, strict=True)
        for row, thing in zip(rows, answer.things, strict=True)
    ]
    store(Defect, [row for row, original in pairs if original is None])
    for row, original in pairs:
        row.duplicate_of = original
    store(Defect, [row for row, original in pairs if original is not None])
    _remember_verdicts(desk, answers, defects)
    notes = [_notes(answer, at, rows) for answer, at, rows in zip(answers, snapshots, defects, strict=True)]
    store(Note, [row for rows in notes for row in rows])
    store(Seal, [_seal(*item) for item in zip(answers, snapshots, notes, strict=True)])
    told = [
        Told(at, answer.hearing, answer.sealed_at, answer.on_behalf_of, answer.dice)
        for answer, at in zip(answers, snapshots, strict=True)
    ]
    found = write_reviews(told, desk.scope, desk.budgets, desk.ledger)
    store(Finding, [row for item in zip(answers, found, defects, strict=True) for row in _findings(*item)])
    if desk.key:
        store(AppliedKey, [AppliedKey(snapshot=at, key=desk.key) for at in snapshots])
        known = [_known(desk, *item) for item in zip(answers, snapshots, defects, strict=True)]
        store(KeyClaim, [row for rows in known for row in rows])


def _defects(desk: Desk, answer: Answered, snapshot: Snapshot) -> list[Defect]:
    rows: list[Defect] = []
    for number, thing in enumerate(answer.things, 1):
        title, severity, odc_type, cwe = words_of(thing, desk.exercise)
        row = Defect(
            snapshot=snapshot,
            number=number,
            title=title,
            severity=severity,
            odc_type=odc_type,
            cwe=cwe,
            titled_by_person=thing.renamed,
            standing=thing.standing,
            reason=thing.reason,
            evidence=thing.evidence,
        )
        if thing.standing != Defect.Standing.UNDECIDED:
            row.decided_at = answer.sealed_at + timedelta(days=4, minutes=3 * number)
            row.decided_from = Defect.DecidedFrom.KEY if thing.in_key else Defect.DecidedFrom.PERSON
            row.decided_by_id = None if thing.in_key else answer.dice.choice(desk.staff)
        if thing.taken_over:
            row.decided_like_id = desk.verdicts.get(thing.topic)
        rows.append(row)
    return rows


def _remember_verdicts(desk: Desk, answers: Sequence[Answered], defects: Sequence[list[Defect]]) -> None:
    for answer, rows in zip(answers, defects, strict=True):
        for thing, row in zip(answer.things, rows, strict=True):
            if row.decided_from == Defect.DecidedFrom.PERSON and row.duplicate_of is None:
                desk.verdicts.setdefault(thing.topic, row.pk)


def _notes(answer: Answered, snapshot: Snapshot, defects: Sequence[Defect]) -> list[Note]:
    rows = []
    for said, home in zip(answer.hearing.notes, answer.homes, strict=False):
        note = Note(snapshot=snapshot, defect=defects[home], saved_at=answer.sealed_at - WROTE)
        _say(note, said, answer, home)
        rows.append(note)
    return rows


def _findings(answer: Answered, rows: Sequence[Finding], defects: Sequence[Defect]) -> list[Finding]:
    """The findings of all passes in their words, each in its defect. The notes come before them."""
    said = list(spoken(answer.hearing))[len(answer.hearing.notes) :]
    homes = answer.homes[len(answer.hearing.notes) :]
    for row, item, home in zip(rows, said, homes, strict=True):
        row.defect = defects[home]
        row.outcome = item.outcome
        _say(row, item.said, answer, home)
    return list(rows)


def _say(row: Note | Finding | KeyClaim, said: Said, answer: Answered, home: int) -> None:
    """The claim's words, and why it is in its defect: the nearest of the others there."""
    row.take(said.claim)
    row.grounding = said.grounding
    others = [item for item in answer.things[home].members if item.said is not said]
    if not others:
        row.matched_by, row.match_why = MatchedBy.ALONE, "Nobody else speaks of it."
        return
    near = others[answer.dice.randrange(len(others))]
    placed = said.claim.place and near.said.claim.place
    row.matched_by = MatchedBy.WORDS if answer.dice.random() < 0.5 or not placed else MatchedBy.PLACE
    row.match_score = round(answer.dice.uniform(0.6, 0.99), 6)
    where = f"{near.siglum} at {near.said.claim.path}" if near.said.claim.path else near.siglum
    row.match_why = f"Nearest to {where}: {'they share a line' if placed else 'they have words in common'}."


def _seal(answer: Answered, snapshot: Snapshot, notes: Sequence[Note]) -> Seal:
    return seals.drawn_up(
        snapshot,
        answer.hearing.tree.files,
        notes,
        snapshot.provenance,
        found_nothing=answer.hearing.found_nothing,
        at=answer.sealed_at,
    )


def _known(desk: Desk, answer: Answered, snapshot: Snapshot, defects: Sequence[Defect]) -> Iterator[KeyClaim]:
    """What the answer key says of the snapshot."""
    for home, thing in enumerate(answer.things):
        if thing.in_key:
            entry = desk.entries[thing.topic]
            row = KeyClaim(snapshot=snapshot, entry=entry, defect=defects[home])
            said = desk.speech.by_key(answer.hearing.tree, thing.topic)
            _say(row, said, answer, home)
            yield row
