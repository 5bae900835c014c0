"""Measures and prints: one JSON object a line, with a bound and whether it holds.

A benchmark is a function that takes a `Bench`, in a module tests/benchmarks/bench_<subject>.py:

    @benchmark
    def reader(bench: Bench) -> None:
        bench.time("reader, 2,000 lines, cached", show, bound_ms=150)
        bench.ratio("reader, uncached to cached", show_uncached, show, bound=20)

Every timing is the median of several runs after a warm-up. A bound is an upper limit. It is no
gate: a slow or busy machine makes `holds` false and nothing else.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TextIO

RUNS = 9
WARM_UP = 2

BENCHMARKS: list[Callable[[Bench], None]] = []
"""In the order in which the modules were read."""


def benchmark(function: Callable[[Bench], None]) -> Callable[[Bench], None]:
    """Have this function run by `make bench`, in a database of its own that is rolled back."""
    BENCHMARKS.append(function)
    return function


@dataclass(slots=True)
class Bench:
    """Takes measurements and prints each as a line of JSON."""

    out: TextIO = field(default_factory=lambda: sys.stdout)
    runs: int = RUNS

    def time(self, name: str, work: Callable[[], object], *, bound_ms: float | None = None) -> float:
        """Median milliseconds of one call of `work`; at most `bound_ms` is what is wanted."""
        warm_up(work)
        median = statistics.median(once(work) for _ in range(self.runs)) * 1000
        return self.value(name, median, "ms", bound_ms)

    def ratio(
        self, name: str, work: Callable[[], object], base: Callable[[], object], bound: float | None = None
    ) -> float:
        """How many times as long `work` takes as `base`: the median over interleaved pairs of calls.

        Interleaved, so that whatever else the machine does slows both.
        """
        warm_up(work)
        warm_up(base)
        ratios = []
        for turn in range(self.runs):
            # Either goes first every second time: the first pays for what the other then finds warm.
            if turn % 2:
                lower, upper = once(base), once(work)
            else:
                upper, lower = once(work), once(base)
            ratios.append(upper / lower)
        return self.value(name, statistics.median(ratios), "x", bound)

    def value(self, name: str, value: float, unit: str, bound: float | None = None) -> float:
        """Print a figure that was measured in another way (queries, bytes); returns it as it is."""
        line = {
            "name": name,
            "value": significant(value),
            "unit": unit,
            "bound": bound,
            "holds": None if bound is None else value <= bound,
        }
        print(json.dumps(line), file=self.out, flush=True)
        return value


def warm_up(work: Callable[[], object]) -> None:
    """Fill caches and load modules before anything is measured."""
    for _ in range(WARM_UP):
        work()


def once(work: Callable[[], object]) -> float:
    """Seconds of one call, with the collector held so that it charges nobody's call."""
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        work()
        return max(time.perf_counter() - began, 1e-9)
    finally:
        gc.enable()


def significant(value: float) -> float:
    """A figure to four significant digits, which is more than a timing has."""
    return float(f"{value:.4g}")


def machine_line(database: str) -> str:
    """One line about where the figures come from; `database` names it with its version."""
    load = ", ".join(f"{average:.2f}" for average in os.getloadavg())
    return (
        f"# {os.cpu_count()} cores ({platform.machine()}), load {load};"
        f" Python {platform.python_version()}; {database}"
    )
