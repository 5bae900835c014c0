"""Matching claims: how long it takes, and how well it does where labelled claims are at hand.

The labelled claims are no part of the repository: MATCHING_DATA names a folder with pairs.jsonl and
clusters.jsonl (their form is told in `reviews.exchange.labelled`). What is measured on them is
cross-validated by piece of code, with weights refitted on the rest. Beside B-cubed stands the best
that is to be had at all where one text is in two clusters (`tests.benchmarks.ceiling`).
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from reviews.claims import Claim, DefectType, Place, Severity
from reviews.gap.clusters import clusters
from reviews.gap.match import one_to_one
from tests.benchmarks.ceiling import ceiling
from tests.benchmarks.harness import Bench, benchmark, warm_up
from tests.benchmarks.matching import cross_validated, load

SEEDS = 3
THINGS = (
    "get_user_by_name",
    "session_token",
    "the retry loop",
    "parseInvoice",
    "the stock counter",
    "total_price",
    "the upload handler",
    "cache_key",
    "OrderQueue.drain",
    "the SQL query",
    "the login form",
    "validate_coupon",
    "the configuration",
    "renderTemplate",
    "the audit log",
    "sendReminder",
    "the rate limiter",
    "max_retries",
    "the worker pool",
    "expires_at",
)
FAULTS = (
    "is built by string concatenation, so a quote in the input changes the query",
    "is read and then written without a lock; two concurrent requests lose one update",
    "never checks for None and raises an AttributeError when the record is missing",
    "swallows every exception, and the caller is told that it succeeded",
    "compares secrets with == instead of a constant-time comparison",
    "grows without bound because entries are never evicted",
    "rounds money in binary floating point, so cents get lost",
    "is off by one at the end of the range and skips the last item",
    "is logged in plain text together with the password",
    "ignores the time zone, so reminders go out an hour early in summer",
)
REMARKS = (
    "An attacker can use this remotely.",
    "The tests do not cover this path.",
    "Consider a parameterised call here.",
    "This breaks under load in production.",
    "The documentation promises otherwise.",
    "It should fail loudly instead.",
)


def made_up(count: int, seed: int) -> list[Claim]:
    """So many claims about six files, as reviewers would write them."""
    chance = random.Random(seed)

    def one() -> Claim:
        line, path = chance.randint(1, 400), f"shop/{chance.choice('abcdef')}.py"
        thing, fault = chance.choice(THINGS), chance.choice(FAULTS)
        return Claim(
            title=f"{thing} {fault.split(',')[0]}",
            explanation=f"{thing.capitalize()} {fault}. {' '.join(chance.sample(REMARKS, 3))}",
            severity=chance.choice(list(Severity)),
            path=path,
            place=Place(path, line, line + 3) if chance.random() < 0.8 else None,
            odc_type=chance.choice(list(DefectType)),
        )

    return [one() for _ in range(count)]


def unplaced(claims: list[Claim]) -> list[Claim]:
    """The same without places: then no pair is settled by its files."""
    return [Claim(claim.title, claim.explanation, claim.severity) for claim in claims]


def processor_ms(bench: Bench, work: Callable[[], object]) -> float:
    """Median milliseconds of processor time of one call."""
    warm_up(work)

    def once() -> float:
        began = time.process_time()
        work()
        return (time.process_time() - began) * 1000

    return statistics.median(once() for _ in range(bench.runs))


@benchmark
def matching(bench: Bench) -> None:
    """A class's notes on one sample against all findings on it, and all claims at once."""
    notes, findings, claims = made_up(40, 1), made_up(200, 2), made_up(400, 3)
    bench.value(
        "match 40 notes with 200 findings, processor time",
        processor_ms(bench, lambda: one_to_one(notes, findings)),
        "ms",
        300,
    )
    bare, bare_findings, bare_claims = unplaced(notes), unplaced(findings), unplaced(claims)
    bench.value(
        "match 40 notes with 200 findings, none with a place, processor time",
        processor_ms(bench, lambda: one_to_one(bare, bare_findings)),
        "ms",
        300,
    )
    bench.value(
        "cluster 400 claims, processor time", processor_ms(bench, lambda: clusters(claims)), "ms", 2000
    )
    bench.value(
        "cluster 400 claims, none with a place, processor time",
        processor_ms(bench, lambda: clusters(bare_claims)),
        "ms",
        2000,
    )


@benchmark
def matching_labelled(bench: Bench) -> None:
    """What the harness bounds from above is the error: 1 - F1."""
    folder = os.environ.get("MATCHING_DATA")
    if not folder:
        print(
            "# How well claims are matched was not measured: MATCHING_DATA names no folder.", file=bench.out
        )
        return
    codes = load(Path(folder))
    runs = [cross_validated(codes, seed) for seed in range(SEEDS)]
    over = f"cross-validated by pull request, {len(codes)} of them, mean of {SEEDS}"
    for name, values, bound in (
        ("1 - F1 of found", [run.found for run in runs], 0.10),
        ("1 - F1 of found, nothing but the two sides known", [run.found_alone for run in runs], None),
        ("1 - B-cubed F1", [run.b_cubed for run in runs], 0.07),
        ("1 - B-cubed F1, mean of groups", [run.b_cubed_mean for run in runs], None),
    ):
        bench.value(f"{name}, {over}", 1 - statistics.mean(values), "", bound)
        bench.value(f"{name}, spread", statistics.pstdev(values), "", None)
    best = ceiling([heap for code in codes for heap in code.heaps])
    for name, value in (("", best.b_cubed), (", mean of groups", best.b_cubed_mean)):
        bench.value(f"1 - the best B-cubed F1 that equal texts allow{name}", 1 - value, "", None)
