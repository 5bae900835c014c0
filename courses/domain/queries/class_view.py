"""The class as a whole on one assignment: what is missed most, and how the witnesses compare."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from courses.domain.queries.standing import Standing
from reviews.gap.apparatus import covered
from reviews.gap.measures import Share, proportion
from reviews.models import Defect, Finding, Note, Pass


@dataclass(frozen=True, slots=True)
class CategoryMissed:
    """A category, and how many of its valid defects (counted per student) the notes missed."""

    odc_type: str
    missed: Share


@dataclass(frozen=True, slots=True)
class WitnessSaw:
    """A witness, and how many of the valid defects it was asked about it saw."""

    siglum: str
    saw: Share


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
    answered = Pass.objects.filter(
        review__snapshot__in=snapshots, review__current=True, state=Pass.State.ANSWERED
    )
    read: dict[tuple[str, int], list[list[str]]] = defaultdict(list)
    for siglum, snapshot_id, files in answered.values_list("siglum", "review__snapshot", "paths"):
        read[siglum, snapshot_id].append(files)
    rows = [_share("S", [(defect.pk in noted) for defect in valid])]
    for siglum in sorted({siglum for siglum, _ in read}, key=_column):
        asked = [
            defect.pk in seen[siglum]
            for defect in valid
            if defect.pk in seen[siglum]
            or covered(paths.get(defect.pk, ""), read[siglum, defect.snapshot_id])
        ]
        rows.append(_share(siglum, asked))
    return tuple(row for row in rows if row)


def _share(siglum: str, saw: Sequence[bool]) -> WitnessSaw | None:
    share = proportion(sum(saw), len(saw))
    return WitnessSaw(siglum, share) if share else None


def _column(siglum: str) -> tuple[int, int, str]:
    return "SLTAXDC".find(siglum[0]), len(siglum), siglum
