"""Where each submission stands: from not started to released, with its gap at a glance."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from courses.domain import grading
from courses.domain.assignments import PlanLine
from courses.domain.queries import dashboard
from courses.domain.queries.dashboard import Wanted
from courses.domain.queries.standing import Stage, standing_of, standings
from courses.models import Course, Submission
from reviews.gap.standing import Decision, decide
from reviews.models import Defect
from tests.people import enrol, person
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SHOP,
    assignment,
    handed_in,
    recorded_reviewer,
    reviewed,
    run_passes,
    sealed,
)


def all_valid(submission: Submission, by: User) -> None:
    for defect in Defect.objects.filter(snapshot__revision__submission=submission):
        decide(defect, Decision(Defect.Standing.VALID), by)


def test_a_submission_goes_through_every_stage(ruth: User, amara: User, course: Course) -> None:
    task = assignment(course)

    def stage() -> Stage:
        return standings(task)[0].stage

    assert stage() is Stage.NOT_STARTED
    handed_in(task, amara)
    assert stage() is Stage.DRAFT
    submission = sealed(task, amara, claims=(INJECTION,))
    assert stage() is Stage.REVIEWING
    run_passes(submission)
    assert stage() is Stage.ADJUDICATE
    all_valid(submission, ruth)
    assert stage() is Stage.GRADE
    suggestion = standing_of(submission).suggestion
    assert suggestion is not None
    grading.give(submission, suggestion, adjustment=Decimal(0), reason="", feedback="", by=ruth)
    assert stage() is Stage.GRADED
    grading.release([submission])
    assert stage() is Stage.RELEASED
    assert standing_of(Submission.objects.get()).stage is Stage.RELEASED


def test_who_could_not_review_comes_before_everything_else(amara: User, ben: User, course: Course) -> None:
    recorded_reviewer("gpt-5.4")
    task = assignment(course, plan=[PlanLine("cross_model")])
    reviewed(task, ben)
    rows = dashboard.arrange(standings(task), Wanted())
    assert [(row.student.user, row.stage) for row in rows] == [
        (ben, Stage.INCOMPLETE),
        (amara, Stage.NOT_STARTED),
    ]


def test_only_the_last_revision_counts(ruth: User, amara: User, course: Course) -> None:
    task = assignment(course)
    handed_in(task, amara, claims=(INJECTION,))
    submission = handed_in(task, amara, files=SHOP[:1])
    row = standing_of(submission)
    assert row.revision is not None
    assert row.revision.number == 2


def test_the_gap_at_a_glance_counts_what_was_decided(ruth: User, amara: User, course: Course) -> None:
    task = assignment(course)
    submission = reviewed(task, amara, claims=(INJECTION, RACE, ROUNDING))
    for defect in Defect.objects.all():
        if defect.title == ROUNDING.title:
            decide(defect, Decision(Defect.Standing.INVALID, "Whole cents.", "import sqlite3"), ruth)
        elif RACE.title in defect.title or defect.notes.filter(title=INJECTION.title).exists():
            decide(defect, Decision(Defect.Standing.VALID), ruth)
    gap = standing_of(submission).gap
    assert gap is not None
    assert (len(gap.caught), len(gap.both), len(gap.student_only)) == (2, 1, 1)
    assert [defect.title for defect in gap.false_alarms] == [ROUNDING.title]


def test_rows_cost_the_same_for_one_student_and_for_three(
    ruth: User, amara: User, course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    task = assignment(course)
    reviewed(task, amara)
    with django_assert_num_queries(7):
        assert len(standings(task)) == 1
    for name in ("dora", "emil"):
        student = person(name, "Beck")
        enrol(course, student)
        reviewed(task, student, claims=(INJECTION, RACE))
    with django_assert_num_queries(7):
        assert len(standings(task)) == 3


def test_the_long_columns_of_reviews_are_not_read_for_a_list(amara: User, course: Course) -> None:
    """A setup and a result have some kilobytes, and a class has thousands of reviews."""
    task = assignment(course)
    reviewed(task, amara)
    with CaptureQueriesContext(connection) as captured:
        (row,) = standings(task)
        assert [review.state for review in row.reviews] == ["complete"]
    assert len(captured) == 7
    sql = " ".join(query["sql"] for query in captured)
    assert '"reviews_review"."state"' in sql
    assert not any(f'"reviews_review"."{column}"' in sql for column in ("setup", "result"))
    assert '"reviews_defect"."reason"' not in sql
