"""Which pairs a judge is asked about: those that could go either way, and only where it matters."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth.models import User

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.claims import Claim, Place
from reviews.engine.judging import pairs_to_judge
from reviews.gap.defects import gather
from reviews.gap.match import BAND
from reviews.gap.standing import Decision, decide
from reviews.gap.uncertain import uncertain_pairs
from reviews.models import Defect, Finding, Judgement, Note, Snapshot
from reviews.protocols.judging import MOST_PAIRS
from tests.stories import INJECTION, RACE, ROUNDING, assignment, recorded_reviewer, recording, reviewed

pytestmark = pytest.mark.django_db

VAGUE = Claim(
    title="something is off when two people buy",
    explanation="looks risky",
    path="shop.py",
    place=Place("shop.py", 12, 12),
)
"""On a line of the race, in other words."""


@pytest.fixture
def submission(course: Course, amara: User) -> Submission:
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE])
    task = assignment(course, plan=[PlanLine("cross_model")])
    return reviewed(task, amara, claims=(INJECTION, VAGUE, ROUNDING))


@pytest.fixture
def snapshot(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


@pytest.fixture
def pair(snapshot: Snapshot) -> tuple[str, str]:
    note, race = Note.objects.get(title=VAGUE.title), Finding.objects.get(title=RACE.title)
    return f"finding-{race.pk}", f"note-{note.pk}"


def test_what_could_go_either_way_is_asked_and_what_is_plain_is_not(
    snapshot: Snapshot, pair: tuple[str, str]
) -> None:
    ((first, second, score),) = uncertain_pairs(snapshot)
    assert (first, second) == pair
    assert BAND[0] < score < BAND[1]


@pytest.mark.parametrize("same", [True, False, None])
def test_nobody_is_asked_twice(snapshot: Snapshot, pair: tuple[str, str], same: bool | None) -> None:
    Judgement.objects.create(snapshot=snapshot, first=pair[0], second=pair[1], same=same)
    gather(snapshot)
    assert uncertain_pairs(snapshot) == []
    homes = {Note.objects.get(title=VAGUE.title).defect, Finding.objects.get(title=RACE.title).defect}
    if same is not None:
        assert len(homes) == (1 if same else 2)


def test_what_a_person_decided_is_not_asked_about(
    snapshot: Snapshot, pair: tuple[str, str], ruth: User
) -> None:
    for defect in snapshot.defects.all():
        decide(defect, Decision(Defect.Standing.VALID), ruth)
    assert uncertain_pairs(snapshot) == []


def test_claims_that_are_surely_one_are_asked_about_once(snapshot: Snapshot, pair: tuple[str, str]) -> None:
    race = Finding.objects.get(title=RACE.title)
    for number in range(3):
        twin = Finding(by_pass=race.by_pass, snapshot=snapshot, position=20 + number)
        twin.take(replace(RACE, confidence=0.1))
        twin.save()
    gather(snapshot)
    assert len(uncertain_pairs(snapshot)) == 1


def test_the_most_uncertain_come_first(snapshot: Snapshot) -> None:
    race = Finding.objects.get(title=RACE.title)
    Finding.objects.all().delete()
    words = "alpha bravo charlie delta echo foxtrot golf hotel india kilo lima mike".split()
    for number, word in enumerate(words):
        claim = replace(RACE, title=f"{word} breaks", explanation=f"Think of {word}.", quote="", cwe=None)
        item = Finding(by_pass=race.by_pass, snapshot=snapshot, position=number)
        item.take(claim)
        item.save()
    gather(snapshot)
    found = uncertain_pairs(snapshot)
    distances = [abs(score - 0.5) for _, _, score in found]
    assert distances == sorted(distances)
    shown = pairs_to_judge(snapshot)
    named = [(pair.first.name, pair.second.name) for pair in shown]
    assert named == [pair[:2] for pair in found[:MOST_PAIRS]]
