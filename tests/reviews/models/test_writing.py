"""One statement writes what `filter().update()` would write, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reviews.models import Connection, Pass, Review, Reviewer, Snapshot
from reviews.models.writing import update_where

pytestmark = [pytest.mark.django_db, pytest.mark.services]

NOON = datetime(2026, 11, 27, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def ways() -> list[Connection]:
    """Two connections of which one has failed since noon."""
    return [
        Connection.objects.create(name="one", provider="openai"),
        Connection.objects.create(name="two", provider="openai", failing_since=NOON, failures=3),
    ]


def test_only_the_rows_that_are_so_are_written_and_counted(ways: list[Connection]) -> None:
    one, two = ways
    assert update_where(Connection, {"provider": "openai", "failing_since": NOON}, {"failures": 5}) == 1
    assert update_where(Connection, {"provider": "openai", "failures": 9}, {"name": "nobody"}) == 0
    one.refresh_from_db()
    two.refresh_from_db()
    assert [(way.name, way.failures) for way in (one, two)] == [("one", 0), ("two", 5)]


def test_nothing_is_equal_to_nothing_and_can_be_written(ways: list[Connection]) -> None:
    one, two = ways
    assert update_where(Connection, {"id": one.pk, "failing_since": None}, {"failing_since": NOON}) == 1
    assert update_where(Connection, {"id": two.pk, "failing_since": NOON}, {"failing_since": None}) == 1
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.failing_since, two.failing_since) == (NOON, None)


def test_values_keep_their_types_and_are_never_a_part_of_the_sql() -> None:
    review = Review.objects.create(
        snapshot=Snapshot.objects.create(sha256="0" * 64), protocol="linters", position=1
    )
    item = Pass.objects.create(
        review=review, reviewer=Reviewer.objects.create(name="Ruff", provider="ruff"), round=1, position=1
    )
    written = {
        "state": Pass.State.ANSWERED,
        "votes": [{"ref": "F1", "quote": """'; DROP TABLE "x"; -- %s"""}],
        "recorded": True,
        "detail": '100 % of "it", isn\'t it?',
        "ended_at": NOON,
    }
    assert update_where(Pass, {"id": item.pk, "state": item.state}, written) == 1
    item.refresh_from_db()
    assert {name: getattr(item, name) for name in written} == written
