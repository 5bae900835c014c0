"""What every page knows of the site, and what it costs."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser, User
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from courses.context import site
from courses.models import Course
from tests import stories


def test_the_demo_people_cost_nothing_where_nobody_asks(
    course: Course,
    amara: User,
    ben: User,
    rf: RequestFactory,
    settings: Settings,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    settings.DEMO = True
    stories.sealed(stories.assignment(course), amara)
    request = rf.get("/")
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        shown = site(request)["blindspot"]
        assert shown.demo
    with django_assert_num_queries(6):
        assert [person.name for person in shown.demo_people] == ["Ruth Ellison", "Amara Diallo", "Ben Carter"]


def test_a_demo_person_is_described_by_what_one_sees_as_them(
    course: Course, amara: User, rf: RequestFactory, settings: Settings
) -> None:
    settings.DEMO = True
    request = rf.get("/")
    request.user = AnonymousUser()
    assert site(request)["blindspot"].demo_people[-1].line == "No assignment yet."
    stories.handed_in(stories.assignment(course, title="The shop"), amara)
    stories.assignment(course, title="Another one")
    assert site(request)["blindspot"].demo_people[-1].line == "The shop: writing notes."


def test_outside_a_demo_there_are_no_demo_people(
    ruth: User, rf: RequestFactory, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.DEMO = False
    request = rf.get("/")
    request.user = AnonymousUser()
    shown = site(request)["blindspot"]
    with django_assert_num_queries(0):
        assert (shown.demo, shown.demo_people) == (False, [])
