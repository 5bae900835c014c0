"""Every page of a big course on PostgreSQL: a second of server time each, whatever the course's size.

Making the full course (500 students, 20 assignments, 300,000 claims) takes minutes, so `make bench`
makes one of 60 students and 4 assignments in a database that it drops again. The full size is
measured where BENCH_DATABASE names a database to keep it in, made there the first time:

    BENCH_DATABASE=blindspot_bench make bench ARGS=insights

POSTGRES_URL says where PostgreSQL is; where none answers nothing is measured.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.benchmarks.harness import Bench, benchmark

POSTGRES = os.environ.get("POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/blindspot")
KEPT = os.environ.get("BENCH_DATABASE", "")
ROOT = Path(__file__).parents[2]
BOUND_MS = 1000


@benchmark
def insights(bench: Bench) -> None:
    """The insights, the lists of a class and the pages of a submission, with their queries."""
    name = KEPT or f"blindspot_bench_{os.getpid()}"
    try:
        with _database(name) as url:
            for page in _measured(url, "full" if KEPT else "small"):
                bench.value(f"big course, {page['name']}", page["ms"], "ms", BOUND_MS)
                bench.value(f"big course, {page['name']}, queries", page["queries"], "queries")
    except psycopg.OperationalError as trouble:
        print(f"# PostgreSQL at {POSTGRES}: {trouble}, so the big course was not measured", flush=True)


@contextmanager
def _database(name: str) -> Iterator[str]:
    """The address of the database of this name: made now if it is not there, and then dropped unless kept."""
    with psycopg.connect(_address("postgres"), autocommit=True, connect_timeout=2) as server:
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if there is None:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield _address(name)
    finally:
        if name != KEPT:
            with psycopg.connect(_address("postgres"), autocommit=True) as server:
                server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))


def _address(database: str) -> str:
    return urlsplit(POSTGRES)._replace(path=f"/{database}").geturl()


def _measured(url: str, size: str) -> list[dict[str, Any]]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.insights", url, size],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    measured: list[dict[str, Any]] = json.loads(ran.stdout.splitlines()[-1])
    return measured
