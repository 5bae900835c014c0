"""A protocol's run: started, advanced round by round, cancelled, run again."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.contrib.auth.models import AbstractBaseUser, AbstractUser
from django.db import transaction
from django.utils import timezone

from reviews.briefs import Document, Exhibit, Pair, Task
from reviews.claims import Severity, Stance, Verdict, Vote
from reviews.engine import ahead, judging
from reviews.engine.clearances import note_in_unread_code, note_people, note_spellings
from reviews.engine.dispatch import send_on_commit
from reviews.engine.opening import Circumstances, Opening, Planned, seats_of
from reviews.gap.defects import gather
from reviews.models import Finding, Pass, Provenance, Review, Seal, Snapshot, locked
from reviews.models.prepared import Prepared
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import (
    PERSON,
    Done,
    Ended,
    Next,
    NoReviewer,
    Outcome,
    Returned,
    Seat,
    Setup,
    Turn,
)
from reviews.protocols.imported import IMPORTED
from reviews.protocols.judging import JUDGING
from reviews.snapshots.documents import plan_among

log = logging.getLogger("blindspot.reviews")


class NotSealed(Exception):
    """No reviewer is called before the notes are sealed."""


def start(opens: Opening) -> list[Review]:
    """Begin every protocol of the plan over a sealed snapshot. Starting twice starts once.

    Raises NotSealed.
    """
    snapshot, around = opens.snapshot, opens.around
    with transaction.atomic():
        locked(snapshot.pk)
        if not Seal.objects.filter(snapshot=snapshot).exists():
            raise NotSealed("The notes are not sealed yet, so no reviewer may see this code.")
        if existing := _reviews_on(snapshot.pk):
            return existing
        note_in_unread_code(snapshot, opens.names)
        if around.judge:
            note_people(snapshot, around.people, judging.words_of_people(snapshot))
        begun = [
            begin(snapshot, position, planned, around, seats=seats)
            for position, (planned, seats) in enumerate(opens.lines, 1)
        ]
        # Else whichever ends first takes stock.
        if all(review.ended for review in begun):
            take_stock(snapshot)
        return begun


_reviews_on = Prepared(lambda snapshot_id: Review.objects.filter(snapshot=snapshot_id), int)


def begin(
    snapshot: Snapshot,
    position: int,
    planned: Planned,
    around: Circumstances,
    *,
    attempt: int = 1,
    by: AbstractBaseUser | None = None,
    exhibit: Exhibit | None = None,
    pairs: tuple[Pair, ...] = (),
    seats: tuple[Seat, ...] | None = None,
) -> Review:
    """Begin one protocol's run; the caller holds the snapshot's lock. Without `seats` they are looked up."""
    seats = seats_of(snapshot, planned) if seats is None else seats
    review = Review.objects.create(
        snapshot=snapshot,
        protocol=planned.protocol,
        position=position,
        attempt=attempt,
        reviewer_ids=list(planned.reviewer_ids),
        setup=replace(_setup(snapshot, planned, seats, exhibit), pairs=pairs, judge=around.judge).as_json(),
        scope=around.scope,
        budgets=list(around.budgets),
        on_behalf_of=around.on_behalf_of,
        asked_by_id=by.pk if by else None,
    )
    _go_on_after(review, [])
    return review


def run_again(review: Review, by: AbstractBaseUser | None = None, people: Iterable[str] = ()) -> Review:
    """A fresh run of an ended review's protocol; what the old run said no longer counts.

    Asked twice at once, it starts one new run and returns it both times. What another tool's file
    said cannot be asked again: it stays. A judging is asked for the pairs that have no judgement yet;
    where there is none, it stays. `people` are those whose names must not leave.
    """
    with transaction.atomic():
        locked(review.snapshot_id)
        review.refresh_from_db()
        current = Review.objects.get(snapshot=review.snapshot_id, position=review.position, current=True)
        if not current.ended or current.protocol == IMPORTED.name:
            return current
        pairs: tuple[Pair, ...] = ()
        if current.protocol == JUDGING.name:
            pairs = judging.pairs_to_judge(review.snapshot, once_more=True)
            if not pairs:
                return current
            judging.let_go(review.snapshot)
            note_spellings(review.snapshot, judging.people_in_the_key(review.snapshot))
        Review.objects.filter(pk=current.pk).update(current=False)
        note_people(review.snapshot, people, judging.words_of_people(review.snapshot) if pairs else [])
        before = Setup.from_json(current.setup)
        planned = Planned(
            current.protocol,
            before.passes,
            tuple(current.reviewer_ids),
            before.rounds,
            before.focus,
            before.revised_by,
            before.shown,
        )
        around = Circumstances(
            current.scope, tuple(current.budgets), current.on_behalf_of, judge=before.judge
        )
        begun = begin(
            review.snapshot,
            review.position,
            planned,
            around,
            attempt=current.attempt + 1,
            by=by,
            exhibit=before.exhibit,
            pairs=pairs,
        )
        take_stock(review.snapshot)
        return begun


def cancel(review: Review, by: AbstractUser | None) -> bool:
    """Stop what has not started and let go of what has; say whether there was anything to stop."""
    who = (by.get_full_name() or by.get_username()) if by else "the terminal"
    with transaction.atomic():
        locked(review.snapshot_id)
        now = timezone.now()
        stopped = (
            Review.objects.filter(pk=review.pk)
            .exclude(state__in=Review.ENDED)
            .update(
                state=Review.State.CANCELLED,
                reason=f"Cancelled by {who}.",
                ended_at=now,
                cancelled_by_id=by.pk if by else None,
            )
        )
        if stopped:
            Pass.objects.filter(review=review).exclude(state__in=Pass.ENDED).update(
                state=Pass.State.CANCELLED, ended_at=now, detail="Cancelled before it answered."
            )
            take_stock(review.snapshot)
    return bool(stopped)


def advance(review_id: int) -> None:
    """If every pass of the round has ended, ask the protocol what comes next and do it.

    Safe to call at any time and any number of times.
    """
    with transaction.atomic():
        locked(Review.objects.values_list("snapshot_id", flat=True).get(pk=review_id))
        go_on(review_id)


def fail(review_id: int, reason: str) -> None:
    """End a review that cannot go on; what its reviewers said is kept."""
    unfinished = Review.objects.filter(pk=review_id).exclude(state__in=Review.ENDED)
    unfinished.update(state=Review.State.FAILED, reason=reason, ended_at=timezone.now())


def go_on(review_id: int) -> None:
    """What `advance` does, for a caller that holds the snapshot's lock."""
    if _unended(review_id):
        return
    review = _with_snapshot(review_id)[0]
    if review.ended:
        return
    if _go_on_after(review, _passes_of(review_id)):
        take_stock(review.snapshot)


_unended = Prepared(
    lambda review_id: (
        Pass.objects.filter(review=review_id).exclude(state__in=Pass.ENDED).values_list("pk", flat=True)[:1]
    ),
    int,
)
_with_snapshot = Prepared(
    lambda review_id: Review.objects.select_related("snapshot").filter(pk=review_id), int
)
_passes_of = Prepared(
    lambda review_id: Pass.objects.filter(review=review_id).defer("raw").order_by("round", "position"), int
)
_findings_of = Prepared(
    lambda review_id: Finding.objects.filter(by_pass__review=review_id).order_by("by_pass", "position"), int
)


def take_stock(snapshot: Snapshot) -> None:
    """Make defects of all that is said now; once everybody has spoken, put what is uncertain to the judge.

    The caller holds the snapshot's lock.
    """
    gather(snapshot)
    ask_the_judge(snapshot)


def hear_the_notes(snapshot: Snapshot) -> None:
    """Make defects of sealed notes before any reviewer has ended.

    After the transaction that began the reviews, in one of its own: on SQLite whoever writes waits for
    it, and a crash in between costs nothing, since the first review that ends takes stock of all.
    """
    with transaction.atomic():
        take_stock(locked(snapshot.pk))


def ask_the_judge(snapshot: Snapshot) -> None:
    """Begin the judging where one is due: all have ended, and a pair is new (`judging.due`).

    The caller holds the snapshot's lock.
    """
    due = judging.due(snapshot)
    if due is None:
        return
    pairs = judging.pairs_to_judge(snapshot, of_key=due.of_key)
    judging.let_go(snapshot)
    if not pairs:
        return
    earlier = Review.objects.filter(snapshot=snapshot, position=judging.JUDGING_AT)
    earlier.update(current=False)
    asks = due.review
    around = Circumstances(asks.scope, tuple(asks.budgets), asks.on_behalf_of, judge=asks.setup["judge"])
    planned = Planned(JUDGING.name, reviewer_ids=(asks.setup["judge"],))
    note_spellings(snapshot, judging.people_in_the_key(snapshot))
    begin(snapshot, judging.JUDGING_AT, planned, around, attempt=earlier.count() + 1, pairs=pairs)


def _go_on_after(review: Review, passes: Sequence[Pass]) -> bool:
    """Do what the protocol says comes after these passes; whether that was the end."""
    following = _following(review, passes)
    if isinstance(following, Done):
        _end(review, following)
        return True
    _queue(review, following)
    return False


def _following(review: Review, passes: Sequence[Pass]) -> Next:
    """What the protocol says comes next. A bug of ours fails the review: nobody waits for it."""
    try:
        setup = Setup.from_json(review.setup)
        return PROTOCOLS[review.protocol].step(setup, returned_of(review, setup, passes))
    except NoReviewer as missing:
        return Done(Outcome.INCOMPLETE, str(missing))
    except Exception as error:
        log.exception("Review %s cannot go on.", review.pk)
        what = f"Blindspot itself failed here ({type(error).__name__}); the server's log says more."
        return Done(Outcome.FAILED, what)


def returned_of(review: Review, setup: Setup, passes: Sequence[Pass]) -> list[Returned]:
    """The ended passes as the protocol sees them, findings in the order in which they were stored."""
    if not passes:
        return []
    found: dict[int, list[Finding]] = {item.pk: [] for item in passes}
    for finding in _findings_of(review.pk):
        found[finding.by_pass_id].append(finding)
    return [_returned(setup, item, found[item.pk]) for item in passes]


def _returned(setup: Setup, item: Pass, found: Sequence[Finding]) -> Returned:
    turn = Turn(
        setup.seat(item.reviewer_id),
        item.round,
        item.position,
        item.siglum,
        Task(item.task),
        item.role,
        tuple(Exhibit(*pair) for pair in item.exhibits),
        Document(*item.document) if item.document else None,
    )
    return Returned(
        turn,
        Ended(item.state),
        item.detail,
        tuple(replace(row.claim(), combines=tuple(row.combines)) for row in found),
        tuple(vote_from_json(vote) for vote in item.votes),
        Verdict(item.verdict) if item.verdict else None,
        item.text,
    )


def vote_from_json(values: dict[str, object]) -> Vote:
    """The inverse of `dataclasses.asdict` on a Vote; strings become their enumerations."""
    severity = values["severity"]
    return Vote(
        **{  # type: ignore[arg-type]
            **values,
            "stance": Stance(str(values["stance"])),
            "severity": Severity(str(severity)) if severity else None,
        }
    )


def _setup(snapshot: Snapshot, planned: Planned, seats: tuple[Seat, ...], exhibit: Exhibit | None) -> Setup:
    provenance: Provenance | None = getattr(snapshot, "provenance", None)
    return Setup(
        author_model=provenance.model_name if provenance else "",
        author_family=provenance.family if provenance else "",
        seats=seats,
        passes=planned.passes,
        rounds=planned.rounds,
        focus=planned.focus,
        revised_by=planned.revised_by,
        document=plan_among(snapshot.source_files()) if PROTOCOLS[planned.protocol].needs_document else None,
        exhibit=exhibit,
        shown=planned.shown,
    )


def _queue(review: Review, turns: Sequence[Turn]) -> None:
    shown = Setup.from_json(review.setup).shown
    made = Pass.objects.bulk_create(
        Pass(
            review=review,
            reviewer_id=turn.seat.reviewer_id,
            round=turn.round,
            position=turn.position,
            siglum=turn.siglum,
            role=turn.role or turn.seat.role,
            task=turn.task,
            exhibits=[
                [exhibit.title, exhibit.text]
                for exhibit in (*(shown if turn.task.reads_code else ()), *turn.exhibits)
            ],
            document=[turn.document.path, turn.document.text] if turn.document else None,
            state=Pass.State.WAITING if turn.seat.provider == PERSON else Pass.State.QUEUED,
        )
        for turn in turns
    )
    to_send = [item for item in made if item.state == Pass.State.QUEUED]
    held = ahead.hold_back(review, to_send)
    send_on_commit(item.pk for item in to_send if item.pk not in held)


def _end(review: Review, done: Done) -> None:
    review.state = Review.State(done.outcome)
    review.reason = done.reason
    review.result = dict(done.result)
    review.ended_at = timezone.now()
    review.save(update_fields=["state", "reason", "result", "ended_at"])
    _mark_findings(review)
    if review.protocol == JUDGING.name:
        judging.keep(review)
    log.info("Review %s (%s) is %s.", review.pk, review.protocol, review.state)


def _mark_findings(review: Review) -> None:
    """Write onto each finding what the protocol made of it: `result["outcomes"]` by reference."""
    outcomes: dict[str, str] = review.result.get("outcomes", {})
    if not outcomes:
        return
    rows = Finding.objects.filter(by_pass__review=review).values_list("pk", flat=True)
    rows = rows.order_by("by_pass__round", "by_pass__position", "position")
    ended: dict[str, list[int]] = defaultdict(list)
    for number, pk in enumerate(rows, 1):
        ended[outcomes.get(f"F{number}", "")].append(pk)
    for outcome, ids in ended.items():
        Finding.objects.filter(pk__in=ids).update(outcome=outcome)
