"""The demo course: one instructor, one assistant, twelve students, work in every state.

Everything is made by the same domain calls that the pages make. Only what models "said" is
recorded, and some of the clock is set back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from courses.demo import sittings
from courses.demo.sample_data import Known, Sample, load
from courses.domain import answer_keys, assignments, grading, people, submissions, walkthroughs
from courses.domain.assignments import PlanLine
from courses.domain.queries.standing import standing_of
from courses.models import Assignment, Course, Membership, Submission
from courses.walkthroughs import shelf
from reviews.engine import notes, passes, reviews
from reviews.gap.match import THRESHOLD, Corpus
from reviews.gap.standing import Decision, decide, rename
from reviews.models import Defect, KeyEntry, LanguageModel, Pass, Recording, Review, Reviewer
from reviews.snapshots.files import SourceFile, tree_sha256

COURSE = "Reviewing generated code"
INSTRUCTOR, ASSISTANT = "ruth", "tomas"
STUDENTS = {
    "amara": "Diallo",
    "ben": "Carter",
    "chiara": "Russo",
    "daniel": "Kim",
    "elif": "Yilmaz",
    "felix": "Wagner",
    "grace": "Murphy",
    "hana": "Sato",
    "ivan": "Petrov",
    "julia": "Santos",
    "kofi": "Mensah",
    "lena": "Fischer",
}
SHOWN = "rest-api"
"""The walkthrough that made-up classes have sat through."""

PLAN = (
    PlanLine("linters"),
    PlanLine("self_review", passes=4),
    PlanLine("cross_model", passes=2),
    PlanLine("adversarial"),
)
FEEDBACK = {
    "amara": "You followed the id from the route to the database **and back**: that is how the reused "
    "id is found, which no model saw. Next time say how sure you are.",
    "ben": "Green tests say that the code does what its author thought of. Read it once more as "
    "somebody who wishes it ill, and compare with what was there to be seen.",
    "chiara": "Two sharp findings. For the third, look at what Express 5 does with a rejected promise "
    "before you call it a defect.",
    "daniel": "“Security” is a chapter, not a finding. Name the line, what breaks, and how one would see it.",
}


def seed() -> bool:
    """Make the demo course, unless it is there; say whether it was made now."""
    if Course.objects.filter(name=COURSE).exists():
        return False
    with transaction.atomic():
        _Demo(timezone.now()).make()
    _set_the_recordings_pace()
    return True


@dataclass(frozen=True, slots=True)
class _Demo:
    now: datetime

    def make(self) -> None:
        """The course, then each assignment with its students' work."""
        course = self._course()
        members = {m.user.username: m for m in course.memberships.select_related("user")}
        tasks, loans = load("tasks_api"), load("library_loans")
        for sample in (tasks, loans):
            _record(sample)
        closed = self._assignment(
            course, tasks, opens=-21, due=-3, visibility=Assignment.Visibility.DUE, accepted_types=""
        )
        self._closed_work(closed, tasks, members)
        running = self._assignment(
            course, loans, opens=-4, due=6, visibility=Assignment.Visibility.SEALED, accepted_types=".py"
        )
        self._running_work(running, loans, members)
        for shelved in shelf.shelf():
            walkthroughs.keep(
                shelf.take(shelved.slug), course, members[INSTRUCTOR].user, shared=True, shelf=shelved.slug
            )
        if walkthrough := course.walkthroughs.filter(shelf=SHOWN).first():
            sittings.make(walkthrough, members[INSTRUCTOR].user, self.now, keeper=members["amara"])

    def _course(self) -> Course:
        ruth = _person(INSTRUCTOR, "Ellison")
        course = people.create_course(ruth, name=COURSE, term="Autumn 2026", time_zone="Europe/Berlin")
        roles = Membership.Role
        Membership.objects.create(course=course, user=_person(ASSISTANT, "Novak"), role=roles.ASSISTANT)
        for username, last_name in STUDENTS.items():
            Membership.objects.create(course=course, user=_person(username, last_name), role=roles.STUDENT)
        return course

    def _assignment(
        self, course: Course, sample: Sample, *, opens: int, due: int, visibility: str, accepted_types: str
    ) -> Assignment:
        """Published, with the sample as its starter files; opening and due dates in days from now."""
        assignment = Assignment(
            course=course,
            title=sample.brief.splitlines()[0].lstrip("# "),
            brief="\n".join(sample.brief.splitlines()[1:]).strip(),
            state=Assignment.State.PUBLISHED,
            opens_at=self._at(opens, hour=9),
            due_at=self._at(due, hour=18),
            visibility=visibility,
            accepted_types=accepted_types,
            least_notes=2,
        )
        assignments.save(assignment, PLAN)
        author = LanguageModel.objects.get(name=sample.author_model)
        assignments.set_starter(assignment, sample.files, author, sample.junit)
        for known in (known for known in sample.known if known.in_key):
            answer_keys.add(assignment, known.claim, KeyEntry.Origin.FOUND)
        return assignment

    def _closed_work(self, assignment: Assignment, sample: Sample, members: dict[str, Membership]) -> None:
        """Past its due date: released, graded, waiting to be graded, incomplete, never sealed."""
        work = _Work(self, assignment, sample, members)
        ruth = members[INSTRUCTOR].user
        for username in ("amara", "ben", "chiara"):
            submission = work.adjudicated(username, by=ruth)
            work.grade(submission, username, by=ruth)
            grading.release([submission])
        work.grade(work.adjudicated("daniel", by=ruth), "daniel", by=ruth)
        work.adjudicated("elif", by=members[ASSISTANT].user)
        work.reviewed("felix")
        work.adjudicated("grace", by=members[ASSISTANT].user, only=4)
        work.reviewed("hana", files=_with_a_comment(sample.files))
        work.reviewed("ivan")
        work.cancelled("julia", by=ruth)
        work.drafted("kofi")

    def _running_work(self, assignment: Assignment, sample: Sample, members: dict[str, Membership]) -> None:
        """Open for another week: reviewed, drafts, one whose reviewers still read."""
        work = _Work(self, assignment, sample, members)
        for username in ("amara", "chiara", "felix", "grace", "julia"):
            work.reviewed(username)
        for username in ("ben", "elif", "hana"):
            work.drafted(username)
        work.drafted("ivan", write=False)
        work.sealed("daniel")

    def _at(self, days: int, hour: int) -> datetime:
        day = self.now + timedelta(days=days)
        return day.replace(hour=hour, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class _Work:
    """Students' work on one assignment, taken as far as each step says."""

    demo: _Demo
    assignment: Assignment
    sample: Sample
    members: dict[str, Membership]

    def drafted(self, username: str, files: Sequence[SourceFile] = (), *, write: bool = True) -> Submission:
        """The code is in and, with `write`, the notes are drafts."""
        authorship = replace(submissions.starter_authorship(self.assignment), prompt=self.sample.prompt)
        revision = submissions.hand_in(
            self.assignment, self.members[username], files or self.sample.files, authorship
        )
        for claim in self.sample.notes[username] if write else ():
            notes.save_note(revision.snapshot, claim)
        return revision.submission

    def sealed(self, username: str, files: Sequence[SourceFile] = ()) -> Submission:
        """The notes are sealed and the reviewers are called."""
        submission = self.drafted(username, files)
        ends = min(self.assignment.due_at, self.demo.now)
        hours = 2 + list(STUDENTS).index(username) * 5
        found_nothing = len(self.sample.notes[username]) < self.assignment.least_notes
        submissions.seal(submission, found_nothing=found_nothing, at=ends - timedelta(hours=hours))
        return submission

    def reviewed(self, username: str, files: Sequence[SourceFile] = ()) -> Submission:
        """Every reviewer has spoken."""
        submission = self.sealed(username, files)
        waiting = Pass.objects.filter(
            review__snapshot__revision__submission=submission, state=Pass.State.QUEUED
        )
        while (queued := waiting.first()) is not None:
            passes.run(queued.pk)
        return submission

    def cancelled(self, username: str, by: User) -> Submission:
        """The instructor stopped the devil's advocate; the others have spoken."""
        submission = self.sealed(username)
        mine = Review.objects.filter(snapshot__revision__submission=submission)
        reviews.cancel(mine.get(protocol="adversarial"), by)
        waiting = Pass.objects.filter(review__in=mine, state=Pass.State.QUEUED)
        while (queued := waiting.first()) is not None:
            passes.run(queued.pk)
        return submission

    def adjudicated(self, username: str, by: User, only: int = 1000) -> Submission:
        """The first `only` defects are decided by what is known of the sample; the rest stay undecided.

        What the answer key alone names is valid from the key: nobody has to decide it.
        """
        submission = self.reviewed(username)
        said = Q(notes__isnull=False) | Q(findings__isnull=False)
        mine = Defect.objects.filter(said, snapshot__revision__submission=submission)
        defects = list(mine.distinct().order_by("number"))
        fits = {defect.number: _fits(defect, self.sample.known) for defect in defects}
        # What is known is one defect: the one that fits it best.
        holders = {
            entry: max(fits, key=lambda number: fits[number].get(entry, 0.0))
            for entry in range(len(self.sample.known))
        }
        for defect in defects[:only]:
            entries = sorted(fits[defect.number], key=lambda entry: -fits[defect.number][entry])
            own = next((entry for entry in entries if holders[entry] == defect.number), None)
            if own is not None:
                known = self.sample.known[own]
                decide(defect, _decision(known), by)
                rename(defect, known.claim.title, known.claim.severity)
            elif entries:
                duplicate = Decision(Defect.Standing.DUPLICATE, duplicate_of=holders[entries[-1]])
                decide(defect, duplicate, by)
        return submission

    def grade(self, submission: Submission, username: str, by: User) -> None:
        """The suggested points, with a word of feedback; Amara's catch earns her two more."""
        suggestion = standing_of(submission).suggestion
        if suggestion is None:
            raise RuntimeError(f"{username} has sealed nothing to grade.")
        is_brilliant = username == "amara"
        grading.give(
            submission,
            suggestion,
            adjustment=Decimal(2) if is_brilliant else Decimal(0),
            reason="The reused id is a catch that no model made." if is_brilliant else "",
            feedback=FEEDBACK[username],
            by=by,
        )


def _person(username: str, last_name: str) -> User:
    """A demo person: no password, signed in by a click."""
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={
            "email": f"{username}@example.org",
            "first_name": username.capitalize(),
            "last_name": last_name,
        },
    )
    if is_new:
        user.set_unusable_password()
        user.save()
    return user


def _record(sample: Sample) -> None:
    """Store what the models "said" of the sample, and a reviewer for each model that replays it.

    Nobody waits while the demo is made: the recordings get their pace at the end.
    """
    sha256 = tree_sha256(sample.files)
    for item in sample.recordings:
        model = LanguageModel.objects.get(name=item.model)
        Reviewer.objects.get_or_create(
            name=f"{model.label}, recorded", defaults={"provider": "recorded", "model": model}
        )
        Recording.objects.update_or_create(
            sha256=sha256,
            protocol=item.protocol,
            model=item.model,
            role=item.role,
            round=item.round,
            defaults={"report": dict(item.report), "seconds": 0},
        )


def _set_the_recordings_pace() -> None:
    for sample in (load("tasks_api"), load("library_loans")):
        sha256 = tree_sha256(sample.files)
        for item in sample.recordings:
            Recording.objects.filter(
                sha256=sha256, protocol=item.protocol, model=item.model, round=item.round
            ).update(seconds=item.seconds)


def _fits(defect: Defect, answers: Sequence[Known]) -> dict[int, float]:
    """How well the defect's claims fit each thing that is known; only those that fit at all."""
    claims = [item.claim() for item in (*defect.notes.all(), *defect.findings.all())]
    corpus = Corpus([*(known.claim for known in answers), *claims])
    rows = corpus.scores(range(len(answers)), range(len(answers), len(answers) + len(claims)))
    scores = {index: max(row) for index, row in enumerate(rows)}
    return {index: score for index, score in scores.items() if score >= THRESHOLD}


def _decision(known: Known) -> Decision:
    if known.valid:
        return Decision(Defect.Standing.VALID)
    return Decision(Defect.Standing.INVALID, known.reason, known.evidence)


def _with_a_comment(files: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """The same code with one comment more: nobody recorded a review of just this."""
    first, *rest = files
    return (replace(first, text=f"{first.text}// Reviewed by Hana.\n"), *rest)
