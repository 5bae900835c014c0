"""A student lets go of what they marked in a sitting: it stays in the class's numbers, and is nobody's."""

from __future__ import annotations

from django.db import transaction

from courses.models import Answer, Membership, Seat


def forget(seat_id: int, membership: Membership) -> Seat:
    """Forget whose seat it was; words that nobody let through go with that. Raises Seat.DoesNotExist.

    In a room that is still open the words stay, as those of any other seat.
    """
    with transaction.atomic():
        seat = (
            Seat.objects.select_for_update(of=("self",))
            .select_related("sitting")
            .get(pk=seat_id, member=membership)
        )
        seat.member = None
        seat.save(update_fields=["member"])
        if seat.sitting.ended_at:
            Answer.objects.filter(seat=seat).exclude(let_through=True).update(words="")
    return seat
