"""What was noticed in the code before anybody was asked: lessons for all, and notes for the staff."""

from __future__ import annotations

from dataclasses import dataclass

from reviews.models import Notice, Snapshot

LESSONS = (Notice.Kind.INSTRUCTION, Notice.Kind.HIDDEN)
"""What everybody learns from who may see findings; what else was noticed concerns the staff."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Attempts on the reviewers, and what was replaced before the code left the house."""

    lessons: tuple[Notice, ...] = ()
    replaced: tuple[Notice, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lessons or self.replaced)

    @property
    def instructs(self) -> bool:
        """Whether anything in the code tries to instruct whoever reviews it."""
        return any(notice.kind == Notice.Kind.INSTRUCTION for notice in self.lessons)


def noticed(snapshot: Snapshot, *, staff: bool) -> Noticed:
    """What was noticed in a snapshot, for the staff or for its student, in one query."""
    rows = list(snapshot.notices.all())
    return Noticed(
        tuple(row for row in rows if row.kind in LESSONS),
        tuple(row for row in rows if row.kind not in LESSONS) if staff else (),
    )
