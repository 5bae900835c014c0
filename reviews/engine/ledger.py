"""Every call to a model, written before it is made and completed as soon as it has ended.

What is around a call is the same for all providers: it is let in by the limits, the dearest that it
can cost is reserved, its row is written; then, with no transaction open, the model is asked; then
the row is completed, the budgets are settled and the limits are told, whatever became of it.

What a call cost is not always known: a provider that fell silent may well send a bill. Then the
budgets count all that was reserved, and the row has no cost.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db import connection as database
from django.db.models import Exists, OuterRef
from django.utils import timezone

from reviews.claims import clean_text
from reviews.engine import budgets, limits, prices
from reviews.engine.connections import tell_administrators
from reviews.engine.desk import away_from_the_desk
from reviews.engine.keys import without_key
from reviews.models import Blob, Call, Connection, Pass, Price
from reviews.models.prepared import PreparedIn
from reviews.models.writing import update_where
from reviews.providers.base import (
    Ending,
    GivenUp,
    Listener,
    ModelProvider,
    ProviderError,
    Question,
    Reply,
    Trouble,
    Usage,
)

log = logging.getLogger("blindspot.reviews")

REPLY_CHARACTERS = 2_000_000
"""Of a reply, so much is kept."""

BYTES_PER_TOKEN = 3.6
"""Of code and English, roughly: only how soon the next call is let in is decided by it."""

ADDED_TOKENS = 2_000
"""What a provider puts around a prompt of its own, at most: separators, how to keep to a schema.

One that adds more (a command-line tool with instructions of its own) says so by `adds_tokens`.
"""

TURNED_AWAY = frozenset(
    {
        Trouble.MISSING,
        Trouble.UNREACHABLE,
        Trouble.BUSY,
        Trouble.NOT_LET_IN,
        Trouble.NO_MONEY,
        Trouble.TOO_LONG,
        Trouble.RETIRED,
        Trouble.NOT_FOR_THIS,
        Trouble.OVER_BUDGET,
    }
)
"""In these ways a call fails before the model has read it: where no reply had begun, nothing is owed."""

FOR_ADMINISTRATORS = frozenset({Trouble.NOT_LET_IN, Trouble.NO_MONEY, Trouble.RETIRED})
"""What no waiting mends, and only they can."""

LET_GO = "Nobody waited for the answer any more, so the call was let go of. It may have been billed."
"""By these words a row is known as one that was let go of: the ledgers that there are hold no others."""

LOST = "The worker ended before it heard the answer. It may have been billed."


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks: the `number`th call of an attempt of a pass, over which connection, paid from what.

    `connection_id` is what `connections.connection_for` found; `instructions` names the texts that
    the prompt was made of, with their version.
    """

    pass_id: int
    attempt: int
    number: int
    provider: str
    connection_id: int | None
    budgets: tuple[str, ...]
    instructions: str


def ask(asking: Asking, provider: ModelProvider, question: Question, listener: Listener) -> Reply:
    """Make one call, with everything that is around it. No transaction may be open.

    Raises ProviderError: what the provider raised, or BUSY or OVER_BUDGET where our own limits did
    not let the call in and nothing was sent. Raises GivenUp. What was paid for is in the ledger in
    every case, even where the pass was cancelled or taken over meanwhile.
    """
    if listener.given_up():
        raise GivenUp
    entry = _enter(asking, provider, question)

    def begun() -> None:
        entry.begun = True
        listener.begun()

    try:
        with away_from_the_desk():
            reply = provider.ask(question, replace(listener, begun=begun))
    except ProviderError as error:
        _say_nothing_of(question.access.key, error)
        entry.complete(_failure(str(error), error), error.usage, error.trouble)
        entry.tell_limits(error)
        raise
    except GivenUp:
        entry.complete(_failure(LET_GO), None)
        if entry.begun:
            entry.tell_limits()
        raise
    except Exception as error:
        what = f"Blindspot itself failed here ({type(error).__name__}); the server's log says more."
        entry.complete(_failure(what), None)
        raise
    reply = replace(reply, text=without_key(reply.text, question.access.key))
    entry.complete(_success(reply), reply.usage)
    entry.tell_limits()
    return reply


def earlier_reply(pass_id: int, number: int) -> Reply | None:
    """The reply to a pass's call of that number that an earlier attempt has paid for; None: there is none.

    Its worker died, or a later call failed, before the pass could be finished.
    """
    replied = Call.objects.filter(by_pass=pass_id, number=number, state=Call.State.REPLIED)
    call = replied.order_by("-attempt").first()
    if call is None:
        return None
    return Reply(
        text=call.reply,
        ending=Ending(call.ending),
        usage=Usage(
            call.input_tokens,
            call.cached_tokens,
            call.written_tokens,
            call.output_tokens,
            call.reasoning_tokens,
        ),
        request_id=call.request_id,
        model=call.answered_by,
    )


def was_let_go(call: Call) -> bool:
    """Whether nobody waited for its answer any more: no failure, though its row has no other state."""
    return call.state == Call.State.FAILED and call.detail == LET_GO


def write_off(now: datetime) -> int:
    """Give up the calls whose worker is gone; returns how many.

    What they reserved counts as spent, since they may have been billed, and their places are free.
    A worker that was only slow still completes its row, and the budgets are put right. Two of these
    at once do no harm.
    """
    at_work = Pass.objects.filter(
        pk=OuterRef("by_pass"), state=Pass.State.RUNNING, attempt=OuterRef("attempt")
    )
    silent = Call.objects.filter(~Exists(at_work), state=Call.State.ASKED, live_until__lte=now)
    lost = 0
    for call_id, names, reserved in silent.values_list("pk", "budgets", "reserved"):
        with transaction.atomic():
            asked = Call.objects.filter(pk=call_id, state=Call.State.ASKED)
            if asked.update(state=Call.State.LOST, detail=LOST, ended_at=now):
                budgets.settle(names, reserved, reserved)
                lost += 1
    return lost


@dataclass(slots=True)
class _Entry:
    """A call under way: its row, and what is to be settled when it has ended."""

    call_id: int
    connection: Connection | None
    names: tuple[str, ...]
    reserved: int
    price: Price | None
    tokens: int
    asked_at: datetime
    begun: bool = False

    def complete(
        self, values: Mapping[str, Any], usage: Usage | None, trouble: Trouble | None = None
    ) -> None:
        """Write down what became of the call, and settle. Once more where the database was away.

        Nothing but this row is asked for permission: what was paid for is recorded. No usage at all
        is no usage of nothing, and what a reply that broke off had used by then is not all of it.
        """
        if usage == Usage():
            usage = None
        broke_off = self.begun and trouble is not None and trouble.of_the_provider
        nothing_owed = usage is None and trouble in TURNED_AWAY and not self.begun
        cost = 0 if nothing_owed else None if broke_off else self._cost(usage)
        row = {**values, **_tokens(usage or Usage()), "cost": cost, "ended_at": timezone.now()}
        counted = self.reserved if cost is None else cost
        try:
            self._write(row, counted)
        except (InterfaceError, OperationalError):
            if database.in_atomic_block:
                raise
            database.close()
            self._write(row, counted)
        # A write that changes nothing would still wait for its turn on SQLite, so these two are spared.
        counts_tokens = self.connection is not None and self.connection.tokens_left is not None
        if self.connection and counts_tokens and (usage or nothing_owed):
            limits.give_back(self.connection, self.tokens - _sum(usage or Usage()))

    def tell_limits(self, error: ProviderError | None = None) -> None:
        """Let all workers know whether the provider is well: only waiting mends what may be tried again."""
        if self.connection is None or (error and error.trouble is Trouble.MISSING):
            return
        if error is None or not error.trouble.of_the_provider:
            if self.connection.failures or self.connection.open_until:
                limits.worked(self.connection, self.asked_at)
        elif error.again:
            limits.failed(self.connection, error.trouble, timezone.now())
        if error is not None and error.trouble in FOR_ADMINISTRATORS:
            tell_administrators(self.connection, str(error))

    def _cost(self, usage: Usage | None) -> int | None:
        return prices.cost(usage, self.price) if usage and self.price else None

    def _write(self, row: Mapping[str, Any], counted: int) -> None:
        with transaction.atomic():
            if update_where(Call, {"id": self.call_id, "state": Call.State.ASKED}, row):
                budgets.settle(self.names, self.reserved, counted)
            elif update_where(Call, {"id": self.call_id, "state": Call.State.LOST}, row):
                budgets.correct(self.names, self.reserved, counted)
            elif not Call.objects.filter(pk=self.call_id).exists():
                # Its review was deleted meanwhile; the budgets still hold what it reserved.
                budgets.settle(self.names, self.reserved, counted)


def _enter(asking: Asking, provider: ModelProvider, question: Question) -> _Entry:
    """Let the call in, reserve the dearest that it can cost, and write its row: all of it or nothing."""
    system, material = _kept(question.system, question.material)
    size = _bytes(question)
    tokens = math.ceil(size / BYTES_PER_TOKEN) + question.output_tokens
    added = int(getattr(provider, "adds_tokens", ADDED_TOKENS))
    now = timezone.now()
    price = prices.price_of(question.model, timezone.localdate(now))
    with transaction.atomic():
        connection = _let_in(asking, tokens, now)
        amount = prices.dearest(size + added, question.output_tokens, price) if price else None
        names = budgets.reserve(asking.budgets, amount, question.model)
        call = Call.objects.create(
            by_pass_id=asking.pass_id,
            attempt=asking.attempt,
            number=asking.number,
            connection=connection,
            provider=asking.provider,
            model=question.model,
            instructions=asking.instructions[:100],
            system_id=system,
            material_id=material,
            task=_task(question),
            schema=dict(question.form.schema),
            price=prices.as_json(price),
            reserved=amount or 0,
            budgets=list(names),
            asked_at=now,
            live_until=now + timedelta(seconds=question.seconds + settings.REVIEW_LEASE_SECONDS),
        )
    return _Entry(call.pk, connection, names, call.reserved, price, tokens, now)


def _let_in(asking: Asking, tokens: int, now: datetime) -> Connection | None:
    if asking.connection_id is None:
        return None
    try:
        return limits.admit(asking.connection_id, tokens, now)
    except Connection.DoesNotExist:
        raise ProviderError(
            Trouble.MISSING,
            f"The connection to {asking.provider} was deleted meanwhile, so nothing was sent. "
            "An administrator can give the reviewer another; then run the review again.",
        ) from None


def _kept(*texts: str) -> list[str]:
    """The names under which these texts are stored. Equal texts are stored once.

    Before the call's own transaction: they can be long, and the lock on the connection is short.
    """
    clean = [_clean(text) for text in texts]
    names = [hashlib.sha256(text.encode()).hexdigest() for text in clean]
    named = dict(zip(names, clean, strict=True))
    there = set(_stored(named))
    missing = [Blob(sha256=name, text=text) for name, text in named.items() if name not in there]
    Blob.objects.bulk_create(missing, ignore_conflicts=True)
    return names


_stored = PreparedIn(lambda names: Blob.objects.filter(pk__in=names).values_list("pk", flat=True), str)
"""Which of some names are those of stored texts."""


def _task(question: Question) -> str:
    """What came after the material, as the model was told it."""
    parts = [question.task]
    if question.correction:
        parts += ["[What it had replied:]", question.reply_so_far, "[Then it was told:]", question.correction]
    return _clean("\n\n".join(parts))


def _bytes(question: Question) -> int:
    """The size of the prompt in bytes of UTF-8, the form of the reply included."""
    said = (question.system, question.material, question.task, question.reply_so_far, question.correction)
    return sum(len(text.encode(errors="replace")) for text in (*said, json.dumps(dict(question.form.schema))))


def _success(reply: Reply) -> dict[str, Any]:
    return {
        "state": Call.State.REPLIED,
        "trouble": "",
        "detail": "",
        "reply": clean_text(reply.text, REPLY_CHARACTERS),
        "ending": reply.ending,
        "request_id": clean_text(reply.request_id, 200),
        "answered_by": clean_text(reply.model, 100),
    }


def _failure(detail: str, error: ProviderError | None = None) -> dict[str, Any]:
    return {
        "state": Call.State.FAILED,
        "trouble": error.trouble if error else "",
        "detail": clean_text(detail),
        "reply": clean_text(error.raw, REPLY_CHARACTERS) if error else "",
        "request_id": clean_text(error.request_id, 200) if error else "",
    }


def _say_nothing_of(key: str, error: ProviderError) -> None:
    """Take the key out of an error: some servers repeat what they were sent."""
    error.args = (without_key(str(error), key),)
    error.raw = without_key(error.raw, key)


def _tokens(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input,
        "cached_tokens": usage.cached,
        "written_tokens": usage.written,
        "output_tokens": usage.output,
        "reasoning_tokens": usage.reasoning,
    }


def _sum(usage: Usage) -> int:
    return usage.input + usage.cached + usage.written + usage.output


def _clean(text: str) -> str:
    return clean_text(text, len(text))
