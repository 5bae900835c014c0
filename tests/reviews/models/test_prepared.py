"""A prepared query gives what the query gives that it was made of, whatever the values."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from reviews.models import Blob, LanguageModel, Reviewer
from reviews.models.prepared import FEW, Prepared, PreparedIn

pytestmark = [pytest.mark.django_db, pytest.mark.services]

by_name = Prepared(lambda name: Reviewer.objects.select_related("model").filter(name=name), str)
by_ids = Prepared(
    lambda one, other: LanguageModel.objects.filter(pk__in=[one, other]).order_by("-name"), int, int
)
names_from = Prepared(
    lambda pk: LanguageModel.objects.filter(pk__gte=pk, output_tokens__gt=0).values_list("name", flat=True),
    int,
)

columns_from = Prepared(
    lambda pk: (
        LanguageModel.objects.filter(pk__gte=pk)
        .annotate(kin=F("family"))
        .order_by("pk")
        .values_list("name", "kin", "output_tokens")
    ),
    int,
)
named = PreparedIn(lambda names: LanguageModel.objects.filter(name__in=names).order_by("name"), str)


@pytest.fixture
def models() -> list[LanguageModel]:
    """Two models, by name."""
    return [LanguageModel.objects.create(name=name) for name in ("ada-1", "bell-2")]


def test_it_gives_the_same_rows_every_time_for_other_values(models: list[LanguageModel]) -> None:
    ada, bell = models
    assert by_ids(ada.pk, bell.pk) == [bell, ada]
    assert by_ids(ada.pk, 0) == [ada]
    assert by_ids(0, -1) == []
    assert (by_ids.first(ada.pk, bell.pk), by_ids.first(0, -1)) == (bell, None)
    assert names_from(ada.pk) == ["ada-1", "bell-2"]
    assert names_from(bell.pk) == ["bell-2"]


def test_columns_come_in_the_order_in_which_they_are_asked_for(models: list[LanguageModel]) -> None:
    ada, bell = models
    LanguageModel.objects.filter(pk=bell.pk).update(family="bells", output_tokens=77)
    assert columns_from(bell.pk) == [("bell-2", "bells", 77)]
    assert [name for name, _, _ in columns_from(ada.pk)] == ["ada-1", "bell-2"]


def test_some_values_are_asked_for_at_once_however_many(models: list[LanguageModel]) -> None:
    assert named([]) == []
    assert named(["bell-2"]) == models[1:]
    assert named({"bell-2", "ada-1"}) == models
    many = [*(f"nobody {number}" for number in range(FEW)), "ada-1"]
    assert named(many) == models[:1]
    with CaptureQueriesContext(connection) as asked:
        named([])
        named(many)
    assert len(asked) == 1


def test_what_is_around_a_row_comes_with_it(models: list[LanguageModel]) -> None:
    Reviewer.objects.create(name="Ada", provider="openai", model=models[0])
    Reviewer.objects.create(name="Nobody", provider="ruff")
    with CaptureQueriesContext(connection) as asked:
        (found,) = by_name("Ada")
        assert found.model == models[0]
        (other,) = by_name("Nobody")
        assert other.model is None
    assert len(asked) == 2


def test_a_value_is_never_a_part_of_the_sql() -> None:
    name = """x' OR "name" = '%s' -- value 0 of a prepared query"""
    Reviewer.objects.create(name=name, provider="ruff")
    Reviewer.objects.create(name="another", provider="ruff")
    assert [found.name for found in by_name(name)] == [name]


def test_it_sees_what_was_written_since(models: list[LanguageModel]) -> None:
    assert by_name("Ada") == []
    made = Reviewer.objects.create(name="Ada", provider="openai", model=models[0])
    (first,) = by_name("Ada")
    Reviewer.objects.filter(pk=made.pk).update(role="security")
    (second,) = by_name("Ada")
    assert (first.role, second.role) == (made.role, "security")


@pytest.mark.django_db(transaction=True)
def test_threads_share_it_each_with_its_own_connection() -> None:
    texts = Prepared(lambda name: Blob.objects.filter(sha256=name).values_list("text", flat=True), str)
    Blob.objects.bulk_create(Blob(sha256=f"{number:064}", text=f"text {number}") for number in range(8))
    read: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        read[number] = [text for _ in range(20) for text in texts(f"{number:064}")]
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == {number: [f"text {number}"] * 20 for number in range(8)}


@pytest.mark.django_db(transaction=True)
def test_the_connection_of_a_thread_that_has_ended_is_let_go_of() -> None:
    texts = Prepared(lambda name: Blob.objects.filter(sha256=name).values_list("text", flat=True), str)
    its: list[weakref.ref[Any]] = []

    def ask() -> None:
        assert texts("nothing") == []
        its.append(weakref.ref(connections["default"]))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    gc.collect()
    assert its[0]() is None
    assert texts("nothing") == []


def test_a_value_of_another_kind_is_refused() -> None:
    for values in (("7",), (None,), (7, 7), ()):
        with pytest.raises(TypeError, match="takes"):
            names_from(*values)


def test_a_value_that_does_not_stand_in_the_query_as_it_is_is_refused() -> None:
    changed = Prepared(lambda part: Reviewer.objects.filter(name__contains=part), str)
    with pytest.raises(ValueError, match="as they are"):
        changed("Ada")


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_in_a_transaction_or_not_at_all() -> None:
    lock = Prepared(lambda pk: Reviewer.objects.select_for_update().filter(pk=pk), int)
    made = Reviewer.objects.create(name="Ada", provider="ruff")
    with transaction.atomic():
        assert lock(made.pk) == [made]
    with pytest.raises(transaction.TransactionManagementError):
        lock(made.pk)
