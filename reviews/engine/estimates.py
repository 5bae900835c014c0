"""What a line of a review plan will cost, before anything runs: calls, tokens, money.

A protocol is a pure function, so it is rehearsed: it is asked for its turns and given made-up
replies, once such that it ends as soon as it can and once such that it goes on. How many calls that
may be, the protocol says itself; the rehearsals say who makes them, over what, and what is read from
whose cache. The engine measures what it really was (`reviews.engine.ledger`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.utils import timezone

from reviews.briefs import Document, Exhibit, Pair, Role, Side, Task
from reviews.claims import Claim, Place, Severity, Stance, Verdict, Vote
from reviews.engine.ahead import CHARACTERS_PER_TOKEN, FLOOR_TOKENS, WORTH_TOKENS
from reviews.engine.material import room_for_code
from reviews.engine.opening import Planned
from reviews.engine.prices import cost, price_of
from reviews.engine.seats import possible_seats
from reviews.models import Price
from reviews.prompts.compose import compose
from reviews.prompts.fence import MARK_LETTERS
from reviews.prompts.forms import form_of
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import PERSON, Done, Ended, NoReviewer, Protocol, Returned, Seat, Setup, Turn
from reviews.protocols.judging import JUDGING, MOST_PAIRS
from reviews.providers.base import ProviderError, Usage
from reviews.providers.registry import asks, caches, provider

REPLY_TOKENS = 4_000
"""A reply with some five findings in their form, and as much thought again. Models differ widely."""

FINDINGS = 5
"""So many findings a made-up reply has; later rounds are shown them."""

PLAN = Document("PLAN.md", "x" * 6_000)
"""Two pages, where there is no plan yet to be measured."""

DEFECT = Exhibit("The defect", "x" * 1_000)

PAIRS = tuple(
    Pair(f"P{number}", Side("", "x" * 1_200), Side("", "x" * 1_200)) for number in range(1, MOST_PAIRS + 1)
)
"""As many uncertain matches as are judged, each claim with the lines of code that it names."""

A_MARK = "0" * MARK_LETTERS
"""Any boundary is as long as any other, and nothing here is sent."""

CACHED_WEIGHT = 0.1
"""A token read from a cache costs about a tenth of one read afresh, at the providers that have one."""

OUTPUT_WEIGHT = 5.0
"""A token written costs about five times one read, by the public price lists."""


@dataclass(frozen=True, slots=True)
class Amount:
    """What calls come to. `input` is all that is read, `cached` of it from a cache; tokens.

    `cost` is in millionths of a dollar, without the models that have no price. `times` compares it
    with one review pass by one reviewer over the same code with nothing cached, which is 1: every
    token weighs what it costs, whatever the model.
    """

    calls: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    cost: int = 0
    times: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.calls + other.calls,
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.cost + other.cost,
            self.times + other.times,
        )

    def __mul__(self, count: int) -> Amount:
        return Amount(
            self.calls * count,
            self.input * count,
            self.cached * count,
            self.output * count,
            self.cost * count,
            self.times * count,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one line of a plan comes to for one submission, at least and at most.

    `problem` says why the protocol could not begin; then nothing is called. `unpriced` are models
    whose price nobody entered: what they cost is in neither amount. `free` tells that models would
    be asked but none is: their seats are taken by recordings, whose tokens are those of the models.
    """

    protocol: str
    least: Amount = Amount()
    most: Amount = Amount()
    unpriced: tuple[str, ...] = ()
    free: bool = False
    problem: str = ""


def estimate(
    planned: Planned,
    characters: int,
    author_family: str,
    author_model: str,
    document: Document = PLAN,
) -> Estimate:
    """What a line of a plan comes to for a submission of so many characters by this author.

    `document` is what protocols are about that need one. Reads the reviewers, models and prices of
    today from the database. Nothing is called.
    """
    protocol = PROTOCOLS[planned.protocol]
    setup = _setup(planned, author_family, author_model, document)
    try:
        calls = protocol.calls(setup)
        briefly = _rehearsed(protocol, setup, calls.least, is_critical=False)
        at_length = _rehearsed(protocol, setup, calls.most, is_critical=True)
    except NoReviewer as missing:
        return Estimate(protocol.name, problem=str(missing))
    bill = _Bill.of(setup, characters)
    models = {turn.seat for turn in at_length}
    return Estimate(
        protocol.name,
        least=bill.amount(briefly),
        most=bill.amount(at_length),
        unpriced=tuple(sorted({seat.model for seat in models if bill.lacks_price(seat)})),
        free=bool(models) and not any(_is_paid(seat) for seat in models),
    )


def _setup(planned: Planned, author_family: str, author_model: str, document: Document) -> Setup:
    protocol = PROTOCOLS[planned.protocol]
    seats = possible_seats(planned.protocol, planned.reviewer_ids)
    if planned.revised_by == "student":
        seats += (Seat(0, "The student", PERSON, "", "", Role.FULL),)
    return Setup(
        author_model=author_model,
        author_family=author_family,
        seats=seats,
        passes=planned.passes,
        rounds=planned.rounds,
        focus=planned.focus,
        revised_by=planned.revised_by,
        document=document if protocol.needs_document else None,
        exhibit=None if protocol.planned else DEFECT,
        pairs=PAIRS if protocol is JUDGING else (),
    )


# --- The rehearsal --------------------------------------------------------------------------------
def _rehearsed(protocol: Protocol, setup: Setup, count: int, *, is_critical: bool) -> list[Turn]:
    """So many calls as the protocol would make them.

    Where the made-up replies end it earlier, its last round is repeated.
    """
    called: list[Turn] = []
    returned: list[Returned] = []
    last: list[Turn] = []
    while len(called) < count:
        following = protocol.step(setup, returned)
        if isinstance(following, Done):
            break
        returned += [_reply(turn, is_critical=is_critical) for turn in following]
        last = [turn for turn in following if turn.seat.provider != PERSON] or last
        called += [turn for turn in following if turn.seat.provider != PERSON]
    further = 1
    while last and len(called) < count:
        called += [replace(turn, round=turn.round + further) for turn in last]
        further += 1
    return called[:count]


def _reply(turn: Turn, *, is_critical: bool) -> Returned:
    """What might be said: a satisfied reader finds nothing, a critical one a handful, and votes."""
    if turn.task.writes:
        before = turn.document.text if turn.document else ""
        # Each version is another than the one before: the same text would not be read again.
        return Returned(turn, Ended.ANSWERED, text=f"{before or PLAN.text}\n{turn.round}")
    if not is_critical:
        return Returned(turn, Ended.ANSWERED, verdict=Verdict.APPROVE)
    votes: tuple[Vote, ...] = ()
    if turn.task is Task.CONFER:
        # Every other one, so that a round changes something.
        refs = [f"F{number}" for number in range(1, FINDINGS * 4 + 1) if (number + turn.position) % 2]
        votes = tuple(Vote(ref, Stance.CONFIRM, "x" * 200, severity=Severity.MAJOR) for ref in refs)
    found = tuple(_finding(turn, number) for number in range(FINDINGS)) if turn.round == 1 else ()
    return Returned(turn, Ended.ANSWERED, findings=found, votes=votes, verdict=Verdict.NEEDS_ATTENTION)


def _finding(turn: Turn, number: int) -> Claim:
    line = 40 * number + turn.position
    return Claim(
        title=f"{'x' * 60} {turn.siglum} {number}",
        explanation="x" * 600,
        severity=Severity.MAJOR,
        path="code",
        place=Place("code", line, line),
        quote="x" * 60,
        suggested_fix="x" * 120,
    )


# --- The bill -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Bill:
    """What turns cost over some code: `code` are its tokens, as far as all reviewers can read it."""

    setup: Setup
    code: int
    prices: dict[str, Price | None]
    single: float

    @classmethod
    def of(cls, setup: Setup, characters: int) -> _Bill:
        """For the reviewers and the author of this setup, at the prices of today."""
        models = {seat.model for seat in setup.seats if _is_paid(seat)}
        code = min(_tokens(characters), room_for_code(setup.seats))
        today: date = timezone.localdate()
        reader = Turn(Seat(0, "", "", "", "", Role.FULL), 1, 1, "")
        shared, own = _sizes(reader, replace(setup, focus=""), code)
        single = _weight(Usage(input=shared + own, output=REPLY_TOKENS))
        return cls(setup, code, {name: price_of(name, today) for name in sorted(models)}, single)

    def amount(self, turns: Sequence[Turn]) -> Amount:
        """What these calls come to."""
        return sum((self._amount(turn, usage) for turn, usage in self._usages(turns)), Amount())

    def lacks_price(self, seat: Seat) -> bool:
        """Whether nobody knows what this reviewer costs."""
        return _is_paid(seat) and self.prices[seat.model] is None

    def _amount(self, turn: Turn, usage: Usage) -> Amount:
        price = self.prices.get(turn.seat.model) if _is_paid(turn.seat) else None
        return Amount(
            calls=1,
            input=usage.input + usage.cached + usage.written,
            cached=usage.cached,
            output=usage.output,
            cost=cost(usage, price) if price else 0,
            times=_weight(usage) / self.single,
        )

    def _usages(self, turns: Iterable[Turn]) -> Iterator[tuple[Turn, Usage]]:
        """Each call with its tokens. What a model has read in a round before, it reads from its cache."""
        has_read: set[tuple[str, str, int | None]] = set()
        for _, of_round in groupby(turns, key=lambda turn: turn.round):
            here = list(of_round)
            readers = [_model(turn) for turn in here if turn.task.reads_code]
            sent: set[tuple[str, str, int | None]] = set()
            for turn in here:
                model = _model(turn)
                waits = model in sent and self._goes_ahead(readers.count(model))
                yield turn, self._usage(turn, from_cache=model in has_read or waits)
                sent |= {model} if turn.task.reads_code else set()
            has_read |= set(readers)

    def _usage(self, turn: Turn, *, from_cache: bool) -> Usage:
        shared, own = _sizes(turn, self.setup, self.code)
        output = _written_tokens(turn)
        if shared < FLOOR_TOKENS or not caches(turn.seat.provider):
            return Usage(input=shared + own, output=output)
        if from_cache:
            return Usage(input=own, cached=shared, output=output)
        return Usage(input=own, written=shared, output=output)

    def _goes_ahead(self, readers: int) -> bool:
        """Whether one of so many readers of a round goes first: as `reviews.engine.ahead` decides it."""
        return self.code >= FLOOR_TOKENS and 1.15 * self.code * (readers - 1) >= WORTH_TOKENS


def _sizes(turn: Turn, setup: Setup, code: int) -> tuple[int, int]:
    """Tokens of what a review's calls share, and of what is this call's own."""
    prompt = compose(
        "",
        turn.task,
        turn.role or turn.seat.role,
        focus=setup.focus,
        exhibits=turn.exhibits,
        document=turn.document,
        material_mark=A_MARK,
    )
    form = json.dumps(dict(form_of(turn.task).schema))
    own = _tokens(len(prompt.task) + len(form)) + _added(turn.seat)
    system = _tokens(len(prompt.system) + len(prompt.material))
    return (system + code, own) if turn.task.reads_code else (0, system + own)


def _written_tokens(turn: Turn) -> int:
    """A writing task is answered with a whole text besides."""
    text = turn.document.text if turn.document else ""
    return REPLY_TOKENS + (_tokens(len(text)) if turn.task.writes else 0)


def _added(seat: Seat) -> int:
    """What a provider puts around a prompt of its own: little, but for a command-line tool."""
    try:
        return int(getattr(provider(seat.provider), "adds_tokens", 0))
    except ProviderError:
        return 0


def _is_paid(seat: Seat) -> bool:
    """Whether a model is really asked there. One whose provider is missing is taken to be."""
    return seat.provider != PERSON and asks(seat.provider)


def _model(turn: Turn) -> tuple[str, str, int | None]:
    return turn.seat.provider, turn.seat.model, turn.seat.connection_id


def _weight(usage: Usage) -> float:
    """The call in tokens read afresh; what is written to a cache is read afresh, too."""
    return usage.input + usage.written + CACHED_WEIGHT * usage.cached + OUTPUT_WEIGHT * usage.output


def _tokens(characters: int) -> int:
    return round(characters / CHARACTERS_PER_TOKEN)
