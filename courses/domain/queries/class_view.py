"""The class as a whole on one assignment: what is missed most, and how the witnesses compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from courses.domain.queries.standing import Standing
from reviews.gap.apparatus import MUTE, ORDER, covered, kept_from, label_of
from reviews.gap.measures import Share, proportion
from reviews.gap.stored import ABOUT_CODE, SPEAKING
from reviews.models import Defect, Finding, Note, Pass, Review
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Protocol

FEWEST_DRAWN = 3
"""A share of fewer than this is told in words: its interval would span nearly everything."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A share as a picture draws it: ends and interval in per cent of the whole width."""

    share: Share

    @property
    def drawable(self) -> bool:
        """Whether there is enough to draw."""
        return self.share.whole >= FEWEST_DRAWN

    @property
    def value(self) -> float:
        """The share in per cent."""
        return 100 * self.share.value

    @property
    def low(self) -> float:
        """The lower end of the interval in per cent."""
        return 100 * self.share.low

    @property
    def high(self) -> float:
        """The upper end of the interval in per cent."""
        return 100 * self.share.high


@dataclass(frozen=True, slots=True)
class CategoryMissed:
    """A category, and how many of its valid defects (counted per student) the notes missed."""

    odc_type: str
    missed: Share

    @property
    def bar(self) -> Bar:
        """How it is drawn."""
        return Bar(self.missed)


@dataclass(frozen=True, slots=True)
class WitnessSaw:
    """A witness, and how many of the valid defects it was asked about it saw.

    `unable` counts the submissions that it could not review: they are not in the share. `saw` is
    None where nothing is left.
    """

    siglum: str
    letter: str
    name: str
    saw: Share | None
    unable: int = 0
    recorded: bool = False

    @property
    def bar(self) -> Bar | None:
        """How it is drawn."""
        return Bar(self.saw) if self.saw else None


@dataclass(frozen=True, slots=True)
class ClassView:
    """The class at a glance. Empty sequences where nothing is decided yet."""

    categories: tuple[CategoryMissed, ...]
    witnesses: tuple[WitnessSaw, ...]
    submissions: int
    valid: int


def class_view(standings: Sequence[Standing]) -> ClassView:
    """What the rows of an assignment add up to, in five queries."""
    snapshots = [row.revision.snapshot_id for row in standings if row.seal and row.revision]
    defects = list(Defect.objects.filter(snapshot__in=snapshots))
    originals = {defect.pk: defect.duplicate_of_id or defect.pk for defect in defects}
    valid = [defect for defect in defects if defect.standing == Defect.Standing.VALID]
    paths: dict[int, str] = {}
    noted = set()
    for home, path in Note.objects.filter(defect__in=originals).values_list("defect", "path"):
        if home is not None:
            noted.add(originals[home])
            paths[originals[home]] = paths.get(originals[home]) or path
    return ClassView(
        categories=_categories(valid, noted),
        witnesses=_witnesses(snapshots, valid, originals, noted, paths),
        submissions=len(snapshots),
        valid=len(valid),
    )


def _categories(valid: Sequence[Defect], noted: set[int]) -> tuple[CategoryMissed, ...]:
    counted: dict[str, list[bool]] = defaultdict(list)
    for defect in valid:
        counted[defect.odc_type or "no category"].append(defect.pk not in noted)
    rows = [
        CategoryMissed(odc_type, share)
        for odc_type, missed in counted.items()
        if (share := proportion(sum(missed), len(missed)))
    ]
    return tuple(sorted(rows, key=lambda row: (-row.missed.part, row.odc_type)))


@dataclass
class _Heard:
    """What was heard of one witness: who it is, the files its passes read, whom it could not review."""

    protocol: Protocol
    role: str = ""
    names: dict[str, None] = field(default_factory=dict)
    read: dict[int, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    unable: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    recorded: bool = False

    def was_asked(self, snapshot_id: int, path: str) -> bool:
        """Whether all of it read the file, so that silence counts as missed."""
        if any(kept_from(path, Pass.State.UNABLE, provider) for provider in self.unable.get(snapshot_id, ())):
            return False
        return covered(path, self.read.get(snapshot_id, []))


def _witnesses(
    snapshots: Sequence[int],
    valid: Sequence[Defect],
    originals: dict[int, int],
    noted: set[int],
    paths: dict[int, str],
) -> tuple[WitnessSaw, ...]:
    """Per siglum: of the valid defects that it was really asked about, those that it saw."""
    seen: dict[str, set[int]] = defaultdict(set)
    findings = Finding.objects.filter(SPEAKING, defect__in=originals)
    for home, siglum, path, outcome in findings.values_list("defect", "by_pass__siglum", "path", "outcome"):
        if outcome != Finding.Outcome.DISMISSED:
            seen[siglum].add(originals[home])
        paths[originals[home]] = paths.get(originals[home]) or path
    rows = [WitnessSaw("S", "S", "The students", proportion(sum(d.pk in noted for d in valid), len(valid)))]
    heard = _heard(snapshots)
    for siglum in sorted(heard, key=_place):
        witness = heard[siglum]
        asked = [
            defect.pk in seen[siglum]
            for defect in valid
            if defect.pk in seen[siglum] or witness.was_asked(defect.snapshot_id, paths.get(defect.pk, ""))
        ]
        label = label_of(witness.protocol, witness.role)
        names = ", ".join(witness.names)
        rows.append(
            WitnessSaw(
                siglum,
                witness.protocol.letter,
                f"{label}: {names}" if names else witness.protocol.label,
                proportion(sum(asked), len(asked)),
                len(witness.unable),
                witness.recorded,
            )
        )
    return tuple(row for row in rows if row.saw or row.unable)


def _heard(snapshots: Sequence[int]) -> dict[str, _Heard]:
    """The witnesses by siglum; a review that never came to the code goes by its protocol's letter."""
    heard: dict[str, _Heard] = {}
    passes = Pass.objects.filter(review__snapshot__in=snapshots, review__current=True).filter(
        state__in=(Pass.State.ANSWERED, Pass.State.UNABLE), task__in=ABOUT_CODE
    )
    values = ("siglum", "review__snapshot", "paths", "state", "review__protocol", "role", "recorded")
    for *row, provider, reviewer in passes.values_list(*values, "reviewer__provider", "reviewer__name"):
        siglum, snapshot_id, files, state, name, role, recorded = row
        witness = heard.setdefault(siglum, _Heard(PROTOCOLS[name], role))
        witness.names[reviewer] = None
        witness.recorded |= recorded
        if state == Pass.State.ANSWERED:
            witness.read[snapshot_id].append(files)
        else:
            witness.unable[snapshot_id].append(provider)
    speaking = Pass.objects.filter(review=OuterRef("pk"), task__in=ABOUT_CODE)
    mute = Review.objects.filter(~Exists(speaking), snapshot__in=snapshots, current=True, state__in=MUTE)
    for name, snapshot_id in mute.values_list("protocol", "snapshot"):
        protocol = PROTOCOLS[name]
        if protocol.letter in ORDER:
            witness = heard.setdefault(protocol.letter, _Heard(protocol))
            witness.unable[snapshot_id].append("")
    return heard


def _place(siglum: str) -> tuple[int, int, str]:
    return ORDER.find(siglum[0]), len(siglum), siglum
