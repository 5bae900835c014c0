"""Leases are renewed while a reviewer thinks, by a thread that is gone when nobody holds one any more."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings

from courses.domain.assignments import PlanLine
from courses.models import Course
from reviews.engine import passes, reviews
from reviews.engine.leases import Lease, kept_alive
from reviews.models import Pass
from tests.servers.workers import wait_until
from tests.stories import assignment, recorded_reviewer, sealed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def taken(course: Course, amara: User, settings: Settings) -> Lease:
    """A stranger reads Amara's code; its lease of 0.3 s is renewed every tenth of a second."""
    settings.REVIEW_LEASE_SECONDS = 0.3
    recorded_reviewer("gpt-5.4")
    sealed(assignment(course, plan=[PlanLine("cross_model")]), amara)
    found = passes.take(Pass.objects.get().pk)
    assert found is not None
    return found.lease


def renewers() -> list[threading.Thread]:
    """The threads of this process that renew leases."""
    return [thread for thread in threading.enumerate() if thread.name == "leases"]


def runs_out() -> datetime:
    """When the stranger's lease does."""
    until = Pass.objects.get().leased_until
    assert until is not None
    return until


def wait_for_a_renewal() -> None:
    """The lease runs out later than it did when this was called."""
    before = runs_out()
    wait_until(lambda: runs_out() > before)


def test_a_lease_is_renewed_while_it_is_held_and_nobody_is_left_to_renew_it_after(taken: Lease) -> None:
    for _ in range(2):
        with kept_alive(taken) as lost:
            wait_for_a_renewal()
        assert not lost.is_set()
        assert renewers() == []


def test_one_thread_looks_after_all_leases_and_ends_with_the_last(taken: Lease) -> None:
    with kept_alive(taken):
        (thread,) = renewers()
        with kept_alive(Lease(taken.pass_id, taken.attempt + 1)) as of_another:
            assert renewers() == [thread]
            assert of_another.wait(10), "nobody holds that attempt"
        assert renewers() == [thread]
        wait_for_a_renewal()
    assert renewers() == []


def test_whoever_works_in_vain_hears_of_it(taken: Lease, ruth: User) -> None:
    with kept_alive(taken) as lost:
        reviews.cancel(Pass.objects.get().review, ruth)
        assert lost.wait(10)
    assert renewers() == []
