"""The rows of an assignment's dashboard: filtered, sorted, and who comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from courses.domain.queries.standing import Stage, Standing
from courses.models import Grade
from reviews.gap.measures import Judged

WAITING = (Stage.INCOMPLETE, Stage.ADJUDICATE, Stage.GRADE)
"""The stages in which a submission waits for its grade."""

Key = Callable[[Standing], float | None]


def _points(grade: Grade | None) -> float | None:
    return None if grade is None or grade.points is None else float(grade.points)


SORTS: dict[str, Key] = {
    "attention": lambda row: row.attention,
    "name": lambda _: 0,
    "caught": lambda row: len(row.gap.caught) if row.gap else None,
    "missed": lambda row: len(row.gap.missed) if row.gap else None,
    "undecided": lambda row: len(row.gap.undecided) if row.gap else None,
    "suggested": lambda row: (
        None if row.suggestion is None or row.suggestion.points is None else float(row.suggestion.points)
    ),
    "points": lambda row: _points(row.grade),
}
"""What rows are sorted by, equal ones by name; a key of None comes last in either direction."""

DEFAULT_SORT = "attention"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows, in which order: a stage, a part of a name, and a key of SORTS, with `-` downwards."""

    stage: str = ""
    name: str = ""
    sort: str = DEFAULT_SORT

    @property
    def is_filtered(self) -> bool:
        """Whether some rows may be hidden."""
        return bool(self.stage or self.name.strip())


def arrange(rows: Sequence[Standing], wanted: Wanted) -> list[Standing]:
    """The rows that are wanted, in the wanted order; equal ones by name."""
    part = wanted.name.strip().casefold()
    chosen = [
        row
        for row in rows
        if (not wanted.stage or row.stage == wanted.stage)
        and (part in f"{row.student.user.get_full_name()} {row.name}".casefold())
    ]
    down = wanted.sort.startswith("-")
    name = wanted.sort.removeprefix("-")
    key = SORTS.get(name, SORTS[DEFAULT_SORT])
    chosen.sort(key=lambda row: row.name.casefold(), reverse=down and name == "name")
    known = [row for row in chosen if key(row) is not None]
    known.sort(key=lambda row: key(row) or 0, reverse=down)
    return [*known, *(row for row in chosen if key(row) is None)]


def next_waiting(rows: Sequence[Standing], after: str = "") -> Standing | None:
    """Whom to grade next: in the order of attention, the first after the submission of that id.

    None where nobody waits, or only the one that is being looked at.
    """
    waiting = [row for row in arrange(rows, Wanted()) if row.stage in WAITING]
    at = next(
        (i for i, row in enumerate(waiting) if row.submission and str(row.submission.pk) == after), None
    )
    if at is None:
        return waiting[0] if waiting else None
    others = waiting[at + 1 :] + waiting[:at]
    return others[0] if others else None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar: its kind, where it begins and how wide it is, in per cent of the widest bar."""

    kind: str
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Glance:
    """A row with the picture of its gap."""

    row: Standing
    pieces: tuple[Piece, ...]


def glances(page: Sequence[Standing]) -> list[Glance]:
    """Rows with their gaps drawn on one scale: one defect is as wide in every row."""
    widest = max((sum(map(len, _parts(row).values())) for row in page), default=0)
    return [Glance(row, tuple(_pieces(row, widest))) for row in page]


def _parts(row: Standing) -> dict[str, Sequence[Judged]]:
    gap = row.gap
    if gap is None:
        return {}
    return {
        "both": gap.both,
        "student": gap.student_only,
        "model": gap.models_only,
        "nobody": gap.nobody,
        "false-alarm": gap.false_alarms,
    }


def _pieces(row: Standing, widest: int) -> Iterator[Piece]:
    start = 0.0
    for kind, defects in _parts(row).items():
        if defects:
            width = 100 * len(defects) / widest
            yield Piece(kind, start, width)
            start += width


def stages(rows: Sequence[Standing]) -> list[tuple[Stage, int]]:
    """Every stage that occurs, with how many are in it, in the order of attention."""
    counted = [(stage, sum(row.stage == stage for row in rows)) for stage in Stage]
    return [(stage, count) for stage, count in counted if count]


def to_release(rows: Sequence[Standing]) -> int:
    """How many grades are given and not out yet."""
    return sum(row.stage == Stage.GRADED for row in rows)


def by_other_weights(rows: Sequence[Standing]) -> int:
    """How many grades were given by other weights than the course's present ones."""
    return sum(row.earlier_weights is not None for row in rows)


def released(rows: Sequence[Standing]) -> int:
    """How many grades are out."""
    return sum(row.stage == Stage.RELEASED for row in rows)
