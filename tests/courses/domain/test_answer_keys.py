"""Ruth planted two defects. Amara sees one of them; the other nobody sees, and yet it counts."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from courses.domain import answer_keys
from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Submission
from reviews.exchange.answer_key import FOUND, PLANTED, Known
from reviews.gap.apparatus import judged, who_saw_what
from reviews.gap.measures import Gap, split
from reviews.gap.standing import Decision, Refused, decide
from reviews.gap.tallies import facts_of
from reviews.models import AppliedKey, Defect, KeyClaim, KeyEntry, Snapshot, Tally
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SUCCESS_LIE,
    assignment,
    handed_in,
    recorded_reviewer,
    recording,
    reviewed,
    sealed,
)

pytestmark = [pytest.mark.django_db, pytest.mark.services]

BY_HAND = KeyEntry.Origin.PLANTED


@pytest.fixture
def task(course: Course) -> Assignment:
    """The code's author reads itself and sees nothing; a stranger sees the injection and the lost cents."""
    for model, protocol, claims in (
        ("claude-opus-4-6", "self_review", []),
        ("gpt-5.4", "cross_model", [INJECTION, ROUNDING]),
    ):
        recorded_reviewer(model)
        recording(model, protocol, claims)
    return assignment(course, plan=[PlanLine("self_review"), PlanLine("cross_model")])


@pytest.fixture
def planted(task: Assignment) -> list[KeyEntry]:
    """The race and the lie about success, which Ruth put into the shop herself."""
    return [answer_keys.add(task, claim, BY_HAND).entries[0] for claim in (RACE, SUCCESS_LIE)]


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def gap_of(submission: Submission) -> Gap:
    pk = snapshot_of(submission).pk
    return split(judged([pk])[pk])


def titles(defects: tuple[object, ...]) -> list[str]:
    return [getattr(item, "title", "") for item in defects]


def seen_by(submission: Submission, title: str) -> list[str]:
    """The sigla of those who saw the defect of that title."""
    table = who_saw_what(snapshot_of(submission))
    (row,) = [row for row in table.rows if row.defect.title == title]
    return [cell.witness.siglum for cell in row.cells if cell.sight.value == "seen"]


def standings(submission: Submission) -> dict[str, tuple[str, str]]:
    rows = Defect.objects.filter(snapshot=snapshot_of(submission))
    return {row.title: (row.standing, row.decided_from) for row in rows}


def test_what_was_planted_counts_whoever_saw_it(
    task: Assignment, planted: list[KeyEntry], amara: User
) -> None:
    submission = reviewed(task, amara, claims=(RACE,))
    gap = gap_of(submission)
    assert titles(gap.student_only) == [RACE.title]
    assert titles(gap.nobody) == [SUCCESS_LIE.title]
    assert seen_by(submission, RACE.title) == ["S", "K"]
    assert seen_by(submission, SUCCESS_LIE.title) == ["K"]
    assert sorted(titles(gap.undecided)) == [ROUNDING.title, INJECTION.title]
    assert gap.recall is not None
    assert (gap.recall.part, gap.recall.whole) == (1, 2)
    tally = Tally.objects.get(snapshot=snapshot_of(submission))
    assert (tally.valid, tally.caught, tally.undecided) == (2, 1, 2)


def test_a_key_that_comes_later_finds_what_is_sealed_and_goes_without_a_trace(
    task: Assignment, amara: User
) -> None:
    submission = reviewed(task, amara, claims=(RACE,))
    snapshot = snapshot_of(submission)
    before = (standings(submission), facts_of([snapshot.pk])[snapshot.pk].defects)
    entries = [answer_keys.add(task, claim, BY_HAND).entries[0] for claim in (RACE, SUCCESS_LIE)]
    assert standings(submission)[SUCCESS_LIE.title] == ("valid", "key")
    assert standings(submission)[RACE.title] == ("valid", "key")

    for entry in entries:
        answer_keys.remove(task, entry, entry.revision)
    after = (standings(submission), facts_of([snapshot.pk])[snapshot.pk].defects)
    assert after == before
    assert "K" not in after[1][0].asked, "an empty key is no witness"
    assert not KeyClaim.objects.exists()


def test_what_a_person_decided_stays_whatever_becomes_of_the_entry(
    task: Assignment, planted: list[KeyEntry], ruth: User, amara: User
) -> None:
    submission = reviewed(task, amara, claims=(RACE,))
    race = Defect.objects.get(snapshot=snapshot_of(submission), title=RACE.title)
    lie = Defect.objects.get(snapshot=snapshot_of(submission), title=SUCCESS_LIE.title)
    decide(race, Decision(Defect.Standing.INVALID, "One buyer only.", "import sqlite3"), ruth)
    decide(lie, Decision(Defect.Standing.VALID), ruth)
    planted[0] = answer_keys.change(
        task, planted[0], RACE, KeyEntry.Origin.FOUND, planted[0].revision
    ).entries[0]
    assert standings(submission)[RACE.title] == ("invalid", "person")
    for entry in planted:
        answer_keys.remove(task, entry, entry.revision)
    assert standings(submission)[RACE.title] == ("invalid", "person")
    assert standings(submission)[SUCCESS_LIE.title] == ("valid", "person")


def test_an_entry_that_is_changed_finds_its_other_defect(
    task: Assignment, planted: list[KeyEntry], amara: User
) -> None:
    submission = reviewed(task, amara, claims=(RACE,))
    answer_keys.change(task, planted[1], INJECTION, BY_HAND, planted[1].revision)
    assert sorted(titles(gap_of(submission).valid)) == [INJECTION.title, RACE.title]
    assert seen_by(submission, INJECTION.title) == ["X1", "K"]
    assert SUCCESS_LIE.title not in standings(submission)


def test_a_defect_of_amaras_is_found_in_bens_work_once_it_is_in_the_key(
    task: Assignment, ruth: User, amara: User, ben: User
) -> None:
    amaras, bens = reviewed(task, amara, claims=(SUCCESS_LIE,)), reviewed(task, ben, claims=())
    lie = Defect.objects.get(snapshot=snapshot_of(amaras), title=SUCCESS_LIE.title)
    with pytest.raises(Refused, match="is undecided. Only a valid defect"):
        answer_keys.promote(task, lie)
    decide(lie, Decision(Defect.Standing.VALID), ruth)
    (entry,) = answer_keys.promote(task, lie).entries
    assert answer_keys.promote(task, lie).entries == (entry,)

    assert titles(gap_of(bens).nobody) == [SUCCESS_LIE.title]
    assert standings(bens)[SUCCESS_LIE.title] == ("valid", "key")
    assert standings(amaras)[SUCCESS_LIE.title] == ("valid", "person")
    assert seen_by(amaras, SUCCESS_LIE.title) == ["S", "K"]
    bens_own = Defect.objects.get(snapshot=snapshot_of(bens), title=SUCCESS_LIE.title)
    assert answer_keys.promote(task, bens_own).entries == (entry,), "the key knows it already"

    answer_keys.remove(task, entry, entry.revision)
    assert SUCCESS_LIE.title not in standings(bens)
    assert standings(amaras)[SUCCESS_LIE.title] == ("valid", "person")


def test_a_key_from_a_file_is_added_once(task: Assignment, planted: list[KeyEntry], amara: User) -> None:
    submission = reviewed(task, amara)
    known = [*answer_keys.entries(task), Known(ROUNDING, FOUND)]
    assert [item.origin for item in known] == [PLANTED, PLANTED, FOUND]
    kept = answer_keys.take_in(task, known)
    assert [(entry.number, entry.title) for entry in kept.entries] == [(3, ROUNDING.title)]
    assert answer_keys.take_in(task, known).entries == ()
    assert standings(submission)[ROUNDING.title] == ("valid", "key")


def test_work_that_is_not_sealed_meets_nothing_of_the_key(
    task: Assignment, planted: list[KeyEntry], amara: User, ben: User
) -> None:
    draft = handed_in(task, amara)
    sealed(assignment(task.course, title="Without a key"), ben)
    assert not AppliedKey.objects.exists()
    assert not Defect.objects.filter(snapshot=snapshot_of(draft)).exists()
