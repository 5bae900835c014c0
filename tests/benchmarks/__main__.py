"""`python -m tests.benchmarks [text]`: run the benchmarks whose module or name contains the text."""

from __future__ import annotations

import importlib
import os
import sqlite3
import sys
from pathlib import Path

import django

from tests.benchmarks.harness import BENCHMARKS, Bench, machine_line


def main(wanted: str = "") -> None:
    """Run them in a throw-away database; what one writes is rolled back before the next."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.db import transaction
    from django.test.utils import (
        setup_databases,
        setup_test_environment,
        teardown_databases,
        teardown_test_environment,
    )

    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        importlib.import_module(f"tests.benchmarks.{path.stem}")
    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        print(machine_line(database_version()), flush=True)
        for function in BENCHMARKS:
            if wanted in f"{function.__module__}.{function.__name__}":
                with transaction.atomic():
                    function(Bench())
                    transaction.set_rollback(True)
    finally:
        teardown_databases(databases, verbosity=0)
        teardown_test_environment()


def database_version() -> str:
    """The database's name and version, as "SQLite 3.40.1"."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"{connection.display_name} {cursor.fetchone()[0]}"


if __name__ == "__main__":
    main(*sys.argv[1:2])
