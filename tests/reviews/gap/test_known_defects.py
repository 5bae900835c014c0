"""What the answer key says of a snapshot is a claim like others, and decides where nobody did."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.claims import Severity
from reviews.engine import reviews
from reviews.gap.apparatus import Sight, judged, who_saw_what
from reviews.gap.defects import gather
from reviews.gap.measures import split
from reviews.gap.standing import Decision, decide, merge, move
from reviews.models import Defect, Finding, KeyClaim, Note, Review, Snapshot
from tests.reviews.gap.keys import key_applied
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

pytestmark = pytest.mark.django_db

VALID, INVALID, UNDECIDED, DUPLICATE = (
    Defect.Standing.VALID,
    Defect.Standing.INVALID,
    Defect.Standing.UNDECIDED,
    Defect.Standing.DUPLICATE,
)


@pytest.fixture
def amaras(course: Course, amara: User) -> Submission:
    """Amara saw the injection and worried about rounding; a stranger saw the injection and the race."""
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    task = assignment(course, plan=[PlanLine("cross_model")])
    return reviewed(task, amara, claims=(INJECTION, ROUNDING), test_evidence="4 passed in 0.1s")


@pytest.fixture
def snapshot(amaras: Submission) -> Snapshot:
    return amaras.revisions.get().snapshot


def standings(snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    return {d.title: (d.standing, d.decided_from) for d in snapshot.defects.all()}


def test_what_the_key_knows_is_valid_and_what_it_does_not_is_open(snapshot: Snapshot) -> None:
    key_applied(snapshot, [INJECTION, SUCCESS_LIE])
    assert standings(snapshot) == {
        INJECTION.title: (VALID, "key"),
        RACE.title: (UNDECIDED, ""),
        ROUNDING.title: (UNDECIDED, ""),
        SUCCESS_LIE.title: (VALID, "key"),
    }
    known = snapshot.defects.get(title=INJECTION.title)
    assert (known.decided_by, known.notes.count(), known.findings.count()) == (None, 1, 1)
    assert known.decided_at is not None
    gap = split(judged([snapshot.pk])[snapshot.pk])
    assert [defect.title for defect in gap.both] == [INJECTION.title]
    assert [defect.title for defect in gap.nobody] == [SUCCESS_LIE.title], "the key is no model"


def test_the_key_has_a_column_and_its_claims_stand_in_the_rows(snapshot: Snapshot) -> None:
    injection, lie = key_applied(snapshot, [INJECTION, SUCCESS_LIE])
    table = who_saw_what(snapshot)
    assert [witness.siglum for witness in table.witnesses] == ["S", "T", "X1", "K"]
    rows = {row.defect.title: row for row in table.rows}
    assert rows[INJECTION.title].cells[-1].claims == (injection,)
    assert rows[INJECTION.title].claims[-1] == injection
    assert rows[RACE.title].cells[-1].sight is Sight.MISSED
    assert [cell.sight for cell in rows[SUCCESS_LIE.title].cells] == [
        Sight.MISSED,
        Sight.MISSED,
        Sight.MISSED,
        Sight.SEEN,
    ]
    assert rows[SUCCESS_LIE.title].claims == (lie,)


def test_who_may_not_know_what_was_decided_sees_nothing_of_the_key(snapshot: Snapshot) -> None:
    before = [(row.defect.title, row.defect.severity) for row in who_saw_what(snapshot, decided=False).rows]
    worse = replace(INJECTION, title="The planted injection", severity=Severity.MINOR)
    key_applied(snapshot, [worse, SUCCESS_LIE])
    assert snapshot.defects.filter(title="The planted injection", severity="minor").exists()
    table = who_saw_what(snapshot, decided=False)
    assert [witness.siglum for witness in table.witnesses] == ["S", "T", "X1"]
    assert [(row.defect.title, row.defect.severity) for row in table.rows] == before
    assert not any(row.key_claims for row in table.rows)


def test_a_persons_word_stands_above_the_keys(snapshot: Snapshot, ruth: User) -> None:
    rounding = snapshot.defects.get(title=ROUNDING.title)
    cents = Decision(INVALID, "Prices are whole cents here.", "return sum(prices) * (1 + tax)")
    decide(rounding, cents, ruth)
    key_applied(snapshot, [ROUNDING, INJECTION])
    assert standings(snapshot)[ROUNDING.title] == (INVALID, "person")
    injection = snapshot.defects.get(title=INJECTION.title)
    decide(injection, Decision(UNDECIDED), ruth)
    gather(snapshot)
    assert standings(snapshot)[INJECTION.title] == (UNDECIDED, ""), "she wants it open, whatever the key says"


def test_where_the_key_falls_silent_its_word_is_taken_back(snapshot: Snapshot, ruth: User) -> None:
    key_applied(snapshot, [INJECTION, SUCCESS_LIE, ROUNDING])
    numbers = {d.title: d.number for d in snapshot.defects.all()}
    decide(snapshot.defects.get(title=ROUNDING.title), Decision(VALID), ruth)
    KeyClaim.objects.all().delete()
    gather(snapshot)
    assert standings(snapshot) == {
        INJECTION.title: (UNDECIDED, ""),
        RACE.title: (UNDECIDED, ""),
        ROUNDING.title: (VALID, "person"),
    }, "what only the key knew is gone"
    assert {d.title: d.number for d in snapshot.defects.all()}.items() <= numbers.items()


def test_a_known_defect_keeps_its_number(snapshot: Snapshot, amaras: Submission) -> None:
    key_applied(snapshot, [INJECTION, SUCCESS_LIE])
    numbers = {d.title: d.number for d in snapshot.defects.filter(decided_from="key")}
    since = {d.title: d.decided_at for d in snapshot.defects.filter(decided_from="key")}
    reviews.run_again(Review.objects.get(protocol="cross_model"))
    run_passes(amaras)
    known = snapshot.defects.filter(decided_from="key")
    assert {d.title: d.number for d in known} == numbers
    assert {d.title: d.decided_at for d in known} == since
    found = Finding.objects.get(title=INJECTION.title, by_pass__review__current=True)
    assert found.defect == known.get(title=INJECTION.title), "the key's word freezes nothing"


def test_two_entries_of_the_key_are_two_defects_however_alike(snapshot: Snapshot) -> None:
    twin = replace(SUCCESS_LIE, explanation=f"{SUCCESS_LIE.explanation} It always says so.")
    one, other = key_applied(snapshot, [SUCCESS_LIE, twin])
    assert one.defect != other.defect


def test_a_moved_entry_takes_the_keys_word_with_it(snapshot: Snapshot) -> None:
    (known,) = key_applied(snapshot, [INJECTION])
    injection, race = known.defect, snapshot.defects.get(title=RACE.title)
    assert injection is not None
    move(known, race)
    assert [(d.standing, d.decided_from) for d in (fresh(injection), fresh(race))] == [
        (UNDECIDED, ""),
        (VALID, "key"),
    ]
    move(known, injection)
    assert [(d.standing, d.decided_from) for d in (fresh(injection), fresh(race))] == [
        (VALID, "key"),
        (UNDECIDED, ""),
    ]


def test_a_duplicates_entry_counts_for_its_original(snapshot: Snapshot, ruth: User) -> None:
    key_applied(snapshot, [INJECTION])
    injection, race = (snapshot.defects.get(title=claim.title) for claim in (INJECTION, RACE))
    decide(injection, Decision(DUPLICATE, duplicate_of=race.number), ruth)
    assert (fresh(race).standing, fresh(race).decided_from) == (VALID, "key")
    decide(injection, Decision(INVALID, "It is escaped.", "db = sqlite3.connect('shop.db')"), ruth)
    assert (fresh(race).standing, fresh(race).decided_from) == (UNDECIDED, "")


def test_a_persons_decision_is_kept_where_a_known_defect_takes_it_in(snapshot: Snapshot, ruth: User) -> None:
    key_applied(snapshot, [INJECTION])
    injection, race = (snapshot.defects.get(title=claim.title) for claim in (INJECTION, RACE))
    decide(race, Decision(INVALID, "One buyer at a time.", "    if stock >= wanted:"), ruth)
    merge(race, injection)
    assert (fresh(injection).standing, fresh(injection).decided_from) == (INVALID, "person")


def test_an_entry_whose_words_changed_is_matched_again(snapshot: Snapshot) -> None:
    (known,) = key_applied(snapshot, [INJECTION])
    known.take(RACE)
    known.matched_by = ""
    known.save()
    gather(snapshot)
    known.refresh_from_db()
    assert known.defect is not None
    assert list(known.defect.findings.values_list("title", flat=True)) == [RACE.title]
    assert standings(snapshot)[INJECTION.title] == (UNDECIDED, "")


def test_an_entry_without_a_place_is_matched_by_its_words(snapshot: Snapshot) -> None:
    unplaced = replace(INJECTION, path="", place=None, quote="")
    (known,) = key_applied(snapshot, [unplaced])
    assert known.defect == Note.objects.get(title=INJECTION.title).defect
    assert known.matched_by == "words"


def fresh(defect: Defect) -> Defect:
    return Defect.objects.get(pk=defect.pk)
