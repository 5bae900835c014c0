"""What tests about calls to models begin with: a pass, a question, a model that follows a script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connections
from django.utils import timezone

from reviews.engine.ledger import Asking
from reviews.models import Connection, LanguageModel, Pass, Price, Review, Reviewer, Snapshot
from reviews.prompts.forms import REVIEW_FORM
from reviews.providers.base import Listener, Question, Reply, Usage

MODEL = "test-model"
"""No model of any vendor: its price is what a test says."""

SAID = Reply(
    "Nothing breaks.", usage=Usage(input=1_000, output=100), request_id="req_1", model="test-model-1"
)

Says = Reply | Exception | Callable[[Question, Listener], Reply]


class Scripted:
    """A model that says what it is told to, one thing for each call, the last for ever."""

    caches = False

    def __init__(self, *said: Says) -> None:
        self.said: Sequence[Says] = said or (SAID,)
        self.asked: list[Question] = []

    def suits(self, paths: Iterable[str]) -> bool:
        return True

    def ask(self, question: Question, listener: Listener) -> Reply:
        self.asked.append(question)
        says = self.said[min(len(self.asked), len(self.said)) - 1]
        if isinstance(says, Exception):
            raise says
        return says if isinstance(says, Reply) else says(question, listener)


def question(**changes: Any) -> Question:
    """A small question to the test's model, for at most 1,000 tokens."""
    values: dict[str, Any] = {
        "model": MODEL,
        "system": "You review code.",
        "material": "1 | print('hello')",
        "task": "What breaks?",
        "form": REVIEW_FORM,
        "output_tokens": 1_000,
        **changes,
    }
    return Question(**values)


def a_pass(*, budgets: Sequence[str] = (), scope: str = "") -> Pass:
    """A pass that a worker runs at its first attempt, under a lease of a minute."""
    model, _ = LanguageModel.objects.get_or_create(name=MODEL, defaults={"label": "Test model"})
    reviewer, _ = Reviewer.objects.get_or_create(
        name="A test's", defaults={"provider": "openai", "model": model}
    )
    review = Review.objects.create(
        snapshot=Snapshot.objects.create(sha256="0" * 64),
        protocol="cross_model",
        position=1,
        budgets=list(budgets),
        scope=scope,
        state=Review.State.RUNNING,
    )
    return Pass.objects.create(
        review=review,
        reviewer=reviewer,
        round=1,
        position=1,
        siglum="X1",
        role="full review",
        state=Pass.State.RUNNING,
        attempt=1,
        leased_until=timezone.now() + timedelta(minutes=1),
    )


def asking(item: Pass, connection: Connection | None = None, **changes: Any) -> Asking:
    """The first call of a pass's attempt, paid from the budgets of its review."""
    values: dict[str, Any] = {
        "pass_id": item.pk,
        "attempt": item.attempt,
        "number": 1,
        "provider": "openai",
        "connection_id": connection.pk if connection else None,
        "budgets": tuple(item.review.budgets),
        "instructions": "review 1",
        **changes,
    }
    return Asking(**values)


def a_connection(name: str = "campus", **limits: Any) -> Connection:
    """A connection of the site."""
    return Connection.objects.create(name=name, provider="openai", **limits)


def a_price(model: str = MODEL, **changes: Any) -> Price:
    """Two dollars for a million tokens in, ten for a million out, since last year."""
    values: Mapping[str, Any] = {
        "since": date.today() - timedelta(days=365),  # noqa: DTZ011 -- a day, and a year ago
        "input": Decimal(2),
        "cached": Decimal("0.2"),
        "written": Decimal("2.5"),
        "output": Decimal(10),
        **changes,
    }
    return Price.objects.create(model=model, **values)


def all_at_once(jobs: Sequence[Callable[[], object]]) -> list[BaseException]:
    """Run these in as many threads, which begin together; returns what they raised."""
    start, raised = threading.Barrier(len(jobs)), []

    def run(job: Callable[[], object]) -> None:
        try:
            start.wait(20)
            job()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return raised
