"""Claims become defects, and what a person decided stays decided."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from reviews.claims import Severity
from reviews.engine import reviews
from reviews.gap.apparatus import Sight, judged, who_saw_what
from reviews.gap.measures import Gap, split
from reviews.gap.standing import Decision, Refused, decide, merge, move, rename
from reviews.models import Defect, Finding, Note, Pass, Review, Snapshot
from reviews.snapshots.files import SourceFile
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SUCCESS_LIE,
    assignment,
    recorded_reviewer,
    recording,
    reviewed,
    run_passes,
)

pytestmark = [pytest.mark.django_db, pytest.mark.services]

VALID, INVALID, DUPLICATE = Defect.Standing.VALID, Defect.Standing.INVALID, Defect.Standing.DUPLICATE


@pytest.fixture
def panel(course: Course) -> Assignment:
    """Self-review sees nothing, a stranger sees the injection and the race."""
    recorded_reviewer("claude-opus-4-6")
    recorded_reviewer("gpt-5.4")
    recording("claude-opus-4-6", "self_review", [])
    recording("gpt-5.4", "cross_model", [INJECTION, replace(RACE, severity=Severity.CRITICAL)])
    plan = [PlanLine("self_review"), PlanLine("cross_model")]
    return assignment(course, plan=plan, least_notes=1)


@pytest.fixture
def amaras(panel: Assignment, amara: User) -> Submission:
    """Amara saw the injection, the lie about success, and worried about rounding."""
    return reviewed(panel, amara, claims=(INJECTION, SUCCESS_LIE, ROUNDING), test_evidence="4 passed in 0.1s")


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def defect(submission: Submission, title: str) -> Defect:
    return Defect.objects.get(snapshot=snapshot_of(submission), title=title)


def gap_of(submission: Submission) -> Gap:
    pk = snapshot_of(submission).pk
    return split(judged([pk])[pk])


def test_who_saw_what(amaras: Submission) -> None:
    table = who_saw_what(snapshot_of(amaras))
    assert [witness.siglum for witness in table.witnesses] == ["S", "T", "A1", "X1"]
    seen = {row.defect.title: [cell.sight for cell in row.cells] for row in table.rows}
    assert seen == {
        INJECTION.title: [Sight.SEEN, Sight.MISSED, Sight.MISSED, Sight.SEEN],
        RACE.title: [Sight.MISSED, Sight.MISSED, Sight.MISSED, Sight.SEEN],
        SUCCESS_LIE.title: [Sight.SEEN, Sight.MISSED, Sight.MISSED, Sight.MISSED],
        ROUNDING.title: [Sight.SEEN, Sight.MISSED, Sight.MISSED, Sight.MISSED],
    }


def test_a_witness_who_could_not_review_has_not_missed(panel: Assignment, ben: User) -> None:
    unknown = reviewed(
        panel, ben, files=(SourceFile("shop.py", "x = 1\n"),), claims=(replace(INJECTION, quote="x = 1"),)
    )
    table = who_saw_what(snapshot_of(unknown))
    (row,) = table.rows
    assert [(cell.witness.siglum, cell.sight) for cell in row.cells] == [
        ("S", Sight.SEEN),
        ("A1", Sight.UNABLE),
        ("X1", Sight.UNABLE),
    ]


def test_one_linter_that_timed_out_is_not_silence_of_the_others(course: Course, amara: User) -> None:
    submission = reviewed(assignment(course), amara, claims=(RACE,))
    bandit = Pass.objects.get(reviewer__name="bandit")
    Pass.objects.filter(pk=bandit.pk).update(state=Pass.State.UNABLE, detail="It was stopped.")

    def linters() -> Sight:
        table = who_saw_what(snapshot_of(submission))
        row = next(row for row in table.rows if row.notes)
        return next(cell.sight for cell in row.cells if cell.witness.siglum == "L")

    assert linters() is Sight.UNABLE
    Pass.objects.filter(pk=bandit.pk).update(state=Pass.State.ANSWERED)
    assert linters() is Sight.MISSED


def test_what_staff_decided_does_not_show_to_those_who_may_not_know(amaras: Submission, ruth: User) -> None:
    def seen_by_students() -> list[tuple[str, str, list[Sight]]]:
        table = who_saw_what(snapshot_of(amaras), decided=False)
        return [(row.defect.title, row.defect.severity, [c.sight for c in row.cells]) for row in table.rows]

    before = seen_by_students()
    race = defect(amaras, RACE.title)
    decide(race, Decision(VALID), ruth)
    decide(defect(amaras, SUCCESS_LIE.title), Decision(DUPLICATE, duplicate_of=race.number), ruth)
    rename(race, "A very bad race", Severity.INFO)
    assert seen_by_students() == before


def test_a_merged_decision_is_kept(amaras: Submission, ruth: User) -> None:
    race, lie = defect(amaras, RACE.title), defect(amaras, SUCCESS_LIE.title)
    decide(race, Decision(VALID), ruth)
    merge(race, lie)
    lie.refresh_from_db()
    assert (lie.standing, lie.decided_by) == (VALID, ruth)


def test_a_dismissal_needs_a_reason_and_a_line_that_is_there(amaras: Submission, ruth: User) -> None:
    rounding = defect(amaras, ROUNDING.title)
    for decision, field in (
        (Decision(INVALID), "reason"),
        (Decision(INVALID, "Nobody else said so."), "evidence"),
        (Decision(INVALID, "It rounds.", "return round(sum(prices))"), "evidence"),
    ):
        with pytest.raises(Refused) as refused:
            decide(rounding, decision, ruth)
        assert refused.value.field == field
    decide(
        rounding, Decision(INVALID, "Prices are whole cents here.", "return sum(prices) * (1 + tax)"), ruth
    )
    assert [d.title for d in gap_of(amaras).false_alarms] == [ROUNDING.title]


def test_valid_defects_make_the_gap(amaras: Submission, ruth: User) -> None:
    for title in (INJECTION.title, RACE.title, SUCCESS_LIE.title):
        decide(defect(amaras, title), Decision(VALID), ruth)
    gap = gap_of(amaras)
    assert [d.title for d in gap.both] == [INJECTION.title]
    assert [d.title for d in gap.models_only] == [RACE.title]
    assert [d.title for d in gap.student_only] == [SUCCESS_LIE.title]
    assert [d.title for d in gap.undecided] == [ROUNDING.title]


def test_a_duplicates_claims_count_for_its_original(amaras: Submission, ruth: User) -> None:
    race, lie = defect(amaras, RACE.title), defect(amaras, SUCCESS_LIE.title)
    decide(race, Decision(VALID), ruth)
    decide(lie, Decision(DUPLICATE, duplicate_of=race.number), ruth)
    assert [(d.title, d.notes, d.by_models) for d in gap_of(amaras).both] == [(RACE.title, 1, True)]
    with pytest.raises(Refused, match="duplicate itself"):
        decide(defect(amaras, ROUNDING.title), Decision(DUPLICATE, duplicate_of=lie.number), ruth)
    with pytest.raises(Refused, match="point them elsewhere first"):
        decide(race, Decision(DUPLICATE, duplicate_of=defect(amaras, INJECTION.title).number), ruth)
    with pytest.raises(Refused, match="Choose the other defect"):
        decide(race, Decision(DUPLICATE, duplicate_of=race.number), ruth)


def test_moving_a_claim_and_moving_it_back_restores_every_number(amaras: Submission, ruth: User) -> None:
    injection, race = defect(amaras, INJECTION.title), defect(amaras, RACE.title)
    decide(injection, Decision(VALID), ruth)
    decide(race, Decision(VALID), ruth)
    before = gap_of(amaras)
    note = Note.objects.get(title=INJECTION.title)
    move(note, race)
    assert [d.title for d in gap_of(amaras).both] == [RACE.title]
    move(note, injection)
    assert gap_of(amaras) == before


def test_splitting_makes_a_defect_and_merging_unmakes_it(amaras: Submission) -> None:
    finding = Finding.objects.get(title=INJECTION.title)
    split_off = move(finding, None)
    assert split_off.number == 5
    injection = Note.objects.get(title=INJECTION.title).defect
    assert injection is not None
    merge(split_off, injection)
    assert Defect.objects.count() == 4
    assert Finding.objects.get(pk=finding.pk).defect == injection


def test_nothing_is_merged_into_a_duplicate(amaras: Submission, ruth: User) -> None:
    race, lie = defect(amaras, RACE.title), defect(amaras, SUCCESS_LIE.title)
    decide(lie, Decision(DUPLICATE, duplicate_of=race.number), ruth)
    with pytest.raises(Refused, match="merge into its original instead"):
        merge(race, lie)
    assert Defect.objects.count() == 4


def test_a_claim_never_moves_to_another_submission(amaras: Submission, panel: Assignment, ben: User) -> None:
    bens = reviewed(panel, ben)
    with pytest.raises(Refused, match="another submission"):
        move(Note.objects.get(title=ROUNDING.title), Defect.objects.filter(snapshot=snapshot_of(bens))[0])


def test_a_later_review_undoes_nothing_that_a_person_decided(amaras: Submission, ruth: User) -> None:
    race, lie = defect(amaras, RACE.title), defect(amaras, SUCCESS_LIE.title)
    decide(race, Decision(VALID), ruth)
    rename(lie, "buy lies about success", Severity.MINOR)
    move(Note.objects.get(title=ROUNDING.title), race)
    reviews.run_again(Review.objects.get(protocol="cross_model"))
    run_passes(amaras)
    race.refresh_from_db()
    assert race.standing == VALID
    assert Note.objects.get(title=ROUNDING.title).defect == race
    assert race.findings.filter(by_pass__review__current=True).count() == 1, "the new run's race joined it"
    lie.refresh_from_db()
    assert (lie.title, lie.severity) == ("buy lies about success", "minor")


def test_severity_is_the_median_of_the_claims_and_a_defect_keeps_its_number(amaras: Submission) -> None:
    assert defect(amaras, RACE.title).severity == Severity.CRITICAL
    numbers = {d.title: d.number for d in Defect.objects.all()}
    reviews.run_again(Review.objects.get(protocol="cross_model"))
    run_passes(amaras)
    after = {d.title: d.number for d in Defect.objects.all()}
    assert after[INJECTION.title] == numbers[INJECTION.title]
    assert after[SUCCESS_LIE.title] == numbers[SUCCESS_LIE.title]


def test_numbers_of_many_submissions_cost_three_queries(
    amaras: Submission,
    panel: Assignment,
    ben: User,
    chiara: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    others = [snapshot_of(reviewed(panel, student)).pk for student in (ben, chiara)]
    for wanted in ([snapshot_of(amaras).pk], [snapshot_of(amaras).pk, *others]):
        with django_assert_num_queries(3):
            judged(wanted)
