"""The pictures that stand beside the tables of the insights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from courses.domain.queries.insights import StudentRow, TermRow, Worth
from courses.models import Assignment
from courses.pictures import cells, curve, lines, shares
from courses.pictures.base import Tone
from reviews.gap.digest import Digest
from reviews.gap.measures import Share, proportion
from reviews.gap.tables.blind import BlindSpots, Repeats
from reviews.gap.tables.reviewers import ReviewerRow, Step
from reviews.gap.tables.students import Nobody, Tenth, TestsRow, learnt


def spots(table: BlindSpots) -> cells.Cells:
    """Categories against witnesses: how much of each category each one missed."""
    return cells.heat(
        "What each witness missed, by category",
        [row.siglum for row in table.witnesses],
        [(row.category, [cell.share for cell in row.cells]) for row in table.rows],
    )


def overlaps(table: Repeats) -> cells.Cells:
    """Every two witnesses: what both missed, of what either missed."""
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for pair in table.pairs:
        both, either = counted.get((pair.one, pair.other), (0, 0))
        missed = pair.both.value
        whole = missed + pair.first.value + pair.second.value
        counted[pair.one, pair.other] = (both + missed, either + whole)
    found = {pair: proportion(*counts) for pair, counts in counted.items()}
    return cells.pairs("What two witnesses missed together", table.sigla, found)


def thesis(table: Repeats) -> shares.Shares | None:
    """Of what the first self-review pass missed: who missed it too; None of nothing."""
    difference = table.thesis.difference
    if difference is None:
        return None
    rows: list[tuple[str, Share | None, Tone]] = [
        ("The second self-review pass", difference.first, "model"),
        ("Another family", difference.second, "plain"),
    ]
    return shares.shares("Missed too, of what the first self-review pass missed", rows)


def steps(table: Sequence[Step]) -> curve.Curve:
    """What was found for what it cost; for how many calls, where the cost is not known of all."""
    priced = all(step.taken.is_known for step in table) and any(step.taken.cost for step in table)
    found = tuple(
        curve.Step(step.cost_so_far if priced else step.calls_so_far, step.total, step.siglum)
        for step in table
    )
    series = [curve.Series("In turn", found, "model")]
    return curve.curve("What each further pass added", series, unit="dollars" if priced else "calls")


def holding(table: Sequence[TestsRow]) -> shares.Shares:
    """How many submissions hold a valid defect, with green tests and without."""
    return shares.shares(
        "Submissions that hold a valid defect",
        [("Green tests" if row.green else "No green tests", row.share, "plain") for row in table],
        about="Submissions",
    )


def estimated(table: Nobody) -> shares.Shares:
    """For how many submissions there is an estimate."""
    whole = table.estimated + table.refused
    return shares.shares(
        "Submissions with an estimate",
        [("Estimate made", proportion(table.estimated, whole), "plain")],
        about="Submissions",
    )


def seen(table: Sequence[ReviewerRow]) -> shares.Shares:
    """The recall of each reviewer."""
    rows: list[tuple[str, Share | None, Tone]] = [
        (row.name, row.recall.share, "plain" if row.letter == "L" else "model") for row in table
    ]
    return shares.shares("Recall of each reviewer", rows, about="Reviewer")


def right(table: Sequence[ReviewerRow]) -> shares.Shares:
    """The precision of each reviewer."""
    rows: list[tuple[str, Share | None, Tone]] = [
        (row.name, row.precision.share, "plain" if row.letter == "L" else "model") for row in table
    ]
    return shares.shares("Precision of each reviewer", rows, about="Reviewer")


def stated(table: Sequence[Tenth]) -> shares.Shares:
    """How many notes were right, by how sure they were."""
    rows: list[tuple[str, Share | None, Tone]] = [
        (f"{row.low:.1f} to {row.high:.1f}, mean {row.stated:.2f}", row.right, "student") for row in table
    ]
    return shares.shares("Notes that were right, by stated confidence", rows, about="Stated confidence")


def term(assignments: Sequence[Assignment], digests: Sequence[Digest]) -> lines.Lines:
    """The class's recall, precision and calibration over the term."""
    worth = [learnt(digest) for digest in digests]
    return lines.lines(
        "The class over the term",
        [assignment.title for assignment in assignments],
        [
            ("Recall", [each.recall.share for each in worth]),
            ("Precision", [each.precision for each in worth]),
            ("Brier score, 0 is best", [each.brier for each in worth]),
        ],
        about="Number",
    )


def students_missed(rows: Sequence[StudentRow], categories: Sequence[str]) -> cells.Cells:
    """Students against categories: how much of each category each student missed."""
    columns = list(categories)
    return cells.heat(
        "What each student missed, by category",
        columns,
        [
            (row.name, [found.share if (found := row.categories.get(name)) else None for name in columns])
            for row in rows
        ],
        about="Student",
        tone="student",
    )


NUMBERS: dict[str, tuple[str, Callable[[Worth], Share | float | None]]] = {
    "recall": ("Recall", lambda worth: worth.recall),
    "precision": ("Precision", lambda worth: worth.precision),
    "brier": ("Brier score", lambda worth: worth.brier),
}
"""What of a student's notes is drawn over the term, with its name for people."""


def student_lines(rows: Sequence[TermRow], assignments: Sequence[Assignment], which: str) -> lines.Lines:
    """One line of a number, a key of NUMBERS, for each student."""
    name, number = NUMBERS[which]
    values = [(row.name, [number(worth) if worth else None for worth in row.worths]) for row in rows]
    return lines.lines(f"{name} of each student over the term", [one.title for one in assignments], values)


def own_term(assignments: Sequence[str], worth: Sequence[Worth]) -> lines.Lines:
    """A student's own recall, precision and calibration over the assignments whose grades are out."""
    return lines.lines(
        "Your notes over the term",
        assignments,
        [
            ("Recall", [each.recall for each in worth]),
            ("Precision", [each.precision for each in worth]),
            ("Brier score, 0 is best", [each.brier for each in worth]),
        ],
        about="Number",
    )
