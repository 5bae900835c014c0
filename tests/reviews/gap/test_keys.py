"""Ruth's answer key: what she planted stands in every sealed submission that holds it, at its place there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from courses.domain.answer_keys import key_of
from courses.models import Assignment, Course, Submission
from reviews.claims import Claim, Place, Severity
from reviews.engine import answer_keys
from reviews.gap import keys
from reviews.gap.keys import ChangedMeanwhile
from reviews.gap.standing import Decision, Refused, decide
from reviews.models import AnswerKey, AppliedKey, Defect, Finding, KeyClaim, KeyEntry, Note, Snapshot
from reviews.snapshots.files import SourceFile
from tests.stories import INJECTION, RACE, SHOP, assignment, handed_in, sealed

pytestmark = [pytest.mark.django_db, pytest.mark.services]

PLANTED, FOUND = KeyEntry.Origin.PLANTED, KeyEntry.Origin.FOUND
SHIFTED = (SourceFile("shop.py", '"""A shop."""\n' + SHOP[0].text),)
"""The shop one line further down, and without its prices."""


@pytest.fixture
def task(course: Course) -> Assignment:
    return assignment(course)


@pytest.fixture
def key(task: Assignment) -> AnswerKey:
    return key_of(task)


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def said(submission: Submission) -> dict[str, tuple[str, str]]:
    """The title, place and grounding of each of the key's claims."""
    rows = KeyClaim.objects.filter(snapshot=snapshot_of(submission))
    return {row.title: (row.where, row.grounding) for row in rows}


def defect(submission: Submission, title: str) -> Defect:
    return Defect.objects.get(snapshot=snapshot_of(submission), title=title)


def test_an_entry_stands_where_its_line_stands_and_nowhere_else(
    key: AnswerKey, task: Assignment, amara: User, ben: User
) -> None:
    keys.add(key, INJECTION, PLANTED)
    gone = (
        SourceFile("shop.py", SHOP[0].text.replace("f\"SELECT * FROM items WHERE name = '{name}'\"", "SQL")),
    )
    as_it_was, mended = sealed(task, amara, files=SHIFTED), sealed(task, ben, files=gone)
    assert said(as_it_was) == {INJECTION.title: ("shop.py:8", "moved")}
    assert said(mended) == {}
    assert AppliedKey.objects.filter(key=key).count() == 2


@pytest.mark.parametrize(
    ("claim", "where"),
    [
        pytest.param(INJECTION, {"amara": "shop.py:7"}, id="a line and its text, in one of the two"),
        pytest.param(
            replace(INJECTION, quote="", place=Place("shop.py", 14, 14)),
            {"amara": "shop.py:14"},
            id="lines alone",
        ),
        pytest.param(Claim("Prices", path="prices.py"), {"amara": "prices.py"}, id="a file alone"),
        pytest.param(Claim("No log anywhere"), {"amara": "", "ben": ""}, id="a description alone"),
    ],
)
def test_what_an_entry_names_decides_for_whom_it_holds(
    key: AnswerKey, task: Assignment, amara: User, ben: User, claim: Claim, where: dict[str, str]
) -> None:
    short = (SourceFile("shop.py", "import sqlite3\n"),)
    work = {"amara": sealed(task, amara), "ben": sealed(task, ben, files=short)}
    keys.measure_against([snapshot_of(submission) for submission in work.values()], key)
    keys.add(key, claim, PLANTED)
    assert answer_keys.apply_everywhere(key) == 2
    assert {name: row[0] for name, of in work.items() for row in said(of).values()} == where


def test_nothing_is_measured_before_the_notes_are_sealed(
    key: AnswerKey, task: Assignment, amara: User
) -> None:
    keys.add(key, INJECTION, PLANTED)
    draft = handed_in(task, amara)
    with pytest.raises(Refused, match="not sealed"):
        keys.apply(snapshot_of(draft), key)
    assert not KeyClaim.objects.exists()
    assert not AppliedKey.objects.exists()


def test_another_text_follows_and_an_entry_that_is_gone_takes_its_claim_along(
    key: AnswerKey, task: Assignment, amara: User
) -> None:
    entry = keys.add(key, INJECTION, PLANTED)
    submission = sealed(task, amara)
    before = KeyClaim.objects.get()
    entry = keys.change(entry, replace(RACE, title="The stock races"), FOUND, entry.revision)
    answer_keys.apply_everywhere(key)
    assert said(submission) == {"The stock races": ("shop.py:11-13", "exact")}
    assert KeyClaim.objects.get().pk == before.pk

    keys.remove(entry, entry.revision)
    assert answer_keys.apply_everywhere(key) == 1
    assert said(submission) == {}
    assert answer_keys.apply_everywhere(key) == 0


def test_a_snapshot_that_is_measured_against_nothing_any_more_has_no_claims_of_the_key(
    key: AnswerKey, task: Assignment, amara: User
) -> None:
    keys.add(key, INJECTION, PLANTED)
    submission = sealed(task, amara)
    keys.apply(snapshot_of(submission), None)
    assert said(submission) == {}
    assert not AppliedKey.objects.exists()


def test_where_a_person_put_the_keys_claim_it_stays(key: AnswerKey, task: Assignment, amara: User) -> None:
    entry = keys.add(key, INJECTION, PLANTED)
    submission = sealed(task, amara, claims=(INJECTION, RACE))
    race = defect(submission, RACE.title)
    KeyClaim.objects.update(defect=race, moved_by_person=True)
    keys.change(entry, replace(INJECTION, explanation="Look at the f-string."), PLANTED, entry.revision)
    answer_keys.apply_everywhere(key)
    claim = KeyClaim.objects.get()
    assert (claim.defect, claim.moved_by_person) == (race, True)
    assert claim.explanation == "Look at the f-string."


def test_an_entry_without_a_title_is_refused_and_changes_nothing(key: AnswerKey) -> None:
    entry = keys.add(key, INJECTION, PLANTED)
    with pytest.raises(Refused, match="Give the entry a title"):
        keys.add(key, Claim("  "), PLANTED)
    with pytest.raises(Refused, match="Give the entry a title"):
        keys.change(entry, Claim(""), PLANTED, entry.revision)
    key.refresh_from_db()
    assert key.revision == 1
    assert list(key.entries.values_list("title", flat=True)) == [INJECTION.title]


def test_who_did_not_see_the_last_words_overwrites_nothing(key: AnswerKey) -> None:
    entry = keys.add(key, INJECTION, PLANTED)
    toms = keys.change(entry, replace(INJECTION, title="Toms"), PLANTED, entry.revision)
    for late in (entry.revision, None, 0):
        with pytest.raises(ChangedMeanwhile):
            keys.change(entry, replace(INJECTION, title="Ruths"), PLANTED, late)
        with pytest.raises(ChangedMeanwhile):
            keys.remove(entry, late)
    assert keys.change(entry, replace(INJECTION, title="Toms"), PLANTED, entry.revision) == toms
    key.refresh_from_db()
    assert (key.revision, key.entries.get().title) == (2, "Toms"), "refused, or the same, is no change"


def test_an_entry_in_the_place_of_one_that_is_gone_is_another(key: AnswerKey) -> None:
    seen = keys.add(key, INJECTION, PLANTED)
    keys.remove(seen, seen.revision)
    other = keys.add(key, RACE, PLANTED)
    assert (other.number, other.revision) == (seen.number, 3)
    with pytest.raises(ChangedMeanwhile):
        keys.change(other, INJECTION, PLANTED, seen.revision)
    with pytest.raises(KeyEntry.DoesNotExist):
        keys.change(seen, INJECTION, PLANTED, seen.revision)


def test_entries_that_are_there_already_are_not_added_twice(key: AnswerKey) -> None:
    keys.add(key, INJECTION, PLANTED)
    spaced = replace(INJECTION, title="  sql Injection  in find", severity=Severity.MINOR)
    elsewhere = replace(INJECTION, place=Place("shop.py", 8, 8))
    added = keys.add_new(key, [(spaced, FOUND), (elsewhere, FOUND), (elsewhere, FOUND), (RACE, FOUND)])
    assert [(entry.number, entry.where) for entry in added] == [(2, "shop.py:8"), (3, "shop.py:11-13")]
    before = key.revision
    assert keys.add_new(key, [(spaced, FOUND), (RACE, FOUND)]) == []
    key.refresh_from_db()
    assert key.revision == before, "nothing is new, so nobody is measured anew"


# --- Promotion -----------------------------------------------------------------------------------------
def test_a_valid_defect_becomes_an_entry_once_in_its_best_words(
    key: AnswerKey, task: Assignment, ruth: User, amara: User
) -> None:
    submission = sealed(task, amara)
    found = defect(submission, INJECTION.title)
    decide(found, Decision(Defect.Standing.VALID), ruth)
    entry = keys.promote(found, key)
    assert keys.promote(found, key) == entry
    assert (entry.title, entry.severity, entry.where, entry.cwe) == (
        found.title,
        found.severity,
        "shop.py:7",
        89,
    )
    assert (entry.quote, entry.explanation) == (INJECTION.quote, INJECTION.explanation)
    assert (entry.origin, entry.from_defect, entry.confidence) == (FOUND, found, None)

    keys.measure_against([snapshot_of(submission)], key)
    answer_keys.apply_everywhere(key)
    claim = KeyClaim.objects.get()
    assert (claim.defect, claim.moved_by_person) == (found, True)


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        ("undecided", "is undecided. Only a valid defect"),
        ("invalid", "is invalid. Only a valid defect"),
        ("duplicate", "repeats defect"),
    ],
)
def test_what_is_not_decided_to_be_valid_is_refused_with_a_sentence(
    key: AnswerKey, task: Assignment, ruth: User, amara: User, standing: str, why: str
) -> None:
    submission = sealed(task, amara, claims=(INJECTION, RACE))
    found, other = defect(submission, INJECTION.title), defect(submission, RACE.title)
    decide(
        found,
        Decision(
            Defect.Standing(standing),
            reason="It is quoted.",
            evidence="import sqlite3",
            duplicate_of=other.number,
        ),
        ruth,
    )
    with pytest.raises(Refused, match=why):
        keys.promote(found, key)
    assert not KeyEntry.objects.exists()


def test_a_place_that_is_not_in_the_code_is_not_taken_into_the_key(
    key: AnswerKey, task: Assignment, ruth: User, amara: User
) -> None:
    ghost = replace(INJECTION, quote="never()", place=Place("shop.py", 900, 901))
    found = defect(sealed(task, amara, claims=(ghost,)), ghost.title)
    decide(found, Decision(Defect.Standing.VALID), ruth)
    entry = keys.promote(found, key)
    assert (entry.where, entry.quote, entry.explanation) == ("", "", ghost.explanation)


def test_a_claim_that_quotes_nothing_gets_the_first_line_that_says_something(
    key: AnswerKey, task: Assignment, ruth: User, amara: User
) -> None:
    found = defect(
        sealed(task, amara, claims=(replace(RACE, quote="", place=Place("shop.py", 9, 12)),)), RACE.title
    )
    decide(found, Decision(Defect.Standing.VALID), ruth)
    assert keys.promote(found, key).quote == "def buy(item_id, wanted):"


def test_the_seal_holds_whatever_the_key_says(key: AnswerKey, task: Assignment, amara: User) -> None:
    keys.add(key, INJECTION, PLANTED)
    submission = sealed(task, amara)
    assert Note.objects.filter(snapshot=snapshot_of(submission)).count() == 1
    assert not Finding.objects.exists()
    applied = AppliedKey.objects.get()
    assert (applied.snapshot, applied.revision) == (snapshot_of(submission), 1)
