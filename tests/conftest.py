"""What all tests share. The environment is set in tests/settings.py, before Django reads it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

pytest_plugins = ["tests.people", "tests.phones", "tests.servers.models", "tests.latch"]

settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("here", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that empty the database afterwards put back the rows that migrations brought.

    Without it a test finds them only where no such test ran before it in the same process.
    """
    for item in items:
        names = getattr(item, "fixturenames", [])
        mark = item.get_closest_marker("django_db")
        emptied = {"transactional_db", "live_server"} & set(names) or (
            mark and mark.kwargs.get("transaction")
        )
        if emptied:
            # Begun before the database's own fixture, it ends after that one.
            names.insert(0, "known_models")


@pytest.fixture
def known_models(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The rows that migrations brought, put back once the test has ended and every table was emptied.

    Not by serialized_rollback: it is kept on a connection, and Playwright's event loop has another.
    """
    yield
    with django_db_blocker.unblock():
        for name in ("0002_known_models_and_analysers", "0007_ways_to_models", "0009_first_prices"):
            migration = import_module(f"reviews.migrations.{name}")
            migration.add(apps, connection.SchemaEditorClass(connection))
        # Playwright's loop has a connection of its own, which nobody else would close.
        connection.close()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Every test begins with an empty cache: what another one cached is not this one's."""
    cache.clear()


@pytest.fixture
def worker(transactional_db: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """The product's own worker, in this process, on the broker of the settings.

    It begins with an empty queue and is gone before the database is emptied.
    """
    from config.celery import app
    from config.embedded import EmbeddedWorker

    app.control.purge()
    embedded = EmbeddedWorker(threads=4)
    embedded.start()
    assert embedded.wait_until_ready(15), "the worker did not start"
    yield
    assert embedded.stop(grace=10), "a task did not end within ten seconds"
