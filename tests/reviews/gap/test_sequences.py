"""Whatever comes in whatever order: decisions stand, nothing moves by itself, and the tallies keep up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.domain.assignments import PlanLine
from courses.models import Course, Submission
from reviews.claims import Severity
from reviews.engine import reviews
from reviews.gap.apparatus import Sight, who_saw_what
from reviews.gap.defects import gather
from reviews.gap.facts import Facts
from reviews.gap.standing import Decision, Refused, decide, merge, move, rename
from reviews.gap.stored import Stored, claims_on, name_of, speaks
from reviews.gap.tallies import facts_of, rebuild
from reviews.models import Defect, Judgement, KeyClaim, Review, Snapshot, Tally
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

pytestmark = [pytest.mark.django_db, pytest.mark.services]

STUDENTS = replace(INJECTION, title="unsafe query", explanation="You can inject SQL through the name.")
RESTORED = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class Story:
    """Amara's submission, and whoever does something to it."""

    submission: Submission
    snapshot: Snapshot
    ruth: User

    def defects(self) -> list[Defect]:
        return list(self.snapshot.defects.all())

    def claims(self) -> list[Stored]:
        return [claim for claim in claims_on(self.snapshot) if claim.defect_id is not None]

    def do(self, kind: str, a: int, b: int) -> None:
        """One step. What cannot be done is refused, and changes nothing."""
        defects, claims = self.defects(), self.claims()
        one, other = defects[a % len(defects)], defects[b % len(defects)]
        claim = claims[a % len(claims)]
        steps: dict[str, Callable[[], object]] = {
            "valid": lambda: decide(one, Decision(VALID), self.ruth),
            "invalid": lambda: decide(one, Decision(INVALID, "No.", "    return True"), self.ruth),
            "open": lambda: decide(one, Decision(UNDECIDED), self.ruth),
            "duplicate": lambda: decide(one, Decision(DUPLICATE, duplicate_of=other.number), self.ruth),
            "rename": lambda: rename(one, f"Called {b}", list(Severity)[b % 4]),
            "move": lambda: move(claim, other),
            "split": lambda: move(claim, None),
            "merge": lambda: merge(one, other),
            "again": self.review_again,
            "key": lambda: self.know([INJECTION, SUCCESS_LIE] if b % 2 else [RACE]),
            "no key": self.know_nothing,
            "judge": lambda: self.judge(claim, claims[b % len(claims)], same=a % 3 > 0),
            "gather": lambda: gather(self.snapshot),
        }
        try:
            with transaction.atomic():
                steps[kind]()
        except Refused:
            pass

    def review_again(self) -> None:
        reviews.run_again(Review.objects.get(snapshot=self.snapshot, protocol="cross_model", current=True))
        run_passes(self.submission)

    def know(self, claims: list[Any]) -> None:
        if not hasattr(Snapshot.objects.get(pk=self.snapshot.pk), "applied_key"):
            key_applied(self.snapshot, claims)

    def know_nothing(self) -> None:
        KeyClaim.objects.filter(snapshot=self.snapshot).delete()
        gather(self.snapshot)

    def judge(self, claim: Stored, other: Stored, same: bool) -> None:
        first, second = sorted((name_of(claim), name_of(other)))
        if first != second:
            Judgement.objects.get_or_create(
                snapshot=self.snapshot, first=first, second=second, defaults={"same": same}
            )
            gather(self.snapshot)

    def decided(self) -> list[tuple[Any, ...]]:
        """All that a person said: standings, names, and where claims were put."""
        persons = self.snapshot.defects.filter(decided_from="person").values_list(
            "number", "standing", "reason", "evidence", "decided_by", "decided_at", "duplicate_of"
        )
        named = self.snapshot.defects.filter(titled_by_person=True).values_list("number", "title", "severity")
        put = [(name_of(c), c.defect_id) for c in claims_on(self.snapshot) if c.moved_by_person]
        return [*persons, *named, *sorted(put)]

    def state(self) -> list[Any]:
        """Everything there is about defects and claims."""
        claims = [
            (name_of(c), c.defect_id, c.matched_by, c.match_score, c.match_why)
            for c in claims_on(self.snapshot)
        ]
        return [list(self.snapshot.defects.values_list()), sorted(claims)]

    def facts(self) -> Facts:
        return facts_of([self.snapshot.pk])[self.snapshot.pk]


VALID, INVALID, UNDECIDED, DUPLICATE = (
    Defect.Standing.VALID,
    Defect.Standing.INVALID,
    Defect.Standing.UNDECIDED,
    Defect.Standing.DUPLICATE,
)
KINDS = (
    "valid", "invalid", "open", "duplicate", "rename", "move", "move", "split", "merge", "again",
    "key", "no key", "judge", "gather",
)  # fmt: skip
steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=7
)


@pytest.fixture
def story(course: Course, amara: User, ruth: User) -> Story:
    recorded_reviewer("gpt-5.4")
    recorded_reviewer("claude-opus-4-6")
    recording("gpt-5.4", "cross_model", [INJECTION, RACE, SUCCESS_LIE])
    recording("claude-opus-4-6", "self_review", [INJECTION])
    task = assignment(course, plan=[PlanLine("self_review"), PlanLine("cross_model")])
    submission = reviewed(task, amara, claims=(STUDENTS, ROUNDING), test_evidence="4 passed in 0.1s")
    return Story(submission, submission.revisions.get().snapshot, ruth)


def undone(test: Callable[[], None]) -> None:
    """Run a test and put all rows back as they were."""
    with transaction.atomic():
        test()
        transaction.set_rollback(True)


@RESTORED
@given(done=steps)
def test_no_gathering_undoes_what_a_person_did_or_moves_what_nobody_touched(story: Story, done: Any) -> None:
    def test() -> None:
        for step in done:
            story.do(*step)
        decided = story.decided()
        gather(story.snapshot)
        assert story.decided() == decided
        homeless = [c for c in claims_on(story.snapshot) if speaks(c) and c.defect_id is None]
        assert homeless == []
        before = story.state()
        gather(story.snapshot)
        assert story.state() == before

    undone(test)


@RESTORED
@given(done=steps)
def test_where_nothing_is_new_nothing_changes(story: Story, done: Any) -> None:
    """Persons' deeds are no news for the matcher: it does not come after them and tidy up."""

    def test() -> None:
        for kind, a, b in done:
            if kind != "judge":
                story.do(kind, a, b)
        before = story.state()
        gather(story.snapshot)
        assert story.state() == before

    undone(test)


@RESTORED
@given(done=steps, claim=st.integers(0, 20), to=st.integers(-1, 20))
def test_moving_a_claim_and_moving_it_back_restores_every_number(
    story: Story, done: Any, claim: int, to: int
) -> None:
    def test() -> None:
        for step in done:
            story.do(*step)
        claims, defects = story.claims(), story.defects()
        moved = claims[claim % len(claims)]
        source, before = moved.defect, story.facts()
        move(moved, None if to < 0 else defects[to % len(defects)])
        back = Defect.objects.filter(pk=source.pk).first() if source else None
        move(moved, back)
        if back:
            assert story.facts() == before
        else:
            # It had a defect of its own, which went and came again under a new number.
            assert numberless(story.facts()) == numberless(before)

    undone(test)


@RESTORED
@given(done=steps)
def test_a_tally_kept_is_the_tally_rebuilt(story: Story, done: Any) -> None:
    def test() -> None:
        for step in done:
            story.do(*step)
        kept = Tally.objects.filter(pk=story.snapshot.pk).values()[0]
        Tally.objects.all().delete()
        assert rebuild() == 1
        rebuilt = Tally.objects.filter(pk=story.snapshot.pk).values()[0]
        assert {**kept, "updated_at": None} == {**rebuilt, "updated_at": None}

    undone(test)


@RESTORED
@given(done=steps)
def test_the_numbers_count_what_the_apparatus_shows(story: Story, done: Any) -> None:
    def test() -> None:
        for step in done:
            story.do(*step)
        table, facts = who_saw_what(story.snapshot), story.facts()
        assert [w.siglum for w in facts.witnesses] == [w.siglum for w in table.witnesses]
        shown = [
            (
                row.defect.pk,
                tuple(cell.witness.siglum for cell in row.cells if cell.sight is Sight.SEEN),
                tuple(c.witness.siglum for c in row.cells if c.sight in (Sight.SEEN, Sight.MISSED)),
                len(row.notes),
                bool(row.key_claims),
            )
            for row in table.rows
        ]
        assert [(d.pk, d.seen, d.asked, d.notes, d.in_key) for d in facts.defects] == shown

    undone(test)


def numberless(facts: Facts) -> tuple[Any, ...]:
    """The facts without the numbers that defects go by."""
    defects = sorted((replace(defect, pk=0, number=0) for defect in facts.defects), key=repr)
    return facts.green, facts.witnesses, defects, sorted(facts.stated)
