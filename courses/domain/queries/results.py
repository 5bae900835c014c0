"""What is known of one submission: who saw what, and where the points went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courses.domain.queries.excerpt import Excerpt, Said, Sources
from reviews.gap.apparatus import Apparatus, Cell, Row, Sight, Witness, who_saw_what
from reviews.gap.measures import Gap
from reviews.gap.stored import SPEAKING, Stored
from reviews.models import Defect, Snapshot


# --- The apparatus: who saw what ---------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Column:
    """A witness with its total: of the defects that it was asked about (`asked`), it saw `seen`."""

    witness: Witness
    seen: int
    asked: int

    @property
    def title(self) -> str:
        """What stands over the column."""
        if self.witness.letter in _TITLES:
            return _TITLES[self.witness.letter]
        return self.witness.name.partition(":")[0].lower()

    @property
    def said(self) -> str:
        """Its total in words, or why it has none."""
        if self.asked:
            return f"saw {self.seen} of {self.asked}"
        return "could not review" if self.witness.reason else _unasked(self.witness)


_TITLES = {"S": "student", "L": "linters", "T": "tests", "K": "key"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell: `saw` is the shape, `word` what is read aloud."""

    witness: Witness
    saw: str
    word: str
    said: tuple[Said, ...]

    @property
    def grounded(self) -> bool:
        """Whether any of its claims cites what is really there."""
        return any(item.grounded for item in self.said)


@dataclass(frozen=True, slots=True)
class Entry:
    """A defect with a mark for each witness, and all that was said about it."""

    defect: Defect
    place: str
    marks: tuple[Mark, ...]
    said: tuple[Said, ...]

    @property
    def seen_by(self) -> tuple[Witness, ...]:
        """The witnesses that saw it."""
        return tuple(mark.witness for mark in self.marks if mark.saw == "seen")


@dataclass(frozen=True, slots=True)
class WhoSawWhat:
    """The signature screen: columns, entries, what a person merged away, and what it teaches."""

    columns: tuple[Column, ...]
    entries: tuple[Entry, ...]
    duplicates: tuple[Defect, ...]
    lesson: str
    sources: Sources

    def entry(self, number: int) -> Entry | None:
        """The entry of the defect of that number."""
        return next((entry for entry in self.entries if entry.defect.number == number), None)

    def excerpts(self, entry: Entry) -> tuple[Excerpt, ...]:
        """The code around what was said in an entry."""
        return self.sources.excerpts(entry.said)


_SHAPE = {
    Sight.SEEN: "seen",
    Sight.MISSED: "missed",
    Sight.UNABLE: "failed",
    Sight.NOT_ASKED: "unasked",
}


def saw_what(snapshot: Snapshot, *, decided: bool) -> WhoSawWhat:
    """The apparatus of a snapshot for a page, in a fixed number of queries.

    `decided` says whether the reader may know what was decided: then totals and the lesson leave
    out what was dismissed; otherwise they count every defect, so that they give nothing away.
    """
    found = who_saw_what(snapshot, decided=decided)
    paths = {item.path for row in found.rows for item in row.claims}
    sources = Sources(snapshot, paths)
    counted = [row for row in found.rows if not (decided and row.defect.standing == _INVALID)]
    return WhoSawWhat(
        columns=tuple(_column(index, witness, counted) for index, witness in enumerate(found.witnesses)),
        entries=tuple(_entry(row, sources) for row in found.rows),
        duplicates=found.duplicates,
        lesson=lesson(Apparatus(found.witnesses, tuple(counted), ())),
        sources=sources,
    )


_INVALID = Defect.Standing.INVALID


def _column(index: int, witness: Witness, rows: Sequence[Row]) -> Column:
    sights = [row.cells[index].sight for row in rows]
    seen, missed = sights.count(Sight.SEEN), sights.count(Sight.MISSED)
    return Column(witness, seen, seen + missed)


def _entry(row: Row, sources: Sources) -> Entry:
    said = tuple(map(sources.said, row.claims))
    marks = tuple(_mark(cell, sources) for cell in row.cells)
    return Entry(row.defect, place_of(said), marks, said)


def _mark(cell: Cell, sources: Sources) -> Mark:
    what = _unasked(cell.witness) if cell.sight is Sight.NOT_ASKED else cell.sight.value
    word = f"{cell.witness.siglum}, {cell.witness.name}: {what}"
    said = tuple(sources.said(claim) for claim in cell.claims)
    return Mark(cell.witness, _SHAPE[cell.sight], word, said)


def _unasked(witness: Witness) -> str:
    """What silence means of a witness that read nothing of it: whoever still reads may yet speak."""
    return "no answer yet" if witness.still_reads else Sight.NOT_ASKED.value


def place_of(said: Sequence[Said]) -> str:
    """Where most of the claims put it, as people write a place; the grounded ones are asked first."""
    best = sorted(said, key=lambda item: (not item.grounded, item.claim.first_line is None))
    return next((item.claim.where for item in best if item.claim.where), "the whole submission")


# --- What the table shows ----------------------------------------------------------------------------
def lesson(table: Apparatus) -> str:
    """One or two sentences that say what a table shows, from its own data; empty of an empty one."""
    if not table.rows:
        return ""
    own = [index for index, witness in enumerate(table.witnesses) if witness.letter == "A"]
    own = [index for index in own if _spoke(table, index)]
    if not own:
        return _student_and_linters(table)
    sigla = [table.witnesses[index].siglum for index in own]
    sentences = []
    if len(own) > 1:
        added = sum(_seen(row, own[1:]) and not _seen(row, own[:1]) for row in table.rows)
        sentences.append(f"Self-review {_listed(sigla[1:])} added {_defects(added)} to those of {sigla[0]}.")
    sentences.append(_strangers(table, own))
    return " ".join(sentences)


def _strangers(table: Apparatus, own: Sequence[int]) -> str:
    """What each reviewer of another family saw of that which self-review read and missed."""
    by_name: dict[str, list[int]] = {}
    for index, witness in enumerate(table.witnesses):
        if witness.letter == "X" and _spoke(table, index):
            by_name.setdefault(witness.name, []).append(index)
    if not by_name:
        return "No model of another family has read this code, so self-review stands uncompared."
    missed = [row for row in table.rows if not _seen(row, own) and _missed(row, own)]
    parts = []
    for name, columns in by_name.items():
        seen = sum(_seen(row, columns) for row in missed)
        sigla = _listed([table.witnesses[index].siglum for index in columns])
        what = _defects(seen) if seen else "nothing"
        parts.append(f"{sigla} ({name.partition(': ')[2]}) saw {what} that self-review missed")
    return f"{'; '.join(parts)}."


def _student_and_linters(table: Apparatus) -> str:
    linters = [index for index, witness in enumerate(table.witnesses) if witness.letter == "L"]
    if not any(_spoke(table, index) for index in linters):
        return "No other reviewer has read this code, so there is nothing to compare the notes with."
    student = [index for index, witness in enumerate(table.witnesses) if witness.letter == "S"]
    alone = sum(_seen(row, student) and _missed(row, linters) for row in table.rows)
    missed = sum(_seen(row, linters) and _missed(row, student) for row in table.rows)
    return (
        f"The student saw {_defects(alone)} that the linters missed; "
        f"the linters saw {_defects(missed)} that the student missed."
    )


def _spoke(table: Apparatus, index: int) -> bool:
    """Whether this witness was asked about anything and could review it."""
    return any(row.cells[index].sight in (Sight.SEEN, Sight.MISSED) for row in table.rows)


def _seen(row: Row, columns: Sequence[int]) -> bool:
    return any(row.cells[index].sight is Sight.SEEN for index in columns)


def _missed(row: Row, columns: Sequence[int]) -> bool:
    return not _seen(row, columns) and any(row.cells[index].sight is Sight.MISSED for index in columns)


def _listed(sigla: Sequence[str]) -> str:
    return sigla[0] if len(sigla) == 1 else f"{', '.join(sigla[:-1])} and {sigla[-1]}"


def _defects(count: int) -> str:
    return {0: "no defect", 1: "one defect"}.get(count, f"{count} defects")


# --- One defect on the workbench ---------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Chosen:
    """A defect under adjudication, its code, and the way to its neighbours.

    `evidence` is the line that a dismissal would most likely quote. Numbers are None at the ends.
    """

    defect: Defect
    place: str
    said: tuple[Said, ...]
    excerpts: tuple[Excerpt, ...]
    evidence: str
    previous: int | None
    next: int | None
    next_undecided: int | None

    @property
    def unplaced(self) -> tuple[Said, ...]:
        """The claims that stand beside no line of the excerpts."""
        placed = {item.anchor for e in self.excerpts for line in e.lines for item in line.said}
        return tuple(item for item in self.said if item.anchor not in placed)


def choose(snapshot: Snapshot, table: WhoSawWhat, number: int | None) -> Chosen | None:
    """The defect of that number, by default the first undecided one; None where there is none."""
    defects = [*(entry.defect for entry in table.entries), *table.duplicates]
    if not defects:
        return None
    undecided = [defect.number for defect in defects if defect.standing == Defect.Standing.UNDECIDED]
    if number is None:
        number = undecided[0] if undecided else defects[0].number
    numbers = [defect.number for defect in defects]
    if number not in numbers:
        return None
    at = numbers.index(number)
    entry = table.entry(number)
    sources, said = (table.sources, entry.said) if entry else _own_claims(snapshot, defects[at])
    after = [other for other in numbers[at + 1 :] + numbers[:at] if other in undecided]
    return Chosen(
        defect=defects[at],
        place=place_of(said),
        said=said,
        excerpts=sources.excerpts(said),
        evidence=_evidence(sources, said),
        previous=numbers[at - 1] if at else None,
        next=numbers[at + 1] if at + 1 < len(numbers) else None,
        next_undecided=after[0] if after else None,
    )


def _own_claims(snapshot: Snapshot, duplicate: Defect) -> tuple[Sources, tuple[Said, ...]]:
    """A duplicate's own claims, which the table counts for its original."""
    findings = duplicate.findings.filter(SPEAKING)
    claims: list[Stored] = [
        *duplicate.notes.all(),
        *findings.select_related("by_pass__review", "by_pass__reviewer"),
        *duplicate.keyclaims.all(),
    ]
    sources = Sources(snapshot, (claim.path for claim in claims))
    return sources, tuple(sources.said(claim) for claim in claims)


def _evidence(sources: Sources, said: Sequence[Said]) -> str:
    for item in said:
        if item.readable and item.grounded and item.claim.first_line is not None:
            first = item.claim.quote.strip().partition("\n")[0].strip()
            return first or sources.line(item.claim.path, item.claim.first_line).strip()
    return ""


# --- What the student sees once the grade is out -----------------------------------------------------
@dataclass(frozen=True, slots=True)
class Fate:
    """A note and what became of it: `word` is hit, hit again, false alarm or undecided."""

    said: Said
    entry: Entry
    word: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Own notes, what was missed, what only the student saw."""

    fates: tuple[Fate, ...]
    missed: tuple[Entry, ...]
    student_only: tuple[Entry, ...]


def outcome(table: WhoSawWhat, gap: Gap) -> Outcome:
    """The entries of a table sorted as its gap says. A second note on one defect earns nothing more."""
    entries = {entry.defect.number: entry for entry in table.entries}
    return Outcome(
        fates=tuple(fate for entry in table.entries for fate in _fates(entry)),
        missed=tuple(entries[defect.number] for defect in gap.missed if defect.number in entries),
        student_only=tuple(entries[d.number] for d in gap.student_only if d.number in entries),
    )


def _fates(entry: Entry) -> list[Fate]:
    word = _FATES[entry.defect.standing]
    notes = [item for item in entry.said if item.kind == "note"]
    again = "hit again" if word == "hit" else word
    return [Fate(item, entry, again if index else word) for index, item in enumerate(notes)]


_FATES: dict[str, str] = {
    Defect.Standing.VALID: "hit",
    Defect.Standing.INVALID: "false alarm",
    Defect.Standing.UNDECIDED: "undecided",
}
