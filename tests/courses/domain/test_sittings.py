"""Ruth shows the shop: begun, steered from two windows, timed, ended without anybody's name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from courses.domain import seats, sittings, walkthroughs
from courses.domain.sittings import MOST_PRESSED, MovedOn
from courses.models import Course, Membership, Seat, Sitting
from courses.walkthroughs.room import Command
from tests import walked
from tests.people import enrol
from tests.rooms import answered, seats_in, shop_story, shown, sitting_of, walkthrough_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    return sitting_of(course, ruth, group="Monday")


def test_a_sitting_is_a_copy_that_no_editor_changes(course: Course, ruth: User) -> None:
    walkthrough = walkthrough_of(course, ruth)
    sitting = sittings.begin(walkthrough, ruth, "Monday")
    assert (sitting.title, sitting.group, sitting.started_by) == ("The shop", "Monday", ruth)
    assert sitting.snapshots == {"v1": walkthrough.codes.get().snapshot_id}
    assert sitting.code is not None
    assert len(sitting.code) == 6
    changed = shop_story().model_copy(update={"title": "Another shop"})
    walkthroughs.save(walkthrough, changed, walkthrough.version)
    assert Sitting.objects.get().told().title == "The shop"


def test_a_walkthrough_without_steps_is_not_begun(course: Course, ruth: User) -> None:
    empty = walked.walkthrough(course, ruth, steps=[])
    with pytest.raises(ValueError, match="without steps"):
        sittings.begin(empty, ruth)
    assert not Sitting.objects.exists()


def test_two_windows_steer_one_room(sitting: Sitting) -> None:
    laptop = sittings.steer(sitting.pk, Command.NEXT, (0, 0))
    with pytest.raises(MovedOn, match="The room had moved on"):
        sittings.steer(sitting.pk, Command.NEXT, (0, 0))
    now = Sitting.objects.get()
    assert (now.shown().step, now.version) == (1, laptop.version)
    assert sittings.steer(sitting.pk, Command.NEXT, (1, 0)).shown().step == 2


@pytest.mark.parametrize(
    ("command", "to"),
    [
        (Command.NEXT, None),
        (Command.REVEAL, None),
        (Command.FREEZE, 1),
        (Command.CLEAR, 1),
        (Command.DOWN, 1),
        (Command.JUMP, 4),
        (Command.HIDE, 1),
    ],
)
def test_a_press_that_is_sent_again_is_known_wherever_the_room_went_meanwhile(
    sitting: Sitting, command: Command, to: int | None
) -> None:
    shown(sitting, "find")
    sittings.steer(sitting.pk, command, (3, 0), to, press="ruths")
    sittings.steer(sitting.pk, Command.JUMP, (0, 0), 1, press="tomas's")
    elsewhere = sittings.steer(sitting.pk, Command.HIDE, (1, 0), 0)
    again = sittings.steer(sitting.pk, command, (3, 0), to, press="ruths")
    assert (again.shown(), again.version) == (elsewhere.shown(), elsewhere.version)
    sittings.end(sitting.pk)
    assert sittings.steer(sitting.pk, command, (3, 0), to, press="ruths").ended_at, "it was done before"


def test_a_press_that_came_too_late_is_too_late_when_it_is_sent_again(sitting: Sitting) -> None:
    sittings.steer(sitting.pk, Command.NEXT, (0, 0), press="tomas's")
    for _ in range(2):
        with pytest.raises(MovedOn):
            sittings.steer(sitting.pk, Command.NEXT, (0, 0), press="ruths")
    assert Sitting.objects.get().shown().step == 1


def test_the_newest_presses_are_remembered_and_no_more(sitting: Sitting) -> None:
    for number in range(MOST_PRESSED + 5):
        sittings.steer(sitting.pk, Command.BLACK, (0, 0), press=f"press {number}")
    kept = Sitting.objects.get().pressed
    assert kept == [f"press {number}" for number in range(5, MOST_PRESSED + 5)]


def test_a_key_that_changes_nothing_makes_no_news(sitting: Sitting) -> None:
    before = sitting.version
    assert sittings.steer(sitting.pk, Command.BACK, (0, 0)).version == before
    assert sittings.steer(sitting.pk, Command.BLACK, (0, 0), 0).version == before
    assert sittings.steer(sitting.pk, Command.BLACK, (0, 0), 1).version == before + 1


def test_how_long_each_step_was_shown_is_kept(sitting: Sitting) -> None:
    Sitting.objects.update(step_since=timezone.now() - timedelta(seconds=90))
    sittings.steer(sitting.pk, Command.NEXT, (0, 0))
    Sitting.objects.update(step_since=timezone.now() - timedelta(seconds=30))
    sittings.steer(sitting.pk, Command.BACK, (1, 0))
    Sitting.objects.update(step_since=timezone.now() - timedelta(seconds=10))
    times = sittings.steer(sitting.pk, Command.NEXT, (0, 0)).times
    assert times == {"hello": pytest.approx(100, abs=2), "the-code": pytest.approx(30, abs=2)}


def test_an_ended_sitting_takes_no_key_and_frees_its_code(sitting: Sitting) -> None:
    ended = sittings.end(sitting.pk)
    assert ended.code is None
    with pytest.raises(sittings.Over):
        sittings.steer(sitting.pk, Command.NEXT, (0, 0))
    again = sittings.end(sitting.pk)
    assert (again.ended_at, again.version) == (ended.ended_at, ended.version)
    assert again.shown().step == 0


def test_an_ended_sitting_keeps_answers_and_no_persons(course: Course, sitting: Sitting, amara: User) -> None:
    shown(sitting, "find")
    one, two, hers = seats_in(sitting, 3)
    member = Membership.objects.get(user=amara)
    Seat.objects.filter(pk=hers.pk).update(key_sha256="a" * 64, member=member)
    hers.refresh_from_db()
    for seat, let in ((one, None), (two, True), (hers, None)):
        answered(seat, [("shop.py", 7, 7)], words="a quote breaks it", let_through=let)
    sittings.end(sitting.pk)
    kept = list(sitting.seats.order_by("pk").values_list("key_sha256", "answers__words", "answers__marks"))
    marks = [["shop.py", 7, 7]]
    assert kept == [
        (None, "", marks),
        (None, "a quote breaks it", marks),
        (None, "a quote breaks it", marks),
    ]


def test_two_sittings_of_one_walkthrough_have_rooms_of_their_own(course: Course, ruth: User) -> None:
    walkthrough = walkthrough_of(course, ruth)
    monday, tuesday = (sittings.begin(walkthrough, ruth, group) for group in ("Monday", "Tuesday"))
    assert monday.code != tuesday.code
    sittings.steer(monday.pk, Command.NEXT, (0, 0))
    assert Sitting.objects.get(pk=tuesday.pk).shown().step == 0
    seats_in(monday, 2)
    assert (seats.present(monday.pk).joined, seats.present(tuesday.pk).joined) == (2, 0)


def test_who_is_of_the_staff_may_steer_whoever_began(
    course: Course, sitting: Sitting, stranger: User
) -> None:
    enrol(course, stranger, Membership.Role.ASSISTANT)
    assert sittings.steer(sitting.pk, Command.NEXT, (0, 0)).shown().step == 1
