"""A student has a review that could not be finished run again, as often as the assignment allows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from courses.domain import reruns
from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from courses.rules import may
from reviews.engine import reviews
from reviews.models import Review
from tests.stories import assignment, recorded_reviewer, recording, run_passes, sealed

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(course: Course) -> Assignment:
    """Two reviews: the linters can read the shop, and the stranger was never recorded on it."""
    recorded_reviewer("gpt-5.4")
    plan = [PlanLine("linters"), PlanLine("cross_model")]
    return assignment(course, plan=plan, reruns=2, visibility=Assignment.Visibility.SEALED)


@pytest.fixture
def amaras(task: Assignment, amara: User) -> Submission:
    submission = sealed(task, amara)
    run_passes(submission)
    return submission


def current(submission: Submission, protocol: str) -> Review:
    return Review.objects.get(snapshot__revision__submission=submission, protocol=protocol, current=True)


def test_twice_and_not_three_times(amaras: Submission, amara: User) -> None:
    assert current(amaras, "cross_model").state == Review.State.INCOMPLETE
    for left in (2, 1):
        assert reruns.left(amaras) == left
        begun = reruns.run_again(amaras, current(amaras, "cross_model"), amara)
        assert (begun.asked_by, begun.current) == (amara, True)
        run_passes(amaras)
    assert reruns.left(amaras) == 0
    with pytest.raises(reruns.NoRerunsLeft, match="had 2 run again.*Ask your instructor"):
        reruns.run_again(amaras, current(amaras, "cross_model"), amara)
    assert Review.objects.filter(protocol="cross_model").count() == 3


def test_a_run_that_succeeds_leaves_nothing_to_run_again(amaras: Submission, amara: User) -> None:
    before = current(amaras, "cross_model")
    recording("gpt-5.4", "cross_model", [])
    reruns.run_again(amaras, before, amara)
    run_passes(amaras)
    assert current(amaras, "cross_model").state == Review.State.COMPLETE
    with pytest.raises(reruns.NoRerunsLeft, match="could not be finished"):
        reruns.run_again(amaras, before, amara)
    assert reruns.left(amaras) == 1


def test_two_clicks_are_one_run(amaras: Submission, amara: User) -> None:
    before = current(amaras, "cross_model")
    first = reruns.run_again(amaras, before, amara)
    assert reruns.run_again(amaras, before, amara) == first
    assert reruns.left(amaras) == 1


def test_what_is_complete_or_was_stopped_is_not_run_again(
    task: Assignment, amaras: Submission, amara: User, ben: User, ruth: User
) -> None:
    bens = sealed(task, ben)
    reviews.cancel(current(bens, "cross_model"), ruth)
    for submission, user, protocol in ((amaras, amara, "linters"), (bens, ben, "cross_model")):
        review = current(submission, protocol)
        assert not reruns.can_be_run_again(review)
        with pytest.raises(reruns.NoRerunsLeft, match="Only a review that could not be finished"):
            reruns.run_again(submission, review, user)
    assert not Review.objects.filter(attempt__gt=1).exists()


def test_each_student_has_their_own_and_ruth_takes_nobodys(
    task: Assignment, amaras: Submission, amara: User, ben: User, ruth: User
) -> None:
    bens = sealed(task, ben)
    run_passes(bens)
    reviews.run_again(current(amaras, "cross_model"), ruth)
    reruns.run_again(bens, current(bens, "cross_model"), ben)
    assert (reruns.left(amaras), reruns.left(bens)) == (2, 1)
    run_passes(amaras)
    for other in (ben, ruth):
        assert not reruns.may_run_again(amaras, other)
        with pytest.raises(reruns.NoRerunsLeft):
            reruns.run_again(amaras, current(amaras, "cross_model"), other)


def test_none_at_all_where_the_assignment_allows_none(
    task: Assignment, amaras: Submission, amara: User
) -> None:
    assert reruns.may_run_again(amaras, amara)
    Assignment.objects.update(reruns=0)
    amaras.refresh_from_db()
    assert not reruns.may_run_again(amaras, amara)


def test_only_who_sees_the_findings_may_ask(
    task: Assignment, amaras: Submission, amara: User, ben: User, tomas: User, ruth: User
) -> None:
    allowed = [user for user in (amara, ben, tomas, ruth) if may(user, "courses.rerun_reviews", amaras)]
    assert allowed == [amara]
    amaras.assignment.visibility = Assignment.Visibility.GRADE
    assert not may(amara, "courses.rerun_reviews", amaras), "before the grade is out"
