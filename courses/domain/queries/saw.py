"""Who saw what of a walkthrough's story, for a page: witnesses, and the class as one more column."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from courses.domain.queries.answered import given_to, summed
from courses.models import Sitting, Walkthrough
from courses.pictures.base import said
from courses.walkthroughs.parts import Defect, Witness
from courses.walkthroughs.seen import (
    Sight,
    Spot,
    asked_in,
    hearings,
    sights,
    unnamed_yet,
    witnesses,
)
from courses.walkthroughs.steps import QuestionStep, TableStep
from courses.walkthroughs.story import Story
from reviews.gap.measures import Share

WORDS: Mapping[Sight, str] = {
    "seen": "seen",
    "missed": "missed",
    "failed": "could not review",
    "unasked": "not asked",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A witness, whether its column is uncovered yet, and what it saw of what it was asked."""

    witness: Witness
    shown: bool
    seen: int
    asked: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell: `saw` is the shape, `word` what is read aloud. A covered one says nothing."""

    siglum: str
    letter: str
    saw: Sight
    word: str


@dataclass(frozen=True, slots=True)
class OfClass:
    """The class's cell: the share of seats whose marks hit the defect, as a part of a dot."""

    share: Share

    @property
    def percent(self) -> int:
        """In whole per cent."""
        return round(100 * self.share.value)

    @property
    def word(self) -> str:
        """What is read aloud."""
        return f"the class: {said(self.share)}"


@dataclass(frozen=True, slots=True)
class Row:
    """A defect with its cells. One that nobody has named yet, and somebody will, keeps its title.

    `by_class` is None where the class was not asked.
    """

    number: int
    defect: Defect
    named: bool
    where: str
    marks: tuple[Mark, ...]
    by_class: OfClass | None

    @property
    def seen(self) -> bool:
        """Whether any witness saw it."""
        return any(mark.saw == "seen" for mark in self.marks)


@dataclass(frozen=True, slots=True)
class SawTable:
    """Columns and rows; `advice` are remarks that do not count. `seats` is how many of the class answered.

    `seats` is None where the class has no column: nobody was asked, or its answers are hidden.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    advice: tuple[Row, ...]
    seats: int | None


def table_of(
    shown: Sitting | Walkthrough, step: TableStep, beat: int, *, story: Story | None = None
) -> SawTable:
    """The table of a step at a beat; in a sitting with what the class answered last.

    `story` is the one that was heard, where a live run changed it.
    """
    told = story or shown.told()
    upto = (told.at(step.id), beat)
    hits: dict[str, Share] = {}
    seats = None
    if isinstance(shown, Sitting) and not shown.shown().hidden:
        hits, seats = _answered(shown, told, upto)
    defects = told.defects_in(step.code) if step.code else told.defects
    listed = tuple(map(told.witness, step.witnesses))
    uncovered = {witness.siglum for witness in listed[:beat]}
    return saw_table(told, upto, defects, listed, uncovered, hits=hits, seats=seats, code=step.code)


def saw_table(
    story: Story,
    upto: Spot,
    defects: Sequence[Defect],
    listed: Sequence[Witness] | None = None,
    uncovered: Collection[str] | None = None,
    *,
    hits: Mapping[str, Share],
    seats: int | None,
    code: str | None = None,
) -> SawTable:
    """Set these defects against witnesses (all who were heard, without `listed`) and the class.

    `uncovered` are the columns that may be seen (all, without it). Places are those in `code`.
    """
    heard = hearings(story, upto)
    columns = witnesses(story, heard) if listed is None else listed
    saw = sights(story, heard)
    hidden = unnamed_yet(story, heard)
    shown = {witness.siglum for witness in columns} if uncovered is None else uncovered
    rows = [
        _row(
            number,
            defect,
            where_of(defect, code) if defect.id not in hidden else None,
            [_mark(witness, saw[defect.id].get(witness.siglum, "unasked"), shown) for witness in columns],
            hits.get(defect.id),
        )
        for number, defect in enumerate(sorted(defects, key=lambda defect: defect.advice), 1)
    ]
    counted = tuple(row for row in rows if not row.defect.advice)
    return SawTable(
        columns=tuple(
            _column(witness, [saw[row.defect.id].get(witness.siglum, "unasked") for row in counted], shown)
            for witness in columns
        ),
        rows=counted,
        advice=tuple(row for row in rows if row.defect.advice),
        seats=seats,
    )


def _answered(sitting: Sitting, story: Story, upto: Spot) -> tuple[dict[str, Share], int | None]:
    """The share of seats that hit each defect, by the last question about it whose answers are out."""
    room = sitting.shown()
    hits: dict[str, Share] = {}
    seats = None
    for question in story.questions():
        if question.id in room.asked and asked_in(question, story.defects) and _is_out(story, question, upto):
            found = summed(story, question, given_to(sitting.pk, question.id, room.round_of(question.id)))
            if found.seats:
                hits |= found.hits
                seats = found.seats
    return hits, seats


def _is_out(story: Story, question: QuestionStep, upto: Spot) -> bool:
    """Whether the class has seen its own answers: no table comes before the step that reveals them."""
    reveal = story.reveal_of(question.id)
    return (story.at(question.id) if reveal is None else reveal) < upto[0]


def _row(number: int, defect: Defect, where: str | None, marks: Sequence[Mark], share: Share | None) -> Row:
    """`where` is None for what nobody has named yet."""
    return Row(
        number=number,
        defect=defect,
        named=where is not None,
        where=where or "",
        marks=tuple(marks),
        by_class=OfClass(share) if share else None,
    )


def _mark(witness: Witness, saw: Sight, shown: Collection[str]) -> Mark:
    if witness.siglum not in shown:
        return Mark(witness.siglum, witness.letter, "unasked", "")
    return Mark(witness.siglum, witness.letter, saw, f"{witness.siglum}, {witness.name}: {WORDS[saw]}")


def _column(witness: Witness, saw: Sequence[Sight], shown: Collection[str]) -> Column:
    seen = saw.count("seen")
    return Column(witness, witness.siglum in shown, seen, seen + saw.count("missed"))


def where_of(defect: Defect, code: str | None = None) -> str:
    """Its first place, in this state of the code if there is one; "the whole" where it lacks something."""
    places = (defect.places_in(code) if code else ()) or defect.places
    where = next((where for where in places if where.path), None)
    if where is None:
        return "the whole"
    return f"{where.path}:{where.first}" if where.first else where.path
