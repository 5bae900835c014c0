"""The made-up classes of the demo course."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from courses.demo import sittings
from courses.domain.queries.sittings import left_of
from courses.models import Answer, Course, Membership, Sitting
from tests.rooms import walkthrough_of


def test_two_made_up_classes_sat_through_the_walkthrough(ruth: User, course: Course, amara: User) -> None:
    keeper = Membership.objects.get(user=amara)
    sittings.make(walkthrough_of(course, ruth), ruth, timezone.now(), keeper)
    evening, large = sorted(Sitting.objects.all(), key=lambda one: one.seats.count())
    left = left_of(large)
    assert (left.seats, large.code, large.group[:8]) == (120, None, "Made up:")
    assert evening.seats.count() == 64
    assert len(left.asked) == 1
    shares = [row.by_class.percent for row in left.asked[0].reveal.table.rows if row.by_class]
    assert len(shares) == 3
    assert all(0 < share < 100 for share in shares)
    assert left.took > 0
    assert keeper.seats.get().sitting == large


def test_they_answer_the_same_every_time(ruth: User, course: Course) -> None:
    def marks() -> list[object]:
        rows = Answer.objects.order_by("pk").values_list("marks", "confidence", "severity")
        return [tuple(map(str, row)) for row in rows]

    sittings.make(walkthrough_of(course, ruth), ruth, timezone.now())
    first = marks()
    Sitting.objects.all().delete()
    sittings.make(walkthrough_of(course, ruth), ruth, timezone.now())
    assert marks() == first
