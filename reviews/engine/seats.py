"""Who may be asked in a review: the reviewers of a plan, or all that suit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from reviews.families import family_of
from reviews.models import Reviewer, Snapshot
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import PERSON, Seat
from reviews.providers.registry import suits


def seats_for(
    snapshot: Snapshot,
    protocol: str,
    reviewer_ids: Sequence[int],
    revised_by: str = "model",
    *,
    even_off: bool = False,
) -> tuple[Seat, ...]:
    """The seats of a review: those named, else all that are switched on; models or analysers, as it needs.

    Who reads no file of this code is not asked about it. With `even_off` those named may be switched
    off. Where a student revises, they have a seat.
    """
    paths = list(snapshot.files.values_list("path", flat=True))
    seats = [
        seat_of(reviewer)
        for reviewer in _suitable(protocol, reviewer_ids, even_off=even_off)
        if suits(reviewer.provider, paths)
    ]
    if revised_by == "student" and "revised_by" in PROTOCOLS[protocol].takes:
        student, _ = Reviewer.objects.get_or_create(
            name="The student", defaults={"provider": PERSON, "active": False}
        )
        seats.append(seat_of(student))
    return tuple(seats)


def possible_seats(protocol: str, reviewer_ids: Sequence[int]) -> tuple[Seat, ...]:
    """The seats that a plan's line would have, before there is any code."""
    return tuple(seat_of(reviewer) for reviewer in _suitable(protocol, reviewer_ids))


def seat_of(reviewer: Reviewer) -> Seat:
    """The seat of one reviewer, as it is now."""
    seat = Seat(
        reviewer_id=reviewer.pk,
        name=reviewer.name,
        provider=reviewer.provider,
        model="",
        family="",
        role=reviewer.role,
        connection_id=reviewer.connection_id,
    )
    model = reviewer.model
    if model is None:
        return seat
    return replace(
        seat,
        model=model.name,
        family=family_of(model.name, reviewer.provider),
        context_tokens=model.context_tokens,
        output_tokens=model.output_tokens,
    )


def _suitable(protocol: str, reviewer_ids: Sequence[int], *, even_off: bool = False) -> list[Reviewer]:
    named = Q(pk__in=reviewer_ids) if reviewer_ids else Q()
    switched_on = Q() if even_off and reviewer_ids else Q(active=True)
    asks_models = PROTOCOLS[protocol].asks_models
    suitable = Reviewer.objects.filter(named, switched_on, model__isnull=not asks_models)
    return list(suitable.select_related("model").order_by("pk"))
