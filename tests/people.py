"""The people whom the tests tell of: Ruth teaches, Tomas assists, Amara, Ben and Chiara study."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from courses.domain.people import create_course
from courses.models import Course, Membership


def person(username: str, last_name: str) -> User:
    """An account with an address and a password; the first name is the username."""
    return User.objects.create_user(
        username,
        f"{username}@example.org",
        "correct horse",
        first_name=username.capitalize(),
        last_name=last_name,
    )


def enrol(course: Course, user: User, role: str = Membership.Role.STUDENT) -> Membership:
    """Put a person in a course."""
    return Membership.objects.create(course=course, user=user, role=role)


def client_of(user: User) -> Client:
    """A browser in which this person is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def ruth(db: None) -> User:
    """The instructor."""
    return person("ruth", "Ellison")


@pytest.fixture
def course(ruth: User) -> Course:
    """Ruth's class."""
    return create_course(ruth, name="Software engineering", term="Autumn 2026", time_zone="Europe/Berlin")


@pytest.fixture
def tomas(course: Course) -> User:
    """The assistant."""
    user = person("tomas", "Novak")
    enrol(course, user, Membership.Role.ASSISTANT)
    return user


@pytest.fixture
def amara(course: Course) -> User:
    """A student."""
    user = person("amara", "Diallo")
    enrol(course, user)
    return user


@pytest.fixture
def ben(course: Course) -> User:
    """Another student."""
    user = person("ben", "Carter")
    enrol(course, user)
    return user


@pytest.fixture
def chiara(course: Course) -> User:
    """A third student."""
    user = person("chiara", "Russo")
    enrol(course, user)
    return user


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody with an account and no course."""
    return person("stranger", "Nemo")
