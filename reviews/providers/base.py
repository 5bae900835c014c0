"""The provider seam: a request goes in, a report comes out, or one kind of error.

A provider is one small class in one small file, named in `settings.REVIEW_PROVIDERS`. It knows
nothing of the database, of protocols or of students: it is shown exactly what is in the request.
There are two kinds. Analysers and recordings `review` by themselves. Models are asked one
`Question` at a time; what is around a call (prompt, ledger, limits, reading the reply, asking once
more) is the engine's, the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from reviews.claims import Claim, Verdict, Vote
from reviews.prompts.forms import Form
from reviews.snapshots.files import SourceFile


class Trouble(StrEnum):
    """Why a reviewer could not review."""

    MISSING = "missing"
    TIMED_OUT = "timed out"
    REFUSED = "refused"
    CUT_OFF = "cut off"
    UNREADABLE = "unreadable"
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    NOT_LET_IN = "not let in"
    NO_MONEY = "no money"
    OVER_BUDGET = "over budget"
    TOO_LONG = "too long"
    RETIRED = "no such model"
    NOT_FOR_THIS = "not for this code"

    @property
    def of_the_provider(self) -> bool:
        """Whether it says that the provider itself is unwell, so that others had better wait too."""
        return self in (Trouble.TIMED_OUT, Trouble.UNREACHABLE, Trouble.BUSY)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take: wall time in seconds, and how many findings are kept."""

    seconds: float = 120.0
    findings: int = 200


@dataclass(frozen=True, slots=True)
class Request:
    """What a reviewer that needs no prompt is shown. It names neither author nor notes.

    `protocol`, `role` and `round` (from 1) say how the reviewer is put to work; `model` is
    empty for reviewers that are not models.
    """

    files: tuple[SourceFile, ...]
    sha256: str
    protocol: str
    role: str
    round: int
    model: str = ""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Report:
    """What a reviewer returned: the findings, what it looked at, and what it cost.

    `paths` are the files it could and did read: a file outside them was not asked about, which is
    not the same as missed. `reviewer` is its name and version ("ruff 0.17.6"). `raw` is the reply
    as it came. `recorded` is true where a stored reply was replayed. `votes`, `verdict` and `text`
    answer the tasks that ask for them.
    """

    findings: tuple[Claim, ...]
    paths: tuple[str, ...]
    reviewer: str
    summary: str = ""
    raw: str = ""
    recorded: bool = False
    votes: tuple[Vote, ...] = ()
    verdict: Verdict | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, each token in one place only.

    `input` was neither read from the provider's cache (`cached`) nor written to it (`written`);
    `output` includes what the model thought (`reasoning`).
    """

    input: int = 0
    cached: int = 0
    written: int = 0
    output: int = 0
    reasoning: int = 0


class Ending(StrEnum):
    """How a reply ended."""

    WHOLE = "whole"
    CUT_OFF = "cut off"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Access:
    """How a provider is reached: its address and key, empty for the environment's own."""

    base_url: str = ""
    key: str = field(default="", repr=False)
    supports_schemas: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """One call to a model. `system`, then `material`, then `task`: what is equal comes first.

    `material` is byte for byte the same for all passes of a review, so that a provider can read it
    from its cache; `shared` says whether another call will want it there, and `cache_key` names it.
    `files` are the same cleared texts for a reviewer that reads a folder. `reply_so_far` and
    `correction` are set when a reply that did not fit is asked for once more. `user` is a hash.
    `output_tokens` bounds the reply, `seconds` the silence between two signs of life.
    """

    model: str
    system: str
    material: str
    task: str
    form: Form
    files: tuple[SourceFile, ...] = ()
    access: Access = field(default_factory=Access)
    reply_so_far: str = ""
    correction: str = ""
    output_tokens: int = 16_000
    seconds: float = 120.0
    user: str = ""
    cache_key: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said to one question."""

    text: str
    ending: Ending = Ending.WHOLE
    usage: Usage = field(default_factory=Usage)
    request_id: str = ""
    model: str = ""
    """The model and version that answered, as the provider names it."""


@dataclass(frozen=True, slots=True)
class Listener:
    """What the engine wants to know, and tells, while a model is thinking.

    `given_up()` is asked now and then: true when nobody waits for the answer any more. `begun()`
    is called once, when the first of the reply arrives.
    """

    given_up: Callable[[], bool] = lambda: False
    begun: Callable[[], None] = lambda: None


class ProviderError(Exception):
    """A reviewer could not review.

    `trouble` says in which way, the message says it to a person (what happened and what to do).
    `again` is true where trying again can help; `retry_after` are the seconds that the provider
    itself asked us to wait. `counted` is false where no call was made at all: our own limits said wait,
    so the reviewer has failed at nothing. What the failed call is known to have used is kept in every case.
    """

    def __init__(
        self,
        trouble: Trouble,
        message: str,
        *,
        again: bool = False,
        counted: bool = True,
        retry_after: float | None = None,
        raw: str = "",
        usage: Usage | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.again = again or retry_after is not None
        self.counted = counted
        self.retry_after = retry_after
        self.raw = raw
        self.usage = usage
        self.request_id = request_id


class GivenUp(Exception):
    """Raised by a provider that stopped because its listener said that nobody waits any more."""


@runtime_checkable
class Provider(Protocol):
    """A reviewer that needs no prompt: an analyser, a recording."""

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take this provider's options from settings; do no work yet."""

    def suits(self, paths: Iterable[str]) -> bool:
        """Whether this provider reads any file of such a name. One that reads none is not asked."""
        ...

    def review(self, request: Request) -> Report:
        """Review the files of the request.

        Raises ProviderError where that cannot be done; never returns an empty report instead.
        """
        ...


@runtime_checkable
class ModelProvider(Protocol):
    """A reviewer that is a language model behind an interface.

    `caches` tells whether repeated material is read from the provider's cache at a lower price.
    One may have an `sdk` too: the modules that a call imports and takes a second to. A worker does so
    when it starts; a web process, which only asks whom a provider suits, need not. So a provider's
    own module imports none of them.
    """

    caches: bool

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Take this provider's options from settings; do no work yet."""

    def suits(self, paths: Iterable[str]) -> bool:
        """Whether this provider reads any file of such a name."""
        ...

    def ask(self, question: Question, listener: Listener) -> Reply:
        """Make one call; no retries in here.

        Raises ProviderError where there is no usable reply, GivenUp where the listener said so.
        """
        ...
