"""What an assignment's page tells: the review plan in words, the starter files, what is sealed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from courses.models import Assignment, PlanStep
from reviews.models import Reviewer, SnapshotFile
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Protocol


@dataclass(frozen=True, slots=True)
class PlanInWords:
    """One way in which the code is reviewed. `who` names the reviewers; empty where there is none."""

    protocol: Protocol
    passes: int
    who: tuple[str, ...]


def plan_in_words(assignment: Assignment) -> list[PlanInWords]:
    """The review plan with the names of those who would review, in three queries.

    Which of them are of the author's own family is known only once code is handed in.
    """
    active = list(Reviewer.objects.filter(active=True))
    return [
        PlanInWords(PROTOCOLS[step.protocol], step.passes, _who(step, active))
        for step in assignment.plan.prefetch_related("reviewers")
        if step.protocol in PROTOCOLS
    ]


def _who(step: PlanStep, active: list[Reviewer]) -> tuple[str, ...]:
    asks_models = PROTOCOLS[step.protocol].asks_models
    named = {reviewer.pk for reviewer in step.reviewers.all()}
    return tuple(
        reviewer.name
        for reviewer in active
        if (reviewer.model_id is not None) == asks_models and (not named or reviewer.pk in named)
    )


def starter_files(assignment: Assignment) -> QuerySet[SnapshotFile]:
    """The starter files' paths and line counts, without their texts."""
    return SnapshotFile.objects.filter(snapshot=assignment.starter_id)


def sealed_count(assignment: Assignment) -> int:
    """How many submissions are sealed."""
    return assignment.submissions.filter(revisions__snapshot__seal__isnull=False).distinct().count()
