"""From claims to defects: gathered anew when something arrives, never against a person's decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median_low

from django.db import transaction
from django.db.models import Max, Q

from reviews.briefs import Task
from reviews.claims import Severity
from reviews.gap.clusters import clusters
from reviews.gap.match import THRESHOLD, Corpus, told_apart
from reviews.models import Defect, Finding, Note, Snapshot

Stored = Note | Finding

ABOUT_CODE = tuple(task.value for task in Task if task.about_code)
"""The tasks whose findings are claims about the snapshot: not those on a plan, a text or a patch."""

SPEAKING = Q(by_pass__review__current=True, by_pass__task__in=ABOUT_CODE)
"""The findings that are such claims, of runs that were not run again."""


@transaction.atomic
def gather(snapshot: Snapshot) -> None:
    """Make defects of all claims on a sealed snapshot; the caller holds its lock.

    A defect that a person decided, renamed or moved a claim into stands as it is: claims that fit
    one of its own may join, none leaves, and what a superseded run said stays on its record. All
    others are formed afresh from the current claims, so the outcome does not depend on which
    review ended first; a defect keeps its number while most of it stays.
    """
    defects = list(snapshot.defects.all())
    stored = _claims(snapshot)
    fixed = {defect.pk for defect in defects if _is_fixed(defect, stored)}
    _let_go_of_superseded(snapshot, fixed)
    free = [item for item in stored if item.defect_id not in fixed]
    joined = _join(free, _claims_in(fixed))
    free = [item for item in free if item not in joined]
    loose = {defect.pk: defect for defect in defects if defect.pk not in fixed}
    for group in clusters([item.claim() for item in free], [_witness(item) for item in free]):
        members = [free[index] for index in group]
        _settle(snapshot, members, loose)
    Defect.objects.filter(pk__in=loose).delete()
    for defect in Defect.objects.filter(pk__in=fixed):
        describe(defect)


def describe(defect: Defect) -> None:
    """Unless a person named it, give a defect the title, category and severity of its claims.

    The severity is the median of the claims' (the lower of two); the words are those of the
    finding that is surest of itself, since findings are written to be read by strangers, else
    the student's.
    """
    members: list[Stored] = [*defect.notes.all(), *defect.findings.filter(SPEAKING)]
    if members and not defect.titled_by_person:
        put_in_words(defect, members)
        defect.save(update_fields=["title", "severity", "odc_type", "cwe"])


def put_in_words(defect: Defect, members: Sequence[Stored]) -> None:
    """Set title, category and severity from the claims, without saving."""
    if not members:
        return
    best = max(members, key=_telling)
    ranks = {severity.rank: severity for severity in Severity}
    defect.title = best.title or "Untitled"
    defect.severity = ranks[median_low([Severity(item.severity).rank for item in members])]
    defect.odc_type = _commonest(item.odc_type for item in members)
    cwe = _commonest(str(item.cwe or "") for item in members)
    defect.cwe = int(cwe) if cwe else None


def next_number(snapshot: Snapshot) -> int:
    """The number of the snapshot's next defect, from 1."""
    return (snapshot.defects.aggregate(top=Max("number"))["top"] or 0) + 1


def _witness(item: Stored) -> int:
    """Who makes the claim: its pass, or 0 for the student."""
    return item.by_pass_id if isinstance(item, Finding) else 0


def _telling(item: Stored) -> tuple[bool, int, int]:
    return isinstance(item, Finding), item.confidence or 0, -item.pk


def _claims(snapshot: Snapshot) -> list[Stored]:
    findings = snapshot.findings.filter(SPEAKING | Q(moved_by_person=True))
    return [*snapshot.notes.all(), *findings]


def _claims_in(defect_ids: set[int]) -> list[Stored]:
    return [
        *Note.objects.filter(defect__in=defect_ids),
        *Finding.objects.filter(defect__in=defect_ids),
    ]


def _is_fixed(defect: Defect, stored: Sequence[Stored]) -> bool:
    """Whether a person has had a hand in it."""
    if defect.standing != Defect.Standing.UNDECIDED or defect.titled_by_person or defect.decided_at:
        return True
    return defect.duplicates.exists() or any(
        item.moved_by_person for item in stored if item.defect_id == defect.pk
    )


def _join(free: Sequence[Stored], placed: Sequence[Stored]) -> list[Stored]:
    """Put each free claim into the fixed defect that it fits best, if it fits one; return those."""
    corpus = Corpus([item.claim() for item in (*free, *placed)])
    homes: dict[int, list[tuple[int, int]]] = {}
    for index, item in enumerate(placed, start=len(free)):
        if item.defect_id is not None:
            homes.setdefault(item.defect_id, []).append((_witness(item), index))
    joined = []
    for index, item in enumerate(free):
        fits = {home: _fit(corpus, index, _witness(item), others) for home, others in homes.items()}
        home, score = max(fits.items(), key=lambda fit: (fit[1], -fit[0]), default=(0, 0.0))
        if score >= THRESHOLD:
            _place(item, home)
            joined.append(item)
    return joined


def _fit(corpus: Corpus, index: int, witness: int, others: Sequence[tuple[int, int]]) -> float:
    """How well a claim fits a defect: its best match, or 0 where its witness tells the two apart."""
    claims = corpus.claims
    if any(witness == who and told_apart(claims[index], claims[other]) for who, other in others):
        return 0.0
    return max(corpus.score(index, other) for _, other in others)


def _settle(snapshot: Snapshot, members: Sequence[Stored], loose: dict[int, Defect]) -> None:
    """Give a group of claims a defect: the loose one most of them were in, or a new one."""
    before = Counter(item.defect_id for item in members if item.defect_id in loose)
    if before:
        home = max(before, key=lambda pk: (before[pk], -(pk or 0)))
        defect = loose.pop(home) if home is not None else None
    else:
        defect = None
    if defect is None:
        defect = Defect.objects.create(
            snapshot=snapshot, number=next_number(snapshot), title="Untitled", severity=Severity.INFO
        )
    for item in members:
        _place(item, defect.pk)
    describe(defect)


def _place(item: Stored, defect_id: int) -> None:
    if item.defect_id != defect_id:
        item.defect_id = defect_id
        item.save(update_fields=["defect"])


def _let_go_of_superseded(snapshot: Snapshot, fixed: set[int]) -> None:
    """Findings of a run that was replaced speak for no defect that is formed afresh."""
    old = snapshot.findings.filter(by_pass__review__current=False, moved_by_person=False)
    old.exclude(defect=None).exclude(defect__in=fixed).update(defect=None)


def _commonest(values: Iterable[str]) -> str:
    counted = Counter(value for value in values if value)
    return min(counted, key=lambda value: (-counted[value], value)) if counted else ""
