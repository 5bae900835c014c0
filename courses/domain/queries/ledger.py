"""The ledger of a submission: every call to a model, what it cost, and what was said in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from courses.models import Submission
from reviews.engine.ledger import was_let_go
from reviews.engine.prices import dollars
from reviews.models import Call, Pass, Review, Snapshot
from reviews.models.connection import MICRO
from reviews.protocols import PROTOCOLS
from reviews.providers.base import Ending


@dataclass(frozen=True, slots=True)
class Paid:
    """What calls came to: how many, tokens of each kind, millionths of a dollar.

    What is not known is not in `micro`: `unpriced` calls were made to a model for which nobody has
    entered a price; the `unheard` ended without a word of what they took, and cost `perhaps` at
    most. `under_way` are not over.
    """

    calls: int = 0
    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    micro: int = 0
    unpriced: int = 0
    unheard: int = 0
    perhaps: int = 0
    under_way: int = 0

    def __add__(self, other: Paid) -> Paid:
        return Paid(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def amount(self) -> str:
        """What is known of the cost: "$0.42"."""
        return dollars(self.micro)

    @property
    def unknown(self) -> str:
        """What is not known of the cost, in words; empty where all is."""
        parts = []
        if self.unpriced:
            parts.append(f"{_calls(self.unpriced)} at an unknown price")
        if self.unheard:
            most = dollars(self.perhaps)
            parts.append(f"{_calls(self.unheard)} unanswered, perhaps billed: {most} at most")
        if self.under_way:
            parts.append(f"{_calls(self.under_way)} under way")
        return "; ".join(parts)

    @property
    def words(self) -> str:
        """The cost in words, and what is not known of it; empty where no model was called."""
        if not self.calls:
            return ""
        if self.calls == self.under_way:
            return self.unknown
        known = f"{self.amount} for {_calls(self.calls - self.under_way)}"
        return f"{known}; {self.unknown}" if self.unknown else known


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"


_ENDED = ~Q(state=Call.State.ASKED)
_UNHEARD = _ENDED & Q(cost=None, price__isnull=False)
_SUMS = {
    "calls": Count("pk"),
    "input": Sum("input_tokens", default=0),
    "cached": Sum("cached_tokens", default=0),
    "written": Sum("written_tokens", default=0),
    "output": Sum("output_tokens", default=0),
    "micro": Sum("cost", default=0),
    "unpriced": Count("pk", filter=_ENDED & Q(cost=None, price__isnull=True)),
    "unheard": Count("pk", filter=_UNHEARD),
    "perhaps": Sum("reserved", filter=_UNHEARD, default=0),
    "under_way": Count("pk", filter=~_ENDED),
}


def paid(calls: QuerySet[Call]) -> Paid:
    """What these calls came to, in one query."""
    return Paid(**calls.order_by().aggregate(**_SUMS))


def paid_by_review(snapshot: Snapshot) -> dict[int, Paid]:
    """What the calls of each review of a snapshot came to, in one query; nothing for those without."""
    return _paid_by("by_pass__review", Call.objects.filter(by_pass__review__snapshot=snapshot))


def paid_by_pass(review: Review) -> dict[int, Paid]:
    """What the calls of each pass of a review came to, in one query; nothing for those without."""
    return _paid_by("by_pass", Call.objects.filter(by_pass__review=review))


def _paid_by(what: str, calls: QuerySet[Call]) -> dict[int, Paid]:
    rows = calls.order_by().values(what).annotate(**_SUMS)
    return {row.pop(what): Paid(**row) for row in rows}


# --- The book -----------------------------------------------------------------------------------------
_LONG = ("task", "schema", "reply")
_LONG_OF_PASS = ("raw", "text", "document", "exhibits", "votes", "detail", "review__setup", "review__result")


def calls_of(submission: Submission) -> QuerySet[Call]:
    """Every call for a submission, in the order in which they were made, without their long texts."""
    return (
        Call.objects.filter(by_pass__review__snapshot__revision__submission=submission)
        .select_related("by_pass__review", "by_pass__reviewer")
        .defer(*_LONG, *(f"by_pass__{name}" for name in _LONG_OF_PASS))
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A call as a row of the ledger."""

    call: Call
    item: Pass

    @property
    def label(self) -> str:
        """The protocol for which it was made."""
        return PROTOCOLS[self.item.review.protocol].label

    @property
    def letter(self) -> str:
        """The shape of its siglum."""
        return PROTOCOLS[self.item.review.protocol].letter

    @property
    def cost(self) -> str:
        """What it cost, or what is known of that."""
        call = self.call
        if call.cost is not None:
            return dollars(call.cost)
        if call.state == Call.State.ASKED:
            return "not over"
        return "unknown" if call.price is None else f"{dollars(call.reserved)} at most"

    @property
    def price(self) -> str:
        """The price of that day for a million tokens, in words."""
        price = self.call.price
        if price is None:
            return "no price entered"
        return f"${_bare(price['input'])} in, ${_bare(price['output'])} out"

    @property
    def prices(self) -> str:
        """The same in full, with the day from which it holds, and where it was read."""
        price = self.call.price
        if price is None:
            return "no price was entered for this model"
        kinds = ("input", "cached", "written", "output")
        figures = ", ".join(f"${_bare(price[kind])} {kind}" for kind in kinds)
        source = f" ({price['source']})" if price.get("source") else ""
        return f"at {figures} for a million tokens, since {price['since']}{source}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it is under way."""
        return (self.call.ended_at - self.call.asked_at).total_seconds() if self.call.ended_at else None

    @property
    def state(self) -> str:
        """How it stands, in words."""
        return "let go of" if was_let_go(self.call) else self.call.state

    @property
    def shape(self) -> str:
        """The name of the shape that stands for its state."""
        return "cancelled" if was_let_go(self.call) else _SHAPES[self.call.state]

    @property
    def trouble(self) -> str:
        """Why it has no answer, in a few words; empty where it has one, and where nothing is known."""
        return _why_let_go(self.call, self.item) if was_let_go(self.call) else self.call.trouble

    @property
    def why(self) -> str:
        """The same; or how its answer ended, where that was not as it should be."""
        ending = self.call.ending
        return self.trouble or (ending if ending != Ending.WHOLE else "")


_SHAPES: dict[str, str] = {
    Call.State.ASKED: "running",
    Call.State.REPLIED: "complete",
    Call.State.FAILED: "failed",
    Call.State.LOST: "incomplete",
}


def _why_let_go(call: Call, item: Pass) -> str:
    """Why nobody waited for a call's answer: what became of its pass since."""
    if item.attempt > call.attempt:
        return "another worker took its pass over"
    if item.state == Pass.State.CANCELLED:
        return "the review was cancelled"
    return "its pass had ended"


def lines(calls: Iterable[Call]) -> list[Line]:
    """The calls as rows of the ledger."""
    return [Line(call, call.by_pass) for call in calls if call.by_pass]


def _bare(figure: str) -> str:
    """A price without the noughts that say nothing: "1.2500" is "1.25"."""
    whole, _, part = figure.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


# --- For a spreadsheet --------------------------------------------------------------------------------
COLUMNS = (
    "call", "asked (UTC)", "protocol", "run", "round", "witness", "reviewer", "provider", "model",
    "answered by", "instructions", "attempt", "number", "state", "trouble", "ending", "seconds",
    "input tokens", "cached tokens", "written tokens", "output tokens", "of these reasoning",
    "price in", "price cached", "price written", "price out", "price since", "cost (USD)", "request id",
)  # fmt: skip


def as_csv(calls: Iterable[Call]) -> Iterator[str]:
    """The ledger as rows of comma-separated values, line by line."""
    yield _row(COLUMNS)
    for line in lines(calls):
        yield _row(_cells(line))


def _cells(line: Line) -> Sequence[object]:
    call, item = line.call, line.item
    price = call.price or {}
    return (
        call.pk,
        call.asked_at.astimezone(UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00"),
        item.review.protocol, item.review.attempt, item.round, item.siglum, item.reviewer.name,
        call.provider, call.model, call.answered_by, call.instructions, call.attempt, call.number,
        line.state, line.trouble, call.ending, "" if line.seconds is None else f"{line.seconds:.3f}",
        call.input_tokens, call.cached_tokens, call.written_tokens, call.output_tokens,
        call.reasoning_tokens,
        *(price.get(name, "") for name in ("input", "cached", "written", "output", "since")),
        "" if call.cost is None else f"{Decimal(call.cost) / MICRO:f}", call.request_id,
    )  # fmt: skip


def _row(cells: Iterable[object]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(str(cell)) for cell in cells])
    return written.getvalue()


def harmless(cell: str) -> str:
    """The text of a cell, which no spreadsheet takes for a formula (CWE-1236)."""
    return (
        f"'{cell}"
        if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
        else cell
    )
