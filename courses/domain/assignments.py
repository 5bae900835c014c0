"""Setting an assignment: its brief, its starter files, its review plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from courses.domain import budgets
from courses.models import Assignment, PlanStep
from reviews.engine.opening import Planned
from reviews.engine.snapshots import store
from reviews.models import LanguageModel, Reviewer
from reviews.protocols import PROTOCOLS
from reviews.snapshots.files import SourceFile


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One protocol of a review plan as a form gives it; no reviewers means any that suit."""

    protocol: str
    passes: int = 1
    reviewers: tuple[Reviewer, ...] = ()
    rounds: int = 3
    focus: str = ""
    revised_by: str = PlanStep.RevisedBy.MODEL

    def planned(self) -> Planned:
        """The line as the engine takes it."""
        return Planned(
            self.protocol,
            self.passes,
            tuple(sorted(reviewer.pk for reviewer in self.reviewers)),
            self.rounds,
            self.focus,
            self.revised_by,
        )


USUAL_PLAN = (
    PlanLine("linters"),
    PlanLine("self_review", passes=4),
    PlanLine("cross_model"),
    PlanLine("adversarial"),
)
"""What a new assignment begins with, as far as there are reviewers: the thesis for a few calls.

The dearer protocols are there to be switched on by who has seen what they cost.
"""


@transaction.atomic
def save(assignment: Assignment, plan: Sequence[PlanLine]) -> Assignment:
    """Store an assignment with its plan and its budget.

    Reviews that have begun keep the plan they began with; the budget holds for them at once.
    """
    assignment.save()
    assignment.plan.all().delete()
    for position, line in enumerate(plan, 1):
        step = PlanStep.objects.create(
            assignment=assignment,
            protocol=line.protocol,
            position=position,
            passes=line.passes,
            rounds=line.rounds,
            focus=line.focus,
            revised_by=line.revised_by,
        )
        step.reviewers.set(line.reviewers)
    budgets.keep(assignment)
    return assignment


def stored_plan(assignment: Assignment) -> list[PlanLine]:
    """The review plan as it is stored, without protocols that there are no more; in two queries."""
    return [
        PlanLine(
            step.protocol,
            step.passes,
            tuple(step.reviewers.all()),
            step.rounds,
            step.focus,
            step.revised_by,
        )
        for step in assignment.plan.prefetch_related("reviewers")
        if step.protocol in PROTOCOLS
    ]


@transaction.atomic
def set_starter(
    assignment: Assignment,
    files: Sequence[SourceFile],
    author: LanguageModel | None = None,
    test_evidence: str = "",
) -> None:
    """Give the assignment starter files: what students review as it is, or send a diff against.

    `author` is the model that wrote them; `test_evidence` what their own tests printed.
    """
    assignment.starter = store(files)
    assignment.starter_author = author
    assignment.starter_test_evidence = test_evidence
    assignment.save(update_fields=["starter", "starter_author", "starter_test_evidence"])


def drop_starter(assignment: Assignment) -> None:
    """Take the starter files away. What was handed in from them stays."""
    assignment.starter = None
    assignment.starter_author = None
    assignment.starter_test_evidence = ""
    assignment.save(update_fields=["starter", "starter_author", "starter_test_evidence"])


class NotReady(Exception):
    """Why the assignment cannot be shown to students yet, and what to do."""


def publish(assignment: Assignment) -> None:
    """Show the assignment to students. Raises NotReady without a plan, or after its due date."""
    if assignment.due_at <= timezone.now():
        raise NotReady("Its due date has passed. Set a later one, then publish it.")
    if not assignment.plan.exists():
        raise NotReady("It has no review plan yet. Choose who reviews, then publish it.")
    assignment.state = Assignment.State.PUBLISHED
    assignment.save(update_fields=["state"])


class HasWork(Exception):
    """Students have begun; the assignment cannot be hidden any more."""


@transaction.atomic
def withdraw(assignment: Assignment) -> None:
    """Make a draft of it again. Raises HasWork once a student has handed something in."""
    if assignment.submissions.exists():
        raise HasWork("Students have handed in work, so this assignment can no longer be hidden.")
    assignment.state = Assignment.State.DRAFT
    assignment.save(update_fields=["state"])


def planned(assignment: Assignment) -> list[Planned]:
    """The review plan as the engine takes it."""
    return [line.planned() for line in stored_plan(assignment)]
