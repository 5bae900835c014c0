"""What other tools found, attached to sealed code as witnesses that go by their tools' names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from reviews.briefs import Role
from reviews.claims import Claim, bounded, clean_text
from reviews.engine.clearances import note_people
from reviews.engine.passes import RAW_CHARACTERS, finding_rows
from reviews.engine.rescues import RESCUES_FROM
from reviews.engine.reviews import NotSealed, take_stock
from reviews.engine.seats import seat_of
from reviews.exchange import Imported
from reviews.exchange.imported import Testimony, known_path, placed
from reviews.models import Finding, Pass, Provenance, Review, Reviewer, Seal, Snapshot, locked
from reviews.protocols.base import Setup
from reviews.protocols.exhibits import unsigned
from reviews.protocols.imported import IMPORTED
from reviews.providers.base import Trouble
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import Ground, ground

PROVIDER = "imported"
"""The provider of a reviewer that spoke elsewhere; settings know none of this name."""


class AlreadyAttached(Exception):
    """Just this file was attached before; the message says when."""


def attach(
    snapshot: Snapshot, file: Imported, by: AbstractBaseUser | None, people: Iterable[str] = ()
) -> Review:
    """Attach the findings of a file to sealed code: one witness for each tool in it.

    A tool whose run did not succeed and that found nothing could not review. What was not taken
    over is in the review's result. `people` are those whose names must not leave where a judge is shown
    what the tools said. Raises NotSealed, AlreadyAttached.
    """
    with transaction.atomic():
        locked(snapshot.pk)
        if not Seal.objects.filter(snapshot=snapshot).exists():
            raise NotSealed("The notes are not sealed yet, so no other witness may be heard.")
        _check_new(snapshot, file)
        reviewers = [_reviewer(item) for item in file.testimonies]
        review = _review(snapshot, file, reviewers, by)
        files = snapshot.source_files()
        first = Pass.objects.filter(review__snapshot=snapshot, review__protocol=IMPORTED.name).count() + 1
        for place, (said, reviewer) in enumerate(zip(file.testimonies, reviewers, strict=True), 1):
            siglum = f"{IMPORTED.letter}{first + place - 1}"
            # One file may hold several tools; it is kept with the first.
            item = _pass(review, siglum, said, reviewer, files, raw=file.text if place == 1 else "")
            found = list(_grounded(said, files))
            note_people(snapshot, people, [unsigned(claim) for claim, _ in found])
            Finding.objects.bulk_create(finding_rows(item, found))
        take_stock(snapshot)
    return review


def _check_new(snapshot: Snapshot, file: Imported) -> None:
    for before in Review.objects.filter(snapshot=snapshot, protocol=IMPORTED.name):
        if before.result.get("sha256") == file.sha256:
            raise AlreadyAttached(
                f"This file was attached on {before.created_at:%d %B %Y at %H:%M} UTC already "
                f"({before.result.get('tool')}). Nothing was changed."
            )


def _reviewer(said: Testimony) -> Reviewer:
    """The row that stands for the tool. It is switched off: nobody can ask it."""
    made, _ = Reviewer.objects.get_or_create(
        name=f"{clean_text(said.tool, 80)}, imported", defaults={"provider": PROVIDER, "active": False}
    )
    return made


def _review(
    snapshot: Snapshot, file: Imported, reviewers: list[Reviewer], by: AbstractBaseUser | None
) -> Review:
    provenance = Provenance.objects.filter(snapshot=snapshot).first()
    setup = Setup(
        author_model=provenance.model_name if provenance else "",
        author_family=provenance.family if provenance else "",
        seats=tuple(seat_of(reviewer) for reviewer in reviewers),
    )
    failures = [f"{said.tool}: {_failed(said)}" for said in file.testimonies if said.failure]
    planned = Review.objects.filter(snapshot=snapshot, position__lt=RESCUES_FROM)
    now = timezone.now()
    return Review.objects.create(
        snapshot=snapshot,
        protocol=IMPORTED.name,
        position=(planned.aggregate(top=Max("position"))["top"] or 0) + 1,
        reviewer_ids=[reviewer.pk for reviewer in reviewers],
        setup=setup.as_json(),
        result={"sha256": file.sha256, "tool": file.tool, "skipped": list(file.skipped)},
        state=Review.State.INCOMPLETE if failures else Review.State.COMPLETE,
        reason="; ".join(failures),
        started_at=now,
        ended_at=now,
        asked_by_id=by.pk if by else None,
    )


def _pass(
    review: Review,
    siglum: str,
    said: Testimony,
    reviewer: Reviewer,
    files: tuple[SourceFile, ...],
    raw: str,
) -> Pass:
    known = [file.path for file in files]
    paths = {known_path(path, known, said.roots) for path in said.paths}
    unable = said.failure and not said.findings
    now = timezone.now()
    return Pass.objects.create(
        review=review,
        reviewer=reviewer,
        round=1,
        position=review.passes.count() + 1,
        siglum=siglum,
        role=Role.FULL,
        state=Pass.State.UNABLE if unable else Pass.State.ANSWERED,
        trouble=Trouble.UNREADABLE if unable else "",
        detail=_detail(review, said),
        reviewer_version=f"{said.tool} {said.version}".strip()[:100],
        paths=[path for path in known if path in paths],
        verdict=said.verdict or "",
        raw=clean_text(raw, RAW_CHARACTERS),
        started_at=now,
        ended_at=now,
    )


def _grounded(said: Testimony, files: tuple[SourceFile, ...]) -> Iterator[tuple[Claim, Ground]]:
    known = [file.path for file in files]
    for claim in said.findings:
        yield ground(bounded(placed(claim, known, said.roots)), files)


def _detail(review: Review, said: Testimony) -> str:
    """What the tool said in sum; what it could not do; what was not taken over."""
    skipped = " ".join(review.result["skipped"])
    told = (said.summary, _failed(said) if said.failure else "", skipped)
    return clean_text("\n\n".join(part for part in told if part))


def _failed(said: Testimony) -> str:
    return f"The tool says that its run did not succeed ({said.failure})."
