"""What the numbers of classes and models are computed from: read from the rows, and kept in step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.claims import Severity
from reviews.gap.defects import gather
from reviews.gap.facts import Facts, WitnessFact
from reviews.gap.standing import Decision, decide, merge, move, rename
from reviews.gap.tallies import facts_of, rebuild, refresh
from reviews.models import Call, Defect, LanguageModel, Note, Snapshot, Tally
from reviews.providers.base import Trouble
from reviews.snapshots.files import SourceFile
from tests.panels import fail, next_round, panelists, review_of, talk
from tests.reviews.gap.keys import key_applied
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SUCCESS_LIE,
    assignment,
    handed_in,
    model_reviewer,
    recorded_reviewer,
    recording,
    reviewed,
    sealed,
)

pytestmark = pytest.mark.django_db

VALID, INVALID, DUPLICATE = Defect.Standing.VALID, Defect.Standing.INVALID, Defect.Standing.DUPLICATE


@pytest.fixture
def amaras(course: Course, amara: User) -> Submission:
    """Linters and a stranger read what Amara wrote of; its own tests are green."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    task = assignment(course, plan=[PlanLine("cross_model")])
    return reviewed(task, amara, claims=(INJECTION, SUCCESS_LIE, ROUNDING), test_evidence="4 passed in 0.1s")


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def facts(submission: Submission) -> Facts:
    snapshot = snapshot_of(submission)
    return facts_of([snapshot.pk])[snapshot.pk]


def witness(submission: Submission, siglum: str) -> WitnessFact:
    return next(one for one in facts(submission).witnesses if one.siglum == siglum)


def defect(submission: Submission, title: str) -> Defect:
    return snapshot_of(submission).defects.get(title=title)


def test_who_saw_each_defect_and_before_whom_it_was(amaras: Submission, ruth: User) -> None:
    key_applied(snapshot_of(amaras), [RACE])
    decide(defect(amaras, INJECTION.title), Decision(VALID), ruth)
    found = facts(amaras)
    assert found.green
    assert [one.siglum for one in found.witnesses] == ["S", "T", "X1", "K"]
    by_title = {one.title: one for one in found.defects}
    everybody = ("S", "T", "X1", "K")
    assert by_title[INJECTION.title].seen == ("S", "X1")
    assert by_title[INJECTION.title].asked == everybody
    assert by_title[RACE.title].seen == ("X1", "K")
    assert by_title[ROUNDING.title].seen == ("S",)
    assert {title: (one.valid, one.in_key, one.notes) for title, one in by_title.items()} == {
        INJECTION.title: (True, False, 1),
        RACE.title: (True, True, 0),
        SUCCESS_LIE.title: (None, False, 1),
        ROUNDING.title: (None, False, 1),
    }


def test_who_could_not_review_was_not_asked(course: Course, amara: User) -> None:
    recorded_reviewer("gpt-5.4")
    task = assignment(course, plan=[PlanLine("cross_model")])
    files = (SourceFile("shop.py", "x = 1\n"),)
    submission = reviewed(task, amara, files=files, claims=(replace(INJECTION, quote="x = 1"),))
    found = facts(submission)
    assert [(one.siglum, one.unable) for one in found.witnesses] == [("S", False), ("X1", True)]
    assert [(one.seen, one.asked) for one in found.defects] == [(("S",), ("S",))]
    assert not found.green


def test_the_tally_adds_up(amaras: Submission, ruth: User) -> None:
    decide(defect(amaras, INJECTION.title), Decision(VALID), ruth)
    decide(defect(amaras, RACE.title), Decision(VALID), ruth)
    cents = Decision(INVALID, "Prices are whole cents.", "return sum(prices) * (1 + tax)")
    decide(defect(amaras, ROUNDING.title), cents, ruth)
    tally = Tally.objects.get(snapshot=snapshot_of(amaras))
    assert (tally.valid, tally.caught, tally.false_notes, tally.undecided) == (2, 1, 1, 1)
    # Of the injection she was 0.9 sure and right, of the rounding 0.4 and wrong; the lie is open.
    assert tally.brier_sum == pytest.approx(0.1**2 + 0.4**2)
    assert tally.brier_count == 2
    assert Facts.from_json(tally.facts) == facts(amaras)


def test_every_act_of_a_person_is_in_the_tally_at_once(amaras: Submission, ruth: User) -> None:
    def kept() -> Facts:
        return Facts.from_json(Tally.objects.get(snapshot=snapshot_of(amaras)).facts)

    race, lie = defect(amaras, RACE.title), defect(amaras, SUCCESS_LIE.title)
    rename(race, "A very bad race", Severity.CRITICAL)
    assert ("A very bad race", "critical") in {(one.title, one.severity) for one in kept().defects}
    move(Note.objects.get(title=ROUNDING.title), race)
    assert {one.notes for one in kept().defects if one.number == race.number} == {1}
    merge(lie, race)
    assert {one.notes for one in kept().defects if one.number == race.number} == {2}
    decide(race, Decision(VALID), ruth)
    assert {one.valid for one in kept().defects if one.number == race.number} == {True}
    assert kept() == facts(amaras)


def test_what_a_witness_is_and_cost(amara: User, course: Course) -> None:
    panelled = panelists()
    task = assignment(course, plan=[PlanLine("linters"), PlanLine("consensus", reviewers=panelled)])
    submission = sealed(task, amara)
    review = review_of(submission, "consensus")
    talk(review)
    families = sorted({one.model.family for one in panelled if one.model})
    panel = witness(submission, "C")
    assert len(families) > 1
    assert (panel.family, panel.protocol, panel.order) == ("+".join(families), "consensus", 2)
    assert (panel.cost, panel.calls) == (8 * 12_300, 8)
    assert panel.seconds == pytest.approx(8 * 8.4)
    Call.objects.filter(by_pass=review.passes.all()[0]).update(cost=None)
    assert witness(submission, "C").cost is None, "part of it is not known"
    student = witness(submission, "S")
    assert (student.family, student.model, student.cost, student.order) == ("", "", 0, 0)


def test_a_recording_has_a_family_and_no_known_cost(amaras: Submission) -> None:
    stranger = witness(amaras, "X1")
    assert (stranger.family, stranger.model, stranger.recorded) == ("openai", "gpt-5.4", True)
    assert (stranger.cost, stranger.calls) == (None, 0)


def test_a_model_stays_what_it_was_when_its_review_began(amara: User, course: Course) -> None:
    reviewer = model_reviewer("gpt-5.4")
    submission = sealed(assignment(course, plan=[PlanLine("cross_model", reviewers=(reviewer,))]), amara)
    (item,) = next_round(review_of(submission, "cross_model"))
    fail(item, Trouble.REFUSED, "It declined.")
    reviewer.model = LanguageModel.objects.get(name="claude-opus-4-6")
    reviewer.save()
    stranger = witness(submission, "X1")
    assert (stranger.family, stranger.model, stranger.unable) == ("openai", "gpt-5.4", True)


def test_a_duplicate_counts_for_its_original(amaras: Submission, ruth: User) -> None:
    race = defect(amaras, RACE.title)
    decide(defect(amaras, SUCCESS_LIE.title), Decision(DUPLICATE, duplicate_of=race.number), ruth)
    decide(race, Decision(VALID), ruth)
    found = facts(amaras)
    assert SUCCESS_LIE.title not in {one.title for one in found.defects}
    assert {one.seen for one in found.defects if one.title == RACE.title} == {("S", "X1")}
    assert found.stated == ((0.8, True),)


def test_unsealed_work_has_no_tally(course: Course, amara: User) -> None:
    snapshot = snapshot_of(handed_in(assignment(course), amara, claims=(INJECTION,)))
    refresh(snapshot)
    assert rebuild() == 0
    assert not Tally.objects.exists()


def test_a_tally_that_is_right_is_not_written_again(amaras: Submission) -> None:
    before = Tally.objects.get(snapshot=snapshot_of(amaras)).updated_at
    gather(snapshot_of(amaras))
    assert rebuild() == 1
    assert Tally.objects.get(snapshot=snapshot_of(amaras)).updated_at == before


def test_a_tally_that_is_wrong_or_of_another_version_is_made_anew(amaras: Submission) -> None:
    tally = Tally.objects.get(snapshot=snapshot_of(amaras))
    for wrong in ({"valid": 77}, {"facts": {**tally.facts, "green": False}}, {"facts": {"version": 0}}):
        Tally.objects.filter(pk=tally.pk).update(**wrong)
        assert rebuild([tally.pk]) == 1
        again = Tally.objects.get(pk=tally.pk)
        assert (again.valid, again.facts) == (tally.valid, tally.facts)


def test_facts_cost_the_same_queries_for_one_and_for_three(
    amaras: Submission,
    course: Course,
    ben: User,
    chiara: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    task = amaras.assignment
    ids = [snapshot_of(one).pk for one in (amaras, reviewed(task, ben), reviewed(task, chiara))]
    for wanted in (ids[:1], ids):
        with django_assert_num_queries(8):
            assert list(facts_of(wanted)) == wanted
    Tally.objects.all().delete()
    assert rebuild(ids) == 3
    assert Tally.objects.count() == 3
