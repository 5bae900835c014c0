"""A lecture hall: three hundred phones on one session while reviews run. See rooms.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.harness import Bench, benchmark

OF_THE_TESTS = {"SECRET_KEY", "HTTPS", "RECORDED_PACE", "PAID_MODELS", "REVIEW_SWEEP_SECONDS"}
"""What the tests' settings put into the environment: the site runs as its users start it."""


@benchmark
def lecture_hall(bench: Bench) -> None:
    """300 phones ask every 2 s, 100 send marks within 10 s, reviews run, on the default of `make run`."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.rooms"],
        cwd=Path(__file__).parents[2],
        env={name: value for name, value in os.environ.items() if name not in OF_THE_TESTS},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    measured = json.loads(ran.stdout.splitlines()[-1])
    print(f"# {json.dumps(measured['by_name'])} {measured['failures']}", flush=True)
    bench.value("lecture hall: 99 of 100 answers within", measured["p99"], "ms", 250)
    bench.value("lecture hall: half of the answers within", measured["p50"], "ms")
    bench.value("lecture hall: slowest phone to join, 300 within 10 s", measured["joined"][1], "s")
    bench.value("lecture hall: requests", measured["requests"], "requests")
    bench.value("lecture hall: requests that failed", sum(measured["failures"].values()), "requests", 0)
    bench.value(
        "lecture hall: answers sent and not kept",
        measured["acknowledged"] - measured["answers"],
        "answers",
        0,
    )
    bench.value(
        "lecture hall: answers counted twice", measured["answers"] - measured["answered"], "answers", 0
    )
    bench.value("lecture hall: answers", measured["answers"], "answers")
    bench.value("lecture hall: from the key to the projector, slowest of 8", measured["shown"], "s", 1)
