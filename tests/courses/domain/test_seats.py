"""Seats without names: taken, found again, counted, kept by those who want it, forgotten at the end."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.domain import seats, sittings
from courses.domain.seats import Full, NoSuchSession, Present
from courses.domain.sittings import Over
from courses.models import Course, Membership, Seat, Sitting
from tests.rooms import seats_in, sitting_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    """Ruth shows the shop."""
    return sitting_of(course, ruth)


def taken(sitting: Sitting, secret: str = "", member: Membership | None = None) -> tuple[str, Seat]:
    secret = seats.enter(sitting.pk, secret, member)
    seat = seats.find(sitting.pk, secret)
    assert seat is not None
    return secret, seat


def test_only_the_hash_of_the_secret_is_stored(sitting: Sitting) -> None:
    secret, seat = taken(sitting)
    assert len(secret) >= 43, "32 random bytes"
    assert seat.key_sha256 is not None
    assert len(seat.key_sha256) == 64
    assert secret not in str(Seat.objects.values().get())
    assert seat.member is None


def test_whoever_comes_back_with_the_secret_has_the_same_seat(sitting: Sitting) -> None:
    secret, seat = taken(sitting)
    assert taken(sitting, secret) == (secret, seat)
    assert taken(sitting, "somebody else's")[1] != seat


def test_a_secret_opens_no_seat_of_another_sitting(sitting: Sitting, course: Course, ruth: User) -> None:
    other = sitting_of(course, ruth)
    secret, _ = taken(sitting)
    assert seats.find(other.pk, secret) is None
    assert seats.find(sitting.pk, "") is None


@pytest.mark.parametrize("spoil", ["{}", " {} ", "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"])
def test_a_code_is_taken_as_people_write_it(sitting: Sitting, spoil: str) -> None:
    assert sitting.code is not None
    assert seats.of_code(spoil.format(sitting.code).lower()) == sitting


def test_a_code_dies_with_its_sitting_and_a_link_knows_that_it_is_over(sitting: Sitting) -> None:
    code, token = sitting.code, sitting.token
    assert code is not None
    secret, _ = taken(sitting)
    sittings.end(sitting.pk)
    with pytest.raises(NoSuchSession, match="a code ends with its session"):
        seats.of_code(code)
    assert seats.of_token(token).ended_at is not None
    assert seats.find(sitting.pk, secret) is None
    with pytest.raises(Over):
        seats.enter(sitting.pk, secret)


def test_a_link_cannot_be_made_up(sitting: Sitting) -> None:
    token = sitting.token
    assert seats.of_token(token) == sitting
    for forged in (f"{sitting.pk}.x", token[:-1], f"{sitting.pk + 1}.{token.split('.')[1]}", ".", ""):
        with pytest.raises(NoSuchSession):
            seats.of_token(forged)
    with pytest.raises(NoSuchSession):
        seats.of_code("")


def test_who_has_joined_and_who_is_here(
    sitting: Sitting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    seats_in(sitting, 3)
    secret, _ = taken(sitting)
    Seat.objects.update(seen_at=timezone.now() - timedelta(minutes=2))
    with django_assert_num_queries(1):
        seats.here(sitting.pk, secret)
    with django_assert_num_queries(1):
        assert seats.present(sitting.pk) == Present(joined=4, here=1)


def test_a_room_is_full_at_some_point_but_not_for_those_inside(sitting: Sitting) -> None:
    secret, seat = taken(sitting)
    seats_in(sitting, seats.MOST_SEATS - 1)
    with pytest.raises(Full, match="Tell the presenter"):
        seats.enter(sitting.pk, "")
    assert taken(sitting, secret)[1] == seat


def test_a_student_may_keep_their_marks_and_change_their_mind(sitting: Sitting, amara: User) -> None:
    membership = Membership.objects.get(user=amara)
    secret, seat = taken(sitting)
    assert taken(sitting, secret, membership)[1].member == membership
    assert taken(sitting, secret)[1].member == membership, "coming back without saying it changes nothing"
    seats.keep(seat, sitting, None)
    assert seats.find(sitting.pk, secret).member is None  # type: ignore[union-attr]


def test_staff_and_students_of_other_courses_keep_nothing(sitting: Sitting, tomas: User, ruth: User) -> None:
    for user in (tomas, ruth):
        with pytest.raises(ValueError, match="Only a student of the course"):
            seats.enter(sitting.pk, "", Membership.objects.get(user=user))
    assert not Seat.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.services
def test_nobody_gets_a_secret_in_a_room_that_is_just_being_closed(course: Course, ruth: User) -> None:
    sitting = sitting_of(course, ruth)
    together = threading.Barrier(6)

    def join() -> None:
        together.wait()
        try:
            seats.enter(sitting.pk, "")
        except Over:
            pass
        finally:
            connection.close()

    def close() -> None:
        together.wait()
        sittings.end(sitting.pk)
        connection.close()

    works = [threading.Thread(target=work) for work in (join, join, join, close, join, join)]
    for work in works:
        work.start()
    for work in works:
        work.join()
    assert not Seat.objects.exclude(key_sha256=None).exists()
