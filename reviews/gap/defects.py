"""From claims to defects: gathered anew when something arrives, never against a person's decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

from django.db import transaction
from django.db.models import Max

from reviews.gap.comparison import Comparison
from reviews.gap.placing import groups, homes_of, join
from reviews.gap.reasons import explain
from reviews.gap.sheet import Sheet, is_from_key
from reviews.gap.stored import Stored, name_of, speaks
from reviews.gap.tallies import refresh
from reviews.models import Judgement, Snapshot
from reviews.models.prepared import Prepared


@transaction.atomic
def gather(snapshot: Snapshot) -> None:
    """Make defects of all claims on a sealed snapshot; the caller holds its lock.

    A defect that a person decided, renamed or moved a claim into stands as it is: claims that are
    new may join, none leaves, and what a superseded run said stays on its record. All others are
    formed afresh from the current claims, so the outcome does not depend on which review ended
    first; a defect keeps its number while most of it stays. Where nothing is new nothing changes: who
    changes a claim's words takes its reason away (`matched_by`), so that it counts as new.

    A defect that holds an entry of the answer key and that nobody decided is valid, from the key.
    The number of statements is fixed, but for the batches that SQLite cuts long ones into.
    """
    sheet = Sheet(snapshot)
    judgements = _judgements_on(snapshot.pk)
    fixed = sheet.fixed()
    superseded = [item for item in sheet.stored if _is_superseded(item, fixed)]
    for item in superseded:
        item.defect_id, item.matched_by, item.match_score, item.match_why = None, "", None, ""
    free = [item for item in sheet.stored if item.defect_id not in fixed and speaks(item)]
    loose = {defect.pk for defect in sheet.defects if defect.pk not in fixed}
    compared = None
    if superseded or not _settled(free, fixed, sheet, judgements):
        compared = Comparison(sheet.stored, judgements)
        _place(sheet, free, loose, fixed, compared)
    _conclude(sheet, judgements, compared)


def settle(snapshot: Snapshot, touched: Collection[int] = ()) -> None:
    """After a person changed something: the key's word, the defects' words, the reasons, the tally.

    No claim changes its place. `touched` are the defects whose claims came or went. The caller holds
    the lock.
    """
    sheet = Sheet(snapshot)
    _conclude(sheet, _judgements_on(snapshot.pk), None, touched)


_judgements_on = Prepared(lambda snapshot: Judgement.objects.filter(snapshot=snapshot), int)


def next_number(snapshot: Snapshot) -> int:
    """The number of the snapshot's next defect, from 1."""
    return (snapshot.defects.aggregate(top=Max("number"))["top"] or 0) + 1


def _place(
    sheet: Sheet, free: Sequence[Stored], loose: Collection[int], fixed: Collection[int], compared: Comparison
) -> None:
    """Let what is new join what a person decided, and form the other defects afresh."""
    homes = {pk: held for pk, held in sheet.members().items() if pk in fixed}
    held = list(chain.from_iterable(homes.values()))
    new = [item for item in free if _is_new(item) or compared.put_together(item, held)]
    arrived = {id(item) for item in new}
    joined = join(new, homes, [item for item in free if id(item) not in arrived], compared)
    gone = {id(item) for item in joined}
    formed = groups([item for item in free if id(item) not in gone], compared)
    known = {defect.pk for defect in sheet.defects if is_from_key(defect)}
    stays = homes_of(formed, loose, known)
    made = iter(sheet.add(stays.count(None)))
    for members, pk in zip(formed, stays, strict=True):
        home = next(made).pk if pk is None else pk
        for item in members:
            item.defect_id = home


def _conclude(
    sheet: Sheet, judgements: Sequence[Judgement], compared: Comparison | None, touched: Collection[int] = ()
) -> None:
    taken_back = sheet.heed_key()
    sheet.put_in_words()
    unexplained = sheet.changed() | taken_back | set(touched)
    if unexplained:
        compared = compared or Comparison(sheet.stored, judgements)
        members = sheet.members()
        for pk in sorted(unexplained & members.keys()):
            explain(members[pk], compared)
    sheet.write()
    refresh(sheet.snapshot)


def _is_new(item: Stored) -> bool:
    return item.defect_id is None or not item.matched_by


def _is_superseded(item: Stored, fixed: Collection[int]) -> bool:
    """Whether a finding of a run that was run again still stands in a defect that is formed afresh."""
    return not speaks(item) and not item.moved_by_person and item.defect_id not in fixed


def _settled(
    free: Sequence[Stored], fixed: Collection[int], sheet: Sheet, judgements: Sequence[Judgement]
) -> bool:
    """Whether nothing came since the defects were formed: no claim, no word of a judge."""
    if any(map(_is_new, free)):
        return False
    home = {name_of(item): item.defect_id for item in sheet.stored} if judgements else {}
    for judgement in judgements:
        first, second = home.get(judgement.first), home.get(judgement.second)
        stuck = first is None or second is None or {first, second} <= set(fixed)
        if not stuck and judgement.same is not None and judgement.same != (first == second):
            return False
    return True
