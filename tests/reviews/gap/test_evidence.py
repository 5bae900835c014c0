"""What speaks for and against each defect, read from the rows."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.claims import Claim, Stance
from reviews.gap.evidence import evidence_of
from reviews.gap.standing import Decision, decide
from reviews.gap.suggest import Source, Voice, suggest
from reviews.models import AnswerKey, Defect, KeyClaim, KeyEntry, Review, Snapshot
from reviews.protocols.panel import Fate
from tests.panels import answer, next_round, panelists, refute, review_of, talk
from tests.stories import (
    INJECTION,
    RACE,
    ROUNDING,
    SUCCESS_LIE,
    assignment,
    recorded_reviewer,
    recording,
    reviewed,
    sealed,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def talked_over(course: Course, amara: User, db: None) -> Submission:
    """Amara noted the race; a panel of two families talked over the shop."""
    plan = [PlanLine("consensus", reviewers=panelists())]
    submission = sealed(assignment(course, plan=plan), amara, claims=(RACE,))
    talk(review_of(submission, "consensus"))
    return submission


def snapshot_of(submission: Submission) -> Snapshot:
    return submission.revisions.get().snapshot


def about(submission: Submission, title: str) -> Defect:
    return snapshot_of(submission).defects.get(findings__title=title)


def test_what_a_panel_said_is_read_by_families(talked_over: Submission) -> None:
    found = evidence_of(snapshot_of(talked_over))

    injection = found[about(talked_over, INJECTION.title).pk]
    assert set(injection.voices) == {
        Voice(Source.MODEL, "openai", fate=Fate.CONFIRMED),
        Voice(Source.MODEL, "anthropic", fate=Fate.CONFIRMED),
    }
    bluff = [opinion for opinion in injection.opinions if opinion.stance is Stance.REFUTE]
    assert [(one.family, one.grounded) for one in bluff] == [("openai", False)]

    race = found[about(talked_over, RACE.title).pk]
    assert {voice.source for voice in race.voices} == {Source.STUDENT, Source.MODEL}
    agreeing = {one.family for one in race.opinions if one.stance is Stance.CONFIRM}
    assert agreeing == {"openai", "anthropic"}
    assert suggest(race).standing == "valid"


def test_a_false_alarm_that_was_refuted_with_a_line_is_suggested_as_one(talked_over: Submission) -> None:
    rounding = evidence_of(snapshot_of(talked_over))[about(talked_over, ROUNDING.title).pk]
    assert suggest(rounding).standing == "invalid"
    assert rounding.refutation is not None
    assert rounding.refutation.reason == "Prices are whole cents."
    assert rounding.refutation.quote.strip() == "return sum(prices) * (1 + tax)"


def test_who_took_it_back_is_no_voice_for_it(course: Course, amara: User) -> None:
    plan = [PlanLine("consensus", reviewers=panelists())]
    submission = sealed(assignment(course, plan=plan), amara, claims=())
    review = review_of(submission, "consensus")
    for item, said in zip(next_round(review), ([SUCCESS_LIE], [SUCCESS_LIE], [], []), strict=True):
        answer(item, said)
    against = refute("F2", "The caller never asks.", "    return True", "shop.py")
    for item, votes in zip(next_round(review), ([], [against], [], []), strict=True):
        answer(item, votes=votes)
    while queued := next_round(review):
        for item in queued:
            answer(item)
    [evidence] = evidence_of(snapshot_of(submission)).values()
    assert {(voice.family, voice.stands) for voice in evidence.voices} == {
        ("openai", False),
        ("anthropic", False),
    }
    assert suggest(evidence).standing == "invalid"


def test_passes_of_one_model_are_one_family_and_a_superseded_run_is_not_heard(
    course: Course, amara: User
) -> None:
    for name in ("claude-opus-4-6", "gpt-5.4"):
        recorded_reviewer(name)
    for number in (1, 2):
        recording("claude-opus-4-6", "self_review", [RACE], round=number)
    recording("gpt-5.4", "cross_model", [RACE])
    plan = [PlanLine("self_review", 2), PlanLine("cross_model")]
    submission = reviewed(assignment(course, plan=plan), amara, claims=())
    [evidence] = evidence_of(snapshot_of(submission)).values()
    assert sorted(voice.family for voice in evidence.voices) == ["anthropic", "anthropic", "openai"]
    assert suggest(evidence).reasons == ("Models of 2 independent families say so: anthropic and openai.",)
    Review.objects.filter(protocol="cross_model").update(current=False)
    [evidence] = evidence_of(snapshot_of(submission)).values()
    assert suggest(evidence).standing is None


def test_a_claim_of_a_duplicate_speaks_for_its_original_and_the_key_for_what_it_knows(
    course: Course, amara: User, ruth: User
) -> None:
    submission = sealed(assignment(course), amara, claims=(INJECTION, RACE))
    snapshot = snapshot_of(submission)
    injection, race = (snapshot.defects.get(title=claim.title) for claim in (INJECTION, RACE))
    entry = KeyEntry.objects.create(key=AnswerKey.objects.create(), number=1, title=RACE.title)
    KeyClaim.objects.create(snapshot=snapshot, entry=entry, defect=race, title=RACE.title)
    found = evidence_of(snapshot)
    assert (found[injection.pk].in_key, found[race.pk].in_key) == (False, True)

    decide(race, Decision(Defect.Standing.DUPLICATE, duplicate_of=injection.number), ruth)
    found = evidence_of(snapshot)
    assert set(found) == {injection.pk}
    assert len(found[injection.pk].voices) == 2
    assert found[injection.pk].in_key


@pytest.mark.parametrize("claims", [(INJECTION,), (INJECTION, RACE, ROUNDING)], ids=["one", "three"])
def test_it_takes_as_many_queries_for_one_defect_as_for_three(
    course: Course,
    amara: User,
    claims: tuple[Claim, ...],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    recorded_reviewer("gpt-5.4")
    recording("gpt-5.4", "cross_model", claims)
    task = assignment(course, plan=[PlanLine("linters"), PlanLine("cross_model")])
    snapshot = snapshot_of(reviewed(task, amara, claims=claims))
    with django_assert_num_queries(5):
        assert len(evidence_of(snapshot)) >= len(claims)
