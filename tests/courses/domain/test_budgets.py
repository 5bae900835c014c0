"""What a course and an assignment may spend, and have spent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from courses.domain import assignments, live_runs, people
from courses.domain.assignments import PlanLine
from courses.domain.budgets import Spending, name_of, spending
from courses.models import Assignment, Course, Submission
from reviews.engine import passes
from reviews.models import Blob, Budget, Call, Pass
from tests.replies import review_reply
from tests.rooms import shown, sitting_of
from tests.servers.models import Answer, StandIn
from tests.stories import assignment, model_reviewer, sealed

pytestmark = pytest.mark.django_db


def paid(submission: Submission, **fields: Any) -> Call:
    """A call in the ledger, by the first pass of this submission's reviews."""
    item = Pass.objects.filter(review__snapshot__revision__submission=submission).first()
    assert item is not None
    blob, _ = Blob.objects.get_or_create(sha256="0" * 64)
    values = {"state": Call.State.REPLIED, "cost": 250_000, "asked_at": timezone.now(), **fields}
    return Call.objects.create(
        by_pass=item,
        attempt=item.calls.count() + 1,
        number=1,
        provider="openai",
        model="gpt-5.4",
        system=blob,
        material=blob,
        live_until=timezone.now(),
        **values,
    )


def test_a_budget_holds_from_the_moment_it_is_saved(course: Course) -> None:
    course.budget = Decimal("12.50")
    people.save_settings(course)
    task = assignment(course, budget=Decimal(3))
    limits = dict(Budget.objects.values_list("name", "limit"))
    assert limits == {name_of(course): 12_500_000, name_of(task): 3_000_000}

    task.budget = None
    assignments.save(task, [PlanLine("linters")])
    assert list(Budget.objects.values_list("name", flat=True)) == [name_of(course)]


def test_a_course_may_be_set_up_with_a_budget(ruth: User) -> None:
    made = people.create_course(ruth, name="Compilers", term="", time_zone="UTC", budget=Decimal(5))
    assert Budget.objects.get().name == name_of(made)


def test_without_a_limit_spending_is_what_the_ledger_says(course: Course, amara: User, ben: User) -> None:
    first, second = assignment(course), assignment(course, title="Another")
    amaras, bens = sealed(first, amara), sealed(second, ben)
    paid(amaras)
    paid(amaras, state=Call.State.FAILED, cost=None, reserved=40_000)
    paid(bens, cost=1_000_000)
    paid(bens, state=Call.State.ASKED, cost=None, reserved=9_000_000)
    assert spending(first) == Spending(290_000), "a call that may have been billed counts as paid"
    assert spending(second) == Spending(1_000_000)
    assert spending(course) == Spending(1_290_000)


def test_what_was_asked_live_in_a_room_is_spent_by_its_course(
    course: Course, ruth: User, amara: User, stand_in: StandIn
) -> None:
    model_reviewer("gpt-5.4")
    paid(sealed(assignment(course), amara))
    sitting = sitting_of(course, ruth)
    shown(sitting, "find")
    shown(sitting, "stranger")
    stand_in.answers = lambda _: Answer(review_reply())
    live_runs.run(sitting.pk, "stranger", ruth)
    for queued in Pass.objects.filter(state=Pass.State.QUEUED, review__protocol="cross_model"):
        passes.run(queued.pk)
    asked = Call.objects.get(provider="openai", by_pass__review__snapshot__revision=None)
    assert asked.cost
    assert spending(course) == Spending(250_000 + asked.cost)
    another = people.create_course(ruth, name="Compilers", term="", time_zone="UTC")
    assert spending(another) == Spending(0)
    course.budget = Decimal(1)
    people.save_settings(course)
    assert spending(course).spent == 250_000 + asked.cost, "a limit set afterwards counts it too"


def test_a_limit_that_is_set_later_counts_what_was_spent_before(course: Course, amara: User) -> None:
    task = assignment(course)
    paid(sealed(task, amara))
    Assignment.objects.filter(pk=task.pk).update(budget=Decimal("0.40"))
    task.refresh_from_db()
    assignments.save(task, [PlanLine("linters")])
    assert spending(task) == Spending(spent=250_000, reserved=0, limit=400_000)
