"""Decisions travel to where the same defect stands: offered, chosen, never applied unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from courses.models import Assignment, Course, Submission
from reviews.gap.standing import Decision, Refused, decide, merge
from reviews.gap.travel import Alike, alike, apply
from reviews.models import Defect, Snapshot, Tally
from reviews.snapshots.files import SourceFile
from tests.alike import BENS, CHIARAS, DECIMALS, FALSE_ALARM, LINE, worded
from tests.people import enrol, person
from tests.stories import INJECTION, RACE, ROUNDING, SHOP, SUCCESS_LIE, assignment, sealed

pytestmark = pytest.mark.django_db

VALID, INVALID, UNDECIDED = Defect.Standing.VALID, Defect.Standing.INVALID, Defect.Standing.UNDECIDED
LONGER = (SourceFile("shop.py", "# The shop.\n" * 40 + SHOP[0].text), SHOP[1])
"""The same shop below a long comment: every line stands forty lines further down."""


@pytest.fixture
def task(course: Course) -> Assignment:
    """Everybody hands in the same starter code, and no linter of the plan says more."""
    return assignment(course)


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def defect(submission: Submission, title: str) -> Defect:
    return Defect.objects.get(snapshot=snapshot_of(submission), title=title)


def found(of: Defect, *others: Submission) -> list[Alike]:
    return alike(of, [snapshot_of(submission).pk for submission in others])


def test_the_same_defect_is_found_in_the_same_code(
    task: Assignment, ruth: User, amara: User, ben: User
) -> None:
    amaras, bens = sealed(task, amara, claims=(ROUNDING, RACE)), sealed(task, ben, claims=(BENS, INJECTION))
    decide(defect(amaras, ROUNDING.title), FALSE_ALARM, ruth)
    [same] = found(defect(amaras, ROUNDING.title), amaras, bens)
    assert same.defect == defect(bens, BENS.title)
    assert (same.where, same.line, same.stands) == ("prices.py:2", LINE, True)
    assert same.why.startswith("They share a line")


def test_it_is_found_forty_lines_further_down(task: Assignment, ruth: User, amara: User, ben: User) -> None:
    amaras = sealed(task, amara, claims=(INJECTION,))
    further = worded(INJECTION, "Query from a string", "The name goes into the query unescaped.", down=40)
    bens = sealed(task, ben, files=LONGER, claims=(further,))
    decide(defect(amaras, INJECTION.title), Decision(VALID), ruth)
    [same] = found(defect(amaras, INJECTION.title), bens)
    assert (same.where, same.stands) == ("shop.py:47", True)
    assert same.line.startswith("return db.execute(f")


def test_where_the_code_differs_the_words_must_tell_and_a_dismissal_does_not_stand(
    task: Assignment, ruth: User, amara: User, chiara: User
) -> None:
    amaras, chiaras = (
        sealed(task, amara, claims=(ROUNDING,)),
        sealed(task, chiara, files=DECIMALS, claims=(CHIARAS,)),
    )
    source, there = defect(amaras, ROUNDING.title), defect(chiaras, CHIARAS.title)
    decide(source, FALSE_ALARM, ruth)
    [same] = found(source, chiaras)
    assert (same.defect, same.stands) == (there, False)
    assert same.why.startswith("The lines read differently, but its words match")

    [taken] = apply(source, [there.pk], ruth)
    assert taken.why_not == "The quoted line is not in this code."
    there.refresh_from_db()
    assert (there.standing, there.decided_by) == (UNDECIDED, None)


def test_a_valid_defect_travels_to_code_that_differs_only_if_chosen(
    task: Assignment, ruth: User, amara: User, chiara: User
) -> None:
    amaras, chiaras = (
        sealed(task, amara, claims=(ROUNDING,)),
        sealed(task, chiara, files=DECIMALS, claims=(CHIARAS,)),
    )
    source, there = defect(amaras, ROUNDING.title), defect(chiaras, CHIARAS.title)
    decide(source, Decision(VALID), ruth)
    [same] = found(source, chiaras)
    assert not same.stands
    [taken] = apply(source, [there.pk], ruth)
    assert taken.why_not == ""
    there.refresh_from_db()
    assert there.standing == VALID


def test_what_is_taken_over_says_whose_word_it_is_and_of_which_defect(
    task: Assignment, ruth: User, amara: User, ben: User
) -> None:
    amaras, bens = sealed(task, amara, claims=(ROUNDING,)), sealed(task, ben, claims=(BENS,))
    source, there = defect(amaras, ROUNDING.title), defect(bens, BENS.title)
    decide(source, FALSE_ALARM, ruth)
    assert [taken.why_not for taken in apply(source, [there.pk], ruth)] == [""]
    there.refresh_from_db()
    assert (there.standing, there.reason, there.evidence) == ("invalid", FALSE_ALARM.reason, LINE)
    assert (there.decided_by, there.decided_from, there.decided_like) == (ruth, "person", source)
    assert there.decided_at is not None

    decide(there, Decision(UNDECIDED), ruth)
    assert (there.standing, there.decided_like) == (UNDECIDED, None)


def test_what_somebody_decided_meanwhile_is_left_alone(
    task: Assignment, ruth: User, tomas: User, amara: User, ben: User
) -> None:
    amaras, bens = sealed(task, amara, claims=(ROUNDING,)), sealed(task, ben, claims=(BENS,))
    source, there = defect(amaras, ROUNDING.title), defect(bens, BENS.title)
    decide(source, FALSE_ALARM, ruth)
    assert len(found(source, bens)) == 1
    decide(there, Decision(VALID), tomas)
    assert found(source, bens) == []
    assert [taken.why_not for taken in apply(source, [there.pk], ruth)] == ["Somebody decided it meanwhile."]
    there.refresh_from_db()
    assert (there.standing, there.decided_by) == (VALID, tomas)


def test_an_undecided_defect_has_no_verdict_to_take_over(
    task: Assignment, ruth: User, amara: User, ben: User
) -> None:
    amaras, bens = sealed(task, amara, claims=(ROUNDING,)), sealed(task, ben, claims=(BENS,))
    with pytest.raises(Refused, match="no verdict"):
        apply(defect(amaras, ROUNDING.title), [defect(bens, BENS.title).pk], ruth)


def test_other_defects_of_the_same_file_are_not_offered(
    task: Assignment, ruth: User, amara: User, ben: User
) -> None:
    amaras, bens = sealed(task, amara, claims=(INJECTION,)), sealed(task, ben, claims=(RACE, SUCCESS_LIE))
    decide(defect(amaras, INJECTION.title), Decision(VALID), ruth)
    assert found(defect(amaras, INJECTION.title), bens) == []


def test_a_claim_about_the_whole_is_compared_with_such_and_stands_in_equal_code(
    task: Assignment, ruth: User, amara: User, ben: User, chiara: User
) -> None:
    whole = replace(ROUNDING, title="No limit on requests anywhere", place=None, path="", quote="")
    whole = replace(whole, explanation="Anybody can ask as often as they like: there is no rate limit.")
    amaras, bens = sealed(task, amara, claims=(whole,)), sealed(task, ben, claims=(whole, RACE))
    chiaras = sealed(task, chiara, files=DECIMALS, claims=(whole,))
    decide(defect(amaras, whole.title), Decision(VALID), ruth)
    same = found(defect(amaras, whole.title), bens, chiaras)
    assert [(item.where, item.line, item.stands) for item in same] == [("", "", True), ("", "", False)]


def test_at_most_one_defect_of_a_submission_is_offered_and_claims_of_all_kinds_tell(
    task: Assignment, ruth: User, amara: User, ben: User
) -> None:
    amaras, bens = sealed(task, amara, claims=(ROUNDING, INJECTION)), sealed(task, ben, claims=(BENS, RACE))
    merge(defect(amaras, INJECTION.title), defect(amaras, ROUNDING.title))
    both = Defect.objects.get(snapshot=snapshot_of(amaras))
    decide(both, Decision(VALID), ruth)
    [same] = found(both, bens)
    assert same.defect == defect(bens, BENS.title)


@pytest.mark.parametrize("students", [1, 3], ids=["one", "three"])
def test_the_queries_do_not_grow_with_the_class(
    task: Assignment,
    course: Course,
    ruth: User,
    amara: User,
    students: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    amaras = sealed(task, amara, claims=(ROUNDING, RACE))
    others = []
    for number in range(students):
        user = person(f"student{number}", "Of the class")
        enrol(course, user)
        others.append(sealed(task, user, claims=(BENS, INJECTION)))
    source = defect(amaras, ROUNDING.title)
    decide(source, FALSE_ALARM, ruth)
    source = Defect.objects.get(pk=source.pk)
    ids = [snapshot_of(submission).pk for submission in others]
    with django_assert_num_queries(12):
        assert len(alike(source, ids)) == students


@pytest.mark.parametrize("students", [1, 3], ids=["one", "three"])
def test_taking_over_is_one_act_whatever_their_number(
    task: Assignment,
    course: Course,
    ruth: User,
    amara: User,
    students: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    amaras = sealed(task, amara, claims=(ROUNDING,))
    source = defect(amaras, ROUNDING.title)
    decide(source, FALSE_ALARM, ruth)
    for number in range(students):
        user = person(f"student{number}", "Of the class")
        enrol(course, user)
        sealed(task, user, claims=(BENS,))
    others = list(Defect.objects.filter(title=BENS.title))
    with django_assert_num_queries(25):
        assert len(apply(source, [other.pk for other in others], ruth)) == students
    tallies = Tally.objects.filter(snapshot__in=[other.snapshot_id for other in others])
    assert {(tally.false_notes, tally.undecided) for tally in tallies} == {(1, 0)}
    assert tallies.count() == students
