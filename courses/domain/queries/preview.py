"""What a review plan will cost, before anything runs: for one submission, and for the class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from courses.domain.assignments import PlanLine
from courses.models import Assignment, Course, Membership
from reviews.engine.estimates import PLAN, Amount, Estimate, estimate
from reviews.models import LanguageModel, Reviewer
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import Protocol
from reviews.protocols.judging import JUDGING
from reviews.snapshots.documents import plan_among

TYPICAL_CHARACTERS = 15_000
"""About 400 lines: what a model writes in an afternoon's assignment."""


@dataclass(frozen=True, slots=True)
class Range:
    """What calls come to at least and at most."""

    least: Amount
    most: Amount


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One protocol of the plan and what it comes to for one submission."""

    protocol: Protocol
    estimate: Estimate

    @property
    def range(self) -> Range:
        """From least to most."""
        return Range(self.estimate.least, self.estimate.most)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a plan comes to, and what was assumed.

    `characters` are those of the starter files, or typical ones. `author` is the name of the model
    that is taken for the author: the starter's where it is known.
    """

    rows: tuple[PreviewRow, ...]
    students: int
    characters: int
    is_typical: bool
    author: str
    author_is_known: bool
    has_plan: bool

    @property
    def one(self) -> Range:
        """One submission."""
        estimates = [row.estimate for row in self.rows]
        return Range(
            sum((item.least for item in estimates), Amount()),
            sum((item.most for item in estimates), Amount()),
        )

    @property
    def everybody(self) -> Range:
        """A submission of every student."""
        return Range(self.one.least * self.students, self.one.most * self.students)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The models of unknown price: they are in no sum."""
        return tuple(sorted({model for row in self.rows for model in row.estimate.unpriced}))

    @property
    def replays(self) -> bool:
        """Whether a recording takes the place of models somewhere."""
        return any(row.estimate.free for row in self.rows)

    @property
    def wants_plan(self) -> bool:
        """Whether something is about a plan that students must add to their files."""
        return not self.has_plan and any(row.protocol.needs_document for row in self.rows)


def preview(
    lines: Sequence[PlanLine],
    course: Course,
    assignment: Assignment | None,
    judge: Reviewer | None = None,
) -> Preview:
    """What a plan comes to for one submission and for all students of a course. Nothing is called.

    A judge is asked after everybody of the plan.
    """
    lines = [*lines, PlanLine(JUDGING.name, reviewers=(judge,))] if judge else lines
    files = assignment.starter.source_files() if assignment and assignment.starter else ()
    characters = sum(len(file.text) for file in files) or TYPICAL_CHARACTERS
    known = assignment.starter_author if assignment else None
    author = known or _likely_author()
    name, family = (author.name, author.family) if author else ("", "")
    document = plan_among(files)
    rows = tuple(
        PreviewRow(
            PROTOCOLS[line.protocol], estimate(line.planned(), characters, family, name, document or PLAN)
        )
        for line in lines
    )
    return Preview(
        rows,
        students=course.memberships.filter(role=Membership.Role.STUDENT).count(),
        characters=characters,
        is_typical=not files,
        author=author.label if author else "",
        author_is_known=known is not None,
        has_plan=document is not None,
    )


def _likely_author() -> LanguageModel | None:
    """A model that students may name and that is a reviewer, too, so that it can review itself."""
    offered = LanguageModel.objects.filter(offered=True)
    reviewing = Reviewer.objects.filter(active=True, model__isnull=False).values("model")
    return offered.filter(pk__in=reviewing).first() or offered.first()
