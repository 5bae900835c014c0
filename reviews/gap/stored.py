"""The claims of a snapshot as they are stored: which of them speak, who makes them, their names."""

from __future__ import annotations

from collections.abc import Hashable

from django.db.models import F, Q

from reviews.briefs import Task
from reviews.models import Defect, Finding, KeyClaim, Note, Snapshot
from reviews.models.prepared import Prepared

Stored = Note | Finding | KeyClaim

ABOUT_CODE = tuple(task.value for task in Task if task.about_code)
"""The tasks whose findings are claims about the snapshot: not those on a plan, a text or a patch."""

SPEAKING = Q(by_pass__review__current=True, by_pass__task__in=ABOUT_CODE)
"""The findings that are such claims, of runs that were not run again."""


def name_of(item: Stored) -> str:
    """What a claim is called where a name must outlive its row: "note-12", "finding-88", "keyclaim-3"."""
    return f"{type(item).__name__.lower()}-{item.pk}"


def witness_of(item: Stored) -> Hashable:
    """Who makes the claim: its pass, the student or the key. What one witness tells apart stays apart."""
    if isinstance(item, Finding):
        return item.by_pass_id
    return "S" if isinstance(item, Note) else "K"


def siglum_of(item: Stored) -> str:
    """The siglum that a claim's witness goes by. Wants a finding of `claims_on`."""
    if isinstance(item, Finding):
        siglum: str = item.siglum  # type: ignore[attr-defined]
        return siglum
    return "S" if isinstance(item, Note) else "K"


def speaks(item: Stored) -> bool:
    """Whether the claim is one of now, not of a run that was run again. Wants a finding of `claims_on`."""
    current: bool = not isinstance(item, Finding) or item.current  # type: ignore[attr-defined]
    return current


def claims_on(snapshot: Snapshot) -> list[Stored]:
    """All claims that speak of a snapshot or are in a defect of it, in three queries.

    Findings have the `siglum` of their pass, and whether their run is the `current` one.
    """
    pk = snapshot.pk
    return [*_notes_on(pk), *_findings_on(pk), *_key_claims_on(pk)]


_notes_on = Prepared(lambda snapshot: Note.objects.filter(snapshot=snapshot), int)
_findings_on = Prepared(
    lambda snapshot: Finding.objects.filter(SPEAKING | Q(defect__isnull=False), snapshot=snapshot).annotate(
        siglum=F("by_pass__siglum"), current=F("by_pass__review__current")
    ),
    int,
)
_key_claims_on = Prepared(lambda snapshot: KeyClaim.objects.filter(snapshot=snapshot), int)


def claims_in(defect: Defect) -> list[Stored]:
    """All claims in one defect, in three queries."""
    return [*defect.notes.all(), *defect.findings.all(), *defect.keyclaims.all()]
