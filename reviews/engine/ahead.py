"""One call ahead: where several reviewers read the same material with the same model, one goes first.

A provider's cache holds the material only once the first reply that read it has begun. Three more
calls sent together with the first would each pay for writing it (1.25) what reading costs 0.1.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from reviews.briefs import Task
from reviews.engine.dispatch import send_on_commit
from reviews.models import Pass, Review
from reviews.protocols.base import Setup
from reviews.providers.registry import caches

log = logging.getLogger("blindspot.reviews")

AHEAD_SECONDS = 20.0
"""So long the others wait for the first reply to begin; then they go all the same."""

CHARACTERS_PER_TOKEN = 3.6
"""Source code with numbered lines, roughly; only orders of magnitude are decided by it."""

WORTH_TOKENS = 20_000
"""Sending ahead delays a round by the first reply's beginning: it must save at least so many tokens.

A write costs 1.25 and a read 0.1, so each of the others saves 1.15 of the shared material.
"""

FLOOR_TOKENS = 4_096
"""The largest of the providers' silent minimums: shorter material is not cached for certain."""


def hold_back(review: Review, passes: Sequence[Pass]) -> set[int]:
    """Mark the passes that wait until another of the same model has begun; returns their ids."""
    readers = [item for item in passes if Task(item.task).reads_code]
    groups = {model: group for model, group in _by_model(review, readers).items() if len(group) > 1}
    tokens = _shared_tokens(review) if groups else 0.0
    if tokens < FLOOR_TOKENS:
        return set()
    held: set[int] = set()
    for model, group in groups.items():
        saved = 1.15 * tokens * (len(group) - 1)
        if saved >= WORTH_TOKENS and caches(model[0]) and not _was_read(review, model, group[0].round):
            held |= {item.pk for item in group[1:]}
    due = timezone.now() + timedelta(seconds=AHEAD_SECONDS)
    Pass.objects.filter(pk__in=held).update(not_before=due)
    return held


def let_go(item: Pass) -> None:
    """The first reply has begun, or will not come: whoever waits for this pass may go.

    Where the database is away they go a little later, by the sweep: no reply is lost for it.
    """
    try:
        _let_go(item)
    except (OperationalError, InterfaceError) as error:
        log.warning("Those who wait for pass %s go by the sweep: %s", item.pk, error)


def _let_go(item: Pass) -> None:
    if not _shares_models(Setup.from_json(item.review.setup)):
        return
    waiting = Pass.objects.filter(
        review=item.review_id, round=item.round, state=Pass.State.QUEUED, attempt=0, not_before__isnull=False
    )
    if not waiting.exists():
        return
    mine = _model_of(item.review, item)
    ids = [other.pk for other in waiting if _model_of(item.review, other) == mine]
    with transaction.atomic():
        Pass.objects.filter(pk__in=ids, state=Pass.State.QUEUED, attempt=0).update(not_before=None)
        send_on_commit(ids)


def _shares_models(setup: Setup) -> bool:
    """Whether a round can have two passes of one model, so that one may wait for the other."""
    models = [(seat.provider, seat.model) for seat in setup.seats]
    return setup.passes > 1 or len(set(models)) < len(models)


def _shared_tokens(review: Review) -> float:
    characters = sum(len(file.text) for file in review.snapshot.source_files())
    return characters / CHARACTERS_PER_TOKEN


def _by_model(review: Review, passes: Sequence[Pass]) -> dict[tuple[str, str, int | None], list[Pass]]:
    groups: dict[tuple[str, str, int | None], list[Pass]] = defaultdict(list)
    for item in passes:
        groups[_model_of(review, item)].append(item)
    return groups


def _model_of(review: Review, item: Pass) -> tuple[str, str, int | None]:
    seat = Setup.from_json(review.setup).seat(item.reviewer_id)
    return seat.provider, seat.model, seat.connection_id


def _was_read(review: Review, model: tuple[str, str, int | None], round: int) -> bool:
    """Whether an earlier round has brought the material into this model's cache."""
    earlier = Pass.objects.filter(review=review, round__lt=round, state=Pass.State.ANSWERED)
    return any(_model_of(review, item) == model for item in earlier)
