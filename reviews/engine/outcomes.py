"""What came of a review, gathered from its rows as plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reviews.claims import Claim, Place, Severity, Vote
from reviews.engine.alone import CHANGED_SINCE, CUT
from reviews.engine.reviews import vote_from_json
from reviews.engine.spent import Totals, paid_for, totals
from reviews.exchange.outcome import Found, Heard, Looked, Opinion, Outcome, Spent
from reviews.gap.match import NEAR_LINES
from reviews.models import Call, Finding, Pass, Provenance, Review
from reviews.models.connection import MICRO
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Seat, Setup
from reviews.snapshots.files import SourceFile
from reviews.snapshots.limits import UploadRefused
from reviews.snapshots.patches import changed_lines, read_patch

MOST_LINES = 40
"""So many lines of code are shown with a finding; a longer place says nothing that its quote does not."""


def outcome(review: Review) -> Outcome:
    """Everything that came of a review so far, its calls and their cost included."""
    files = {file.path: file for file in review.snapshot.source_files()}
    setup = Setup.from_json(review.setup)
    passes = list(review.passes.select_related("reviewer__model").order_by("round", "position"))
    rows = list(
        Finding.objects.filter(by_pass__review=review)
        .select_related("defect", "by_pass__reviewer")
        .order_by("by_pass__round", "by_pass__position", "position")
    )
    provenance = Provenance.objects.filter(snapshot=review.snapshot_id).first()
    return Outcome(
        review=review.pk,
        protocol=review.protocol,
        label=PROTOCOLS[review.protocol].label if review.protocol in PROTOCOLS else review.protocol,
        state=review.state,
        reason=review.reason,
        ended=review.ended,
        snapshot=review.snapshot_id,
        sha256=review.snapshot.sha256,
        author=provenance.author if provenance else "",
        author_family=provenance.family if provenance else "",
        setup=review.setup,
        result=review.result,
        created_at=review.created_at,
        started_at=review.started_at,
        ended_at=review.ended_at,
        files=tuple(_looked(file, passes) for file in files.values()),
        passes=tuple(_heard(item, setup, rows) for item in passes),
        findings=tuple(_findings(review, passes, rows, files)),
        spent=spent_of(paid_for(review.pk)),
    )


def _looked(file: SourceFile, passes: Sequence[Pass]) -> Looked:
    readers = (
        item.siglum for item in passes if item.state == Pass.State.ANSWERED and file.path in item.paths
    )
    return Looked(file.path, file.sha256, len(file.lines), tuple(dict.fromkeys(readers)))


def _heard(item: Pass, setup: Setup, rows: Sequence[Finding]) -> Heard:
    seat = _seat(item, setup)
    answered = item.state == Pass.State.ANSWERED
    return Heard(
        siglum=item.siglum,
        reviewer=seat.name,
        provider=seat.provider,
        model=seat.model,
        family=seat.family,
        role=item.role,
        task=item.task,
        round=item.round,
        position=item.position,
        state=item.state,
        trouble=item.trouble,
        why="" if answered else item.detail,
        summary=item.detail if answered else "",
        version=item.reviewer_version,
        recorded=item.recorded,
        about_code=item.about_code,
        paths=tuple(item.paths),
        left_out=tuple((path, shown) for path, shown in item.left_out),
        verdict=item.verdict,
        text=item.text,
        findings=sum(row.by_pass_id == item.pk for row in rows) if answered else None,
        votes=len(item.votes),
        started_at=item.started_at,
        ended_at=item.ended_at,
        spent=spent_of(totals(Call.objects.filter(by_pass=item))),
    )


def _seat(item: Pass, setup: Setup) -> Seat:
    """The seat that a pass was run with; an old or imported one may have none but its reviewer."""
    try:
        return setup.seat(item.reviewer_id)
    except LookupError:
        who = item.reviewer
        return Seat(who.pk, who.name, who.provider, "", "", who.role)


def _findings(
    review: Review, passes: Sequence[Pass], rows: Sequence[Finding], files: Mapping[str, SourceFile]
) -> Iterable[Found]:
    setup = Setup.from_json(review.setup)
    by_pk = {item.pk: item for item in passes}
    opinions = _opinions(passes, setup)
    severities = _panel_severities(review)
    changed = _changed_lines(setup, files)
    newest = {item.task: item.round for item in passes if item.state == Pass.State.ANSWERED}
    for number, row in enumerate(rows, 1):
        item, ref = by_pk[row.by_pass_id], f"F{number}"
        claim = replace(row.claim(), rule=row.rule, combines=tuple(row.combines))
        yield Found(
            ref=ref,
            siglum=item.siglum,
            reviewer=_seat(item, setup).name,
            role=item.role,
            claim=claim,
            grounding=row.grounding,
            outcome=row.outcome,
            panel_severity=severities.get(ref),
            defect=row.defect.number if row.defect else None,
            opinions=tuple(opinions[ref]),
            lines=_lines(claim, files) if item.about_code else None,
            current=item.about_code or item.round == newest.get(item.task),
            in_change=changed is None or not item.about_code or _touches(claim, changed),
        )


def _opinions(passes: Sequence[Pass], setup: Setup) -> dict[str, list[Opinion]]:
    """What was said of each finding, by its reference, in the order in which it was said."""
    said: dict[str, list[Opinion]] = defaultdict(list)
    for item in passes:
        for vote in map(vote_from_json, item.votes):
            said[vote.ref].append(_opinion(vote, item, _seat(item, setup).name))
    return said


def _opinion(vote: Vote, item: Pass, reviewer: str) -> Opinion:
    return Opinion(
        siglum=item.siglum,
        reviewer=reviewer,
        role=item.role,
        round=item.round,
        stance=vote.stance.value,
        reason=vote.reason,
        quote=vote.quote,
        path=vote.path,
        severity=vote.severity.value if vote.severity else None,
        grounded=vote.grounded,
    )


def _panel_severities(review: Review) -> dict[str, Severity]:
    """What a panel made of the severity of each finding, by its reference."""
    groups = review.result.get("groups", [])
    return {ref: Severity(group["severity"]) for group in groups for ref in group["refs"]}


def _changed_lines(setup: Setup, files: Mapping[str, SourceFile]) -> list[Place] | None:
    """The lines that changed since the base of a review; None where it has none, or it cannot be told."""
    for shown in setup.shown:
        if shown.title.startswith(CHANGED_SINCE) and not shown.text.endswith(CUT):
            try:
                return changed_lines(read_patch(shown.text, list(files)))
            except UploadRefused:
                return None
    return None


def _touches(claim: Claim, changed: Sequence[Place]) -> bool:
    """Whether a claim is about lines that changed, or beside them, or about no lines at all."""
    places = [place for place in (claim.place, *claim.elsewhere) if place]
    return not places or any(place.overlaps(line, NEAR_LINES) for place in places for line in changed)


def _lines(claim: Claim, files: Mapping[str, SourceFile]) -> str | None:
    """The lines at a claim's place as they stand in the snapshot; None where there are none, or too many."""
    place = claim.place
    file = files.get(place.path) if place else None
    if place is None or file is None or place.last_line - place.first_line >= MOST_LINES:
        return None
    lines = file.lines
    return "\n".join(lines[place.first_line - 1 : place.last_line]) if place.last_line <= len(lines) else None


def spent_of(came_to: Totals) -> Spent:
    """What calls came to, in dollars instead of millionths."""
    return Spent(
        calls=came_to.calls,
        input=came_to.input,
        cached=came_to.cached,
        written=came_to.written,
        output=came_to.output,
        dollars=None if came_to.cost is None else came_to.cost / MICRO,
        unpriced=came_to.unpriced,
        seconds=came_to.seconds,
    )
