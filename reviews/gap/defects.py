"""From claims to defects: gathered anew when something arrives, never against a person's decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import count
from statistics import median_low

from django.db import transaction
from django.db.models import Max, Q

from reviews.briefs import Task
from reviews.claims import Severity
from reviews.gap.match import Words, clusters, compare, prepare, told_apart
from reviews.models import Defect, Finding, Note, Snapshot

Stored = Note | Finding

ABOUT_CODE = tuple(task.value for task in Task if task.about_code)
"""The tasks whose findings are claims about the snapshot: not those on a plan, a text or a patch."""

SPEAKING = Q(by_pass__review__current=True, by_pass__task__in=ABOUT_CODE)
"""The findings that are such claims, of runs that were not run again."""

WORDS = ("title", "severity", "odc_type", "cwe")
"""What a defect takes from its claims."""


@transaction.atomic
def gather(snapshot: Snapshot) -> None:
    """Make defects of all claims on a sealed snapshot; the caller holds its lock.

    A defect that a person decided, renamed or moved a claim into stands as it is: claims that fit
    one of its own may join, none leaves, and what a superseded run said stays on its record. All
    others are formed afresh from the current claims, so the outcome does not depend on which
    review ended first; a defect keeps its number while most of it stays.
    """
    defects = list(snapshot.defects.all())
    speaking, stored = _claims(snapshot)
    fixed = _fixed(defects, stored)
    _let_go_of_superseded(snapshot, fixed)
    before = {item: item.defect_id for item in stored}
    free = [item for item in stored if item.defect_id not in fixed]
    joined = _join(free, _claims_in(fixed))
    free = [item for item in free if item not in joined]
    loose = {defect.pk: defect for defect in defects if defect.pk not in fixed}
    made = []
    numbers = count(1 + max((defect.number for defect in defects), default=0))
    for group in clusters([item.claim() for item in free], [_witness(item) for item in free]):
        members = [free[index] for index in group]
        home = _home(members, loose) or Defect(snapshot=snapshot, number=next(numbers))
        put_in_words(home, members)
        made.append((home, members))
    Defect.objects.filter(pk__in=loose).delete()
    Defect.objects.bulk_create(home for home, _ in made if home.pk is None)
    for home, members in made:
        for item in members:
            item.defect_id = home.pk
    for defect in defects:
        if defect.pk in fixed and not defect.titled_by_person:
            put_in_words(defect, [item for item in speaking if item.defect_id == defect.pk])
    known = [home for home, _ in made] + [defect for defect in defects if defect.pk in fixed]
    Defect.objects.bulk_update(known, WORDS)
    placed = [item for item, was in before.items() if item.defect_id != was]
    Note.objects.bulk_update([item for item in placed if isinstance(item, Note)], ["defect"])
    Finding.objects.bulk_update([item for item in placed if isinstance(item, Finding)], ["defect"])


def describe(defect: Defect) -> None:
    """Unless a person named it, give a defect the title, category and severity of its claims.

    The severity is the median of the claims' (the lower of two); the words are those of the
    finding that is surest of itself, since findings are written to be read by strangers, else
    the student's.
    """
    members: list[Stored] = [*defect.notes.all(), *defect.findings.filter(SPEAKING)]
    if members and not defect.titled_by_person:
        put_in_words(defect, members)
        defect.save(update_fields=WORDS)


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


def _claims(snapshot: Snapshot) -> tuple[list[Stored], list[Stored]]:
    """What speaks of the snapshot now; and the same with what a person has moved."""
    moved = snapshot.findings.filter(moved_by_person=True).exclude(SPEAKING)
    speaking: list[Stored] = [*snapshot.notes.all(), *snapshot.findings.filter(SPEAKING)]
    return speaking, [*speaking, *moved]


def _claims_in(defect_ids: set[int]) -> list[Stored]:
    return [
        *Note.objects.filter(defect__in=defect_ids),
        *Finding.objects.filter(defect__in=defect_ids),
    ]


def _fixed(defects: Sequence[Defect], stored: Sequence[Stored]) -> set[int]:
    """Those that a person has had a hand in."""
    originals = {defect.duplicate_of_id for defect in defects}
    moved_into = {item.defect_id for item in stored if item.moved_by_person}
    return {
        defect.pk
        for defect in defects
        if defect.standing != Defect.Standing.UNDECIDED
        or defect.titled_by_person
        or defect.decided_at
        or defect.pk in originals
        or defect.pk in moved_into
    }


def _join(free: Sequence[Stored], placed: Sequence[Stored]) -> list[Stored]:
    """Put each free claim into the fixed defect that it fits best, if it fits one; return those."""
    homes: dict[int, list[tuple[int, Words]]] = {}
    for item in placed:
        if item.defect_id is not None:
            homes.setdefault(item.defect_id, []).append((_witness(item), prepare(item.claim())))
    joined = []
    for item in free:
        words, witness = prepare(item.claim()), _witness(item)
        fits = {home: _fit(words, witness, others) for home, others in homes.items()}
        home, score = max(fits.items(), key=lambda fit: (fit[1], -fit[0]), default=(0, 0.0))
        if score >= 1.0:
            item.defect_id = home
            joined.append(item)
    return joined


def _fit(words: Words, witness: int, others: Sequence[tuple[int, Words]]) -> float:
    """How well a claim fits a defect: its best match, or 0 where its witness tells the two apart."""
    if any(witness == who and told_apart(words.claim, other.claim) for who, other in others):
        return 0.0
    return max(compare(words, other).score for _, other in others)


def _home(members: Sequence[Stored], loose: dict[int, Defect]) -> Defect | None:
    """The loose defect that most of a group's claims were in, taken out of the loose ones."""
    before = Counter(item.defect_id for item in members if item.defect_id in loose)
    if not before:
        return None
    home = max(before, key=lambda pk: (before[pk], -(pk or 0)))
    return loose.pop(home) if home is not None else None


def _let_go_of_superseded(snapshot: Snapshot, fixed: set[int]) -> None:
    """Findings of a run that was replaced speak for no defect that is formed afresh."""
    old = snapshot.findings.filter(by_pass__review__current=False, moved_by_person=False)
    old.exclude(defect=None).exclude(defect__in=fixed).update(defect=None)


def _commonest(values: Iterable[str]) -> str:
    counted = Counter(value for value in values if value)
    return min(counted, key=lambda value: (-counted[value], value)) if counted else ""
