"""Reviews as rows: runs, passes, calls and findings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from courses.demo.big import chances
from courses.demo.big.hearing import Heard, Hearing, Run
from courses.demo.big.ledger import Ledger
from courses.demo.big.prompts import CHECKED, reply_of
from courses.demo.big.storing import store
from reviews.models import Blob, Call, Finding, Pass, Review, Snapshot
from reviews.protocols.base import Ended
from reviews.providers.base import Trouble

LEASE = timedelta(seconds=60)

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """A sealed snapshot and all that is said about it. `on_behalf_of` is the student's lasting name."""

    snapshot: Snapshot
    hearing: Hearing
    sealed_at: datetime
    on_behalf_of: str
    dice: random.Random


@dataclass(frozen=True, slots=True)
class _Held:
    """A run of one of these, with the times of its passes."""

    told: Told
    position: int
    run: Run
    spans: list[Span]


def write_reviews(
    told: Sequence[Told], scope: str, budgets: Sequence[str], ledger: Ledger
) -> list[list[Finding]]:
    """Store the reviews, passes and calls.

    Returns a row for each finding of each snapshot, in the order of `defects.spoken`: without its
    words, and not stored yet.
    """
    held = [
        _Held(item, position, run, _spans(item, run))
        for item in told
        for position, run in enumerate(item.hearing.runs, 1)
    ]
    setups: dict[int, dict[str, Any]] = {}
    reviews = store(Review, [_review(item, scope, budgets, setups) for item in held])
    heard = [
        (item.told, review, words, span)
        for item, review in zip(held, reviews, strict=True)
        for words, span in zip(item.run.heard, item.spans, strict=True)
    ]
    passes = store(Pass, [_pass(told_by, review, words, span) for told_by, review, words, span in heard])
    calls = []
    for item, (told_by, _, words, span) in zip(passes, heard, strict=True):
        turn = words.returned.turn
        if turn.seat.model:
            prompt = ledger.prompts.prompt(told_by.hearing.tree, turn)
            calls.append(ledger.call(item, words, prompt, span, told_by.dice))
    Blob.objects.bulk_create(ledger.prompts.new_blobs(), ignore_conflicts=True)
    store(Call, calls)
    found: dict[int, list[Finding]] = {item.snapshot.pk: [] for item in told}
    for item, (told_by, _, words, _) in zip(passes, heard, strict=True):
        found[told_by.snapshot.pk] += _findings(item, words, told_by.snapshot)
    return [found[item.snapshot.pk] for item in told]


def _spans(told: Told, run: Run) -> list[Span]:
    """When each pass began and ended: those of a round together, rounds one after another."""
    begins = told.sealed_at + timedelta(seconds=told.dice.uniform(0.2, 5))
    ends, number, spans = begins, 1, []
    for heard in run.heard:
        turn = heard.returned.turn
        if turn.round != number:
            number, begins = turn.round, ends
        took = told.dice.uniform(*chances.SECONDS_A_CALL) if turn.seat.model else told.dice.uniform(0.1, 1)
        spans.append((begins, begins + timedelta(seconds=round(took, 3))))
        ends = max(ends, spans[-1][1])
    return spans


def _review(held: _Held, scope: str, budgets: Sequence[str], setups: dict[int, dict[str, Any]]) -> Review:
    setup = held.run.setup
    if id(setup) not in setups:
        setups[id(setup)] = setup.as_json()
    asks_models = any(seat.model for seat in setup.seats)
    return Review(
        snapshot=held.told.snapshot,
        protocol=held.run.protocol,
        position=held.position,
        reviewer_ids=[seat.reviewer_id for seat in setup.seats] if asks_models else [],
        setup=setups[id(setup)],
        scope=scope,
        budgets=list(budgets),
        on_behalf_of=held.told.on_behalf_of,
        result=dict(held.run.done.result),
        state=Review.State(held.run.done.outcome),
        reason=held.run.done.reason,
        created_at=held.told.sealed_at,
        started_at=held.spans[0][0],
        ended_at=max(end for _, end in held.spans),
    )


def _pass(told: Told, review: Review, heard: Heard, span: Span) -> Pass:
    returned, turn = heard.returned, heard.returned.turn
    answered = returned.ended is Ended.ANSWERED
    is_model = bool(turn.seat.model)
    detail = f"{returned.why}\n\nChecked: {CHECKED}" if is_model and answered else returned.why
    return Pass(
        review=review,
        reviewer_id=turn.seat.reviewer_id,
        round=turn.round,
        position=turn.position,
        siglum=turn.siglum,
        role=turn.role or turn.seat.role,
        task=turn.task,
        exhibits=[[exhibit.title, exhibit.text] for exhibit in turn.exhibits],
        state=Pass.State(returned.ended),
        attempt=1,
        failures=0 if answered else 1,
        leased_until=span[1] + LEASE if answered else None,
        sent_at=span[0],
        started_at=span[0],
        ended_at=span[1],
        trouble="" if answered else Trouble.REFUSED,
        detail=detail,
        reviewer_version=turn.seat.model if is_model else f"{turn.seat.name} 1.0" if answered else "",
        paths=[file.path for file in told.hearing.tree.files] if answered else [],
        votes=[asdict(vote) for vote in returned.votes],
        verdict=returned.verdict or "",
        raw=reply_of(heard) if is_model else "[]",
    )


def _findings(item: Pass, heard: Heard, snapshot: Snapshot) -> list[Finding]:
    return [
        Finding(by_pass=item, snapshot=snapshot, position=position, rule=said.claim.rule)
        for position, said in enumerate(heard.said, 1)
    ]
