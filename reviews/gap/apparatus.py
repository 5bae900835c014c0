"""Who saw what: one row per defect, one column per witness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Prefetch

from reviews.claims import Severity
from reviews.gap.defects import SPEAKING, put_in_words
from reviews.gap.measures import Judged
from reviews.models import Defect, Finding, Note, Pass, Provenance, Review, Seal, Snapshot
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Protocol
from reviews.providers.registry import suits

ORDER = "SLTAXDRMCI"
"""The columns from left to right, by the letters of their witnesses. Who only reads texts has none."""

MUTE = (Review.State.INCOMPLETE, Review.State.FAILED)
"""A review that ended so before anybody spoke about the code could not review it."""

HEAVY = ("raw", "text", "document", "exhibits", "votes")
"""What of a pass only its own page shows."""


class Sight(StrEnum):
    """What a witness did with a defect."""

    SEEN = "seen"
    MISSED = "missed"
    UNABLE = "could not review"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Witness:
    """A column: its siglum, its full name, and the passes behind it (none for S and T)."""

    siglum: str
    letter: str
    name: str
    passes: tuple[Pass, ...] = ()
    recorded: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one witness did with one defect, and the claims that show it."""

    witness: Witness
    sight: Sight
    claims: tuple[Note | Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A defect with its cells, in the order of the witnesses."""

    defect: Defect
    cells: tuple[Cell, ...]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Apparatus:
    """The whole table. Claims of a duplicate stand in its original's row."""

    witnesses: tuple[Witness, ...]
    rows: tuple[Row, ...]
    duplicates: tuple[Defect, ...]


def who_saw_what(snapshot: Snapshot, *, decided: bool = True) -> Apparatus:
    """The apparatus of a snapshot, in a fixed number of queries.

    With `decided` false nothing of what a person decided shows: duplicates are rows of their own,
    and every defect has the words of its claims.
    """
    witnesses = witnesses_of(snapshot)
    defects = list(
        snapshot.defects.select_related("duplicate_of", "decided_by").prefetch_related(
            "notes",
            "findings",
            Prefetch("findings__by_pass", Pass.objects.defer(*HEAVY).select_related("review", "reviewer")),
        )
    )
    notes: dict[int, list[Note]] = defaultdict(list)
    findings: dict[int, list[Finding]] = defaultdict(list)
    for defect in defects:
        home = (defect.duplicate_of_id if decided else None) or defect.pk
        notes[home] += defect.notes.all()
        findings[home] += [item for item in defect.findings.all() if item.by_pass.review.current]
    if not decided:
        for defect in defects:
            put_in_words(defect, [*notes[defect.pk], *findings[defect.pk]])
    rows = tuple(
        Row(
            defect,
            tuple(_cell(witness, defect, notes[defect.pk], findings[defect.pk]) for witness in witnesses),
            tuple(notes[defect.pk]),
            tuple(findings[defect.pk]),
        )
        for defect in defects
        if defect.duplicate_of_id is None or not decided
    )
    return Apparatus(witnesses, rows, tuple(d for d in defects if d.duplicate_of_id and decided))


def witnesses_of(snapshot: Snapshot) -> tuple[Witness, ...]:
    """The columns: the student, the linters, the green tests, then the models as they were asked.

    Only passes that speak about the code make one: who read a plan or a patch is no witness here.
    All of a panel speak under one siglum, and are one witness.
    """
    heard: dict[str, list[Pass]] = {}
    mute: list[Witness] = []
    reviews = snapshot.reviews.filter(current=True).prefetch_related(
        Prefetch("passes", Pass.objects.defer(*HEAVY).select_related("reviewer__model"))
    )
    for review in reviews:
        letter = PROTOCOLS[review.protocol].letter
        speaking = [item for item in review.passes.all() if item.about_code]
        for item in speaking:
            heard.setdefault(item.siglum, []).append(item)
        if not speaking and review.state in MUTE and letter in ORDER:
            mute.append(_mute(review))
    green = Provenance.objects.filter(snapshot=snapshot).first()
    tests = [Witness("T", "T", "The code's own green tests")] if green and green.green else []
    sealed = Seal.objects.filter(snapshot=snapshot).exists()
    student = [Witness("S", "S", "The student")] if sealed else []
    models = [_heard(siglum, passes) for siglum, passes in heard.items()]
    return tuple(sorted([*student, *tests, *models, *mute], key=lambda one: ORDER.find(one.letter)))


def judged(snapshot_ids: Iterable[int]) -> dict[int, list[Judged]]:
    """The defects of many snapshots as the numbers see them, in three queries whatever their number.

    What a panel dismissed, it does not count as having seen.
    """
    ids = list(snapshot_ids)
    defects = list(Defect.objects.filter(snapshot__in=ids))
    originals = {defect.pk: defect.duplicate_of_id or defect.pk for defect in defects}
    notes: dict[int, int] = defaultdict(int)
    for home in Note.objects.filter(snapshot__in=ids).exclude(defect=None).values_list("defect", flat=True):
        notes[originals[home]] += 1
    found = Finding.objects.filter(SPEAKING, snapshot__in=ids)
    seen = found.exclude(defect=None).exclude(outcome=Finding.Outcome.DISMISSED)
    by_models = {originals[home] for home in seen.values_list("defect", flat=True).distinct()}
    by_snapshot: dict[int, list[Judged]] = {pk: [] for pk in ids}
    for defect in defects:
        if defect.duplicate_of_id is None:
            by_snapshot[defect.snapshot_id].append(
                Judged(
                    number=defect.number,
                    title=defect.title,
                    severity=Severity(defect.severity),
                    valid=_VALID[defect.standing],
                    notes=notes[defect.pk],
                    by_models=defect.pk in by_models,
                )
            )
    return by_snapshot


_VALID: dict[str, bool | None] = {
    Defect.Standing.VALID: True,
    Defect.Standing.INVALID: False,
    Defect.Standing.UNDECIDED: None,
}


def _cell(witness: Witness, defect: Defect, notes: Sequence[Note], findings: Sequence[Finding]) -> Cell:
    if witness.letter == "S":
        return Cell(witness, Sight.SEEN if notes else Sight.MISSED, tuple(notes))
    if witness.letter == "T":
        return Cell(witness, Sight.MISSED)
    passes = {item.pk for item in witness.passes}
    claims = tuple(
        item for item in findings if item.by_pass_id in passes and item.outcome != Finding.Outcome.DISMISSED
    )
    return Cell(witness, Sight.SEEN if claims else _silence(witness, defect), claims)


def _silence(witness: Witness, defect: Defect) -> Sight:
    """Why there is no claim: silence counts as missed only where somebody really read that file."""
    path = _path(defect)
    if not witness.passes:
        return Sight.UNABLE if witness.reason else Sight.NOT_ASKED
    if any(kept_from(path, item.state, item.reviewer.provider) for item in witness.passes):
        return Sight.UNABLE
    answered = [item.paths for item in witness.passes if item.state == Pass.State.ANSWERED]
    return Sight.MISSED if covered(path, answered) else Sight.NOT_ASKED


def covered(path: str, read: Iterable[Sequence[str]]) -> bool:
    """Whether any of these readers, given the files each read, was asked about a defect there.

    A defect of the whole, without a path, was before everyone who read anything.
    """
    return any(not path or path in files for files in read)


def kept_from(path: str, state: str, provider: str) -> bool:
    """Whether a pass could not review a file that it should have: nobody may call that silence."""
    return state == Pass.State.UNABLE and (not path or suits(provider, [path]))


def _path(defect: Defect) -> str:
    claims: list[Note | Finding] = [*defect.notes.all(), *defect.findings.all()]
    return next((claim.path for claim in claims if claim.path), "")


def _heard(siglum: str, passes: Sequence[Pass]) -> Witness:
    protocol = PROTOCOLS[passes[0].review.protocol]
    label = label_of(protocol, passes[0].role)
    names = ", ".join(dict.fromkeys(item.reviewer.name for item in passes))
    unable = "; ".join(item.detail for item in passes if item.state == Pass.State.UNABLE)
    return Witness(
        siglum,
        protocol.letter,
        f"{label}: {names}",
        tuple(passes),
        any(item.recorded for item in passes),
        unable,
    )


def label_of(protocol: Protocol, role: str) -> str:
    """What a witness is called: by its role where that is what tells a protocol's reviewers apart."""
    return role.capitalize() if protocol.letter == "R" else protocol.label


def _mute(review: Review) -> Witness:
    """A review that never came to the code still has its column: could not review is not silence."""
    protocol = PROTOCOLS[review.protocol]
    return Witness(protocol.letter, protocol.letter, protocol.label, reason=review.reason or review.state)
