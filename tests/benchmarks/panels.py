"""Runs consensus panels against a stand-in and prints what was measured, as one JSON object.

`python -m tests.benchmarks.panels wall filesystem://localhost//` or `… bill one-model`; in a process of
its own, because a broker is chosen once in a process's life. bench_panels.py reads it.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

SECONDS_A_CALL = 2.0
ROUNDS = 3
ROLES = 4
AT_ONCE = 10

PANELS = {
    "one model": ("gpt-5.4",) * 4,
    "two vendors": ("claude-opus-4-6", "claude-opus-4-6", "gpt-5.4", "gpt-5.4"),
    "four models": ("claude-opus-4-6", "claude-sonnet-5-5", "gpt-5.4", "gpt-6.2-sol"),
}

_numbers = itertools.count(1)


def main(what: str, chosen: str) -> None:
    """Set everything up in a database of its own, measure, and print."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if what == "wall":
        os.environ["CELERY_BROKER_URL"] = chosen
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    from tests.servers.models import StandIn

    if what == "stand-in":
        with StandIn(Script()) as server:
            print(json.dumps(server.environment), flush=True)
            sys.stdin.read()
        return
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        if what == "wall":
            with _stand_in_beside() as environment:
                os.environ |= environment
                print(json.dumps(wall()))
        else:
            with StandIn(Script()) as server:
                os.environ |= server.environment
                print(json.dumps(bill(server, chosen)))
    finally:
        teardown_databases(databases, verbosity=0)


@contextmanager
def _stand_in_beside() -> Iterator[dict[str, str]]:
    """A stand-in in a process of its own, as a provider is; its environment variables."""
    command = [sys.executable, "-m", "tests.benchmarks.panels", "stand-in", ""]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.stdin.close()


class Script:
    """What the reviewers say: findings first, and in every later round a vote that changes something."""

    def __init__(self) -> None:
        self._heard: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, seen: Any) -> Any:
        from tests.servers.models import Answer

        panel = str(seen.body.get("safety_identifier") or seen.body.get("metadata"))
        with self._lock:
            number = self._heard[panel]
            self._heard[panel] += 1
        round, place = divmod(number, ROLES)
        return Answer(text=json.dumps(_reply(round, place)), delay=SECONDS_A_CALL)


def _reply(round: int, place: int) -> dict[str, Any]:
    findings = [_finding(11 * place + 3 * number) for number in range(3)] if round == 0 else []
    votes = [
        {
            "ref": f"F{(3 * (place + 1) + round) % 12 + 1}",
            "stance": "confirm",
            "reason": "The quoted line shows it, and nothing above it prevents it.",
            "quote": "",
            "file": None,
            "severity": "major",
        }
    ]
    return {
        "verdict": "needs-attention",
        "summary": "I read every file.",
        "findings": findings,
        "votes": votes if round else [],
        "checked": ["Every function, from its callers to its queries."],
        "not_reviewed": [],
    }


def _finding(at: int) -> dict[str, Any]:
    path, number, line = _lines()[at * 7]
    return {
        "title": f"Line {number} of {path} trusts what it is given",
        "what_breaks": f"A request with a value that nobody expected reaches {line.strip()}.",
        "why_here": "Nothing between the route and this line looks at the value.",
        "cost": "Other people's rows are changed.",
        "fix": "Check the value where it comes in.",
        "severity": "major",
        "odc_type": "checking",
        "cwe": 20,
        "file": path,
        "line_start": number,
        "line_end": number,
        "quote": line.strip(),
        "confidence": 0.6,
        "elsewhere": [],
        "combines": [],
    }


@cache
def _lines() -> list[tuple[str, int, str]]:
    """Every line of the sample that says something."""
    return [
        (file.path, number, line)
        for file in sample(1)
        for number, line in enumerate(file.lines, 1)
        if len(line.strip()) > 12
    ]


def wall() -> dict[str, Any]:
    """One panel and ten at once, from the first review's beginning to the last one's end, to the ideal."""
    with _workers():
        # Both of its processes have seen work before anything is measured.
        _run(AT_ONCE, PANELS["four models"])
        ones = sorted(_run(1, PANELS["four models"])[0] for _ in range(3))
        tens, calls, states = _run(AT_ONCE, PANELS["four models"])
    ideal = ROUNDS * SECONDS_A_CALL
    return {"one": ones[1] / ideal, "ten": tens / ideal, "calls": calls, "states": states}


@contextmanager
def _workers() -> Iterator[None]:
    """What the product starts: the site with its review processes, or as many Celery workers."""
    from django.conf import settings

    from config.celery import app
    from tests.servers.workers import WorkerProcess

    app.control.purge()
    workers = WorkerProcess(
        settings.DATA_DIR,
        settings.CELERY_WORKER_CONCURRENCY,
        settings.REVIEW_LEASE_SECONDS,
        settings.REVIEW_SWEEP_SECONDS,
    )
    workers.start()
    try:
        workers.wait_until_ready()
        yield
    finally:
        workers.stop()


def _cleared(submissions: Sequence[Any]) -> None:
    """Until the workers have cleared what was handed in: people write notes for minutes meanwhile."""
    from reviews.models import Clearance

    waiting = Clearance.objects.filter(snapshot__revision__submission__in=submissions, files__isnull=True)
    began = time.monotonic()
    while waiting.exists():
        time.sleep(0.1)
        if time.monotonic() - began > 60:
            raise RuntimeError("The workers did not clear what was handed in.")


def _run(panels: int, models: Sequence[str], repeat: int = 1) -> tuple[float, int, dict[str, int]]:
    """Seal so many submissions at once; seconds from first to last, calls made, and how they ended."""
    from django.db import connection
    from django.db.models import Max, Min

    from courses.domain import submissions
    from reviews.models import Call, Review

    waiting = [_handed_in(models, repeat) for _ in range(panels)]
    _cleared(waiting)
    mine = Review.objects.filter(snapshot__revision__submission__in=waiting)

    together = threading.Barrier(panels)

    def seal(submission: Any) -> None:
        # A web process's thread has its connection from the page before.
        connection.ensure_connection()
        together.wait()
        submissions.seal(submission, found_nothing=True)
        connection.close()

    began = time.monotonic()
    threads = [threading.Thread(target=seal, args=(submission,)) for submission in waiting]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The rows say when they ended: whoever looks seldom takes no core from those who work.
    while mine.exclude(state__in=Review.ENDED).exists():
        time.sleep(0.5)
        if time.monotonic() - began > 240:
            raise RuntimeError(f"Not done: {list(mine.values_list('state', 'passes__detail'))}")
    of_rows = mine.aggregate(first=Min("created_at"), last=Max("ended_at"))
    taken = (of_rows["last"] - of_rows["first"]).total_seconds()
    calls = Call.objects.filter(by_pass__review__in=mine).count()
    return taken, calls, dict(Counter(mine.values_list("state", flat=True)))


def _handed_in(models: Sequence[str], repeat: int) -> Any:
    from courses.domain.assignments import PlanLine
    from courses.domain.people import create_course
    from reviews.models import Connection, LanguageModel, Reviewer
    from tests.people import enrol, person
    from tests.stories import assignment, handed_in

    number = next(_numbers)
    roles = ("full review", "callers", "integration", "cross-cutting")
    reviewers = []
    for role, name in zip(roles, models, strict=True):
        provider = "anthropic" if name.startswith("claude") else "openai"
        model = LanguageModel.objects.get(name=name)
        LanguageModel.objects.filter(pk=model.pk).update(context_tokens=1_000_000)
        way = Connection.objects.get(name=provider, scope="")
        Connection.objects.filter(pk=way.pk).update(calls_at_once=None)
        reviewers.append(
            Reviewer.objects.get_or_create(
                name=f"{name} for {role}",
                defaults={"provider": provider, "model": model, "role": role, "connection": way},
            )[0]
        )
    ruth = person(f"ruth{number}", "Ellison")
    course = create_course(ruth, name=f"Class {number}", term="", time_zone="UTC")
    amara = person(f"amara{number}", "Diallo")
    enrol(course, amara)
    plan = [PlanLine("consensus", reviewers=tuple(reviewers))]
    files = sample(repeat)
    return handed_in(assignment(course, plan=plan, accepted_types=""), amara, files=files)


def sample(repeat: int) -> Any:
    """A real application of some hundred lines, so many times over under other names."""
    from courses.demo.sample_data import KEYS, load
    from reviews.snapshots.files import SourceFile

    texts = [
        (f"{key}/{file.path}", file.text)
        for key in KEYS
        for file in load(key).files
        if file.path.endswith((".py", ".js"))
    ]
    return [
        SourceFile(f"part{copy}/{path}", f"# part {copy}\n{text}")
        for copy in range(repeat)
        for path, text in texts
    ]


def bill(server: Any, chosen: str) -> dict[str, Any]:
    """The input that twelve calls were billed, beside the best possible, in tokens of plain input.

    C is what all twelve share: system text, schema and material. The best possible writes C once for
    each model and reads it ever after, except where the models must write it side by side.
    """
    with _workers():
        _, calls, states = _run(1, PANELS[chosen], repeat=4)
    by_model = defaultdict(list)
    for seen in server.asked:
        by_model[seen.model].append(seen.counted)
    totals = [counted.total for of_model in by_model.values() for counted in of_model]
    shared = max(counted.read for of_model in by_model.values() for counted in of_model)
    rest = sum(totals) - shared * len(totals)
    billed = sum(counted.billed() for of_model in by_model.values() for counted in of_model)
    best = sum(1.25 * shared + 0.1 * shared * (len(of_model) - 1) for of_model in by_model.values())
    return {
        "calls": calls,
        "states": states,
        "shared": shared,
        "billed": billed / shared,
        "best": best / shared,
        "ratio": billed / (best + rest),
        "ratio_shared": (billed - rest) / best,
    }


if __name__ == "__main__":
    main(*sys.argv[1:3])
