"""The provider seam: a request goes in, a report comes out, or one kind of error.

A provider is one small class in one small file, named in `settings.REVIEW_PROVIDERS`. It knows
nothing of the database, of protocols or of students: it is shown exactly what is in the request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from reviews.claims import Claim
from reviews.snapshots.files import SourceFile


class Trouble(StrEnum):
    """Why a reviewer could not review."""

    MISSING = "missing"
    TIMED_OUT = "timed out"
    REFUSED = "refused"
    CUT_OFF = "cut off"
    UNREADABLE = "unreadable"
    UNREACHABLE = "unreachable"
    NOT_FOR_THIS = "not for this code"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take: wall time in seconds, and how many findings are kept."""

    seconds: float = 120.0
    findings: int = 200


@dataclass(frozen=True, slots=True)
class Request:
    """All that a reviewer is shown. It names neither the author nor the student's notes.

    `protocol`, `role` and `round` (from 1) say how the reviewer is put to work; `model` is empty
    for reviewers that are not models.
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
    as it came. `recorded` is true where a stored reply was replayed. `usage` counts tokens by kind.
    """

    findings: tuple[Claim, ...]
    paths: tuple[str, ...]
    reviewer: str
    summary: str = ""
    raw: str = ""
    recorded: bool = False
    usage: Mapping[str, int] = field(default_factory=dict)


class ProviderError(Exception):
    """A reviewer could not review.

    `trouble` says in which way, the message says it to a person (what happened and what to do).
    `retry_after` is None where trying again is pointless, else the seconds to wait first.
    """

    def __init__(
        self, trouble: Trouble, message: str, *, retry_after: float | None = None, raw: str = ""
    ) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.retry_after = retry_after
        self.raw = raw


class Provider(Protocol):
    """What the engine asks of every provider."""

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
