"""The class as a whole on one assignment: what is missed most, and how the witnesses compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from courses.domain.queries.standing import Standing
from reviews.gap.apparatus import covered
from reviews.gap.measures import Share, proportion
from reviews.models import Defect, Finding, Note, Pass
from reviews.protocols import PROTOCOLS

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
    """What the rows of an assignment add up to, in four queries."""
    snapshots = [row.revision.snapshot_id for row in standings if row.seal and row.revision]
    defects = list(Defect.objects.filter(snapshot__in=snapshots))
    originals = {defect.pk: defect.duplicate_of_id or defect.pk for defect in defects}
    valid = [defect for defect in defects if defect.standing == Defect.Standing.VALID]
    noted = {
        originals[pk]
        for pk in Note.objects.filter(defect__in=originals).values_list("defect", flat=True).distinct()
        if pk is not None
    }
    return ClassView(
        categories=_categories(valid, noted),
        witnesses=_witnesses(snapshots, valid, originals, noted),
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


def _witnesses(
    snapshots: Sequence[int], valid: Sequence[Defect], originals: dict[int, int], noted: set[int]
) -> tuple[WitnessSaw, ...]:
    """Per siglum: of the valid defects in files that it really read, those that it saw."""
    seen: dict[str, set[int]] = defaultdict(set)
    paths: dict[int, str] = {}
    findings = Finding.objects.filter(defect__in=originals, by_pass__review__current=True)
    for home, siglum, path in findings.values_list("defect", "by_pass__siglum", "path"):
        seen[siglum].add(originals[home])
        paths[originals[home]] = paths.get(originals[home]) or path
    passes = Pass.objects.filter(review__snapshot__in=snapshots, review__current=True).filter(
        state__in=(Pass.State.ANSWERED, Pass.State.UNABLE)
    )
    read: dict[tuple[str, int], list[list[str]]] = defaultdict(list)
    names: dict[str, tuple[str, dict[str, None]]] = {}
    values = ("siglum", "review__snapshot", "paths", "state", "review__protocol", "reviewer__name")
    for siglum, snapshot_id, files, state, protocol, reviewer in passes.values_list(*values):
        read[siglum, snapshot_id] += [files] if state == Pass.State.ANSWERED else []
        names.setdefault(siglum, (protocol, {}))[1][reviewer] = None
    rows = [WitnessSaw("S", "S", "The students", proportion(sum(d.pk in noted for d in valid), len(valid)))]
    for siglum in sorted(names, key=_column):
        asked = [
            defect.pk in seen[siglum]
            for defect in valid
            if defect.pk in seen[siglum]
            or covered(paths.get(defect.pk, ""), read.get((siglum, defect.snapshot_id), []))
        ]
        unable = sum(not files for (other, _), files in read.items() if other == siglum)
        protocol = PROTOCOLS[names[siglum][0]]
        name = f"{protocol.label}: {', '.join(names[siglum][1])}"
        rows.append(WitnessSaw(siglum, protocol.letter, name, proportion(sum(asked), len(asked)), unable))
    return tuple(row for row in rows if row.saw or row.unable)


def _column(siglum: str) -> tuple[int, int, str]:
    return "SLTAXDC".find(siglum[0]), len(siglum), siglum
