"""The projector: begun by Ruth, polled by the wall, without names, without a query while nothing is new."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from courses.domain import news, sittings
from courses.models import Course, Sitting
from courses.walkthroughs.room import Command
from tests import walked
from tests.people import client_of
from tests.rooms import answered, seats_in, shown, sitting_of, walkthrough_of

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
Callbacks = Callable[..., Any]


@pytest.fixture
def sitting(course: Course, ruth: User) -> Sitting:
    return sitting_of(course, ruth)


def at(name: str, sitting: Sitting) -> str:
    return reverse(f"courses:{name}", args=[sitting.pk])


def page(user: User, address: str) -> str:
    return client_of(user).get(address).content.decode()


def words(html: str) -> str:
    return " ".join(strip_tags(html).split())


def test_ruth_begins_for_a_group_and_comes_to_the_presenters_page(course: Course, ruth: User) -> None:
    walkthrough = walkthrough_of(course, ruth)
    response = client_of(ruth).post(
        reverse("courses:sitting_begin", args=[walkthrough.pk]), {"group": " 2026 "}
    )
    begun = Sitting.objects.get()
    assert response["Location"] == at("presenter", begun)
    assert (begun.group, begun.started_by) == ("2026", ruth)


def test_what_cannot_be_begun_says_why(course: Course, ruth: User) -> None:
    empty = walked.walkthrough(course, ruth, steps=[])
    client = client_of(ruth)
    for sent, said in (({}, "give it a step first"), ({"group": "x" * 81}, "longer than 80 characters")):
        response = client.post(reverse("courses:sitting_begin", args=[empty.pk]), sent, follow=True)
        assert said in words(response.content.decode())
    assert not Sitting.objects.exists()


def test_the_wall_shows_the_step_and_how_to_join_and_nobodys_name(
    sitting: Sitting, ruth: User, tomas: User
) -> None:
    html = page(tomas, at("projector", sitting))
    assert "What did it get <strong>wrong</strong>?" in html
    assert str(sitting.code) in html
    assert reverse("courses:live_qr", args=[sitting.token]) in html
    for person in (ruth, tomas):
        assert person.last_name not in html
        assert person.email not in html


def test_its_theme_is_the_walls_own(sitting: Sitting, ruth: User) -> None:
    assert 'data-theme="light"' in page(ruth, at("projector", sitting))
    assert 'data-theme="dark"' in page(ruth, at("projector", sitting) + "?theme=dark")
    assert "theme.js" not in page(ruth, at("projector", sitting))


def test_nothing_new_is_answered_without_a_query_and_without_asking_who(
    sitting: Sitting, ruth: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mark = news.heard(sitting.pk).stage
    for client in (client_of(ruth), Client()):
        with django_assert_num_queries(0):
            response = client.get(at("stage_news", sitting), {"v": mark}, headers=HTMX)
        assert (response.status_code, response.content) == (204, b"")
        assert "no-store" in response["Cache-Control"]


def test_a_key_is_on_the_wall_with_the_next_poll(
    sitting: Sitting, ruth: User, django_capture_on_commit_callbacks: Callbacks
) -> None:
    client = client_of(ruth)
    html = client.get(at("projector", sitting)).content.decode()
    poll = re.search(r'hx-get="([^"]+/news/\?v=[^"]+)"', html)
    assert poll is not None
    assert client.get(poll[1], headers=HTMX).status_code == 204
    with django_capture_on_commit_callbacks(execute=True):
        sittings.steer(sitting.pk, Command.NEXT, (0, 0))
    fresh = client.get(poll[1], headers=HTMX).content.decode()
    assert "<html" not in fresh
    assert "in question:" in fresh
    after = re.search(r'hx-get="([^"]+/news/\?v=[^"]+)"', fresh)
    assert after is not None
    assert client.get(after[1], headers=HTMX).status_code == 204


def test_strangers_and_students_hear_nothing_of_what_is_new(
    sitting: Sitting, stranger: User, amara: User
) -> None:
    address = at("stage_news", sitting)
    assert Client().get(address, {"v": "0"})["Location"].startswith("/accounts/login/")
    for user, status in ((stranger, 404), (amara, 403)):
        response = client_of(user).get(address, {"v": "0"}, headers=HTMX)
        assert response.status_code == status
        assert b"stage" not in response.content
    missing = reverse("courses:stage_news", args=[4711])
    assert Client().get(missing, {"v": "0"})["Location"].startswith("/accounts/login/")


def test_black_is_black_all_over(sitting: Sitting, ruth: User) -> None:
    sittings.steer(sitting.pk, Command.BLACK, (0, 0), 1)
    html = page(ruth, at("projector", sitting))
    assert "data-black" in html
    assert "A shop" not in words(html)


def test_hidden_answers_are_not_on_the_wall(sitting: Sitting, ruth: User) -> None:
    shown(sitting, "find")
    for seat in seats_in(sitting, 3):
        answered(seat, [("shop.py", 7, 7)])
    shown(sitting, "what-you-saw")
    assert "3 answered" in words(page(ruth, at("projector", sitting)))
    sittings.steer(sitting.pk, Command.HIDE, (6, 0), 1)
    assert "The answers are hidden." in words(page(ruth, at("projector", sitting)))


def test_how_many_answered_is_counted_once_a_second(
    sitting: Sitting, ruth: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shown(sitting, "find")
    one, *_ = seats_in(sitting, 3)
    answered(one, [("shop.py", 7, 7)])
    client = client_of(ruth)
    count = at("stage_count", sitting)
    with django_assert_num_queries(6):
        assert words(client.get(count).content.decode()) == "1 of 3 answered"
    # Who asks is looked up each time; nothing is counted.
    with django_assert_num_queries(4):
        client.get(count)
    shown(sitting, "self")
    assert words(client.get(count).content.decode()) == "3 joined"


def test_over_is_said_and_polled_no_more(sitting: Sitting, ruth: User) -> None:
    sittings.end(sitting.pk)
    html = page(ruth, at("projector", sitting))
    assert "This session has ended" in html
    assert "/news/" not in html
    assert "qr.svg" not in html
