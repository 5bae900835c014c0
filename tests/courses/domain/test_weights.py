"""What a defect weighs in Ruth's course: what makes sense, and what a change leaves alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from courses.domain import grading
from courses.domain.insights import digest_of, rebuild
from courses.domain.people import create_course
from courses.domain.queries.standing import standing_of
from courses.domain.weights import Given, Refused, given, set_weights
from courses.models import Course, Digest, Grade, Submission
from courses.models.weighing import columns
from reviews.claims import Severity
from reviews.gap import tallies
from reviews.gap.measures import DEFAULT_WEIGHTS, Weights
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, Tally
from tests.reviews.gap.keys import key_applied
from tests.stories import RACE, assignment, sealed


def policy(*values: int) -> Weights:
    return dict(zip(Severity, values, strict=True))


@pytest.fixture
def amaras(course: Course, amara: User, ruth: User) -> Submission:
    """Amara noted the injection and not the race; both are real, and her grade is out."""
    submission = sealed(assignment(course), amara)
    key_applied(submission.revisions.get().snapshot, [RACE])
    for defect in Defect.objects.all():
        decide(defect, Decision(Defect.Standing.VALID), ruth)
    graded(submission, ruth)
    grading.release([submission])
    return submission


def graded(submission: Submission, by: User) -> Grade:
    suggestion = standing_of(submission).suggestion
    assert suggestion is not None
    return grading.give(submission, suggestion, adjustment=Decimal(0), reason="", feedback="", by=by)


def test_a_course_begins_with_the_sites_weights(course: Course) -> None:
    assert Course.objects.get().weights == DEFAULT_WEIGHTS == policy(8, 4, 2, 1)


@pytest.mark.parametrize("values", [(10, 5, 1, 0), (1, 0, 0, 0), (1000, 1000, 1000, 1000), (5, 5, 5, 5)])
def test_what_makes_sense_is_kept_worst_first(course: Course, values: tuple[int, ...]) -> None:
    set_weights(course, policy(*values))
    kept = Course.objects.get().weights
    assert list(kept.items()) == list(zip(Severity, values, strict=True))


@pytest.mark.parametrize(
    ("values", "severity", "words"),
    [
        ((4, 8, 2, 1), Severity.MAJOR, "That is more than critical weighs, 8 against 4."),
        ((8, 4, 5, 1), Severity.MINOR, "Make it 4 at most, or raise major."),
        ((8, 4, 0, 1), Severity.INFO, "That is more than minor weighs, 1 against 0."),
        ((0, 0, 0, 0), Severity.CRITICAL, "With nothing but 0 no defect would count."),
        ((1001, 4, 2, 1), Severity.CRITICAL, "Weights go from 0 to 1000."),
        ((8, 4, 2, -1), Severity.INFO, "Weights go from 0 to 1000."),
    ],
)
def test_what_makes_none_is_refused_with_the_one_to_look_at_and_changes_nothing(
    course: Course, values: tuple[int, ...], severity: Severity, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        set_weights(course, policy(*values))
    assert refused.value.severity is severity
    assert course.weights == Course.objects.get().weights == DEFAULT_WEIGHTS


@pytest.mark.parametrize("values", [(4, 8, 2, 1), (8, 4, 2, 3), (0, 0, 0, 0), (1001, 4, 2, 1)])
def test_the_database_refuses_it_too(amaras: Submission, course: Course, values: tuple[int, ...]) -> None:
    for row in (Course, Grade):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.objects.update(**columns(policy(*values)))


def test_a_grade_that_is_out_stays_as_it_was_until_points_are_given_again(
    amaras: Submission, course: Course, ruth: User
) -> None:
    """Of 8 and 4 Amara caught the 8: 53.3 of 80, and 20 for precision. Of 9 and 1 it is 72 of 80."""
    before = Grade.objects.values().get()
    assert (before["suggested"], before["points"]) == (Decimal("73.3"), Decimal("73.3"))
    set_weights(course, policy(9, 1, 0, 0))
    assert Grade.objects.values().get() == before
    row = standing_of(Submission.objects.get())
    assert row.suggestion is not None
    assert row.derivation is not None
    assert (row.suggestion.points, row.suggestion.weights) == (Decimal("92.0"), policy(9, 1, 0, 0))
    assert (row.derivation.points, row.derivation.weights) == (Decimal("73.3"), DEFAULT_WEIGHTS)
    assert row.earlier_weights == DEFAULT_WEIGHTS

    graded(Submission.objects.get(), ruth)
    row = standing_of(Submission.objects.get())
    assert row.grade is not None
    assert (row.grade.points, row.grade.weights) == (Decimal("92.0"), policy(9, 1, 0, 0))
    assert (row.earlier_weights, row.derivation) == (None, row.suggestion)
    assert row.grade.released_at == before["released_at"]


def test_what_was_never_graded_follows_the_present_weights_alone(
    amaras: Submission, course: Course, ruth: User
) -> None:
    Grade.objects.all().delete()
    set_weights(course, policy(9, 1, 0, 0))
    row = standing_of(Submission.objects.get())
    assert row.earlier_weights is None
    assert row.derivation == row.suggestion


def test_how_many_grades_a_change_leaves_alone(
    amaras: Submission, course: Course, ruth: User, ben: User, chiara: User
) -> None:
    """Amara's is out, Ben's is given, Chiara has none; another course's count for nothing here."""
    graded(sealed(amaras.assignment, ben), ruth)
    sealed(amaras.assignment, chiara)
    assert given(course) == Given(grades=2, released=1, by_others=0)
    set_weights(course, policy(9, 1, 0, 0))
    assert given(course) == Given(grades=2, released=1, by_others=2)
    graded(Submission.objects.get(pk=amaras.pk), ruth)
    assert given(course) == Given(grades=2, released=1, by_others=1)
    other = create_course(ruth, name="Compilers", term="", time_zone="UTC")
    assert given(other) == Given(grades=0, released=0, by_others=0)


def test_nothing_that_is_kept_ready_depends_on_weights(
    amaras: Submission, course: Course, ruth: User
) -> None:
    """So no tally and no digest becomes stale, and rebuilding changes none."""
    task = amaras.assignment
    digest_of(task)
    kept = (list(Tally.objects.values()), list(Digest.objects.values()))
    set_weights(course, policy(9, 1, 0, 0))
    digest_of(task)
    tallies.rebuild()
    assert (list(Tally.objects.values()), list(Digest.objects.values())) == kept
    rebuild([task])
    assert list(Digest.objects.values_list("counts")) == [(row["counts"],) for row in kept[1]]
