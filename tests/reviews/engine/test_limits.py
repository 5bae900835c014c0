"""A provider is asked no more than it may be, and left alone while it keeps failing, by all workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from reviews.engine import connections, ledger, limits
from reviews.engine.limits import Bucket
from reviews.models import Call, Connection, Pass
from reviews.providers.base import Listener, ProviderError, Question, Reply, Trouble
from tests import calls
from tests.calls import a_connection, all_at_once

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


# --- the bucket, over a clock of its own ---------------------------------------------------------

CALLS = st.lists(st.tuples(st.floats(0, 90), st.floats(0.1, 300)), min_size=1, max_size=40)


@given(per_minute=st.integers(1, 120), calls_=CALLS)
def test_no_span_of_time_lets_more_through_than_a_full_bucket_and_what_flowed_in(
    per_minute: int, calls_: list[tuple[float, float]]
) -> None:
    bucket, now, admitted = Bucket(per_minute, per_minute, NOON), 0.0, []
    for pause, need in calls_:
        now += pause
        bucket = bucket.filled(at(now))
        if not bucket.wait(need):
            bucket = bucket.taken(need)
            admitted.append((now, need))
    for first, (start, _) in enumerate(admitted):
        for last in range(first, len(admitted)):
            taken = sum(need for _, need in admitted[first : last + 1])
            flowed = (admitted[last][0] - start) * per_minute / 60
            over = max(admitted[last][1] - per_minute, 0)
            assert taken <= per_minute + flowed + over + 1e-3


@given(per_minute=st.integers(1, 120), calls_=CALLS)
def test_who_waits_as_long_as_told_is_let_in_and_was_not_told_too_long(
    per_minute: int, calls_: list[tuple[float, float]]
) -> None:
    bucket, now = Bucket(per_minute, per_minute, NOON), 0.0
    for pause, need in calls_:
        now += pause
        bucket = bucket.filled(at(now))
        wait = bucket.wait(need)
        if wait > 0.01:
            assert bucket.filled(at(now + wait * 0.98)).wait(need), "it could have come sooner"
        now += wait
        bucket = bucket.filled(at(now))
        assert bucket.wait(need) < 0.001
        bucket = bucket.taken(need)


def test_a_call_larger_than_the_whole_bucket_goes_when_it_is_full_and_is_paid_off_afterwards() -> None:
    bucket = Bucket(60, 59, NOON)
    assert bucket.wait(150) == pytest.approx(1)
    bucket = bucket.filled(at(1)).taken(150)
    assert bucket.left == -90
    assert bucket.wait(1) == pytest.approx(91)


def test_a_clock_that_runs_behind_takes_nothing_away() -> None:
    bucket = Bucket(60, 10, NOON)
    assert bucket.filled(at(-30)) == bucket


# --- requests and tokens -------------------------------------------------------------------------


@pytest.mark.django_db
def test_requests_are_spread_over_the_minute() -> None:
    campus = a_connection(requests_per_minute=3)
    for _ in range(3):
        limits.admit(campus.pk, 1, NOON)
    with pytest.raises(
        ProviderError, match=r"This minute's requests for campus are used up until 12:00:20 UTC"
    ) as no:
        limits.admit(campus.pk, 1, NOON)
    assert no.value.trouble is Trouble.BUSY
    assert (no.value.again, no.value.counted, no.value.retry_after) == (True, False, pytest.approx(20))
    limits.admit(campus.pk, 1, at(20))
    with pytest.raises(ProviderError):
        limits.admit(campus.pk, 1, at(20))


@pytest.mark.django_db
def test_tokens_that_a_call_did_not_need_are_there_for_the_next() -> None:
    campus = a_connection(tokens_per_minute=30_000)
    limits.admit(campus.pk, 20_000, NOON)
    with pytest.raises(ProviderError, match="tokens for campus are used up until 12:00:20"):
        limits.admit(campus.pk, 20_000, NOON)
    limits.give_back(campus, 15_000)
    limits.admit(campus.pk, 20_000, NOON)


@pytest.mark.django_db
def test_who_is_refused_for_tokens_has_used_no_request() -> None:
    campus = a_connection(requests_per_minute=2, tokens_per_minute=1_000)
    limits.admit(campus.pk, 1_000, NOON)
    for _ in range(5):
        with pytest.raises(ProviderError, match="tokens"):
            limits.admit(campus.pk, 1_000, NOON)
    limits.admit(campus.pk, 1_000, at(60))


@pytest.mark.django_db
def test_a_limit_lowered_by_an_administrator_holds_from_the_next_call_on() -> None:
    campus = a_connection(requests_per_minute=100)
    limits.admit(campus.pk, 1, NOON)
    Connection.objects.filter(pk=campus.pk).update(requests_per_minute=1)
    limits.admit(campus.pk, 1, NOON)
    with pytest.raises(ProviderError, match="used up until 12:01:00"):
        limits.admit(campus.pk, 1, NOON)


@pytest.mark.django_db
def test_a_course_with_its_own_key_has_the_sites_pace_and_a_count_of_its_own() -> None:
    campus = a_connection(requests_per_minute=1)
    own = connections.own_key("course-7", campus, "sk-of-the-course")
    limits.admit(campus.pk, 1, NOON)
    limits.admit(own.pk, 1, NOON)
    for connection in (campus, own):
        with pytest.raises(ProviderError, match="requests for campus are used up"):
            limits.admit(connection.pk, 1, NOON)


# --- the breaker ---------------------------------------------------------------------------------


def fail(connection: Connection, *moments: float, trouble: Trouble = Trouble.UNREACHABLE) -> None:
    for moment in moments:
        limits.failed(connection, trouble, at(moment))


@pytest.mark.django_db
def test_a_provider_that_keeps_failing_is_left_alone_and_one_probe_opens_the_way() -> None:
    campus = a_connection()
    fail(campus, 0, 10, 20, 30)
    limits.admit(campus.pk, 1, at(31))
    fail(campus, 40)
    with pytest.raises(
        ProviderError, match="campus is left alone until 12:01:40 UTC after 5 failures in 60"
    ) as no:
        limits.admit(campus.pk, 1, at(45))
    assert (no.value.trouble, no.value.counted, no.value.retry_after) == (
        Trouble.BUSY,
        False,
        pytest.approx(55),
    )

    limits.admit(campus.pk, 1, at(101))
    with pytest.raises(ProviderError, match="left alone until"):
        limits.admit(campus.pk, 1, at(102))
    limits.worked(campus, at(101))
    limits.admit(campus.pk, 1, at(103))
    limits.admit(campus.pk, 1, at(103))
    campus.refresh_from_db()
    assert (campus.failures, campus.failing_since, campus.open_until) == (0, None, None)


@pytest.mark.django_db
def test_a_probe_that_fails_shuts_the_way_again_at_once() -> None:
    campus = a_connection()
    fail(campus, 0, 1, 2, 3, 4)
    limits.admit(campus.pk, 1, at(65))
    fail(campus, 70)
    with pytest.raises(ProviderError, match="until 12:02:10"):
        limits.admit(campus.pk, 1, at(100))


@pytest.mark.django_db
def test_a_probe_whose_worker_dies_is_followed_by_another() -> None:
    campus = a_connection()
    fail(campus, 0, 1, 2, 3, 4)
    limits.admit(campus.pk, 1, at(65))
    with pytest.raises(ProviderError):
        limits.admit(campus.pk, 1, at(124))
    limits.admit(campus.pk, 1, at(126))


@pytest.mark.django_db
def test_an_answer_to_a_call_from_before_says_nothing_about_now() -> None:
    campus = a_connection()
    fail(campus, 10, 11, 12, 13, 14)
    limits.worked(campus, at(5))
    with pytest.raises(ProviderError, match="left alone"):
        limits.admit(campus.pk, 1, at(20))


@pytest.mark.django_db
def test_failures_far_apart_or_with_an_answer_between_them_are_bad_luck() -> None:
    campus = a_connection()
    fail(campus, 0, 20, 40, 59, 121)
    limits.admit(campus.pk, 1, at(122))
    fail(campus, 123, 124, 125)
    limits.worked(campus, at(125))
    fail(campus, 126, 127, 128, 129)
    limits.admit(campus.pk, 1, at(130))


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", list(Trouble))
def test_only_what_says_that_the_provider_is_unwell_is_held_against_it(trouble: Trouble) -> None:
    campus = a_connection()
    fail(campus, 0, 1, 2, 3, 4, 5, trouble=trouble)
    campus.refresh_from_db()
    expected = trouble in (Trouble.TIMED_OUT, Trouble.UNREACHABLE, Trouble.BUSY)
    assert (limits.left_alone_until(campus, at(6)) is not None) == expected
    assert limits.left_alone_until(campus, at(66)) is None


# --- places --------------------------------------------------------------------------------------


def under_way(connection: Connection, item: Pass, **changes: Any) -> Call:
    """A call that was asked and not yet heard of."""
    made: list[Call] = []

    def look(question: Question, listener: Listener) -> Reply:
        made.append(Call.objects.get(by_pass=item))
        return calls.SAID

    ledger.ask(calls.asking(item, connection), calls.Scripted(look), calls.question(), Listener())
    call = made[0]
    for name, value in changes.items():
        setattr(call, name, value)
    call.save()
    return call


@pytest.mark.django_db
def test_a_place_is_taken_until_the_call_has_ended_or_its_worker_is_thought_dead() -> None:
    campus = a_connection(calls_at_once=1)
    now = timezone.now()
    item = calls.a_pass()
    call = under_way(campus, item, live_until=now + timedelta(seconds=30))
    with pytest.raises(ProviderError, match=r"answering as many calls as it may at once \(1\)") as wait:
        limits.admit(campus.pk, 1, now)
    assert (wait.value.again, wait.value.counted) == (True, False)
    assert wait.value.retry_after

    Call.objects.filter(pk=call.pk).update(live_until=now - timedelta(seconds=1))
    with pytest.raises(ProviderError, match="answering"):
        limits.admit(campus.pk, 1, now)
    Pass.objects.filter(pk=item.pk).update(attempt=2)
    limits.admit(campus.pk, 1, now)
    Pass.objects.filter(pk=item.pk).update(attempt=1, leased_until=now - timedelta(seconds=1))
    limits.admit(campus.pk, 1, now)
    Pass.objects.filter(pk=item.pk).update(leased_until=now + timedelta(seconds=60))
    Call.objects.filter(pk=call.pk).update(state=Call.State.REPLIED)
    limits.admit(campus.pk, 1, now)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_twenty_workers_never_ask_more_than_may_be_asked_at_once() -> None:
    campus = a_connection(calls_at_once=3)
    inside, most, guard = [0], [0], threading.Lock()
    all_three = threading.Event()

    def answer(question: Question, listener: Listener) -> Reply:
        with guard:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            if inside[0] == 3:
                all_three.set()
        assert all_three.wait(20), "three may ask at once"
        time.sleep(0.01)
        with guard:
            inside[0] -= 1
        return calls.SAID

    def worker(item: Pass) -> Callable[[], None]:
        model = calls.Scripted(answer)

        def run() -> None:
            while True:
                try:
                    ledger.ask(calls.asking(item, campus), model, calls.question(), Listener())
                except ProviderError as busy:
                    if busy.trouble is not Trouble.BUSY:
                        raise
                    time.sleep(0.01)
                else:
                    return

        return run

    raised = all_at_once([worker(calls.a_pass()) for _ in range(20)])
    assert raised == []
    assert most[0] == 3
    assert Call.objects.filter(connection=campus, state=Call.State.REPLIED).count() == 20


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_of_twenty_workers_one_is_the_probe() -> None:
    campus = a_connection()
    now = timezone.now()
    for _ in range(limits.FAILURES):
        limits.failed(campus, Trouble.TIMED_OUT, now - timedelta(seconds=70))
    refused = all_at_once([lambda: limits.admit(campus.pk, 1, now)] * 20)
    assert len(refused) == 19
    assert all(isinstance(error, ProviderError) and "left alone" in str(error) for error in refused)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_twenty_workers_share_one_bucket() -> None:
    campus = a_connection(requests_per_minute=7)
    now = timezone.now()
    refused = all_at_once([lambda: limits.admit(campus.pk, 1, now)] * 20)
    assert len(refused) == 13
    assert all(isinstance(error, ProviderError) and "used up" in str(error) for error in refused)
