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
    """One way in which the code is reviewed, as students read it.

    `who` names the reviewers, empty where there is none; `how` says how often, in words.
    """

    protocol: Protocol
    who: tuple[str, ...]
    how: str
    student_revises: bool


def plan_in_words(assignment: Assignment) -> list[PlanInWords]:
    """The review plan with the names of those who would review, in three queries.

    Which of them are of the author's own family is known only once code is handed in.
    """
    active = list(Reviewer.objects.filter(active=True))
    return [
        PlanInWords(
            PROTOCOLS[step.protocol],
            _who(step, active),
            _how(step, PROTOCOLS[step.protocol]),
            "revised_by" in PROTOCOLS[step.protocol].takes and step.revised_by == step.RevisedBy.STUDENT,
        )
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


def _how(step: PlanStep, protocol: Protocol) -> str:
    """How often, where a plan can say it: "4 passes", "up to 3 rounds". Once needs no words."""
    often = [f"{step.passes} passes"] if "passes" in protocol.takes and step.passes > 1 else []
    if "rounds" in protocol.takes:
        often.append("one round" if step.rounds == 1 else f"up to {step.rounds} rounds")
    return ", ".join(often)


def starter_files(assignment: Assignment) -> QuerySet[SnapshotFile]:
    """The starter files' paths and line counts, without their texts."""
    return SnapshotFile.objects.filter(snapshot=assignment.starter_id)


def sealed_count(assignment: Assignment) -> int:
    """How many submissions are sealed."""
    return assignment.submissions.filter(revisions__snapshot__seal__isnull=False).distinct().count()
