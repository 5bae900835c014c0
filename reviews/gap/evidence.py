"""Reads what speaks for and against each defect of a snapshot, for `reviews.gap.suggest`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reviews.claims import Stance
from reviews.gap.stored import SPEAKING
from reviews.gap.suggest import Evidence, Opinion, Source, Voice
from reviews.models import Finding, KeyClaim, Note, Review, Snapshot
from reviews.protocols.base import Setup
from reviews.protocols.imported import IMPORTED
from reviews.protocols.linters import LINTERS
from reviews.protocols.panel import Fate
from reviews.snapshots.ground import Ground


def evidence_of(snapshot: Snapshot) -> dict[int, Evidence]:
    """The evidence about every defect of a snapshot, by its primary key, in five queries.

    Claims of a duplicate count for its original, as everywhere; what a superseded run said counts
    for nothing.
    """
    originals = {pk: original or pk for pk, original in snapshot.defects.values_list("pk", "duplicate_of")}
    voices: dict[int, list[Voice]] = defaultdict(list)
    opinions: dict[int, list[Opinion]] = defaultdict(list)
    notes = Note.objects.filter(snapshot=snapshot, defect__in=originals)
    for defect_id, grounding in notes.values_list("defect", "grounding"):
        voices[originals[defect_id]].append(Voice(Source.STUDENT, grounded=grounding != Ground.NONE))
    for review, findings in _reviews_with_findings(snapshot):
        for finding, said in zip(findings, _voiced(review, findings), strict=True):
            if finding.defect_id in originals:
                voices[originals[finding.defect_id]].append(said)
        for group, members in _groups(review, findings):
            for home in {originals[one.defect_id] for one in members if one.defect_id in originals}:
                opinions[home] += _opinions(review, group)
    known = KeyClaim.objects.filter(snapshot=snapshot, defect__in=originals)
    in_key = {originals[pk] for pk in known.values_list("defect", flat=True) if pk}
    return {
        pk: Evidence(tuple(voices[pk]), tuple(opinions[pk]), pk in in_key) for pk in set(originals.values())
    }


def _reviews_with_findings(snapshot: Snapshot) -> Iterator[tuple[Review, list[Finding]]]:
    """The reviews that count, each with its findings in the order of their references (F1, F2 …)."""
    findings: dict[int, list[Finding]] = defaultdict(list)
    rows = Finding.objects.filter(SPEAKING, snapshot=snapshot)
    rows = rows.select_related("by_pass__reviewer").only(
        "defect",
        "grounding",
        "outcome",
        "by_pass__review",
        "by_pass__position",
        "by_pass__reviewer__name",
    )
    for row in rows.order_by("by_pass__round", "by_pass__position", "position"):
        findings[row.by_pass.review_id].append(row)
    for review in snapshot.reviews.filter(current=True).only("protocol", "setup", "result", "snapshot"):
        yield review, findings[review.pk]


def _voiced(review: Review, findings: Sequence[Finding]) -> Iterator[Voice]:
    """Each finding as evidence: whose voice it is by the seats that its review began with."""
    setup = Setup.from_json(review.setup) if findings else None
    given_up = {
        finding.pk
        for group, members in _groups(review, findings)
        for finding in members
        if finding.by_pass.position not in group["by"]
    }
    for finding in findings:
        source, family = Source.LINTER, ""
        if review.protocol == IMPORTED.name:
            source, family = Source.TOOL, finding.by_pass.reviewer.name
        elif setup and review.protocol != LINTERS.name:
            source, family = Source.MODEL, setup.seat(finding.by_pass.reviewer_id).family
        yield Voice(
            source,
            family,
            grounded=finding.grounding != Ground.NONE,
            fate=Fate(finding.outcome) if finding.outcome else None,
            taken_back=finding.pk in given_up,
        )


def _groups(review: Review, findings: Sequence[Finding]) -> Iterator[tuple[Mapping[str, Any], list[Finding]]]:
    """Each thing that a panel found, as its result tells it, with the findings that say it."""
    by_ref = {f"F{number}": finding for number, finding in enumerate(findings, 1)}
    for group in review.result.get("groups", ()):
        yield group, [by_ref[ref] for ref in group["refs"] if ref in by_ref]


def _opinions(review: Review, group: Mapping[str, Any]) -> Iterator[Opinion]:
    """Where the members of a panel in the end stand on one thing that it found."""
    families = {who["position"]: who["family"] for who in review.result["panel"]}
    for position in group["by"]:
        yield Opinion(families[position], Stance.CONFIRM)
    for said in group["reasons"]:
        stance = Stance(said["stance"])
        yield Opinion(families[said["position"]], stance, said["reason"], said["quote"], said["grounded"])
