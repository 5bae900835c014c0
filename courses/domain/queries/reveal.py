"""What the class answered, beside what each witness saw: for the projector, and small for a phone."""

from __future__ import annotations

from dataclasses import dataclass, replace

from courses.domain.once import once
from courses.domain.queries.answered import given, given_to, let_through, places_of, summed
from courses.domain.queries.heat import MOST, HeatFile, heat_files, sources_of
from courses.domain.queries.saw import Row, SawTable, saw_table
from courses.models import Answer, Seat, Sitting, Walkthrough
from courses.pictures.along import span
from courses.pictures.base import Tone
from courses.pictures.shares import Shares, shares
from courses.walkthroughs.seen import Spot, said_upto
from courses.walkthroughs.steps import QuestionStep
from courses.walkthroughs.story import Story
from courses.walkthroughs.sums import Places, Sums, hit_by
from reviews.claims import Place
from reviews.gap.measures import Share, proportion

LAST_BEAT = 3
"""At this beat of a reveal nothing is kept back any more."""

MOST_AFTERWARDS = 40
"""So many lines of code a page holds for one question."""

SECONDS = 1
"""So long one reckoning serves a room whose three hundred phones ask at once."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers to choose from, and how many chose it; `right` is None where none is right."""

    text: str
    share: Share | None
    right: bool | None

    @property
    def percent(self) -> float:
        """Of those who chose anything."""
        return round(100 * self.share.value, 1) if self.share else 0


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure against how right: a picture with its table, and what it comes to in `words`.

    Without a picture they say why there is none.
    """

    picture: Shares | None
    words: str


@dataclass(frozen=True, slots=True)
class Bare:
    """Lines that were marked, without the code."""

    path: str
    lines: str
    seats: int


@dataclass(frozen=True, slots=True)
class Reveal:
    """Everything that a reveal shows; what of it at which beat is the template's to choose.

    `hidden` keeps the answers back. `withdrawn` says that the code is gone, and only numbers are left.
    Without a room (`in_room`) nobody has answered: it is a preview.
    """

    question: QuestionStep
    beat: int
    in_room: bool
    hidden: bool
    sums: Sums
    files: tuple[HeatFile, ...]
    withdrawn: bool
    choices: tuple[Choice, ...]
    table: SawTable
    sure: Sureness
    words: tuple[str, ...]
    places: Places

    @property
    def bare(self) -> tuple[Bare, ...]:
        """The most marked lines, for code that is gone."""
        spots = (Bare(path, span(run), run.seats) for path, runs in self.sums.heat.items() for run in runs)
        return tuple(sorted(spots, key=lambda spot: -spot.seats)[:MOST])


@dataclass(frozen=True, slots=True)
class OwnMark:
    """One of somebody's own marks, and the rows of the table that it hit."""

    place: Place
    hit: tuple[Row, ...]


def reveal_of(
    shown: Sitting | Walkthrough, question: str, beat: int, *, story: Story | None = None
) -> Reveal:
    """What is shown of a question at a beat of its reveal; of a walkthrough, without any answers.

    `story` is the one that was heard, where a live run changed it. In a sitting it is kept for a
    second, by the sitting's version: every command and every word that is let through makes a new one.
    Raises KeyError where the story has no such question.
    """
    if not isinstance(shown, Sitting):
        told = story or shown.told()
        snapshots = dict(shown.codes.values_list("name", "snapshot_id"))
        asked = _question(told, question)
        return _reveal(told, asked, beat, _Room(snapshots), _spot(told, asked, beat))
    key = f"reveal:{shown.pk}:{shown.version}:{question}:{beat}"

    def make() -> Reveal:
        told = story or shown.told()
        asked = _question(told, question)
        return _reveal(told, asked, beat, _room(shown, question), _spot(told, asked, beat))

    return once(key, SECONDS, make)


def afterwards(sitting: Sitting, story: Story, question: QuestionStep, upto: Spot) -> Reveal:
    """All that is left of a question when the sitting is over; hidden answers are no longer hidden."""
    room = replace(_room(sitting, question.id), hidden=False)
    return _reveal(story, question, LAST_BEAT, room, upto, most=MOST_AFTERWARDS)


def own_marks(reveal: Reveal, seat: Seat, round: int) -> tuple[OwnMark, ...]:
    """What this seat marked, and which defects each mark hit."""
    row = (
        Answer.objects.filter(seat=seat, question=reveal.question.id, round=round)
        .values_list("marks", "severity", "choice", "confidence")
        .first()
    )
    marks = given(*row).marks if row else ()
    return tuple(_own(mark, reveal) for mark in marks)


def _own(mark: Place, reveal: Reveal) -> OwnMark:
    hit = hit_by(mark, reveal.places)
    return OwnMark(mark, tuple(row for row in reveal.table.rows if row.defect.id in hit))


@dataclass(frozen=True, slots=True)
class _Room:
    """What a sitting gives to a reveal; a walkthrough alone has only the code."""

    snapshots: dict[str, int]
    sitting: Sitting | None = None
    round: int = 0
    hidden: bool = False


def _room(sitting: Sitting, question: str) -> _Room:
    room = sitting.shown()
    return _Room(sitting.snapshots, sitting, room.round_of(question), room.hidden)


def _question(story: Story, name: str) -> QuestionStep:
    question = story.question(name)
    if question is None:
        raise KeyError(name)
    return question


def _spot(story: Story, question: QuestionStep, beat: int) -> Spot:
    """Where the reveal stands, so that only witnesses before it speak."""
    at = story.reveal_of(question.id)
    return (story.at(question.id) if at is None else at, beat)


def _reveal(
    story: Story, question: QuestionStep, beat: int, room: _Room, upto: Spot, most: int = MOST
) -> Reveal:
    sitting = room.sitting
    answers = given_to(sitting.pk, question.id, room.round) if sitting else []
    found = summed(story, question, answers)
    paths = [lines.path for lines in question.files]
    sources = sources_of(room.snapshots.get(question.code or ""), paths)
    said = said_upto(story, question.code or "", upto)
    return Reveal(
        question=question,
        beat=beat,
        in_room=sitting is not None,
        hidden=room.hidden,
        sums=found,
        files=heat_files(story, question, found, sources, said, most),
        withdrawn=bool(paths) and not sources,
        choices=_choices(question, found),
        table=saw_table(
            story,
            upto,
            story.defects_in(question.code) if question.code else (),
            hits=found.hits,
            seats=found.seats if sitting else None,
            code=question.code,
        ),
        sure=sureness(found),
        words=let_through(sitting.pk, question.id, room.round) if sitting else (),
        places=places_of(story, question),
    )


def _choices(question: QuestionStep, found: Sums) -> tuple[Choice, ...]:
    whole = sum(found.choices)
    return tuple(
        Choice(text, proportion(count, whole), None if question.right is None else place == question.right)
        for place, (text, count) in enumerate(zip(question.choices, found.choices, strict=True))
    )


def sureness(found: Sums, *, width: float = 640) -> Sureness:
    """The picture of stated confidence against what came true, or why there is none."""
    if found.sure is None:
        return Sureness(None, _why_not(found))
    rows: list[tuple[str, Share | None, Tone]] = [
        (_level(level.stated, level.seats), level.right, "student") for level in found.sure.levels
    ]
    stated = [level.stated for level in found.sure.levels]
    title = "How many came out right, by how sure people were"
    return Sureness(shares(title, rows, about="How sure", width=width, against=stated), _in_words(found))


def _level(stated: float, seats: int) -> str:
    return f"{100 * stated:.0f} % sure, {seats} {'person' if seats == 1 else 'people'}"


def _in_words(found: Sums) -> str:
    if found.sure is None:
        return _why_not(found)
    measured = found.sure.measured
    right = "marks hit a known defect" if found.marks and found.hits else "choices were right"
    return (
        f"On average people were {100 * found.sure.stated:.0f} % sure; {measured.right} of {measured.n} "
        f"{right}, {100 * measured.right / measured.n:.0f} %."
    )


def _why_not(found: Sums) -> str:
    if not found.seats:
        return "Nobody answered."
    if not found.hits and found.right is None:
        return "No answer to this question is right or wrong: no known defect stands in these lines."
    if found.marks or sum(found.choices):
        return "Nobody said how sure they were."
    return "Nobody marked anything, so there is nothing to be right about."
