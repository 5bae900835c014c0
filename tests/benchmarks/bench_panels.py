"""The panel: how long a consensus takes against the ideal, and how many input tokens it is billed.

Each is measured in a process of its own (tests/benchmarks/panels.py): a broker is chosen once in a
process's life.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.harness import Bench, benchmark

REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/5")
ROOT = Path(__file__).parents[2]


@benchmark
def wall_time(bench: Bench) -> None:
    """Four reviewers, three rounds, 2 s a call: 6 s is ideal. Parsing, anchoring and ledger are on."""
    for name, broker in (("embedded", "filesystem://localhost//"), ("Redis", REDIS)):
        if not _reachable(broker):
            print(f"# {name}: nothing listens at {broker}, so it was not measured", flush=True)
            continue
        measured = _panels("wall", broker)
        bench.value(f"consensus 4 x 3 to the ideal, {name}", measured["one"], "x", 1.05)
        bench.value(f"ten consensus at once to the ideal, {name}", measured["ten"], "x", 1.15)
        bench.value(f"ten consensus at once, calls, {name}", measured["calls"], "calls", 120)


@benchmark
def billed_input(bench: Bench) -> None:
    """Billed input to the best possible for the same models: a write costs 1.25, a read 0.1."""
    for panel in ("one model", "two vendors", "four models"):
        measured = _panels("bill", panel)
        bench.value(f"{panel}: input billed, in shared material", measured["billed"], "C")
        bench.value(f"{panel}: best possible, in shared material", measured["best"], "C")
        bench.value(f"{panel}: shared material", measured["shared"], "tokens")
        bench.value(f"{panel}: shared input billed to the best possible", measured["ratio_shared"], "x", 1.15)
        bench.value(f"{panel}: all input billed to the best possible", measured["ratio"], "x", 1.15)


def _panels(what: str, chosen: str) -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.panels", what, chosen],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    measured: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return measured


def _reachable(broker: str) -> bool:
    where = urlsplit(broker)
    if where.scheme == "filesystem":
        return True
    try:
        with socket.create_connection((where.hostname or "", where.port or 6379), timeout=1):
            return True
    except OSError:
        return False
