"""The people of the big course. Nobody is like them: their names are put together of two lists."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from courses.demo.big.storing import store
from courses.domain.people import create_course
from courses.models import Course, Membership

ASSISTANTS = 3

FIRST = (
    "Adaeze", "Alma", "Anton", "Bilal", "Brita", "Camille", "Cem", "Dalia", "Diego", "Emre", "Esra", "Fatou",
    "Finn", "Giulia", "Gustav", "Hanna", "Ibrahim", "Ines", "Jan", "Jia", "Kaito", "Karin", "Leila", "Lukas",
    "Mai", "Marek", "Mina", "Nadia", "Noah", "Olga", "Omar", "Paula", "Pedro", "Rania", "Rosa", "Samuel",
    "Sanna", "Tariq", "Tuva", "Umar", "Vera", "Wei", "Yara", "Yusuf", "Zoe",
)  # fmt: skip
LAST = (
    "Abebe", "Almeida", "Andersen", "Arslan", "Bauer", "Becker", "Chen", "Costa", "Demir", "Dubois",
    "Eriksen", "Farah", "Ferrari", "Garcia", "Haddad", "Hoffmann", "Ito", "Jensen", "Kaya", "Keller",
    "Kowalski", "Lang", "Larsen", "Lopez", "Mansour", "Meyer", "Moreau", "Nakamura", "Nguyen", "Nilsson",
    "Novak", "Okafor", "Oliveira", "Park", "Popescu", "Rossi", "Sandberg", "Schmidt", "Silva", "Singh",
    "Tanaka", "Traore", "Ueda", "Vogel", "Weber", "Yamada", "Zhang",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class People:
    """The course with its staff, who decide, and its students."""

    course: Course
    instructor: User
    staff: tuple[int, ...]
    students: tuple[Membership, ...]


def populate(name: str, term: str, zone: str, prefix: str, students: int) -> People:
    """A course with an instructor, assistants and so many students. None of them has a password."""
    instructor, *others = store(
        User,
        [
            _user(prefix, "instructor", 0),
            *(_user(prefix, f"assistant-{number}", number) for number in range(1, ASSISTANTS + 1)),
            *(
                _user(prefix, f"student-{number:04}", number + ASSISTANTS)
                for number in range(1, students + 1)
            ),
        ],
    )
    course = create_course(instructor, name=name, term=term, time_zone=zone)
    course.join_open = False
    course.save(update_fields=["join_open"])
    roles = [Membership.Role.ASSISTANT] * ASSISTANTS + [Membership.Role.STUDENT] * students
    members = store(
        Membership,
        [Membership(course=course, user=user, role=role) for user, role in zip(others, roles, strict=True)],
    )
    staff = (instructor.pk, *(member.user_id for member in members[:ASSISTANTS]))
    return People(course, instructor, staff, tuple(members[ASSISTANTS:]))


def _user(prefix: str, name: str, number: int) -> User:
    return User(
        username=f"{prefix}-{name}",
        email=f"{prefix}-{name}@example.org",
        first_name=FIRST[number % len(FIRST)],
        last_name=LAST[number // len(FIRST) % len(LAST)]
        if number >= len(FIRST)
        else LAST[number % len(LAST)],
        password=make_password(None),
    )
