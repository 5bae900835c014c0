"""Seats in a room: taken with a code or a signed link, without a name, and found again by a secret.

The secret is 32 random bytes that only the browser keeps; the row has its hash. A seat knows a person
only where a signed-in student asked to keep their own marks.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from courses.domain.sittings import Over
from courses.models import Membership, Seat, Sitting
from courses.models.sitting import LINKS

MOST_SEATS = 3000
"""In one room: what a large lecture hall holds, several times over."""

HERE_SECONDS = 60
"""So long after its last sign of life a phone still counts as here."""


class NoSuchSession(Exception):
    """The code or the link opens no session; the message says what to do."""


class Full(Exception):
    """The room takes nobody more."""


@dataclass(frozen=True, slots=True)
class Present:
    """How many seats were taken, and how many of them gave a sign of life in the last minute."""

    joined: int
    here: int


def is_token(text: str) -> bool:
    """Whether this is a link's signed name and no code that somebody typed."""
    return "." in text


def named_by(token: str) -> int:
    """The number of the sitting that a link names, without asking the database. Raises NoSuchSession."""
    try:
        return int(LINKS.unsign(token))
    except (signing.BadSignature, ValueError) as error:
        raise NoSuchSession("This link opens no session. Scan the picture on the screen again.") from error


def of_token(token: str) -> Sitting:
    """The sitting that a link names, also when it is over. Raises NoSuchSession."""
    sitting = Sitting.objects.select_related("course").filter(pk=named_by(token)).first()
    if sitting is None:
        raise NoSuchSession("This session is not there any more.")
    return sitting


def of_code(code: str) -> Sitting:
    """The sitting that has this code now, however it is written. Raises NoSuchSession."""
    plain = plain_code(code)
    sitting = Sitting.objects.select_related("course").filter(code=plain).first() if plain else None
    if sitting is None:
        raise NoSuchSession(
            "No session has this code now. Compare it with the screen; a code ends with its session."
        )
    return sitting


def plain_code(typed: str) -> str:
    """A code as it is stored: capitals, without what people put between them."""
    return typed.strip().upper().replace(" ", "").replace("-", "")[:20]


def enter(sitting_id: int, secret: str, member: Membership | None = None) -> str:
    """Take a seat, or come back to the one that this secret opens; the secret to keep.

    `member` is a student who wants to keep their marks. Raises Over, Full, Sitting.DoesNotExist.
    """
    now = timezone.now()
    with transaction.atomic():
        # Locked, so that no seat is taken, with a secret, in a room that is just being closed.
        sitting = Sitting.objects.select_for_update().only("course_id", "ended_at").get(pk=sitting_id)
        if sitting.ended_at:
            raise Over("This session is over.")
        seat = find(sitting_id, secret)
        if seat is None:
            if sitting.seats.count() >= MOST_SEATS:
                raise Full("This room is full. Tell the presenter; on the screen you see all the same.")
            secret = secrets.token_urlsafe(32)
            seat = Seat.objects.create(
                sitting=sitting, key_sha256=_sha256(secret), joined_at=now, seen_at=now
            )
        if member is not None:
            keep(seat, sitting, member)
    return secret


def find(sitting_id: int, secret: str) -> Seat | None:
    """The seat of this sitting that the secret opens, if there is one."""
    if not secret:
        return None
    return Seat.objects.filter(sitting_id=sitting_id, key_sha256=_sha256(secret)).first()


def keep(seat: Seat, sitting: Sitting, member: Membership | None) -> None:
    """Let a student of the course keep the marks of this seat as their own, or (None) forget whose it is.

    Raises ValueError for anybody who is no student of the sitting's course.
    """
    if member is not None and (
        member.course_id != sitting.course_id or member.role != Membership.Role.STUDENT
    ):
        raise ValueError("Only a student of the course keeps marks.")
    seat.member = member
    seat.save(update_fields=["member"])


def here(sitting_id: int, secret: str) -> None:
    """A phone gives a sign of life: one UPDATE, and none that matters without its seat."""
    Seat.objects.filter(sitting_id=sitting_id, key_sha256=_sha256(secret)).update(seen_at=timezone.now())


def present(sitting_id: int) -> Present:
    """Who is in the room, in numbers."""
    since = timezone.now() - timedelta(seconds=HERE_SECONDS)
    counts = Seat.objects.filter(sitting_id=sitting_id).aggregate(
        joined=Count("pk"), here=Count("pk", filter=Q(seen_at__gte=since))
    )
    return Present(**counts)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
