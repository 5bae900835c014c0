"""What the engine is told of a submission: whose keys, which budgets, whose names stay here."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import override_settings

from courses.domain.circumstances import around, people_of
from courses.models import Course
from reviews.models import Clearance, Review
from reviews.snapshots.files import SourceFile
from tests.people import enrol, person
from tests.stories import assignment, handed_in, sealed

pytestmark = pytest.mark.django_db


def test_sealing_hands_the_circumstances_to_every_review(course: Course, amara: User) -> None:
    task = assignment(course)
    submission = sealed(task, amara)
    review = Review.objects.get()
    names = [f"course-{course.pk}", f"assignment-{task.pk}"]
    assert (review.scope, review.budgets) == (names[0], names)
    assert review.on_behalf_of == around(submission).on_behalf_of


def test_the_hash_leads_nobody_to_a_student(course: Course, amara: User, ben: User) -> None:
    task = assignment(course)
    amaras, bens = (handed_in(task, user) for user in (amara, ben))
    known = around(amaras).on_behalf_of
    assert len(known) == 64
    assert known != around(bens).on_behalf_of
    assert known == around(handed_in(assignment(course, title="Another"), amara)).on_behalf_of
    with override_settings(SECRET_KEY="another site's"):
        assert around(amaras).on_behalf_of != known, "without the secret nobody can compute it"


def test_everybody_in_the_course_is_named_and_nobody_else(
    course: Course, ruth: User, tomas: User, amara: User, stranger: User
) -> None:
    named = people_of(course)
    for user in (ruth, tomas, amara):
        assert {user.get_full_name(), user.email} <= set(named)
    assert not [text for text in named if "nemo" in text.lower() or "stranger" in text]
    assert "" not in named


def test_somebody_without_a_name_has_an_address_all_the_same(course: Course) -> None:
    nameless = person("x7", "")
    nameless.first_name = ""
    nameless.save()
    enrol(course, nameless)
    assert "x7@example.org" in people_of(course)
    assert not [text for text in people_of(course) if not text.strip()]


def test_a_name_in_the_code_is_noted_when_it_is_sealed(course: Course, amara: User, ben: User) -> None:
    """Ben's name stands in Amara's code, as it may after an afternoon together."""
    code = SourceFile("shop.py", "# written with Ben Carter <ben@example.org>\nx = 1\n")
    sealed(assignment(course), amara, files=[code], claims=())
    noted = {text for text, _ in Clearance.objects.get().people}
    assert {"Ben Carter", "ben@example.org"} <= noted
    assert not [text for text in noted if "Diallo" in text]
