"""What is on the stage: a step as the projector, a preview and paper show it.

A stage is made of a walkthrough, when its maker looks at it, or of a sitting's room. It knows nobody's
name: what stands on it is the story's, or counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courses.domain import live
from courses.domain.live import Told
from courses.domain.queries.reveal import Reveal, reveal_of
from courses.domain.queries.saw import SawTable, table_of
from courses.domain.queries.stage_code import ChangedFile, Codes, Listing
from courses.models import Sitting, Walkthrough
from courses.walkthroughs.changes import Piece, pieces
from courses.walkthroughs.live import Live, witnesses_of
from courses.walkthroughs.parts import Said, Witness
from courses.walkthroughs.room import Room
from courses.walkthroughs.steps import (
    AnyStep,
    ChangeStep,
    CodeStep,
    PlanStep,
    QuestionStep,
    RevealStep,
    ReviewStep,
    TableStep,
    TestsStep,
)
from courses.walkthroughs.story import Story
from reviews.claims import Place, Severity


@dataclass(frozen=True, slots=True)
class CodeScene:
    """A file of a state of the code. `listing` is None where its author took it back."""

    title: str
    author: str
    listing: Listing | None


@dataclass(frozen=True, slots=True)
class ChangeScene:
    """What changed from one state to the next. `gone` says that one of the two was taken back."""

    before: str
    after: str
    files: tuple[ChangedFile, ...]
    gone: bool

    @property
    def added(self) -> int:
        """How many lines came."""
        return sum(file.added for file in self.files)

    @property
    def removed(self) -> int:
        """How many lines went."""
        return sum(file.removed for file in self.files)


@dataclass(frozen=True, slots=True)
class OutputScene:
    """What tests or a linter printed. `verdict` is the count in words."""

    title: str
    verdict: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanScene:
    """A plan, in pieces that stayed, came or went since the one before."""

    pieces: tuple[Piece, ...]
    revised: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """A finding that was heard, by its number in the review from 1."""

    number: int
    said: Said
    witness: Witness

    @property
    def where(self) -> str:
        """The place as people write it: `db.js:34` or `db.js:34-36`."""
        said = self.said
        if not said.path or said.first is None:
            return said.path
        last = said.last or said.first
        return f"{said.path}:{said.first}" if last == said.first else f"{said.path}:{said.first}-{last}"

    @property
    def place(self) -> Place | None:
        """The lines that it speaks of, if it has any."""
        return self.said.claim().place


@dataclass(frozen=True, slots=True)
class ReviewScene:
    """A review as far as it was heard. `now` is the finding that was heard last, beside its `listing`.

    `plan` is what is read where it is no code. At the end `ended` holds: then it found something,
    found `nothing`, or was `unable`, which is never the same. `live` is a run of it in this room, and
    `shown_live` whether that is what is shown; where it came to nothing the recording is.
    """

    reads: str
    witnesses: tuple[Witness, ...]
    heard: tuple[Heard, ...]
    now: Heard | None
    listing: Listing | None
    plan: str
    ended: bool
    ending: str
    unable: str
    live: Live | None = None
    shown_live: bool = False

    @property
    def reading(self) -> bool:
        """Whether somebody is reading just now."""
        return self.shown_live and self.live is not None and self.live.reading

    @property
    def nothing(self) -> bool:
        """Whether it read everything and has nothing to say."""
        return self.ended and not self.heard and not self.unable

    @property
    def recorded(self) -> bool:
        """Whether any of it was said before."""
        return any(witness.recorded for witness in self.witnesses)

    @property
    def tally(self) -> str:
        """How many findings of which severity: "1 critical, 2 minor"."""
        counted = [
            (severity.value, sum(item.said.severity == severity for item in self.heard))
            for severity in Severity
        ]
        return ", ".join(f"{count} {word}" for word, count in counted if count)

    @property
    def groups(self) -> tuple[tuple[str, tuple[Heard, ...]], ...]:
        """What a panel agreed on, by outcome; one group without a name where nobody had to agree."""
        found = [
            (words, tuple(item for item in self.heard if item.said.outcome == outcome))
            for outcome, words in OUTCOMES
        ]
        return tuple((words, items) for words, items in found if items)


OUTCOMES = (
    ("confirmed", "Confirmed by two or more"),
    ("integration", "Seen only together"),
    ("single", "Said by one alone, kept"),
    ("dismissed", "Dismissed, with the reason"),
    ("", ""),
)
"""How a panel's findings end, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class QuestionScene:
    """What the class is asked. `open` says whether answers are taken; `round` which asking it is."""

    listings: tuple[Listing, ...]
    choices: tuple[tuple[str, str], ...]
    open: bool
    round: int


@dataclass(frozen=True, slots=True)
class RevealScene:
    """What the class answered, beside the witnesses."""

    reveal: Reveal


@dataclass(frozen=True, slots=True)
class TableScene:
    """Who saw what, as many columns as were uncovered."""

    table: SawTable


Scene = (
    CodeScene
    | ChangeScene
    | OutputScene
    | PlanScene
    | ReviewScene
    | QuestionScene
    | RevealScene
    | TableScene
    | None
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A step as it stands on the stage; `number` counts from 1. `sitting` is None in a preview.

    `page` is how far it is scrolled (see `room.Room`).
    """

    step: AnyStep
    number: int
    of: int
    beat: int
    scene: Scene
    page: int = 0
    black: bool = False
    hidden: bool = False
    sitting: Sitting | None = None

    @property
    def step_index(self) -> int:
        """Its position from 0, as commands name it."""
        return self.number - 1


def stage_of_walkthrough(walkthrough: Walkthrough, step: int, beat: int = 0) -> Stage:
    """A step as its maker sees it beforehand; positions count from 0.

    Raises IndexError for a step that is not there.
    """
    story = walkthrough.told()
    if not 0 <= step < len(story.steps):
        raise IndexError(f"The walkthrough has no step {step}.")
    codes = Codes(dict(walkthrough.codes.values_list("name", "snapshot_id")))
    return _stage(_Shown(walkthrough, Told(story, {}), Room(step=step, beat=max(0, beat)), codes))


def stage_of_sitting(sitting: Sitting) -> Stage:
    """What the sitting's room shows now."""
    return _stage(_Shown(sitting, live.heard_of(sitting), sitting.shown(), Codes(sitting.snapshots)))


@dataclass(frozen=True, slots=True)
class _Shown:
    """Everything that a stage is made of."""

    thing: Sitting | Walkthrough
    told: Told
    room: Room
    codes: Codes

    @property
    def story(self) -> Story:
        return self.told.story

    @property
    def beat(self) -> int:
        return self.room.at(self.story)[1]


def _stage(shown: _Shown) -> Stage:
    room = shown.room
    return Stage(
        step=shown.story.steps[room.step],
        number=room.step + 1,
        of=len(shown.story.steps),
        beat=shown.beat,
        scene=_scene(shown),
        page=room.page,
        black=room.black,
        hidden=room.hidden,
        sitting=shown.thing if isinstance(shown.thing, Sitting) else None,
    )


def _scene(shown: _Shown) -> Scene:
    step, beat, story = shown.story.steps[shown.room.step], shown.beat, shown.story
    scene: Scene = None
    match step:
        case CodeStep():
            code = _code(story, step.code)
            scene = CodeScene(*code, shown.codes.listing(step.code, step.path, step.lit))
        case ChangeStep():
            scene = _change(story, step, shown.codes)
        case TestsStep():
            output = tuple(step.output.rstrip().split("\n"))
            scene = OutputScene(_code(story, step.code)[0], verdict(step), output)
        case PlanStep():
            scene = _plan(story, step)
        case ReviewStep():
            scene = _review(shown, step)
        case QuestionStep():
            scene = _question(story, step, shown.room, shown.codes)
        case RevealStep():
            scene = RevealScene(reveal_of(shown.thing, step.question, beat, story=story))
        case TableStep():
            scene = TableScene(table_of(shown.thing, step, beat, story=story))
    return scene


def _change(story: Story, step: ChangeStep, codes: Codes) -> ChangeScene:
    files = codes.change(step.before, step.code)
    gone = not files and not (codes.holds(step.before) and codes.holds(step.code))
    return ChangeScene(_code(story, step.before)[0], _code(story, step.code)[0], files, gone)


def verdict(step: TestsStep) -> str:
    """The count of a run in words: "24 tests pass", "2 of 24 tests fail", "3 complaints"."""
    if step.witness == "L":
        plural = "" if step.failed == 1 else "s"
        return f"{step.failed} complaint{plural}" if step.failed else "The linter complains of nothing"
    ran = step.passed + step.failed
    tests = f"{ran} test{'' if ran == 1 else 's'}"
    if step.failed:
        return f"{step.failed} of {tests} fail{'s' if step.failed == 1 else ''}"
    return f"{tests} pass{'es' if ran == 1 else ''}" if ran else "Nothing failed"


def _code(story: Story, name: str) -> tuple[str, str]:
    """What a state of the code is called, and who wrote it."""
    code = next(code for code in story.codes if code.name == name)
    return code.title, code.author


def _plan(story: Story, step: PlanStep) -> PlanScene:
    before = story.step(step.before) if step.before else None
    if isinstance(before, PlanStep):
        return PlanScene(pieces(before.plan, step.plan), revised=True)
    return PlanScene((Piece("same", step.plan),), revised=False)


def _review(shown: _Shown, step: ReviewStep) -> ReviewScene:
    """The findings of the strokes so far; the last stroke is its last word."""
    story, beat = shown.story, shown.beat
    run = shown.told.lives.get(step.id)
    is_live = run is not None and not run.failed and step.id not in shown.room.recorded
    speaking = (
        witnesses_of(story, step, run) if run and is_live else tuple(map(story.witness, step.witnesses))
    )
    by_siglum = {witness.siglum: witness for witness in speaking}
    heard = tuple(
        Heard(number, said, by_siglum[said.witness]) for number, said in enumerate(step.said[:beat], 1)
    )
    ended = beat == step.beats - 1
    now = None if ended or not heard else heard[-1]
    plan = story.step(step.plan) if step.plan else None
    return ReviewScene(
        reads=plan.title if plan else _code(story, step.code or "")[0],
        witnesses=speaking,
        heard=heard,
        now=now,
        listing=_beside(now, step.code, shown.codes) if now and step.code else None,
        plan=plan.plan if isinstance(plan, PlanStep) else "",
        ended=ended,
        ending=step.ending if ended else "",
        unable=step.unable if ended else "",
        live=run,
        shown_live=is_live,
    )


def _beside(now: Heard, code: str, codes: Codes) -> Listing | None:
    """The file that a finding speaks of, its lines lit."""
    return codes.listing(code, now.said.path, [now.place] if now.place else []) if now.said.path else None


def _question(story: Story, step: QuestionStep, room: Room, codes: Codes) -> QuestionScene:
    listings: Sequence[Listing | None] = [
        codes.listing(step.code or "", lines.path, only=lines) for lines in step.files
    ]
    return QuestionScene(
        listings=tuple(listing for listing in listings if listing),
        choices=tuple(zip("ABCDEFGH", step.choices, strict=False)),
        open=room.is_open(story, step.id),
        round=room.round_of(step.id),
    )
