"""Who is reading a submission now, who has read it, and who could not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Count, Prefetch, QuerySet
from django.utils import timezone

from courses.domain.queries.ledger import Paid, paid_by_review
from courses.domain.reruns import PLANNED, can_be_run_again
from reviews.briefs import Role, Task
from reviews.gap.apparatus import HEAVY
from reviews.models import Connection, Finding, Pass, Review, Snapshot
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Seat, Setup
from reviews.protocols.judging import JUDGING, is_swapped
from reviews.protocols.rescue import RESCUE

_TASKS: dict[str, str] = {
    Task.AGAIN: "reads once more, after what it said before",
    Task.CHALLENGE: "challenges the approach",
    Task.CONFER: "weighs what the panel found",
    Task.REVIEW_TEXT: "reviews the text",
    Task.REVISE: "writes the next version",
    Task.AGAINST_PLAN: "holds the code against the plan",
    Task.PATCH: "writes a patch",
    Task.REVIEW_PATCH: "reviews the patch",
    Task.JUDGE: "says which claims mean the same",
}
_ROLES: dict[str, str] = {
    Role.FULL: "reads everything",
    Role.CALLERS: "reads callers and consumers",
    Role.INTEGRATION: "reads contracts and backward compatibility",
    Role.CROSS_CUTTING: "reads for versions, CI, build and ignore files",
    Role.SECURITY: "reads as a security audit",
    Role.ARCHITECTURE: "reads for architecture",
    Role.IMPLEMENTATION: "reads for implementation",
}
_SHAPES: dict[str, str] = {
    Pass.State.UNABLE: "failed",
    Pass.State.ANSWERED: "complete",
    Pass.State.WAITING: "open",
}


@dataclass(frozen=True, slots=True)
class PassLine:
    """One pass as the panel shows it. `seconds` and `findings` are None where there are none yet."""

    item: Pass
    letter: str
    seconds: float | None
    findings: int | None
    now: datetime

    @property
    def state(self) -> str:
        """The name of the shape that stands for its state."""
        return _SHAPES.get(self.item.state, self.item.state)

    @property
    def asked(self) -> str:
        """What it was asked to do, in words; empty for programs, which do what they always do."""
        if not self.item.reviewer.model_id and Task(self.item.task) is Task.REVIEW:
            return ""
        words = _TASKS.get(self.item.task) or _ROLES.get(self.item.role, self.item.role)
        swapped = Task(self.item.task) is Task.JUDGE and is_swapped(self.item.position)
        return f"{words}, shown the other way round" if swapped else words

    @property
    def until(self) -> datetime | None:
        """Until when it waits, if that is known."""
        due = self.item.not_before
        return due if self.item.state == Pass.State.QUEUED and due and due > self.now else None

    @property
    def why(self) -> str:
        """Why it could not review, or why it is not reading yet; empty for all others."""
        item = self.item
        if item.state == Pass.State.UNABLE:
            return f"{item.trouble.capitalize()}: {item.detail}"
        if self.is_asked_again:
            # What happened; what to do is for those that are not tried again by themselves.
            return f"{item.trouble.capitalize()}: {item.detail.partition('. ')[0].rstrip('.')}."
        if self.until:
            return "Another pass of the same model goes first, so that this one reads from its cache."
        return ""

    @property
    def is_asked_again(self) -> bool:
        """Whether it failed and will be tried once more."""
        return self.item.state == Pass.State.QUEUED and bool(self.item.trouble)

    @property
    def elapsed(self) -> str:
        """The time it took, or takes so far, in words."""
        return "" if self.seconds is None else in_words(self.seconds)


def in_words(seconds: float) -> str:
    """A length of time as people say it."""
    if seconds < 1:
        return "under 1 s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


@dataclass(frozen=True, slots=True)
class Round:
    """The passes that were asked at once."""

    number: int | None
    passes: tuple[PassLine, ...]


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review of the panel with its passes, and what it has cost so far."""

    review: Review
    label: str
    purpose: str
    passes: tuple[PassLine, ...]
    paid: Paid
    planned: bool

    @property
    def silent(self) -> tuple[PassLine, ...]:
        """Who could not review."""
        return tuple(line for line in self.passes if line.item.state == Pass.State.UNABLE)

    @property
    def rounds(self) -> tuple[Round, ...]:
        """The passes by round. Where they came one by one they are one list, which has no number."""
        grouped = groupby(self.passes, key=lambda line: line.item.round)
        rounds = tuple(Round(number, tuple(lines)) for number, lines in grouped)
        if len(rounds) < 2 or all(len(round.passes) == 1 for round in rounds):
            return (Round(None, self.passes),) if rounds else ()
        return rounds

    @property
    def can_be_asked_again(self) -> bool:
        """Whether staff may have it run again from here: a rescue has its own door, a file none."""
        return self.planned or self.review.protocol == JUDGING.name

    @property
    def may_be_rerun(self) -> bool:
        """Whether it is one that students may have run again."""
        return can_be_run_again(self.review)


@dataclass(frozen=True, slots=True)
class Panel:
    """All current reviews of a snapshot, and the ways to providers that are left alone for a while.

    `paid` is for all of its calls, those of runs that were run again among them.
    """

    reviews: tuple[ReviewLine, ...]
    left_alone: tuple[Connection, ...]
    paid: Paid

    @property
    def current(self) -> tuple[Review, ...]:
        """The reviews themselves."""
        return tuple(line.review for line in self.reviews)

    @property
    def passes(self) -> tuple[PassLine, ...]:
        """The passes of all reviews, in order."""
        return tuple(line for review in self.reviews for line in review.passes)

    @property
    def answered(self) -> int:
        """How many passes gave an answer."""
        return self._count(Pass.State.ANSWERED)

    @property
    def unable(self) -> int:
        """How many passes could not review."""
        return self._count(Pass.State.UNABLE)

    @property
    def only_waits(self) -> bool:
        """Whether nobody reads: all that has not ended waits for the student."""
        states = {line.item.state for line in self.passes if not line.item.ended}
        return states == {Pass.State.WAITING}

    def _count(self, state: str) -> int:
        return sum(line.item.state == state for line in self.passes)


def panel(snapshot: Snapshot) -> Panel:
    """The live panel of a snapshot, in five queries; a sixth where something has not ended."""
    reviews = list(
        snapshot.reviews.filter(current=True).prefetch_related(
            Prefetch("passes", Pass.objects.defer(*HEAVY).select_related("reviewer"))
        )
    )
    paid = paid_by_review(snapshot)
    found = findings_by_pass(snapshot)
    now = timezone.now()
    return Panel(
        tuple(_review_line(review, found, paid.get(review.pk, Paid()), now) for review in reviews),
        left_alone([review for review in reviews if not review.ended], now),
        sum(paid.values(), Paid()),
    )


def have_read(snapshot: Snapshot) -> bool:
    """Whether all reviews have ended: all that a student may know before the findings are shown."""
    return not unended(snapshot).exists()


def unended(snapshot: Snapshot) -> QuerySet[Review]:
    """The reviews of the plan that go on."""
    return _planned(snapshot).exclude(state__in=Review.ENDED)


def _planned(snapshot: Snapshot) -> QuerySet[Review]:
    return snapshot.reviews.filter(current=True, protocol__in=PLANNED)


def reviews_of(snapshot: Snapshot, *, shown: bool) -> QuerySet[Review]:
    """The current reviews, without what they are about: before findings are `shown`, the plan's alone."""
    current = snapshot.reviews.filter(current=True) if shown else _planned(snapshot)
    return current.only("snapshot", "state")


def rest(reviews: Iterable[Review], *, shown: bool) -> str:
    """A name for how these reviews stand while none goes on; empty while one does.

    Every run is a row of its own, so the newest tells one rest from the next. Whether findings are
    `shown` belongs to it, since a page looks different then.
    """
    states = {review.pk: review.ended for review in reviews}
    return f"{max(states, default=0)}.{shown:d}" if all(states.values()) else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text that a review wants of the student: the pass that waits for it, and the file that it is."""

    pass_id: int
    path: str


def wanted_of_the_student(snapshot: Snapshot) -> tuple[Wanted, ...]:
    """The texts for which reviews wait, in one query."""
    waiting = Pass.objects.filter(review__snapshot=snapshot, state=Pass.State.WAITING, document__isnull=False)
    return tuple(Wanted(pk, document[0]) for pk, document in waiting.values_list("pk", "document"))


def findings_by_pass(snapshot: Snapshot) -> dict[int, int]:
    """How many findings each pass has returned; none for those that returned none."""
    counted = Finding.objects.filter(snapshot=snapshot).values_list("by_pass").annotate(Count("pk"))
    return dict(counted.order_by())


def left_alone(reviews: Sequence[Review], now: datetime) -> tuple[Connection, ...]:
    """The connections that these reviews need and that nobody calls for the moment."""
    shut = Connection.objects.filter(open_until__gt=now).select_related("instead_of") if reviews else ()
    return tuple(
        connection
        for connection in shut
        if any(
            _leads_there(connection, seat, review.scope)
            for review in reviews
            for seat in Setup.from_json(review.setup).seats
        )
    )


def _leads_there(connection: Connection, seat: Seat, scope: str) -> bool:
    """Whether a seat is reached over a connection: the site's own, or the scope's in its place."""
    site = connection.instead_of if connection.scope else connection
    if site is None or connection.scope not in ("", scope):
        return False
    return site.pk == seat.connection_id if seat.connection_id else site.name == seat.provider


def pass_line(item: Pass, found: Mapping[int, int], now: datetime) -> PassLine:
    """A pass as pages show it. Wants its review and its reviewer at hand."""
    seconds = None
    if item.started_at:
        seconds = ((item.ended_at or now) - item.started_at).total_seconds()
    letter = PROTOCOLS[item.review.protocol].letter
    return PassLine(item, letter, seconds, _counted(item, found.get(item.pk, 0)), now)


def _counted(item: Pass, findings: int) -> int | None:
    """How many findings to show: none of who was not asked for any, but for a text or for votes."""
    task = Task(item.task)
    votes = task in (Task.CONFER, Task.JUDGE)
    if item.state != Pass.State.ANSWERED or task.writes or (votes and not findings):
        return None
    return findings


def label_of(review: Review) -> str:
    """What a review is called: a rescue by the defect that it is about."""
    label = PROTOCOLS[review.protocol].label
    exhibit = (review.setup.get("exhibit") or {}) if review.protocol == RESCUE.name else {}
    return f"{label} of {exhibit['title'].lower()}" if exhibit else label


def _review_line(review: Review, found: Mapping[int, int], paid: Paid, now: datetime) -> ReviewLine:
    protocol = PROTOCOLS[review.protocol]
    return ReviewLine(
        review,
        label_of(review),
        protocol.purpose,
        tuple(pass_line(item, found, now) for item in review.passes.all()),
        paid,
        protocol.planned,
    )
