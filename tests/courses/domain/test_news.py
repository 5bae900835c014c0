"""What is new in a room is heard at once, and nothing new is heard without a query."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from pytest_django import DjangoAssertNumQueries

from courses.domain import news, sittings
from courses.models import Course, Sitting
from courses.walkthroughs.room import Command
from tests.rooms import shown, sitting_of

pytestmark = pytest.mark.django_db

Callbacks = Callable[..., Any]


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    return sitting_of(course, ruth)


def test_an_unchanged_room_is_heard_without_a_query(
    sitting: Sitting, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        first = news.heard(sitting.pk)
    with django_assert_num_queries(0):
        assert [news.heard(sitting.pk) for _ in range(300)] == [first] * 300


def test_a_key_is_heard_by_the_next_poll(
    sitting: Sitting,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_capture_on_commit_callbacks: Callbacks,
) -> None:
    before = news.heard(sitting.pk)
    with django_capture_on_commit_callbacks(execute=True):
        sittings.steer(sitting.pk, Command.NEXT, (0, 0))
    with django_assert_num_queries(0):
        after = news.heard(sitting.pk)
    assert after.stage != before.stage
    assert after.phone != before.phone


def test_nothing_is_heard_of_what_did_not_come_to_pass(
    sitting: Sitting, django_capture_on_commit_callbacks: Callbacks
) -> None:
    before = news.heard(sitting.pk)
    with django_capture_on_commit_callbacks(execute=False):
        sittings.steer(sitting.pk, Command.NEXT, (0, 0))
    assert news.heard(sitting.pk) == before


def test_the_row_is_the_truth_when_the_cache_forgets(sitting: Sitting) -> None:
    moved = shown(sitting, "find")
    cache.clear()
    assert news.heard(sitting.pk) == news.of(moved)


def test_a_beat_of_a_review_is_news_for_the_stage_and_none_for_phones(
    sitting: Sitting, django_capture_on_commit_callbacks: Callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        shown(sitting, "stranger")
    before = news.heard(sitting.pk)
    with django_capture_on_commit_callbacks(execute=True):
        sittings.steer(sitting.pk, Command.NEXT, (5, 0))
    after = news.heard(sitting.pk)
    assert after.stage != before.stage
    assert after.phone == before.phone


def test_that_it_is_over_is_the_last_news(
    sitting: Sitting, django_capture_on_commit_callbacks: Callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        sittings.end(sitting.pk)
    assert news.heard(sitting.pk) == news.News(news.OVER, news.OVER)


def test_of_no_sitting_there_is_no_news(db: None) -> None:
    with pytest.raises(Sitting.DoesNotExist):
        news.heard(4711)
