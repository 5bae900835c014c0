"""Joining by code, roles, and the demo people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from courses.models import Course, Membership
from courses.views.people import WRONG_CODES_AN_HOUR
from tests import stories
from tests.doors import meets_closed_door, meets_nothing
from tests.people import client_of, enrol, person


def role_of(user: User, course: Course) -> str:
    return Membership.objects.get(user=user, course=course).role


def test_a_link_brings_its_code_along_but_joins_nobody_by_itself(course: Course, stranger: User) -> None:
    html = client_of(stranger).get(f"/join/?code={course.join_code}").content.decode()
    assert f'value="{course.join_code}"' in html
    assert not Membership.objects.filter(user=stranger).exists()


@pytest.mark.parametrize("spoil", [str.lower, lambda code: f" {code[:4]}-{code[4:]} "])
def test_a_code_is_taken_as_people_write_it(
    course: Course, stranger: User, spoil: Callable[[str], str]
) -> None:
    response = client_of(stranger).post("/join/", {"code": spoil(course.join_code)}, follow=True)
    assert "You are in Software engineering as student." in response.content.decode()
    assert role_of(stranger, course) == "student"


def test_joining_again_takes_no_role_away(course: Course, tomas: User) -> None:
    client_of(tomas).post("/join/", {"code": course.join_code})
    assert role_of(tomas, course) == "assistant"


def test_a_wrong_code_is_refused_at_the_field(course: Course, stranger: User) -> None:
    response = client_of(stranger).post("/join/", {"code": "AAAABBBB"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "No course has this code. Codes change" in html
    assert 'value="AAAABBBB"' in html
    assert 'aria-invalid="true"' in html


def test_a_closed_course_takes_nobody_in(course: Course, stranger: User) -> None:
    Course.objects.update(join_open=False)
    html = client_of(stranger).post("/join/", {"code": course.join_code}).content.decode()
    assert "takes nobody in by code at the moment" in html
    assert not Membership.objects.filter(user=stranger).exists()


def test_guessing_codes_ends_after_twenty_and_stops_nobody_else(
    course: Course, stranger: User, amara: User
) -> None:
    guesser = client_of(stranger)
    for number in range(WRONG_CODES_AN_HOUR):
        assert "No course has this code." in guesser.post("/join/", {"code": f"WRONG{number:03}"}).text
    response = guesser.post("/join/", {"code": course.join_code})
    assert response.status_code == 429
    assert "Wait an hour, or ask your instructor" in response.content.decode()
    assert not Membership.objects.filter(user=stranger).exists()

    other = person("nadia", "Haddad")
    client_of(other).post("/join/", {"code": course.join_code})
    assert role_of(other, course) == "student"


def test_staff_see_everybody_by_role_and_students_nobody(
    course: Course, ruth: User, tomas: User, amara: User
) -> None:
    url = f"/courses/{course.pk}/people/"
    html = client_of(tomas).get(url).content.decode().split("<main")[1]
    order = [
        html.index(text) for text in ("Instructors", "ruth@", "Assistants", "tomas@", "Students", "amara@")
    ]
    assert order == sorted(order)
    assert "<select" not in html
    assert 'name="role"' in client_of(ruth).get(url).content.decode()
    meets_closed_door(client_of(amara).get(url), "tomas@example.org", "Novak")


def test_a_course_without_students_says_how_they_come(course: Course, ruth: User) -> None:
    assert (
        "No student has joined yet" in client_of(ruth).get(f"/courses/{course.pk}/people/").content.decode()
    )


@pytest.mark.parametrize("students", [1, 3])
def test_the_page_of_people_costs_the_same_however_many(
    course: Course, ruth: User, django_assert_num_queries: DjangoAssertNumQueries, students: int
) -> None:
    for number in range(students):
        enrol(course, person(f"student{number}", "Test"))
    browser = client_of(ruth)
    with django_assert_num_queries(5):
        browser.get(f"/courses/{course.pk}/people/")


def test_ruth_makes_amara_an_assistant(course: Course, ruth: User, amara: User) -> None:
    member = Membership.objects.get(user=amara)
    url = f"/courses/{course.pk}/people/{member.pk}/role/"
    html = client_of(ruth).post(url, {"role": "assistant"}, follow=True).content.decode()
    assert role_of(amara, course) == "assistant"
    assert "Amara Diallo is an assistant now." in html


def test_the_last_instructor_cannot_step_down_and_is_told_at_the_row(course: Course, ruth: User) -> None:
    member = Membership.objects.get(user=ruth)
    response = client_of(ruth).post(f"/courses/{course.pk}/people/{member.pk}/role/", {"role": "student"})
    row = response.content.decode().split(f'id="member-{member.pk}"')[1].split("</tr>")[0]
    assert response.status_code == 422
    assert "A course needs an instructor. Make somebody else one first." in row
    assert role_of(ruth, course) == "instructor"


def test_who_steps_down_lands_where_students_may_be(course: Course, ruth: User, tomas: User) -> None:
    Membership.objects.filter(user=tomas).update(role="instructor")
    member = Membership.objects.get(user=ruth)
    response = client_of(ruth).post(
        f"/courses/{course.pk}/people/{member.pk}/role/", {"role": "student"}, follow=True
    )
    assert response.redirect_chain == [(f"/courses/{course.pk}/", 302)]
    assert "You are a student of this course now." in response.content.decode()


@pytest.mark.parametrize("role", ["", "owner"])
def test_a_role_that_is_none_changes_nothing(course: Course, ruth: User, amara: User, role: str) -> None:
    member = Membership.objects.get(user=amara)
    response = client_of(ruth).post(f"/courses/{course.pk}/people/{member.pk}/role/", {"role": role})
    assert "Choose one of the roles. Nothing was changed." in response.content.decode()
    assert role_of(amara, course) == "student"


def test_tomas_cannot_change_roles_and_no_course_reaches_into_another(
    course: Course, ruth: User, tomas: User, amara: User, stranger: User
) -> None:
    member = Membership.objects.get(user=amara)
    url = f"/courses/{course.pk}/people/{member.pk}/role/"
    meets_closed_door(client_of(tomas).post(url, {"role": "instructor"}))
    other = Course.objects.create(name="Other")
    enrol(other, stranger, Membership.Role.INSTRUCTOR)
    url = f"/courses/{other.pk}/people/{member.pk}/role/"
    meets_nothing(client_of(stranger).post(url, {"role": "instructor"}), "Amara")
    assert role_of(amara, course) == "student"


# --- The demo -------------------------------------------------------------------------------------
def test_one_click_signs_in_as_a_demo_person_in_a_demo(
    course: Course, amara: User, client: Client, settings: Settings
) -> None:
    settings.DEMO = True
    html = client.post("/demo/sign-in/", {"username": "amara"}, follow=True).content.decode()
    assert "Amara Diallo" in html
    assert client.session["_auth_user_id"] == str(amara.pk)


def test_outside_a_demo_there_is_no_such_door(amara: User, client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.post("/demo/sign-in/", {"username": "amara"}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("username", ["stranger", "admin", ""])
def test_nobody_but_the_demo_people_comes_in_by_it(
    stranger: User, client: Client, settings: Settings, username: str
) -> None:
    settings.DEMO = True
    User.objects.create_superuser("admin", "admin@example.org", "x")
    assert client.post("/demo/sign-in/", {"username": username}).status_code == 404
    assert "_auth_user_id" not in client.session


def test_the_sign_in_page_offers_people_by_what_they_show(
    course: Course, tomas: User, amara: User, ben: User, chiara: User, client: Client, settings: Settings
) -> None:
    settings.DEMO = True
    task = stories.assignment(course)
    stories.handed_in(task, chiara)
    html = client.get("/accounts/login/").content.decode()
    names = ["Ruth Ellison", "Tomas Novak", "Amara Diallo", "Chiara Russo", "Ben Carter"]
    assert [html.index(name) for name in names] == sorted(html.index(name) for name in names)
    assert "Review the shop: writing notes." in html


def test_outside_a_demo_the_sign_in_page_offers_nobody(
    amara: User, client: Client, settings: Settings
) -> None:
    settings.DEMO = False
    html = client.get("/accounts/login/").content.decode()
    assert 'name="password"' in html
    assert "Amara" not in html
    assert "demo" not in html.lower()
