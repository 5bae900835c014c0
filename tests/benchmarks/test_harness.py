"""The benchmarks' harness: what it prints, and that its figures mean what their names say."""

from __future__ import annotations

import io
import json
import re
import time

from tests.benchmarks.harness import Bench, machine_line


def printed(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_slow_page_is_printed_with_a_bound_that_does_not_hold() -> None:
    out = io.StringIO()
    Bench(out, runs=3).time("sleep", lambda: time.sleep(0.02), bound_ms=1)
    (line,) = printed(out)
    assert set(line) == {"name", "value", "unit", "bound", "holds"}
    assert (line["name"], line["unit"], line["bound"], line["holds"]) == ("sleep", "ms", 1, False)
    assert isinstance(line["value"], float)
    assert line["value"] >= 20


def test_a_ratio_compares_the_work_with_its_base_not_the_other_way_round() -> None:
    out = io.StringIO()
    ratio = Bench(out, runs=5).ratio(
        "slow to quick", lambda: time.sleep(0.02), lambda: time.sleep(0.005), 1.5
    )
    assert 1.5 < ratio < 4.5
    assert [(line["unit"], line["holds"]) for line in printed(out)] == [("x", False)]


def test_both_sides_of_a_ratio_run_equally_often_and_alternate_who_is_first() -> None:
    calls: list[str] = []
    Bench(io.StringIO(), runs=4).ratio("order", lambda: calls.append("a"), lambda: calls.append("b"))
    measured = "".join(calls)[4:]
    assert measured == "abbaabba"


def test_the_median_does_not_mind_one_slow_run() -> None:
    pauses = iter([0, 0, 0, 0.2, 0, 0, 0])
    median = Bench(io.StringIO(), runs=5).time("hiccup", lambda: time.sleep(next(pauses)))
    assert median < 100


def test_a_figure_without_a_bound_neither_holds_nor_fails() -> None:
    out = io.StringIO()
    Bench(out).value("queries", 7, "queries")
    assert printed(out) == [
        {"name": "queries", "value": 7.0, "unit": "queries", "bound": None, "holds": None}
    ]


def test_the_first_line_names_cores_load_python_and_database() -> None:
    assert re.fullmatch(
        r"# \d+ cores \(\w+\), load [\d., ]+; Python 3\.[\d.]+; SQLite 3\.40", machine_line("SQLite 3.40")
    )
