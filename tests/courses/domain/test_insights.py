"""Digests are kept while they hold, made anew where they do not, and always agree with the rows."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine
from courses.domain.insights import digest_of, digests_of
from courses.models import Course, Digest
from reviews.gap.digest import digest
from reviews.gap.facts import Facts
from reviews.gap.standing import Decision, decide
from reviews.models import Defect, Tally
from tests.reviews.gap.made_up_facts import defect, facts
from tests.stories import INJECTION, RACE, assignment, reviewed
from tests.tallied import revised, tallied, told


def test_what_holds_is_read_and_what_has_changed_is_counted_anew(
    amara: User, ben: User, course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    task = assignment(course)
    tallied(task, amara, facts(defect("S"), defect("A1")))
    with django_assert_num_queries(4):
        first = digest_of(task)
    assert (first.totals["submissions",], first.student["missed",]) == (1, 1)
    with django_assert_num_queries(2):
        assert digest_of(task) == first

    theirs = tallied(task, ben, facts(defect("S")))
    assert digest_of(task).totals["submissions",] == 2
    told(theirs.revisions.get().snapshot, facts(defect("S"), defect("S")))
    assert digest_of(task).student["caught",] == 3


def test_a_digest_of_another_version_is_counted_anew(amara: User, course: Course) -> None:
    task = assignment(course)
    tallied(task, amara, facts(defect("S")))
    first = digest_of(task)
    Digest.objects.update(counts={"version": 0})
    assert digest_of(task) == first


def test_only_the_last_sealed_revision_counts(amara: User, course: Course) -> None:
    task = assignment(course)
    submission = tallied(task, amara, facts(defect("S"), defect("S")))
    assert digest_of(task).totals["valid",] == 2
    revised(submission, facts(defect("S")))
    assert digest_of(task).totals["valid",] == 1


def test_many_assignments_are_read_in_two_queries(
    amara: User, course: Course, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tasks = [assignment(course, title=title) for title in ("First", "Second", "Third")]
    for task in tasks[:2]:
        tallied(task, amara, facts(defect("S")))
    first = digests_of(tasks)
    assert [first[task.pk].totals.get(("valid",)) for task in tasks] == [1, 1, None]
    with django_assert_num_queries(2):
        assert digests_of(tasks) == first


def test_an_assignment_without_a_seal_has_an_empty_digest(course: Course) -> None:
    assert digest_of(assignment(course)).totals == {}


def test_what_is_rebuilt_from_the_rows_is_what_was_kept(
    ruth: User, amara: User, ben: User, course: Course
) -> None:
    task = assignment(course, plan=[PlanLine("linters")])
    reviewed(task, amara, claims=(INJECTION, RACE))
    reviewed(task, ben, claims=(RACE,))
    for found in Defect.objects.all():
        decide(found, Decision(Defect.Standing.VALID), ruth)
    kept = digest_of(task)
    told_before = dict(Tally.objects.values_list("pk", "facts"))
    assert kept.totals["valid",] == Defect.objects.count() > 2

    Tally.objects.update(facts={"version": 0}, valid=0)
    Digest.objects.update(counts={}, tallies=99)
    said = io.StringIO()
    call_command("rebuild_numbers", course=course.pk, stdout=said)
    assert "Rebuilt the numbers of 2 submissions and of 1 assignments." in said.getvalue()
    assert dict(Tally.objects.values_list("pk", "facts")) == told_before
    assert digest_of(task) == kept
    assert kept == digest(Facts.from_json(values) for values in told_before.values())


def test_a_course_that_is_not_there_is_named(db: None) -> None:
    with pytest.raises(CommandError, match="There is no course 77"):
        call_command("rebuild_numbers", course=77)
