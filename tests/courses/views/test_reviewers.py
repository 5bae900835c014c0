"""Ruth sees who can review, brings the course's own key, and has the set-up checked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courses.domain.people import create_course
from courses.models import Course
from reviews.engine.connections import access_to, connection_for
from reviews.engine.keys import set_key
from reviews.models import Connection, LanguageModel, Reviewer
from tests.doors import meets_nothing
from tests.people import client_of
from tests.servers.models import Answer, StandIn

pytestmark = pytest.mark.django_db

SITES, COURSES = "sk-of-the-site-3d5f", "sk-of-the-course-91ab"


@pytest.fixture
def server() -> Iterator[StandIn]:
    """Where the connection leads."""
    with StandIn() as running:
        yield running


@pytest.fixture
def campus(server: StandIn) -> Connection:
    """The only connection, with a key of the site's, and the one reviewer that is switched on."""
    Reviewer.objects.update(active=False)
    Connection.objects.update(active=False)
    made = Connection.objects.create(name="campus", provider="openai", base_url=server.openai_url)
    set_key(made, SITES)
    model = LanguageModel.objects.get(name="gpt-5.4")
    Reviewer.objects.create(name="The stranger", provider="openai", model=model, connection=made)
    return made


def page(user: User, course: Course) -> str:
    return client_of(user).get(reverse("courses:reviewers", args=[course.pk])).content.decode()


def bring(user: User, course: Course, connection: Connection, key: str, **more: str) -> str:
    address = reverse("courses:own_key", args=[course.pk, connection.pk])
    response = client_of(user).post(address, {"key": key, **more}, follow=True)
    return response.content.decode()


def key_shown(html: str) -> str:
    """Whose key the page says is used."""
    return html.partition("<dt>Key</dt>")[2].partition("</dd>")[0]


def key_used(course: Course, connection: Connection) -> str:
    found = connection_for("openai", connection.pk, f"course-{course.pk}")
    assert found is not None
    return access_to(found).key


def test_the_page_names_reviewers_and_connections(course: Course, ruth: User, campus: Connection) -> None:
    html = page(ruth, course)
    for text in ("The stranger", "gpt-5.4", "openai", "full review", "no model: a program", campus.base_url):
        assert text in html
    assert html.count(">switched on<") == 1
    assert f'href="/courses/{course.pk}/reviewers/"' in client_of(ruth).get(course.get_absolute_url()).text


def test_ruth_brings_a_key_replaces_it_and_forgets_it(course: Course, ruth: User, campus: Connection) -> None:
    assert "the site's" in key_shown(page(ruth, course))
    html = bring(ruth, course, campus, f"  {COURSES} ")
    assert "The key for campus is stored, sealed." in html
    assert "this course's own, set" in key_shown(html)
    assert key_used(course, campus) == COURSES
    bring(ruth, course, campus, "sk-another-77")
    assert key_used(course, campus) == "sk-another-77"
    forgotten = client_of(ruth).post(
        reverse("courses:forget_own_key", args=[course.pk, campus.pk]), follow=True
    )
    assert "The key for campus is forgotten." in forgotten.text
    assert "the site's" in key_shown(forgotten.text)
    assert key_used(course, campus) == SITES


def test_a_key_is_never_shown_again_and_sealed_at_rest(
    course: Course, ruth: User, campus: Connection
) -> None:
    html = bring(ruth, course, campus, COURSES) + page(ruth, course)
    for key in (COURSES, SITES):
        assert key not in html
        assert not [row for row in Connection.objects.values() if key in str(row)]
    assert 'type="password"' in html
    assert 'autocomplete="off"' in html


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", "This field is required"),
        ("sk with spaces-4e1c", "A key has no spaces"),
        ("k" * 1_001, "at most 1000 characters"),
        ("   ", "The key is empty"),
    ],
)
def test_what_is_no_key_is_refused_without_repeating_it(
    course: Course, ruth: User, campus: Connection, typed: str, problem: str
) -> None:
    html = bring(ruth, course, campus, typed)
    assert problem in html.split(f'id="id_{campus.pk}_key_error"')[1][:300]
    assert not typed.strip() or typed not in html
    assert key_used(course, campus) == SITES


def test_no_address_can_be_typed(course: Course, ruth: User, campus: Connection, server: StandIn) -> None:
    bring(ruth, course, campus, COURSES, base_url="http://elsewhere.example", name="elsewhere", scope="")
    own = Connection.objects.get(instead_of=campus)
    assert access_to(own).base_url == server.openai_url
    assert "elsewhere" not in page(ruth, course)


def test_another_courses_key_is_its_own_business(
    course: Course, ruth: User, stranger: User, campus: Connection
) -> None:
    other = create_course(stranger, name="Compilers", term="", time_zone="UTC")
    bring(stranger, other, campus, COURSES)
    own = Connection.objects.get(instead_of=campus)
    assert key_used(course, campus) == SITES
    for name in ("own_key", "forget_own_key"):
        for connection_id, course_id in ((own.pk, course.pk), (campus.pk, other.pk)):
            address = reverse(f"courses:{name}", args=[course_id, connection_id])
            meets_nothing(client_of(ruth).post(address, {"key": "sk-x"}))
    assert key_used(other, campus) == COURSES
    assert key_used(course, campus) == SITES


def test_what_the_site_switched_off_takes_no_key(course: Course, ruth: User, campus: Connection) -> None:
    Connection.objects.filter(pk=campus.pk).update(active=False)
    address = reverse("courses:own_key", args=[course.pk, campus.pk])
    meets_nothing(client_of(ruth).post(address, {"key": COURSES}))
    assert not Connection.objects.filter(instead_of=campus).exists()
    assert "The site has no connection to a provider." in page(ruth, course)


def test_who_is_left_alone_is_said_until_when(course: Course, ruth: User, campus: Connection) -> None:
    Connection.objects.filter(pk=campus.pk).update(open_until=timezone.now() + timedelta(minutes=1))
    assert "because it kept failing" in page(ruth, course)
    bring(ruth, course, campus, COURSES)
    assert "because it kept failing" not in page(ruth, course), "another key is another matter"


def test_the_check_asks_with_the_courses_key_and_shows_who_answered(
    course: Course, ruth: User, campus: Connection, server: StandIn
) -> None:
    bring(ruth, course, campus, COURSES)
    server.answers = Answer(model="gpt-5.4-2026-11-01")
    address = reverse("courses:check_reviewers", args=[course.pk])
    html = client_of(ruth).post(address).content.decode()
    assert [seen.key for seen in server.asked] == [COURSES]
    assert "<!doctype html>" in html
    assert "answered by gpt-5.4-2026-11-01" in html
    assert "It answers, in the form that was asked for." in html
    assert ">answered</span>" in page(ruth, course), "it is kept with the connection"


def test_a_check_that_fails_says_what_to_do(
    course: Course, ruth: User, campus: Connection, server: StandIn
) -> None:
    server.answers = Answer(status=401)
    address = reverse("courses:check_reviewers", args=[course.pk])
    html = client_of(ruth).post(address).content.decode()
    assert "0 of 1 answers." in html
    assert "does not answer" in html
    assert "Enter a valid key with its connection" in html
    assert "did not answer" in html, "it stands with the connection, too"
    assert SITES not in html


def test_a_connection_that_nobody_takes_is_not_called_broken(
    course: Course, ruth: User, campus: Connection
) -> None:
    Reviewer.objects.update(active=False)
    html = client_of(ruth).post(reverse("courses:check_reviewers", args=[course.pk])).content.decode()
    assert "not asked" in html
    assert "does not answer" not in html


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_however_many_there_are(
    course: Course, ruth: User, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    model = LanguageModel.objects.get(name="gpt-5.4")
    for number in range(rows):
        made = Connection.objects.create(name=f"way {number}", provider="openai")
        Reviewer.objects.create(name=f"one {number}", provider="openai", model=model, connection=made)
    browser = client_of(ruth)
    with django_assert_num_queries(7):
        browser.get(reverse("courses:reviewers", args=[course.pk]))
