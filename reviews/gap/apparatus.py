"""Who saw what: one row per defect, one column per witness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import F, Prefetch

from reviews.claims import Severity
from reviews.gap.measures import Judged
from reviews.gap.stored import SPEAKING, Stored
from reviews.gap.wording import put_in_words
from reviews.models import Defect, Finding, KeyClaim, Note, Pass, Provenance, Review, Snapshot
from reviews.models.prepared import PreparedIn
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Protocol
from reviews.providers.registry import suits

ORDER = "SLTAXDRMCIK"
"""The columns from left to right, by the letters of their witnesses. Who only reads texts has none."""

MUTE = (Review.State.INCOMPLETE, Review.State.FAILED)
"""A review that ended so before anybody spoke about the code could not review it."""

BEFORE_ALL = "STK"
"""The letters of the witnesses that were before every defect: nobody asks them about one file."""

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
    """A column: its siglum, its full name, and the passes behind it (none for S, T and K).

    `review` is the one that it spoke in, the first where there are several.
    """

    siglum: str
    letter: str
    name: str
    passes: tuple[Pass, ...] = ()
    recorded: bool = False
    reason: str = ""
    review: Review | None = None

    @property
    def still_reads(self) -> bool:
        """Whether it may yet speak: a pass of it has not ended."""
        return any(item.state not in Pass.ENDED for item in self.passes)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one witness did with one defect, and the claims that show it."""

    witness: Witness
    sight: Sight
    claims: tuple[Stored, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A defect with its cells, in the order of the witnesses."""

    defect: Defect
    cells: tuple[Cell, ...]
    notes: tuple[Note, ...]
    findings: tuple[Finding, ...]
    key_claims: tuple[KeyClaim, ...] = ()

    @property
    def claims(self) -> tuple[Stored, ...]:
        """All that was said of it."""
        return (*self.notes, *self.findings, *self.key_claims)


@dataclass(frozen=True, slots=True)
class Apparatus:
    """The whole table. Claims of a duplicate stand in its original's row."""

    witnesses: tuple[Witness, ...]
    rows: tuple[Row, ...]
    duplicates: tuple[Defect, ...]


def who_saw_what(snapshot: Snapshot, *, decided: bool = True) -> Apparatus:
    """The apparatus of a snapshot, in a fixed number of queries.

    With `decided` false nothing of what a person decided shows: duplicates are rows of their own,
    every defect has the words of its claims, and the answer key is not there.
    """
    witnesses = witnesses_of([snapshot.pk], key=decided)[snapshot.pk]
    defects = list(
        snapshot.defects.select_related("duplicate_of", "decided_by").prefetch_related(
            "notes",
            "findings",
            Prefetch("findings__by_pass", Pass.objects.defer(*HEAVY).select_related("review", "reviewer")),
            "keyclaims",
        )
    )
    notes: dict[int, list[Note]] = defaultdict(list)
    findings: dict[int, list[Finding]] = defaultdict(list)
    known: dict[int, list[KeyClaim]] = defaultdict(list)
    for defect in defects:
        home = (defect.duplicate_of_id if decided else None) or defect.pk
        notes[home] += defect.notes.all()
        findings[home] += [item for item in defect.findings.all() if item.by_pass.review.current]
        known[home] += defect.keyclaims.all()
    if not decided:
        unsaid = {pk for pk, claims in known.items() if claims and not (notes[pk] or findings[pk])}
        defects = [defect for defect in defects if defect.pk not in unsaid]
        known.clear()
        for defect in defects:
            put_in_words(defect, [*notes[defect.pk], *findings[defect.pk]])
    rows = tuple(
        _row(defect, witnesses, notes[defect.pk], findings[defect.pk], known[defect.pk])
        for defect in defects
        if defect.duplicate_of_id is None or not decided
    )
    return Apparatus(witnesses, rows, tuple(d for d in defects if d.duplicate_of_id and decided))


def witnesses_of(snapshot_ids: Iterable[int], *, key: bool = True) -> dict[int, tuple[Witness, ...]]:
    """The columns of snapshots: the student, the linters, the green tests, the models, the answer key.

    Models stand as they were asked. Only passes that speak about the code make one: who read a plan
    or a patch is no witness here. All of a panel speak under one siglum, and are one witness. In
    three queries, whatever the number of snapshots; reviews have `seats`, those of their setups.
    """
    ids = list(snapshot_ids)
    columns: dict[int, list[Witness]] = {pk: [] for pk in ids}
    for pk, seal, passed, failed, applied in _before_all(ids):
        if seal:
            columns[pk].append(Witness("S", "S", "The student"))
        if is_green(passed, failed):
            columns[pk].append(Witness("T", "T", "The code's own green tests"))
        if applied and key:
            columns[pk].append(Witness("K", "K", "The answer key"))
    reviews = _reviews_of(ids)
    passes_of: dict[int, list[Pass]] = {review.pk: [] for review in reviews}
    for item in _passes_of(ids):
        passes_of[item.review_id].append(item)
    heard: dict[tuple[int, str], list[Pass]] = {}
    for review in reviews:
        letter = PROTOCOLS[review.protocol].letter
        speaking = [item for item in passes_of[review.pk] if item.about_code]
        for item in speaking:
            item.review = review
            heard.setdefault((review.snapshot_id, item.siglum), []).append(item)
        if not speaking and review.state in MUTE and letter in ORDER:
            columns[review.snapshot_id].append(_mute(review))
    for (pk, siglum), passes in heard.items():
        columns[pk].append(_heard(siglum, passes))
    return {pk: tuple(sorted(found, key=_column)) for pk, found in columns.items()}


_before_all = PreparedIn(
    lambda ids: Snapshot.objects.filter(pk__in=ids).values_list(
        "pk", "seal", "provenance__tests_passed", "provenance__tests_failed", "applied_key"
    ),
    int,
)
_reviews_of = PreparedIn(
    lambda ids: (
        Review.objects.filter(snapshot__in=ids, current=True)
        .defer("setup", "result")
        .annotate(seats=F("setup__seats"))
    ),
    int,
)
_passes_of = PreparedIn(
    lambda ids: (
        Pass.objects.filter(review__snapshot__in=ids, review__current=True)
        .defer(*HEAVY)
        .select_related("reviewer__model")
    ),
    int,
)


def _column(witness: Witness) -> tuple[int, bool]:
    """Who never came to the code stands last among its like."""
    return ORDER.find(witness.letter), not witness.passes


def judged(snapshot_ids: Iterable[int]) -> dict[int, list[Judged]]:
    """The defects of many snapshots as the numbers see them, in three queries whatever their number.

    What a panel dismissed, it does not count as having seen.
    """
    ids = list(snapshot_ids)
    # Values, not rows: of a class there are thousands, with texts that no number needs.
    columns = ("pk", "duplicate_of", "snapshot", "number", "title", "severity", "standing")
    defects = list(Defect.objects.filter(snapshot__in=ids).values_list(*columns))
    originals = {pk: original or pk for pk, original, *_ in defects}
    notes: dict[int, int] = defaultdict(int)
    for home in Note.objects.filter(snapshot__in=ids).exclude(defect=None).values_list("defect", flat=True):
        notes[originals[home]] += 1
    found = Finding.objects.filter(SPEAKING, snapshot__in=ids)
    seen = found.exclude(defect=None).exclude(outcome=Finding.Outcome.DISMISSED)
    by_models = {originals[home] for home in seen.values_list("defect", flat=True).distinct()}
    by_snapshot: dict[int, list[Judged]] = {pk: [] for pk in ids}
    for pk, original, snapshot, number, title, severity, standing in defects:
        if original is None:
            by_snapshot[snapshot].append(
                Judged(
                    number=number,
                    title=title,
                    severity=Severity(severity),
                    valid=_VALID.get(standing),
                    notes=notes[pk],
                    by_models=pk in by_models,
                )
            )
    return by_snapshot


def is_valid(defect: Defect) -> bool | None:
    """What was decided of a defect that is no duplicate; None while nothing is."""
    return _VALID.get(defect.standing)


_VALID: dict[str, bool] = {Defect.Standing.VALID.value: True, Defect.Standing.INVALID.value: False}


def _row(
    defect: Defect,
    witnesses: Sequence[Witness],
    notes: Sequence[Note],
    findings: Sequence[Finding],
    known: Sequence[KeyClaim],
) -> Row:
    own: Iterable[KeyClaim] = defect.keyclaims.all() if known else ()
    path = path_of(
        (note.path for note in defect.notes.all()),
        (finding.path for finding in defect.findings.all()),
        (claim.path for claim in own),
    )
    cells = []
    for witness in witnesses:
        claims = _claims_of(witness, notes, findings, known)
        cells.append(Cell(witness, sight(witness, path, seen=bool(claims)), claims))
    return Row(defect, tuple(cells), tuple(notes), tuple(findings), tuple(known))


def _claims_of(
    witness: Witness, notes: Sequence[Note], findings: Sequence[Finding], known: Sequence[KeyClaim]
) -> tuple[Stored, ...]:
    if witness.letter == "S":
        return tuple(notes)
    if witness.letter == "K":
        return tuple(known)
    passes = {item.pk for item in witness.passes}
    return tuple(item for item in findings if item.by_pass_id in passes and has_seen(item.outcome))


def has_seen(outcome: str) -> bool:
    """Whether a finding shows that its witness saw the defect: what a panel dismissed, it did not."""
    return outcome != Finding.Outcome.DISMISSED


def sight(witness: Witness, path: str, *, seen: bool) -> Sight:
    """What a witness did with a defect in that file (empty: of the whole).

    Silence counts as missed only where somebody really read that file. The student, the tests and
    the key were before all of the code.
    """
    if seen:
        return Sight.SEEN
    if witness.letter in BEFORE_ALL:
        return Sight.MISSED
    if not witness.passes:
        return Sight.UNABLE if witness.reason else Sight.NOT_ASKED
    if any(kept_from(path, item.state, item.reviewer.provider) for item in witness.passes):
        return Sight.UNABLE
    answered = [item.paths for item in witness.passes if item.state == Pass.State.ANSWERED]
    return Sight.MISSED if covered(path, answered) else Sight.NOT_ASKED


def path_of(notes: Iterable[str], findings: Iterable[str], key_claims: Iterable[str]) -> str:
    """The file that a defect is in, by the files that its own claims name; empty for one of the whole."""
    for paths in (notes, findings, key_claims):
        if named := min(filter(None, paths), default=""):
            return named
    return ""


def is_green(passed: int | None, failed: int | None) -> bool:
    """What `Provenance.green` says, of its columns."""
    return Provenance(tests_passed=passed, tests_failed=failed).green


def covered(path: str, read: Iterable[Sequence[str]]) -> bool:
    """Whether any of these readers, given the files each read, was asked about a defect there.

    A defect of the whole, without a path, was before everyone who read anything.
    """
    return any(not path or path in files for files in read)


def kept_from(path: str, state: str, provider: str) -> bool:
    """Whether a pass could not review a file that it should have: nobody may call that silence."""
    return state == Pass.State.UNABLE and (not path or suits(provider, [path]))


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
        passes[0].review,
    )


def label_of(protocol: Protocol, role: str) -> str:
    """What a witness is called: by its role where that is what tells a protocol's reviewers apart."""
    return role.capitalize() if protocol.letter == "R" else protocol.label


def _mute(review: Review) -> Witness:
    """A review that never came to the code still has its column: could not review is not silence."""
    protocol = PROTOCOLS[review.protocol]
    return Witness(
        protocol.letter,
        protocol.letter,
        protocol.label,
        reason=review.reason or review.state,
        review=review,
    )
