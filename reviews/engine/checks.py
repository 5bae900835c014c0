"""The set-up check: which reviewers answer, with which model, how fast, and what to do where they do not."""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from django.db import connections as databases
from django.utils import timezone

from reviews.briefs import Role, Task
from reviews.claims import clean_text
from reviews.engine import limits
from reviews.engine.connections import access_to, connection_for, site_connection
from reviews.engine.keys import without_key
from reviews.models import Connection, Reviewer
from reviews.prompts.forms import NotInForm, form_of, read
from reviews.protocols.base import PERSON
from reviews.providers.base import (
    Access,
    Ending,
    GivenUp,
    Limits,
    Listener,
    ModelProvider,
    Provider,
    ProviderError,
    Question,
    Reply,
    Request,
    Trouble,
)
from reviews.providers.recorded import Recorded
from reviews.providers.registry import provider
from reviews.snapshots.files import SourceFile

log = logging.getLogger("blindspot.reviews")

AT_ONCE = 8
SILENCE_SECONDS = 20.0
"""So long a model may say nothing."""
MOST_SECONDS = 60.0
"""So long it may take in all."""
OUTPUT_TOKENS = 2_000
"""Room for two sentences, and for a model that thinks before it writes them."""

SAMPLES = ("check.py", "check.js", "check.ts", "check.txt")
"""Files to run an analyser on; it gets the first that it reads. `ready = 1` is sound in all of them."""

REMEDIES = {
    Trouble.NOT_LET_IN: "Enter a valid key with its connection, or in the provider's environment variable.",
    Trouble.NO_MONEY: "Add credit at the provider, or raise its spending limit.",
    Trouble.RETIRED: "Choose another model for the reviewer, or another connection.",
    Trouble.UNREACHABLE: "See that its server runs, and check the address of its connection.",
    Trouble.TIMED_OUT: "Check again in a minute. A model that stays silent is too slow for a class.",
    Trouble.BUSY: "Check again in a minute.",
    Trouble.MISSING: "Check again once that is done.",
}
USUAL_REMEDY = "Check again; if it stays so, choose another model or connection for the reviewer."


@dataclass(frozen=True, slots=True)
class Check:
    """How one way to a reviewer was found.

    `name` are the reviewers that take it. Where nothing was `asked`, nothing is known: that is no
    failure. `answered_by` is the version that spoke.
    """

    name: str
    provider: str
    model: str
    works: bool
    seconds: float
    says: str
    what_to_do: str = ""
    answered_by: str = ""
    asked: bool = True


@dataclass(frozen=True, slots=True)
class _Way:
    """A provider, with a model and over a connection where it has one, and who takes this way."""

    name: str
    provider: str
    model: str
    made: Provider | ModelProvider
    connection: Connection | None = None
    access: Access = field(default_factory=Access)

    def found(self, works: bool, says: str, what_to_do: str = "", answered_by: str = "") -> Check:
        """What was found, without the key, whatever a server repeated."""
        clean = [clean_text(without_key(text, self.access.key)) for text in (says, answered_by)]
        return Check(self.name, self.provider, self.model, works, 0.0, clean[0], what_to_do, clean[1])


def check_all(scope: str = "") -> list[Check]:
    """Try every way that an active reviewer takes, all at the same time, with the keys of a scope.

    Models are asked one tiny question, which is paid from no budget. What was found is written on
    the connections. Those that no active reviewer uses are named at the end.
    """
    checks: list[Check] = []
    ways: list[_Way] = []
    for (name, connection_id, model), reviewers in _reviewers().items():
        try:
            ways.append(_way(name, connection_id, model, ", ".join(reviewers), scope))
        except ProviderError as error:
            checks.append(_failed(Check(", ".join(reviewers), name, model, False, 0.0, ""), error))
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check") as pool:
        found = list(pool.map(_timed, ways))
    _write_down(ways, found)
    used = {site_connection(way.connection).pk for way in ways if way.connection}
    return sorted(checks + found, key=lambda check: check.name) + _idle(used)


def _reviewers() -> dict[tuple[str, int | None, str], list[str]]:
    """The names of active reviewers by provider, connection and model."""
    by_way: dict[tuple[str, int | None, str], list[str]] = defaultdict(list)
    active = Reviewer.objects.filter(active=True).exclude(provider=PERSON).select_related("model")
    for reviewer in active.order_by("name"):
        model = reviewer.model.name if reviewer.model else ""
        by_way[reviewer.provider, reviewer.connection_id, model].append(reviewer.name)
    return by_way


def _way(name: str, connection_id: int | None, model: str, reviewers: str, scope: str) -> _Way:
    """All that the try needs; the threads of the tries touch no database. Raises ProviderError."""
    try:
        made = provider(name)
    except ImportError as error:
        raise ProviderError(
            Trouble.MISSING,
            f"{name} cannot be loaded ({error}). Install the product's requirements again: make run does it.",
        ) from error
    if not isinstance(made, ModelProvider):
        return _Way(reviewers, name, model, made)
    connection = connection_for(name, connection_id, scope)
    access = access_to(connection) if connection else Access()
    return _Way(reviewers, name, model, made, connection, access)


def _timed(way: _Way) -> Check:
    """Try one way; never raises."""
    began = time.monotonic()
    try:
        found = _tried(way)
    except ProviderError as error:
        found = _failed(way.found(False, str(error)), error)
    except Exception as error:
        log.exception("The check of %s failed inside Blindspot.", way.provider)
        what = f"Blindspot itself failed here ({type(error).__name__}); the server's log says more."
        found = way.found(False, what, USUAL_REMEDY)
    finally:
        databases.close_all()
    return replace(found, seconds=round(time.monotonic() - began, 2))


def _tried(way: _Way) -> Check:
    if isinstance(way.made, Recorded):
        return way.found(True, "Replays recordings; no model is asked.")
    if isinstance(way.made, ModelProvider):
        return _asked(way, way.made)
    return _run(way, way.made)


def _asked(way: _Way, model: ModelProvider) -> Check:
    ends = time.monotonic() + MOST_SECONDS
    question = Question(
        model=way.model,
        system="You answer the set-up check of a program that lets models review code.",
        material="",
        task="Reply with the summary “set-up check” and the text “ready”.",
        form=form_of(Task.REVISE),
        access=way.access,
        output_tokens=OUTPUT_TOKENS,
        seconds=SILENCE_SECONDS,
    )
    try:
        reply = model.ask(question, Listener(given_up=lambda: time.monotonic() > ends))
    except GivenUp:
        what = f"It did not come to an end within {MOST_SECONDS:g} seconds."
        return way.found(False, what, REMEDIES[Trouble.TIMED_OUT])
    return _answered(way, reply)


def _answered(way: _Way, reply: Reply) -> Check:
    if reply.ending is Ending.REFUSED:
        what = "It declined to answer a harmless question."
        return way.found(False, what, USUAL_REMEDY, reply.model)
    if reply.ending is Ending.CUT_OFF:
        what = "It answers. It thought so long that the short reply to the check was cut off."
        return way.found(True, what, "", reply.model)
    try:
        read(reply.text, Task.REVISE)
    except NotInForm as problem:
        what = f"It answers, but not in the form that was asked for: {'; '.join(problem.problems[:2])}."
        remedy = "Models that cannot keep to a form make poor reviewers."
        if way.access.supports_schemas:
            remedy += " If its server cannot hold a model to a schema, say so on its connection."
        return way.found(False, what, remedy, reply.model)
    return way.found(True, "It answers, in the form that was asked for.", "", reply.model)


def _run(way: _Way, analyser: Provider) -> Check:
    name = next((sample for sample in SAMPLES if analyser.suits([sample])), SAMPLES[-1])
    request = Request(
        files=(SourceFile(name, "ready = 1\n"),),
        sha256="",
        protocol="check",
        role=Role.FULL,
        round=1,
        model=way.model,
        limits=Limits(seconds=SILENCE_SECONDS),
    )
    report = analyser.review(request)
    return way.found(True, f"It runs: it read {name}.", "", report.reviewer)


def _failed(check: Check, error: ProviderError) -> Check:
    remedy = REMEDIES.get(error.trouble, USUAL_REMEDY)
    return replace(check, works=False, says=check.says or str(error), what_to_do=remedy)


def _write_down(ways: Sequence[_Way], found: Sequence[Check]) -> None:
    """Write on each connection what was found over it, of all its models; one that works is well again."""
    now = timezone.now()
    by_connection: dict[int, list[Check]] = defaultdict(list)
    rows: dict[int, Connection] = {}
    for way, check in zip(ways, found, strict=True):
        if way.connection:
            rows[way.connection.pk] = way.connection
            by_connection[way.connection.pk].append(check)
    for pk, checks in by_connection.items():
        Connection.objects.filter(pk=pk).update(
            checked_at=now,
            check_worked=all(check.works for check in checks),
            check_seconds=max(check.seconds for check in checks),
            check_says="\n".join(f"{check.model}: {check.says}" for check in checks),
        )
        if any(check.works for check in checks):
            limits.worked(rows[pk], now)


def _idle(used: Iterable[int]) -> list[Check]:
    """The site's connections that no active reviewer takes."""
    idle = Connection.objects.filter(scope="", active=True).exclude(pk__in=used)
    return [
        Check(
            name=row.name,
            provider=row.provider,
            model="",
            works=False,
            seconds=0.0,
            says="Nothing was asked: no reviewer that is switched on uses this connection.",
            what_to_do="Switch on a reviewer that uses it, or switch the connection off.",
            asked=False,
        )
        for row in idle
    ]
