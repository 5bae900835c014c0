"""The ledger among many workers: none pays twice, dead ones are written off, and no budget is passed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from reviews.engine import budgets, keys, ledger, limits
from reviews.engine.connections import access_to
from reviews.models import Call, Pass
from reviews.models.connection import MICRO
from reviews.providers.base import (
    Access,
    Ending,
    Listener,
    ModelProvider,
    ProviderError,
    Question,
    Reply,
    Trouble,
    Usage,
)
from reviews.providers.registry import provider
from tests.calls import SAID, Scripted, a_connection, a_pass, a_price, all_at_once, asking, question
from tests.servers.models import Answer, Fault, Seen, StandIn

COURSE = "course-7"
KEY = "sk-secret-of-the-course-42"
COST = 1_000 * 2 + 100 * 10
"""Of what the test's model usually says, in millionths of a dollar."""


def spent_and_reserved() -> tuple[int, int]:
    row = budgets.standing(COURSE)
    assert row is not None
    return row.spent, row.reserved


@pytest.fixture
def ten_dollars(db: None) -> None:
    """The course may spend ten dollars, and the test's model has a price."""
    a_price()
    budgets.set_limit(COURSE, Decimal(10))


# --- limits are told ------------------------------------------------------------------------------


def test_a_provider_that_keeps_failing_is_left_alone_by_the_next_call(db: None) -> None:
    campus, item = a_connection(), a_pass()
    model = Scripted(ProviderError(Trouble.BUSY, "503", again=True))
    for number in range(1, limits.FAILURES + 1):
        with pytest.raises(ProviderError, match="503"):
            ledger.ask(asking(item, campus, number=number), model, question(), Listener())
    with pytest.raises(ProviderError, match="campus is left alone until") as alone:
        ledger.ask(asking(item, campus, number=9), model, question(), Listener())
    assert not alone.value.counted
    assert len(model.asked) == limits.FAILURES


@pytest.mark.parametrize("trouble", [Trouble.REFUSED, Trouble.UNREADABLE, Trouble.NOT_LET_IN])
def test_a_provider_that_answers_no_is_well(db: None, trouble: Trouble) -> None:
    campus, item = a_connection(), a_pass()
    for _ in range(limits.FAILURES - 1):
        limits.failed(campus, Trouble.BUSY, timezone.now())
    with pytest.raises(ProviderError):
        ledger.ask(asking(item, campus), Scripted(ProviderError(trouble, "No.")), question(), Listener())
    campus.refresh_from_db()
    assert campus.failures == 0


def test_a_wrong_address_is_no_illness_that_waiting_mends(db: None) -> None:
    campus, item = a_connection(), a_pass()
    model = Scripted(ProviderError(Trouble.UNREACHABLE, "The address is not of the form https://host."))
    for number in range(1, 2 * limits.FAILURES):
        with pytest.raises(ProviderError, match="not of the form"):
            ledger.ask(asking(item, campus, number=number), model, question(), Listener())


def test_tokens_that_were_not_used_are_there_for_the_next_call(db: None) -> None:
    campus = a_connection(tokens_per_minute=30_000)
    small = replace(SAID, usage=Usage(input=50, output=50))
    for _ in range(8):
        ledger.ask(asking(a_pass(), campus), Scripted(small), question(output_tokens=20_000), Listener())
    silent = ProviderError(Trouble.TIMED_OUT, "Silent.")
    with pytest.raises(ProviderError, match="Silent"):
        ledger.ask(asking(a_pass(), campus), Scripted(silent), question(output_tokens=20_000), Listener())
    with pytest.raises(ProviderError, match="This minute's tokens"):
        ledger.ask(asking(a_pass(), campus), Scripted(small), question(output_tokens=20_000), Listener())


# --- nothing is paid twice ------------------------------------------------------------------------


def test_a_reply_that_a_dead_worker_paid_for_is_found_by_the_next(db: None) -> None:
    item = a_pass()
    said = Reply("{}", Ending.CUT_OFF, Usage(1, 2, 3, 4, 5), "req_7", "test-model-1")
    assert ledger.earlier_reply(item.pk, 1) is None
    ledger.ask(asking(item), Scripted(said), question(), Listener())
    item.attempt = 2
    busy = ProviderError(Trouble.BUSY, "503")
    with pytest.raises(ProviderError):
        ledger.ask(asking(item, number=2), Scripted(busy), question(), Listener())
    assert ledger.earlier_reply(item.pk, 1) == said
    assert ledger.earlier_reply(item.pk, 2) is None, "what failed is asked again"
    assert ledger.earlier_reply(a_pass().pk, 1) is None, "another pass has its own"


def test_no_transaction_is_open_while_the_model_thinks(transactional_db: None) -> None:
    item = a_pass()

    def answer(question: Question, listener: Listener) -> Reply:
        assert not database.in_atomic_block
        others = all_at_once([lambda: Pass.objects.filter(pk=item.pk).update(detail="written meanwhile")])
        assert others == []
        return SAID

    ledger.ask(asking(item, a_connection()), Scripted(answer), question(), Listener())
    item.refresh_from_db()
    assert item.detail == "written meanwhile"


@pytest.mark.services
def test_a_database_that_was_away_meanwhile_still_learns_what_was_paid(transactional_db: None) -> None:
    if database.vendor != "postgresql":
        pytest.skip("a file is never away")
    a_price()
    budgets.set_limit(COURSE, Decimal(10))
    item = a_pass(budgets=[COURSE])

    def answer(question: Question, listener: Listener) -> Reply:
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (mine,) = cursor.fetchone()

        def cut() -> None:
            with database.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", [mine])

        assert all_at_once([cut]) == []
        return SAID

    ledger.ask(asking(item), Scripted(answer), question(), Listener())
    assert Call.objects.get().state == Call.State.REPLIED
    assert spent_and_reserved() == (COST, 0)


# --- workers that died ----------------------------------------------------------------------------


class Killed(BaseException):
    """Ends a worker as SIGKILL would: nothing after the call runs."""


def a_call_whose_worker_died(item: Pass, **changes: Any) -> Call:
    def die(question: Question, listener: Listener) -> Reply:
        raise Killed

    with pytest.raises(Killed):
        ledger.ask(asking(item, **changes), Scripted(die), question(), Listener())
    return Call.objects.get(by_pass=item)


@pytest.mark.usefixtures("ten_dollars")
def test_a_call_is_given_up_once_its_worker_is_surely_gone() -> None:
    item = a_pass(budgets=[COURSE])
    call = a_call_whose_worker_died(item)
    assert call.state == Call.State.ASKED
    assert spent_and_reserved() == (0, call.reserved)
    soon, late = call.live_until - timedelta(seconds=1), call.live_until + timedelta(seconds=1)
    assert ledger.write_off(late) == 0, "for all that is known the pass is at work"
    Pass.objects.filter(pk=item.pk).update(attempt=2)
    assert ledger.write_off(soon) == 0, "its worker may still hear the answer"
    assert ledger.write_off(late) == 1
    assert ledger.write_off(late) == 0
    call.refresh_from_db()
    assert (call.state, call.cost, call.ended_at) == (Call.State.LOST, None, late)
    assert "may have been billed" in call.detail
    assert spent_and_reserved() == (call.reserved, 0)


@pytest.mark.usefixtures("ten_dollars")
def test_a_worker_that_was_only_slow_puts_it_right() -> None:
    item = a_pass(budgets=[COURSE])

    def slow(question: Question, listener: Listener) -> Reply:
        Pass.objects.filter(pk=item.pk).update(attempt=2)
        assert ledger.write_off(timezone.now() + timedelta(hours=1)) == 1
        return SAID

    ledger.ask(asking(item), Scripted(slow), question(), Listener())
    call = Call.objects.get()
    assert (call.state, call.cost, call.detail) == (Call.State.REPLIED, COST, "")
    assert spent_and_reserved() == (COST, 0)
    found = ledger.earlier_reply(item.pk, 1)
    assert found is not None
    assert found.text == SAID.text, "and nobody needs to ask again"


@pytest.mark.services
def test_twelve_sweeps_at_once_give_up_each_call_once(transactional_db: None) -> None:
    a_price()
    budgets.set_limit(COURSE, Decimal(10))
    made = [a_call_whose_worker_died(a_pass(budgets=[COURSE])) for _ in range(5)]
    Pass.objects.update(state=Pass.State.CANCELLED)
    late = timezone.now() + timedelta(hours=1)
    counted: list[int] = []
    assert all_at_once([lambda: counted.append(ledger.write_off(late))] * 12) == []
    assert sum(counted) == 5
    assert spent_and_reserved() == (sum(call.reserved for call in made), 0)


# --- over real HTTP, by the vendors' SDKs ---------------------------------------------------------


def model_behind(name: str) -> ModelProvider:
    """The product's own provider of that name."""
    made = provider(name)
    assert isinstance(made, ModelProvider)
    return made


@pytest.mark.services
def test_what_the_provider_bills_a_whole_class_never_passes_the_budget(transactional_db: None) -> None:
    """Twelve workers ask until nothing is left; the server counts tokens, and some calls break off."""
    limit = Decimal("0.90")
    a_price("gpt-5.4")
    budgets.set_limit(COURSE, limit)
    passes = [a_pass(budgets=[COURSE]) for _ in range(12)]
    asked = question(model="gpt-5.4", material="x = 1\n" * 500, output_tokens=2_000)

    def worker(item: Pass, url: str) -> Callable[[], None]:
        here = replace(asked, access=Access(base_url=url, key=KEY), system=f"You are {item.pk}.")

        def run() -> None:
            for number in range(1, 9):
                while True:
                    try:
                        ledger.ask(asking(item, number=number), model_behind("openai"), here, Listener())
                    except ProviderError as error:
                        if error.trouble is Trouble.OVER_BUDGET and error.again:
                            time.sleep(0.02)
                            continue
                    break

        return run

    def sometimes(seen: Seen) -> Answer:
        faults = {0: Fault.RESET_MID_BODY, 1: Fault.CUT_OFF, 2: Fault.RESET}
        return Answer(fault=faults.get(seen.number % 7), usage=(0, 0, seen.number * 90, 1_500))

    with StandIn(sometimes) as server:
        assert all_at_once([worker(item, server.openai_url) for item in passes]) == []
        answers = [seen.answer for seen in server.asked if seen.answer and seen.answer.fault != Fault.RESET]
    bills = [2 * answer.usage[2] + 10 * answer.usage[3] for answer in answers if answer.usage]
    assert len(bills) > 20
    assert sum(bills) <= limit * MICRO
    spent, reserved = spent_and_reserved()
    assert sum(bills) <= spent <= limit * MICRO
    assert reserved == 0
    assert Call.objects.filter(state=Call.State.ASKED).count() == 0
    assert len(server.asked) == Call.objects.count()


@pytest.mark.parametrize(
    ("name", "model"),
    [("openai", "gpt-5.4"), ("anthropic", "claude-opus-4-6"), ("compatible", "campus-llama-3")],
)
def test_what_left_is_what_the_ledger_shows(db: None, name: str, model: str) -> None:
    with StandIn() as server:
        campus = a_connection(
            base_url=server.url if name == "anthropic" else server.openai_url, supports_schemas=True
        )
        keys.set_key(campus, KEY)
        asked = question(model=model, access=access_to(campus))
        reply = ledger.ask(asking(a_pass(), campus), model_behind(name), asked, Listener())
    (seen,) = server.asked
    call = Call.objects.select_related("system", "material").get()
    assert seen.key == KEY
    for text in (call.system.text, call.material.text, call.task):
        assert text in seen.text
    assert call.reply == reply.text
    assert call.answered_by == model
    assert call.request_id == "req_000001"
    counted = seen.counted
    assert counted is not None
    assert call.input_tokens + call.cached_tokens + call.written_tokens == counted.total
    assert call.output_tokens > 0
