"""A protocol's run: started, advanced round by round, cancelled, run again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from reviews.engine.dispatch import send_on_commit
from reviews.gap.defects import gather
from reviews.models import Pass, Provenance, Review, Reviewer, Seal, Snapshot, locked
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Done, Ended, Next, NoReviewer, Outcome, Returned, Seat, Setup, Turn
from reviews.providers.registry import suits

log = logging.getLogger("blindspot.reviews")


@dataclass(frozen=True, slots=True)
class Planned:
    """One line of a review plan. No reviewers named means: any that suit the protocol."""

    protocol: str
    passes: int = 1
    reviewer_ids: tuple[int, ...] = ()


class NotSealed(Exception):
    """No reviewer is called before the notes are sealed."""


def start(snapshot: Snapshot, plan: Iterable[Planned]) -> list[Review]:
    """Begin every protocol of the plan over a sealed snapshot. Starting twice starts once.

    Raises NotSealed.
    """
    with transaction.atomic():
        locked(snapshot.pk)
        if not Seal.objects.filter(snapshot=snapshot).exists():
            raise NotSealed("The notes are not sealed yet, so no reviewer may see this code.")
        existing = list(Review.objects.filter(snapshot=snapshot))
        if existing:
            return existing
        begun = [_begin(snapshot, position, planned, attempt=1) for position, planned in enumerate(plan, 1)]
        gather(snapshot)
        return begun


def run_again(review: Review) -> Review:
    """A fresh run of an ended review's protocol; what the old run said no longer counts.

    Asked twice at once, it starts one new run and returns it both times.
    """
    with transaction.atomic():
        locked(review.snapshot_id)
        review.refresh_from_db()
        current = Review.objects.get(snapshot=review.snapshot_id, position=review.position, current=True)
        if not current.ended:
            return current
        Review.objects.filter(pk=current.pk).update(current=False)
        planned = Planned(current.protocol, current.setup["passes"], tuple(current.reviewer_ids))
        begun = _begin(review.snapshot, review.position, planned, attempt=current.attempt + 1)
        gather(review.snapshot)
        return begun


def cancel(review: Review, by: AbstractBaseUser) -> bool:
    """Stop what has not started and let go of what has; say whether there was anything to stop."""
    with transaction.atomic():
        locked(review.snapshot_id)
        now = timezone.now()
        stopped = (
            Review.objects.filter(pk=review.pk)
            .exclude(state__in=Review.ENDED)
            .update(
                state=Review.State.CANCELLED,
                ended_at=now,
                cancelled_by=by.pk,
                reason=f"Cancelled by {by.get_username()}.",
            )
        )
        if stopped:
            Pass.objects.filter(review=review).exclude(state__in=Pass.ENDED).update(
                state=Pass.State.CANCELLED, ended_at=now, detail="Cancelled before it answered."
            )
            gather(review.snapshot)
    return bool(stopped)


def advance(review_id: int) -> None:
    """If every pass of the round has ended, ask the protocol what comes next and do it.

    Safe to call at any time and any number of times.
    """
    with transaction.atomic():
        snapshot = locked(Review.objects.values_list("snapshot_id", flat=True).get(pk=review_id))
        review = Review.objects.get(pk=review_id)
        passes = list(review.passes.select_related("reviewer"))
        if review.ended or not all(item.ended for item in passes):
            return
        following = _following(review, passes)
        if isinstance(following, Done):
            _end(review, following)
            gather(snapshot)
        else:
            _queue(review, following)


def _following(review: Review, passes: Sequence[Pass]) -> Next:
    """What the protocol says comes next. A bug of ours fails the review: nobody waits for it."""
    try:
        setup = Setup.from_json(review.setup)
        returned = [_returned(setup, item) for item in passes]
        return PROTOCOLS[review.protocol].step(setup, returned)
    except NoReviewer as missing:
        return Done(Outcome.INCOMPLETE, str(missing))
    except Exception as error:
        log.exception("Review %s cannot go on.", review.pk)
        what = f"Blindspot itself failed here ({type(error).__name__}); the server's log says more."
        return Done(Outcome.FAILED, what)


def _begin(snapshot: Snapshot, position: int, planned: Planned, attempt: int) -> Review:
    review = Review.objects.create(
        snapshot=snapshot,
        protocol=planned.protocol,
        position=position,
        attempt=attempt,
        reviewer_ids=list(planned.reviewer_ids),
        setup=_setup(snapshot, planned).as_json(),
    )
    advance(review.pk)
    review.refresh_from_db()
    return review


def _setup(snapshot: Snapshot, planned: Planned) -> Setup:
    provenance = Provenance.objects.filter(snapshot=snapshot).first()
    return Setup(
        author_model=provenance.model_name if provenance else "",
        author_family=provenance.family if provenance else "",
        seats=_seats(snapshot, planned),
        passes=planned.passes,
    )


def _seats(snapshot: Snapshot, planned: Planned) -> tuple[Seat, ...]:
    """The reviewers that may be asked: those named, else all; models or analysers, as it needs.

    Who reads no file of this code is not asked about it.
    """
    paths = list(snapshot.files.values_list("path", flat=True))
    asks_models = PROTOCOLS[planned.protocol].asks_models
    suitable = Reviewer.objects.filter(active=True, model__isnull=not asks_models)
    if planned.reviewer_ids:
        suitable = suitable.filter(pk__in=planned.reviewer_ids)
    return tuple(
        Seat(
            reviewer_id=reviewer.pk,
            name=reviewer.name,
            provider=reviewer.provider,
            model=reviewer.model.name if reviewer.model else "",
            family=reviewer.model.family if reviewer.model else "",
            role=reviewer.role,
        )
        for reviewer in suitable.select_related("model").order_by("pk")
        if suits(reviewer.provider, paths)
    )


def _returned(setup: Setup, item: Pass) -> Returned:
    turn = Turn(setup.seat(item.reviewer_id), item.round, item.position, item.siglum)
    return Returned(turn, Ended(item.state), item.detail)


def _queue(review: Review, turns: Sequence[Turn]) -> None:
    made = Pass.objects.bulk_create(
        Pass(
            review=review,
            reviewer_id=turn.seat.reviewer_id,
            round=turn.round,
            position=turn.position,
            siglum=turn.siglum,
            role=turn.seat.role,
        )
        for turn in turns
    )
    send_on_commit(item.pk for item in made)


def _end(review: Review, done: Done) -> None:
    review.state = Review.State(done.outcome)
    review.reason = done.reason
    review.ended_at = timezone.now()
    review.save(update_fields=["state", "reason", "ended_at"])
    log.info("Review %s (%s) is %s.", review.pk, review.protocol, review.state)
