"""Every call is written down before it is made, and what was paid for is known whatever became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reviews.engine import budgets, ledger
from reviews.models import Blob, Budget, Call, Pass, Review
from reviews.providers.base import (
    Access,
    Ending,
    GivenUp,
    Listener,
    ProviderError,
    Question,
    Reply,
    Trouble,
    Usage,
)
from tests.calls import SAID, Scripted, a_connection, a_pass, a_price, asking, question

COURSE = "course-7"
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


def failing(error: ProviderError, *, begun: bool = False) -> Callable[[Question, Listener], Reply]:
    def answer(question: Question, listener: Listener) -> Reply:
        if begun:
            listener.begun()
        raise error

    return answer


# --- before the call ------------------------------------------------------------------------------


@pytest.mark.usefixtures("ten_dollars")
def test_a_call_stands_in_the_ledger_before_it_is_made() -> None:
    item, campus = a_pass(budgets=[COURSE]), a_connection()
    found: list[Call] = []

    def look(question: Question, listener: Listener) -> Reply:
        found.append(Call.objects.select_related("system", "material").get())
        return SAID

    ledger.ask(asking(item, campus), Scripted(look), question(), Listener())
    (call,) = found
    assert (call.by_pass, call.attempt, call.number, call.connection) == (item, 1, 1, campus)
    assert call.state == Call.State.ASKED
    assert call.system.text == "You review code."
    assert call.material.text == "1 | print('hello')"
    assert call.task == "What breaks?"
    assert call.schema == question().form.schema
    assert call.instructions == "review 1"
    assert call.price["output"] == "10.0000"
    assert call.reserved >= 1_000 * 10, "at least the longest reply"
    assert call.budgets == [COURSE]
    assert call.live_until > call.asked_at + timedelta(seconds=question().seconds)


@pytest.mark.usefixtures("ten_dollars")
def test_asked_once_more_the_prompt_is_kept_with_what_was_said_so_far() -> None:
    item = a_pass()
    again = question(reply_so_far="{half", correction="The reply holds no JSON object.")
    ledger.ask(asking(item, number=2), Scripted(), again, Listener())
    task = Call.objects.get().task
    assert task.startswith("What breaks?")
    assert task.index("{half") < task.index("The reply holds no JSON object.")


@pytest.mark.usefixtures("ten_dollars")
def test_the_same_material_is_stored_once_however_often_it_is_sent() -> None:
    for _ in range(3):
        ledger.ask(asking(a_pass()), Scripted(), question(), Listener())
    assert Blob.objects.count() == 2
    ledger.ask(asking(a_pass()), Scripted(), question(material="You review code."), Listener())
    assert Blob.objects.count() == 2, "the same text is the same, as instructions and as material"


@pytest.mark.usefixtures("ten_dollars")
def test_who_is_not_let_in_has_asked_nothing_reserved_nothing_and_used_no_place() -> None:
    item = a_pass(budgets=[COURSE])
    campus = a_connection(requests_per_minute=1)
    model = Scripted()
    Budget.objects.filter(name=COURSE).update(limit=10)
    with pytest.raises(ProviderError) as refused:
        ledger.ask(asking(item, campus), model, question(), Listener())
    assert refused.value.trouble is Trouble.OVER_BUDGET
    Budget.objects.filter(name=COURSE).update(limit=10_000_000)
    ledger.ask(asking(item, campus), model, question(), Listener())
    with pytest.raises(ProviderError) as busy:
        ledger.ask(asking(item, campus, number=2), model, question(), Listener())
    assert busy.value.trouble is Trouble.BUSY
    assert len(model.asked) == 1
    assert spent_and_reserved() == (COST, 0)
    assert Call.objects.count() == 1


@pytest.mark.usefixtures("ten_dollars")
def test_a_model_without_a_price_is_asked_only_where_nothing_is_limited() -> None:
    model = Scripted()
    with pytest.raises(ProviderError, match="There is no price for campus-llama"):
        ledger.ask(asking(a_pass(budgets=[COURSE])), model, question(model="campus-llama"), Listener())
    assert not model.asked
    ledger.ask(asking(a_pass(budgets=["course-8"])), model, question(model="campus-llama"), Listener())
    call = Call.objects.get()
    assert (call.price, call.cost, call.reserved, call.input_tokens) == (None, None, 0, 1_000)


def test_a_connection_that_was_deleted_meanwhile_is_said_plainly(db: None) -> None:
    campus = a_connection()
    was = asking(a_pass(), campus)
    campus.delete()
    with pytest.raises(ProviderError, match="was deleted meanwhile, so nothing was sent"):
        ledger.ask(was, Scripted(), question(), Listener())


@pytest.mark.usefixtures("ten_dollars")
def test_a_tool_with_a_long_prompt_of_its_own_reserves_for_it() -> None:
    class Talkative(Scripted):
        adds_tokens = 500_000

    ledger.ask(asking(a_pass()), Scripted(), question(), Listener())
    ledger.ask(asking(a_pass()), Talkative(), question(), Listener())
    plain, talkative = Call.objects.values_list("reserved", flat=True)
    assert talkative - plain == (500_000 - ledger.ADDED_TOKENS) * Decimal("2.5")


# --- after it -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("ten_dollars")
def test_an_answered_call_is_completed_and_settled() -> None:
    item = a_pass(budgets=[COURSE])
    said = Reply(
        '{"findings": []}',
        Ending.CUT_OFF,
        Usage(input=100, cached=4_000, written=200, output=900, reasoning=700),
        "req_42",
        "test-model-2026-11",
    )
    reply = ledger.ask(asking(item), Scripted(said), question(), Listener())
    assert reply == said
    call = Call.objects.get()
    assert (call.state, call.trouble, call.reply) == (Call.State.REPLIED, "", '{"findings": []}')
    assert (call.ending, call.request_id, call.answered_by) == ("cut off", "req_42", "test-model-2026-11")
    assert (call.input_tokens, call.cached_tokens, call.written_tokens) == (100, 4_000, 200)
    assert (call.output_tokens, call.reasoning_tokens) == (900, 700)
    assert call.cost == 100 * 2 + 4_000 * 0.2 + 200 * 2.5 + 900 * 10
    assert call.ended_at is not None
    assert spent_and_reserved() == (call.cost, 0)


@pytest.mark.usefixtures("ten_dollars")
def test_what_no_database_takes_in_a_reply_is_marked() -> None:
    said = replace(SAID, text="null \0 and half \ud83d a face", request_id="r" * 500, model="m\0")
    ledger.ask(asking(a_pass()), Scripted(said), question(system="sys\0tem \udc00"), Listener())
    call = Call.objects.select_related("system").get()
    assert call.reply == "null \ufffd and half ? a face"
    assert call.system.text == "sys\ufffdtem ?"
    assert len(call.request_id) == 200


@pytest.mark.parametrize(
    ("error", "begun", "cost", "spent"),
    [
        # Turned away before it was read: nothing is owed.
        (ProviderError(Trouble.UNREACHABLE, "Refused."), False, 0, 0),
        (ProviderError(Trouble.BUSY, "503."), False, 0, 0),
        (ProviderError(Trouble.NOT_LET_IN, "A wrong key."), False, 0, 0),
        # Nobody knows: all that was reserved counts.
        (ProviderError(Trouble.UNREACHABLE, "Reset in the middle."), True, None, "reserved"),
        (ProviderError(Trouble.BUSY, "Overloaded in the middle."), True, None, "reserved"),
        (ProviderError(Trouble.TIMED_OUT, "It fell silent."), False, None, "reserved"),
        (ProviderError(Trouble.UNREADABLE, "No JSON."), False, None, "reserved"),
        (ProviderError(Trouble.TIMED_OUT, "Fell silent.", usage=SAID.usage), True, None, "reserved"),
        # The provider said what it took.
        (ProviderError(Trouble.CUT_OFF, "Too long.", usage=SAID.usage), True, COST, COST),
        (ProviderError(Trouble.UNREADABLE, "No sense.", usage=SAID.usage), True, COST, COST),
    ],
    ids=lambda value: str(value)[:30],
)
@pytest.mark.usefixtures("ten_dollars")
def test_a_failed_call_costs_what_it_is_known_to_cost_and_else_the_most_it_can(
    error: ProviderError, begun: bool, cost: int | None, spent: int | str
) -> None:
    item = a_pass(budgets=[COURSE])
    with pytest.raises(ProviderError) as raised:
        ledger.ask(asking(item), Scripted(failing(error, begun=begun)), question(), Listener())
    assert raised.value is error, "with all that it knows"
    call = Call.objects.get()
    assert (call.state, call.trouble, call.detail) == (Call.State.FAILED, error.trouble, str(error))
    assert call.cost == cost
    assert spent_and_reserved() == (call.reserved if spent == "reserved" else spent, 0)


@pytest.mark.usefixtures("ten_dollars")
def test_a_server_that_does_not_count_tokens_is_paid_at_most_what_was_reserved() -> None:
    item = a_pass(budgets=[COURSE])
    ledger.ask(asking(item), Scripted(replace(SAID, usage=Usage())), question(), Listener())
    call = Call.objects.get()
    assert (call.state, call.cost) == (Call.State.REPLIED, None)
    assert spent_and_reserved() == (call.reserved, 0)


@pytest.mark.usefixtures("ten_dollars")
def test_a_call_that_nobody_waits_for_any_more_may_have_been_billed() -> None:
    item = a_pass(budgets=[COURSE])
    with pytest.raises(GivenUp):
        ledger.ask(asking(item), Scripted(GivenUp()), question(), Listener())
    call = Call.objects.get()
    assert (call.state, call.trouble, call.cost) == (Call.State.FAILED, "", None)
    assert "may have been billed" in call.detail
    assert ledger.was_let_go(call)
    assert spent_and_reserved() == (call.reserved, 0)


@pytest.mark.usefixtures("ten_dollars")
def test_a_bug_of_ours_leaves_no_call_open() -> None:
    item = a_pass(budgets=[COURSE])
    with pytest.raises(ZeroDivisionError):
        ledger.ask(asking(item), Scripted(ZeroDivisionError()), question(), Listener())
    call = Call.objects.get()
    assert call.state == Call.State.FAILED
    assert "Blindspot itself failed here (ZeroDivisionError)" in call.detail
    assert not ledger.was_let_go(call)
    assert spent_and_reserved() == (call.reserved, 0)


@pytest.mark.usefixtures("ten_dollars")
@pytest.mark.parametrize("meanwhile", ["cancelled", "taken over", "the review was deleted"])
def test_what_was_paid_is_recorded_whatever_became_of_the_pass(meanwhile: str) -> None:
    item = a_pass(budgets=[COURSE])

    def answer(question: Question, listener: Listener) -> Reply:
        if meanwhile == "cancelled":
            Pass.objects.filter(pk=item.pk).update(state=Pass.State.CANCELLED)
        elif meanwhile == "taken over":
            Pass.objects.filter(pk=item.pk).update(attempt=2)
        else:
            Review.objects.all().delete()
        return SAID

    ledger.ask(asking(item), Scripted(answer), question(), Listener())
    assert spent_and_reserved() == (COST, 0)
    if meanwhile != "the review was deleted":
        assert Call.objects.get().state == Call.State.REPLIED


def test_the_listener_hears_when_the_reply_begins(db: None) -> None:
    heard: list[str] = []

    def answer(question: Question, listener: Listener) -> Reply:
        heard.append(f"given up: {listener.given_up()}")
        listener.begun()
        heard.append("reply")
        return SAID

    waits = [False, True]
    listener = Listener(given_up=lambda: waits.pop(0), begun=lambda: heard.append("begun"))
    ledger.ask(asking(a_pass()), Scripted(answer), question(), listener)
    assert heard == ["given up: True", "begun", "reply"]


def test_what_nobody_waits_for_any_more_is_not_even_asked(db: None) -> None:
    model = Scripted()
    with pytest.raises(GivenUp):
        ledger.ask(asking(a_pass()), model, question(), Listener(given_up=lambda: True))
    assert not model.asked
    assert not Call.objects.exists()


# --- keys -----------------------------------------------------------------------------------------

KEY = "sk-secret-of-the-course-42"


@pytest.mark.parametrize("fails", [True, False])
def test_a_server_that_repeats_the_key_gets_it_into_no_record(
    db: None, fails: bool, caplog: pytest.LogCaptureFixture
) -> None:
    echo = f"Your header was: Bearer {KEY}"
    error = ProviderError(Trouble.NOT_LET_IN, f"The server says: {echo}", raw=echo)
    says = error if fails else replace(SAID, text=echo)
    asked = question(access=Access(key=KEY))
    if fails:
        with pytest.raises(ProviderError) as raised:
            ledger.ask(asking(a_pass()), Scripted(says), asked, Listener())
        assert KEY not in f"{raised.value!s} {raised.value!r} {raised.value.args} {raised.value.raw}"
    else:
        assert KEY not in ledger.ask(asking(a_pass()), Scripted(says), asked, Listener()).text
    assert KEY not in str(Call.objects.values().get())
    assert "[the key]" in Call.objects.get().reply
    assert KEY not in caplog.text
    assert KEY not in repr(asked)
