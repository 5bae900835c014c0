"""What was said of a submission, as pieces of a walkthrough's story: defects, findings, reviews."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from courses.walkthroughs.parts import MOST_LINE, Defect, Said, Where, Witness
from courses.walkthroughs.steps import MOST_SAID, ReviewStep
from courses.walkthroughs.story import MOST_DEFECTS
from reviews.claims import DefectType, Place, Severity
from reviews.gap.apparatus import HEAVY, MUTE, ORDER, Apparatus, Row
from reviews.gap.stored import SPEAKING, Stored
from reviews.models import Defect as DefectRow
from reviews.models import Finding, Note, Pass, Review, Snapshot
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Setup
from reviews.snapshots.ground import Ground

CODE = "v1"
"""The one state of the code that such a story shows."""

MOST_PATH, MOST_TEXT, MOST_TITLE = 350, 15_000, 250
"""Below the bounds of a story's texts: what stands for a name may be longer than the name."""
_MOST_PLACES = 20
_MOST_WITNESSES = 8
_WEIGHT = {severity.value: -severity.rank for severity in Severity}


# --- Defects ------------------------------------------------------------------------------------------
def defects_of(table: Apparatus, line_counts: Mapping[str, int]) -> tuple[Defect, ...]:
    """The valid defects with the workbench's titles, the gravest first where there are too many."""
    valid = [row for row in table.rows if row.defect.standing == DefectRow.Standing.VALID]
    kept = sorted(valid, key=lambda row: (_WEIGHT[row.defect.severity], row.defect.number))[:MOST_DEFECTS]
    return tuple(_defect(row, line_counts) for row in valid if row in kept)


def _defect(row: Row, line_counts: Mapping[str, int]) -> Defect:
    defect = row.defect
    words: Sequence[Stored] = row.key_claims or row.findings or row.notes
    places = [
        Where(code=CODE, path=place.path, first=place.first_line, last=place.last_line)
        for place in _places(row.claims, line_counts)[:_MOST_PLACES]
    ]
    return Defect(
        id=name_of(defect),
        title=defect.title[:MOST_TITLE],
        explanation=words[0].explanation[:MOST_TEXT] if words else "",
        severity=Severity(defect.severity),
        odc_type=DefectType(defect.odc_type) if defect.odc_type else None,
        cwe=_cwe(defect.cwe),
        places=tuple(places) or (Where(code=CODE),),
    )


def name_of(defect: DefectRow) -> str:
    """What a defect is called inside the story."""
    return f"d{defect.number}"


def _places(claims: Iterable[Stored], line_counts: Mapping[str, int]) -> list[Place]:
    """Where grounded claims put it; a wide place that holds a narrow one adds nothing."""
    told = []
    for claim in claims:
        if claim.grounding != Ground.NONE:
            said = claim.claim()
            told += [
                place for place in (said.place, *said.elsewhere) if place and _is_there(place, line_counts)
            ]
    kept: list[Place] = []
    for place in sorted(told, key=lambda place: place.last_line - place.first_line):
        if not any(_holds(place, other) for other in kept):
            kept.append(place)
    return sorted(kept, key=lambda place: (place.path, place.first_line))


def _is_there(place: Place, line_counts: Mapping[str, int]) -> bool:
    most = min(line_counts.get(place.path, 0), MOST_LINE)
    return len(place.path) <= MOST_PATH and 1 <= place.first_line <= place.last_line <= most


def _holds(wide: Place, narrow: Place) -> bool:
    return (
        wide.path == narrow.path
        and wide.first_line <= narrow.first_line
        and narrow.last_line <= wide.last_line
    )


def _cwe(number: int | None) -> int | None:
    return number if number and number <= 9999 else None


# --- What somebody said -------------------------------------------------------------------------------
def said_of(claim: Stored, siglum: str, defect: str | None, line_counts: Mapping[str, int]) -> Said:
    """A claim as the class hears it; a place that is not there is left out."""
    told = claim.claim()
    place = told.place if told.place and _is_there(told.place, line_counts) else None
    path = told.path if told.path in line_counts and len(told.path) <= MOST_PATH else ""
    return Said(
        witness=siglum,
        title=(told.title or "Untitled")[:MOST_TITLE],
        explanation=told.explanation[:MOST_TEXT],
        severity=told.severity,
        path=place.path if place else path,
        first=place.first_line if place else None,
        last=place.last_line if place else None,
        quote=told.quote[:MOST_TEXT],
        odc_type=told.odc_type,
        cwe=_cwe(told.cwe),
        confidence=told.confidence,
        fix=told.suggested_fix[:MOST_TEXT],
        defect=defect,
    )


def notes_said(
    notes: Iterable[Note], told_of: Mapping[int, str], line_counts: Mapping[str, int]
) -> tuple[Said, ...]:
    """The student's notes in the order of the code."""
    return tuple(said_of(note, "S", told_of.get(note.defect_id or 0), line_counts) for note in notes)[
        :MOST_SAID
    ]


# --- Reviews ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Retold:
    """A review as a step, and those who speak in it."""

    step: ReviewStep
    witnesses: tuple[Witness, ...]


def reviews_of(
    snapshot: Snapshot, told_of: Mapping[int, str], line_counts: Mapping[str, int]
) -> list[Retold]:
    """Every current review of the code that has ended, in the order of the plan, each with what it found.

    `told_of` names the story's defect of each defect's row. One in which nobody could review says so;
    those that only wrote or read texts, judged, or were cancelled before anybody spoke are no part.
    """
    passes = Pass.objects.defer(*HEAVY).select_related("reviewer__model").order_by("round", "position")
    reviews = snapshot.reviews.filter(current=True, state__in=Review.ENDED).prefetch_related(
        Prefetch("passes", passes)
    )
    findings: dict[int, list[Finding]] = {}
    rows = Finding.objects.filter(SPEAKING, snapshot=snapshot).select_related("by_pass")
    for row in rows.order_by("by_pass__round", "by_pass__position", "position"):
        findings.setdefault(row.by_pass.review_id, []).append(row)
    told = (
        _retold(review, findings.get(review.pk, []), told_of, line_counts)
        for review in reviews.order_by("position")
    )
    return [item for item in told if item]


def _retold(
    review: Review, findings: Sequence[Finding], told_of: Mapping[int, str], line_counts: Mapping[str, int]
) -> Retold | None:
    protocol = PROTOCOLS[review.protocol]
    speaking = [item for item in review.passes.all() if item.about_code]
    mute = not speaking and review.state in MUTE and protocol.letter in ORDER
    if not speaking and not mute:
        return None
    witnesses = _witnesses(speaking) or (Witness(siglum=protocol.letter, name=protocol.label),)
    heard = {witness.siglum for witness in witnesses}
    said = [item for item in _said(review, findings, told_of, line_counts) if item.witness in heard]
    # What is a defect goes before what is not, where a class would have to hear hundreds.
    kept = sorted(said, key=lambda item: item.defect is None)[:MOST_SAID] if len(said) > MOST_SAID else said
    answered = any(item.state == Pass.State.ANSWERED for item in speaking)
    step = ReviewStep(
        id=f"review-{review.position}",
        kind="review",
        title=protocol.label,
        protocol=protocol.label,
        focus=Setup.from_json(review.setup).focus[:MOST_TITLE] if review.setup else "",
        witnesses=tuple(witness.siglum for witness in witnesses),
        code=CODE,
        said=tuple(kept),
        ending=_ending(review, speaking, len(said) - len(kept)),
        unable="" if answered else (review.reason or "It could not review.")[:MOST_TITLE],
        minutes=2,
    )
    return Retold(step, witnesses)


def _witnesses(passes: Sequence[Pass]) -> tuple[Witness, ...]:
    """Those who spoke, by siglum, under their models' names; all of a panel are one witness."""
    names: dict[str, dict[str, None]] = {}
    families: dict[str, str] = {}
    for item in passes:
        siglum = item.siglum if re.fullmatch(r"[A-Z][0-9]{0,2}", item.siglum) else item.siglum[:1]
        model = item.reviewer.model
        names.setdefault(siglum, {})[model.label if model else item.reviewer.name] = None
        families.setdefault(siglum, model.family if model else "")
    return tuple(
        Witness(siglum=siglum, name=", ".join(told)[:MOST_TITLE], family=families[siglum])
        for siglum, told in list(names.items())[:_MOST_WITNESSES]
    )


def _ending(review: Review, passes: Sequence[Pass], left_out: int) -> str:
    """Its last word. Who could not review is named: that is not silence."""
    unable = {item.siglum: None for item in passes if item.state == Pass.State.UNABLE}
    sentences = []
    if left_out:
        sentences.append(f"And {left_out} more that are no defects.")
    if unable and any(item.state == Pass.State.ANSWERED for item in passes):
        sentences.append(f"{', '.join(unable)} could not review all of it: {review.reason}")
    if review.state == Review.State.CANCELLED:
        sentences.append("It was cancelled before everybody had answered.")
    return " ".join(sentences)[:MOST_TEXT]


def _said(
    review: Review, findings: Sequence[Finding], told_of: Mapping[int, str], line_counts: Mapping[str, int]
) -> Iterator[Said]:
    """What was found, in the order of the replies; of a panel each thing once, as it weighed them."""
    groups: Sequence[Mapping[str, Any]] = review.result.get("groups", ())
    if not groups:
        for row in findings:
            yield said_of(row, row.by_pass.siglum, told_of.get(row.defect_id or 0), line_counts)
        return
    by_ref = {f"F{number}": row for number, row in enumerate(findings, 1)}
    for group in groups:
        if members := [by_ref[ref] for ref in group["refs"] if ref in by_ref]:
            yield _of_panel(group, members, told_of, line_counts)


def _of_panel(
    group: Mapping[str, Any],
    members: Sequence[Finding],
    told_of: Mapping[int, str],
    line_counts: Mapping[str, int],
) -> Said:
    best = max(members, key=lambda row: (row.confidence or 0, -row.pk))
    said = said_of(best, best.by_pass.siglum, told_of.get(best.defect_id or 0), line_counts)
    update: dict[str, Any] = {"outcome": group["outcome"], "severity": Severity(group["severity"])}
    if group["outcome"] == Finding.Outcome.DISMISSED:
        against = sorted(group["reasons"], key=lambda vote: not vote["grounded"])
        vote = against[0] if against else {"reason": "", "quote": ""}
        update["reason"] = vote["reason"][:MOST_TEXT] or "Taken back by the reviewer who said it."
        update["quote"] = vote["quote"][:MOST_TEXT] or said.quote or said.title
    return said.model_copy(update=update)
