"""A walkthrough made from a submission in one action: its code, its tests, what everybody said of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser

from courses.domain.circumstances import people_of
from courses.domain.retold import (
    CODE,
    MOST_PATH,
    MOST_TEXT,
    MOST_TITLE,
    Retold,
    defects_of,
    name_of,
    notes_said,
    reviews_of,
)
from courses.domain.submissions import current_revision
from courses.domain.walkthroughs import keep
from courses.models import Revision, Submission, Walkthrough
from courses.walkthroughs.anonymise import Anonymous, Person, anonymise
from courses.walkthroughs.document import Document
from courses.walkthroughs.parts import Code, Defect, Lines, Said, Siglum, Witness
from courses.walkthroughs.steps import (
    AnyStep,
    CodeStep,
    QuestionStep,
    RevealStep,
    ReviewStep,
    TableStep,
    TestsStep,
    TextStep,
)
from courses.walkthroughs.story import Story
from reviews.gap.apparatus import ORDER, who_saw_what
from reviews.models import Clearance, Provenance
from reviews.snapshots.files import SourceFile

_MOST_FILES, _MOST_COLUMNS, _MOST_WITNESSES, _MOST_OUTPUT = 10, 20, 30, 15_000


def make(submission: Submission, by: AbstractBaseUser) -> Walkthrough:
    """The walkthrough, its maker's own. Raises walkthroughs.NoConsent."""
    document = draft(submission).document
    return keep(document, submission.assignment.course, by, made_from=submission)


def draft(submission: Submission) -> Anonymous:
    """What would be made of a sealed submission now, and what is replaced in it; nothing is stored."""
    revision = current_revision(submission)
    files = revision.snapshot.source_files()
    user = submission.student.user
    clearance = Clearance.objects.filter(snapshot=revision.snapshot).first()
    made = anonymise(
        Document(_story(submission, revision, files), {CODE: files}),
        Person(user.get_full_name(), (user.get_username(), user.email)),
        people_of(submission.assignment.course),
        known=clearance.people if clearance else (),
    )
    return replace(made, document=_quoted_anew(made.document))


def _quoted_anew(document: Document) -> Document:
    """Quotations as the lines that they stand at now are written: models were shown others."""
    lines = {file.path: file.lines for file in document.files[CODE]}

    def anew(said: Said) -> Said:
        if said.first is None or said.last is None or said.outcome == "dismissed":
            return said
        quoted = "\n".join(lines[said.path][said.first - 1 : said.last])
        return said.model_copy(update={"quote": quoted[:_MOST_OUTPUT]})

    steps = tuple(
        step.model_copy(update={"said": tuple(map(anew, step.said))})
        if isinstance(step, ReviewStep)
        else step
        for step in document.story.steps
    )
    return Document(document.story.model_copy(update={"steps": steps}), document.files)


# --- The story ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Told:
    """What the steps are made of."""

    provenance: Provenance
    defects: tuple[Defect, ...]
    files: tuple[str, ...]
    notes: tuple[Said, ...]
    nothing_more: str
    reviews: tuple[Retold, ...]


def _story(submission: Submission, revision: Revision, files: tuple[SourceFile, ...]) -> Story:
    snapshot = revision.snapshot
    table = who_saw_what(snapshot)
    line_counts = {file.path: len(file.lines) for file in files}
    defects = defects_of(table, line_counts)
    kept = {defect.id for defect in defects}
    told_of = {
        claim.defect_id: name_of(row.defect)
        for row in table.rows
        if name_of(row.defect) in kept
        for claim in row.claims
        if claim.defect_id
    }
    seal = snapshot.seal
    nothing = f"I found nothing{' more' if seal.note_count else ''}." if seal.found_nothing else ""
    told = _Told(
        provenance=snapshot.provenance,
        defects=defects,
        files=_files_in_question(defects, line_counts),
        notes=notes_said(snapshot.notes.all(), told_of, line_counts),
        nothing_more=nothing,
        reviews=tuple(reviews_of(snapshot, told_of, line_counts)),
    )
    title = submission.assignment.title
    return Story(
        title=f"{title[:180]}, one submission",
        summary=f"Code that {told.provenance.author} wrote for “{title}”, read by a student, then by models.",
        source="Made from a submission to this course with its student's consent, without names. What "
        "reviewers say in it was recorded when they reviewed it.",
        witnesses=_witnesses(told),
        codes=(_code(told.provenance),),
        defects=defects,
        steps=tuple(_steps(title, told)),
    )


def _files_in_question(defects: tuple[Defect, ...], line_counts: dict[str, int]) -> tuple[str, ...]:
    """Those with the most defects first; of code without any valid one, all."""
    counts = Counter(where.path for defect in defects for where in defect.places if where.path)
    ranked = [path for path, _ in counts.most_common()] or sorted(line_counts)
    return tuple(path for path in ranked if len(path) <= MOST_PATH)[:_MOST_FILES]


def _witnesses(told: _Told) -> tuple[Witness, ...]:
    """In the order of who saw what; each once, though it spoke in several reviews."""
    found = {"S": Witness(siglum="S", name="The student", recorded=False)}
    if told.provenance.green:
        found["T"] = Witness(siglum="T", name="The code's own green tests")
    for item in told.reviews:
        for witness in item.witnesses:
            found.setdefault(witness.siglum, witness)
    ranked = sorted(found.values(), key=lambda witness: (ORDER.find(witness.letter), witness.siglum))
    return tuple(ranked)[:_MOST_WITNESSES]


def _code(provenance: Provenance) -> Code:
    return Code(
        name=CODE,
        title="As it was handed in",
        author=provenance.author[:MOST_TITLE],
        prompt=provenance.prompt[:MOST_TEXT],
    )


def _steps(title: str, told: _Told) -> list[AnyStep]:
    steps: list[AnyStep] = [_intro(title, told)]
    if told.files:
        steps.append(
            CodeStep(id="code", kind="code", title="The code", code=CODE, path=told.files[0], minutes=2)
        )
    if told.provenance.tests_passed is not None or told.provenance.tests_failed is not None:
        steps.append(_tests(told.provenance))
    if told.files:
        steps.append(_question(told.files))
    steps.append(_student(told))
    steps += [item.step for item in told.reviews]
    if told.files:
        steps.append(
            RevealStep(id="reveal", kind="reveal", title="What you saw", question="question", minutes=4)
        )
    columns: tuple[Siglum, ...] = tuple(witness.siglum for witness in _witnesses(told))[:_MOST_COLUMNS]
    steps.append(
        TableStep(id="table", kind="table", title="Who saw what", witnesses=columns, code=CODE, minutes=2)
    )
    return steps


def _intro(title: str, told: _Told) -> TextStep:
    reviews = len(told.reviews)
    others = f"; then {reviews} review{'s' if reviews > 1 else ''} of it" if reviews else ""
    return TextStep(
        id="intro",
        kind="text",
        title=title[:MOST_TITLE],
        body=f"Code that {told.provenance.author} wrote. You read it first; then you hear what the student "
        f"saw who handed it in{others}.\n\nIts student allows it to be shown here, without a name.",
        notes="Read it through once before class, for names that no program finds. "
        "If somebody recognises the work, let it rest: whose it is is nobody's business.",
    )


def _tests(provenance: Provenance) -> TestsStep:
    """The end of what the tests printed: there it says how they came out."""
    return TestsStep(
        id="tests",
        kind="tests",
        title="Its own tests",
        code=CODE,
        output=provenance.test_evidence[-_MOST_OUTPUT:],
        passed=provenance.tests_passed or 0,
        failed=provenance.tests_failed or 0,
    )


def _question(files: tuple[str, ...]) -> QuestionStep:
    return QuestionStep(
        id="question",
        kind="question",
        title="What is wrong here?",
        body="Mark the lines that you think are wrong.",
        code=CODE,
        files=tuple(Lines(path=path) for path in files),
        minutes=5,
    )


def _student(told: _Told) -> ReviewStep:
    return ReviewStep(
        id="student",
        kind="review",
        title="What the author's student saw",
        protocol="The student's own review",
        witnesses=("S",),
        code=CODE,
        said=told.notes,
        ending=told.nothing_more,
        minutes=2,
    )
