"""The tables of the insights for a spreadsheet: a header, then rows; numbers as numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from courses.domain.insights import told
from courses.domain.queries.insights import Scope, Worth, revisions_of, worths
from courses.domain.queries.ledger import harmless
from courses.models import Assignment, Membership
from reviews.gap.counted import STUDENT, category_of
from reviews.gap.digest import Digest, together
from reviews.gap.facts import Facts
from reviews.gap.measures import Share
from reviews.gap.tables.base import witnesses
from reviews.gap.tables.blind import blind_spots, repeats
from reviews.gap.tables.reviewers import added, reviewers
from reviews.gap.tables.students import green_tests, learnt, nobody_found
from reviews.models.connection import MICRO

Cell = str | int | float | Decimal | None
Row = tuple[Cell, ...]

SHARE = ("share", "from", "to")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the heads of its columns, and its rows."""

    head: tuple[str, ...]
    rows: Iterable[Row]

    def lines(self) -> Iterator[str]:
        """Comma-separated values, line by line. No text is taken for a formula (CWE-1236)."""
        for row in (self.head, *self.rows):
            written = io.StringIO()
            csv.writer(written).writerow([harmless(cell) if isinstance(cell, str) else cell for cell in row])
            yield written.getvalue()


def sheet(name: str, scope: Scope, digests: Mapping[Assignment, Digest]) -> Sheet | None:
    """The table of that name of an assignment or a course; None where there is none."""
    if name in _OF_DIGESTS:
        return _OF_DIGESTS[name](together(digests.values()))
    if name == "learning":
        return _learning(digests)
    return _OF_ROWS[name](scope) if name in _OF_ROWS else None


def _share(share: Share | None) -> tuple[Cell, Cell, Cell]:
    return (_two(share.value), _two(share.low), _two(share.high)) if share else (None, None, None)


def _two(value: float) -> float:
    return round(value, 4)


def _money(micro: int | None) -> Decimal | None:
    return None if micro is None else Decimal(micro) / MICRO


def _blind_spots(digest: Digest) -> Sheet:
    table = blind_spots(digest)
    rows = [
        (row.category, witness.siglum, witness.name, cell.part.value, cell.whole, *_share(cell.share))
        for row in table.rows
        for witness, cell in zip(table.witnesses, row.cells, strict=True)
        if cell.whole
    ]
    return Sheet(("category", "witness", "name", "missed", "of", *SHARE), rows)


def _witnesses(digest: Digest) -> Sheet:
    rows = [
        (row.siglum, row.name, row.submissions, row.unable, row.recorded, row.missed.part.value,
         row.missed.whole, *_share(row.missed.share))
        for row in witnesses(digest)
    ]  # fmt: skip
    head = ("witness", "name", "submissions", "could not review", "recorded", "missed", "of", *SHARE)
    return Sheet(head, rows)


def _repeats(digest: Digest) -> Sheet:
    rows = [
        (pair.one, pair.other, pair.kin, pair.both.value, pair.first.value, pair.second.value, pair.neither,
         *_share(pair.share))
        for pair in repeats(digest).pairs
    ]  # fmt: skip
    head = (
        "one",
        "other",
        "families",
        "both missed",
        "only one missed",
        "only other missed",
        "neither missed",
    )
    return Sheet((*head, *SHARE), rows)


def _added(digest: Digest) -> Sheet:
    rows = [
        (step.siglum, step.name, step.new.value, step.total, step.taken.submissions, step.taken.calls,
         step.taken.recorded, _money(step.taken.cost), step.taken.unpriced, _money(step.cost_so_far))
        for step in added(digest)
    ]  # fmt: skip
    head = (
        "witness", "name", "new valid defects", "in all so far", "submissions", "calls", "recorded",
        "known cost (USD)", "submissions of unknown cost", "known cost so far (USD)",
    )  # fmt: skip
    return Sheet(head, rows)


def _tests(digest: Digest) -> Sheet:
    table = green_tests(digest)
    severities = tuple(str(severity) for severity, _ in table[0].severities)
    rows = [
        ("yes" if row.green else "no", row.submissions, row.holding, row.clean, row.open, row.valid.value,
         *(count.value for _, count in row.severities), *_share(row.share))
        for row in table
    ]  # fmt: skip
    head = ("green tests", "submissions", "with a valid defect", "without", "not decided", "valid defects")
    return Sheet((*head, *severities, *SHARE), rows)


def _nobody(digest: Digest) -> Sheet:
    table = nobody_found(digest)
    estimated = [
        (row.submissions.value, row.estimate.found, row.estimate.at_least, _ends(row.estimate.low),
         _ends(row.estimate.high), _two(row.chao.n), None)
        for row in table.estimates
    ]  # fmt: skip
    refused = [(count.value, None, None, None, None, None, why) for why, count in table.refusals]
    head = ("submissions", "found in each", "likely at least", "from", "to", "Chao", "no estimate because")
    return Sheet(head, [*estimated, *refused])


def _ends(end: float | None) -> float | None:
    return None if end is None else _two(end)


def _reviewers(digest: Digest) -> Sheet:
    rows = [
        (row.letter, row.name, row.recall.part.value, row.recall.whole, *_share(row.recall.share),
         row.precision.rest.value, *_share(row.precision.share),
         "; ".join(f"{category}: {count.value}" for category, count in row.false),
         row.taken.submissions, row.unable, row.taken.recorded, row.taken.calls, _money(row.taken.cost),
         row.taken.unpriced, _money(row.each))
        for row in reviewers(digest)
    ]  # fmt: skip
    head = (
        "protocol", "reviewer", "saw", "of valid", "recall", "recall from", "recall to", "false alarms",
        "precision", "precision from", "precision to", "false alarms by category", "submissions",
        "could not review", "recorded", "calls", "known cost (USD)", "submissions of unknown cost",
        "cost per valid defect (USD)",
    )  # fmt: skip
    return Sheet(head, rows)


_WORTH = (
    "caught", "of valid", "recall", "recall from", "recall to", "false notes", "precision",
    "precision from", "precision to", "notes with a confidence", "Brier",
)  # fmt: skip


def _learning(digests: Mapping[Assignment, Digest]) -> Sheet:
    rows = []
    for assignment, digest in digests.items():
        worth = learnt(digest)
        rows.append((
            assignment.title, worth.recall.part.value, worth.recall.whole, *_share(worth.recall.share),
            worth.false_notes, *_share(worth.precision), worth.stated, _ends(worth.brier), _ends(worth.skill),
        ))  # fmt: skip
    return Sheet(("assignment", *_WORTH, "skill"), rows)


def _students(scope: Scope) -> Sheet:
    """One row for each student and assignment."""
    found = worths(revisions_of(scope))
    people = Membership.objects.select_related("user").in_bulk({student for student, _ in found})
    titles = Assignment.objects.in_bulk({assignment for _, assignment in found})
    rows = sorted(
        (people[student].user.get_full_name(), titles[assignment].title, *_worth(worth))
        for (student, assignment), worth in found.items()
    )
    return Sheet(("student", "assignment", *_WORTH), rows)


def _worth(worth: Worth) -> Row:
    return (
        worth.caught, worth.valid, *_share(worth.recall), worth.false_notes, *_share(worth.precision),
        worth.brier_count, _ends(worth.brier),
    )  # fmt: skip


def _categories(scope: Scope) -> Sheet:
    """One row for each student, assignment and category."""

    def rows() -> Iterator[Row]:
        names = ("student__user__first_name", "student__user__last_name", "assignment__title")
        columns = ("snapshot__tally__facts", *(f"submission__{name}" for name in names))
        found = told(revisions_of(scope)).order_by("pk").values_list(*columns)
        for values, first, last, title in found.iterator(chunk_size=200):
            counts: dict[str, list[int]] = {}
            for defect in Facts.from_json({**values, "witnesses": ()}).defects:
                if defect.valid and STUDENT in defect.asked:
                    counted = counts.setdefault(category_of(defect), [0, 0])
                    counted[0] += STUDENT not in defect.seen
                    counted[1] += 1
            for category, (missed, whole) in sorted(counts.items()):
                yield f"{first} {last}", title, category, missed, whole

    return Sheet(("student", "assignment", "category", "missed", "of"), rows())


_OF_DIGESTS: dict[str, Callable[[Digest], Sheet]] = {
    "blind-spots": _blind_spots,
    "witnesses": _witnesses,
    "repeats": _repeats,
    "added": _added,
    "tests": _tests,
    "nobody": _nobody,
    "reviewers": _reviewers,
}
_OF_ROWS: dict[str, Callable[[Scope], Sheet]] = {"students": _students, "categories": _categories}
