"""The numbers of one submission, each with the very claims that it was computed from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from courses.domain.queries.excerpt import Said
from courses.domain.queries.results import Entry, Mark, WhoSawWhat
from courses.pictures.base import Tone
from courses.pictures.shares import Shares, shares
from reviews.claims import Severity
from reviews.gap.agreement import Kappa, kappa
from reviews.gap.calibration import Calibration, calibration
from reviews.gap.estimate import Estimates, Refusal, estimate
from reviews.gap.measures import Gap, Judged, Share, Weights
from reviews.models import Defect, Finding, Pass
from reviews.protocols.base import Setup


@dataclass(frozen=True, slots=True)
class Group:
    """Defects that one number counts, with all that was said about each. `name` is also its anchor."""

    name: str
    title: str
    meaning: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A note on a valid defect that others weighed too: its severity, and the defect's."""

    said: Said
    entry: Entry


@dataclass(frozen=True, slots=True)
class Stated:
    """A decided note that says how sure its writer was, and whether it was right."""

    said: Said
    entry: Entry
    right: bool


@dataclass(frozen=True, slots=True)
class Numbers:
    """All of them. What does not apply is None; `unfound` is an estimate, or why there is none."""

    gap: Gap
    weights: Weights
    groups: tuple[Group, ...]
    weighted_recall: Share | None
    missed_gap: Share | None
    students_edge: Share | None
    weighed: tuple[Weighed, ...]
    severities: Kappa | None
    stated: tuple[Stated, ...]
    confidence: Calibration | None
    unfound: Estimates | Refusal
    reviewers: tuple[str, ...]
    picture: Shares | None


def numbers(table: WhoSawWhat, gap: Gap, weights: Weights) -> Numbers:
    """What the table of who saw what comes to; `gap` and `table` are of the same submission."""
    weighed, stated = _weighed(table), _stated(table)
    seen, reviewers = _independent(table)
    return Numbers(
        gap=gap,
        weights=weights,
        groups=_groups(table, gap),
        weighted_recall=gap.weighted_recall(weights),
        missed_gap=gap.missed_gap(weights),
        students_edge=gap.students_edge(weights),
        weighed=weighed,
        severities=kappa(
            [(Severity(item.said.claim.severity), Severity(item.entry.defect.severity)) for item in weighed]
        ),
        stated=stated,
        confidence=calibration([((item.said.claim.confidence or 0) / 100, item.right) for item in stated]),
        unfound=estimate(seen, reviewers),
        reviewers=tuple(sorted(reviewers)),
        picture=_picture(gap, weights),
    )


def _groups(table: WhoSawWhat, gap: Gap) -> tuple[Group, ...]:
    entries = {entry.defect.number: entry for entry in table.entries}

    def group(name: str, title: str, meaning: str, defects: tuple[Judged, ...]) -> Group:
        found = tuple(entries[defect.number] for defect in defects if defect.number in entries)
        return Group(name, title, meaning, found)

    return (
        group("caught", "Caught", "valid, and in the student's notes", gap.caught),
        group("missed", "Missed", "valid, and in no note", gap.missed),
        group("student-only", "Student only", "valid, and seen by nobody but the student", gap.student_only),
        group("false-alarms", "False alarms", "noted, and decided to be none", gap.false_alarms),
        group("undecided", "Undecided", "counts for nothing yet", gap.undecided),
    )


def _weighed(table: WhoSawWhat) -> tuple[Weighed, ...]:
    """The first note on each valid defect whose severity does not rest on that note alone."""
    pairs = []
    for entry in table.entries:
        notes = [item for item in entry.said if item.kind == "note"]
        others = entry.defect.titled_by_person or len(notes) < len(entry.said)
        if entry.defect.standing == Defect.Standing.VALID and notes and others:
            pairs.append(Weighed(notes[0], entry))
    return tuple(pairs)


def _stated(table: WhoSawWhat) -> tuple[Stated, ...]:
    right = {Defect.Standing.VALID.value: True, Defect.Standing.INVALID.value: False}
    return tuple(
        Stated(item, entry, right[entry.defect.standing])
        for entry in table.entries
        for item in entry.said
        if item.kind == "note" and item.claim.confidence is not None and entry.defect.standing in right
    )


def _independent(table: WhoSawWhat) -> tuple[dict[int, set[str]], set[str]]:
    """Who saw each valid defect, and who looked at all: passes and models of a family are one reviewer.

    The answer key is no reviewer, and green tests look for nothing.
    """
    reviewers = {
        reader
        for column in table.columns
        if column.asked
        for reader in _readers(column.witness.letter, column.witness.passes)
    }
    seen = {
        entry.defect.pk: {reader for mark in entry.marks if mark.saw == "seen" for reader in _finders(mark)}
        for entry in table.entries
        if entry.defect.standing == Defect.Standing.VALID
    }
    return {pk: finders & reviewers for pk, finders in seen.items() if finders & reviewers}, reviewers


def _finders(mark: Mark) -> set[str]:
    claims = (said.claim for said in mark.said)
    return _readers(mark.witness.letter, [claim.by_pass for claim in claims if isinstance(claim, Finding)])


def _readers(letter: str, passes: Iterable[Pass]) -> set[str]:
    if letter in _TOGETHER:
        return {_TOGETHER[letter]}
    families = {Setup.from_json(item.review.setup).seat(item.reviewer_id).family for item in passes}
    return {f"models of the family {family}" for family in families if family}


_TOGETHER = {"S": "the student", "L": "the linters"}


def _picture(gap: Gap, weights: Weights) -> Shares | None:
    if gap.recall is None and gap.precision is None:
        return None
    rows: list[tuple[str, Share | None, Tone]] = [
        ("recall", gap.recall, "student"),
        ("weighted recall", gap.weighted_recall(weights), "student"),
        ("precision", gap.precision, "student"),
    ]
    return shares("Recall and precision of the notes", rows, about="Number")
