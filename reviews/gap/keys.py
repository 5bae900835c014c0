"""The answer key: defects that are known, and what they say of each sealed snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import F, Max, Q

from reviews.claims import Claim, DefectType, Place, Severity, bounded
from reviews.gap.defects import gather
from reviews.gap.reasons import by_person
from reviews.gap.standing import Refused
from reviews.gap.stored import SPEAKING, name_of
from reviews.models import (
    AnswerKey,
    AppliedKey,
    Defect,
    Finding,
    Judgement,
    KeyClaim,
    KeyEntry,
    Note,
    Seal,
    Snapshot,
    locked,
)
from reviews.snapshots.files import SourceFile
from reviews.snapshots.ground import Ground, ground, is_evidence

WORDS = (
    "title", "explanation", "severity", "odc_type", "cwe", "path", "first_line", "last_line", "quote",
    "confidence", "suggested_fix", "elsewhere",
)  # fmt: skip
"""What an entry's claim takes from it."""

MATCHED = ("title", "explanation", "odc_type", "cwe", "path", "first_line", "last_line", "quote", "elsewhere")
"""What of it decides which defect it is."""

BEST_FIRST = (Ground.EXACT, Ground.MOVED, Ground.UNQUOTED, Ground.WHOLE, Ground.NONE)


class ChangedMeanwhile(Exception):
    """Somebody else changed the entry since it was read; `stored` is how it stands now."""

    def __init__(self, stored: KeyEntry) -> None:
        super().__init__("Somebody else changed this entry meanwhile.")
        self.stored = stored


def add(key: AnswerKey, claim: Claim, origin: KeyEntry.Origin) -> KeyEntry:
    """A new entry at the end of the key. Raises Refused for one without a title."""
    with transaction.atomic():
        _changing(key)
        return _append(key, claim, origin)


def add_new(key: AnswerKey, known: Iterable[tuple[Claim, KeyEntry.Origin]]) -> list[KeyEntry]:
    """The entries that were added: those whose words and place the key does not have yet.

    All of them or none. Raises Refused for one without a title.
    """
    with transaction.atomic():
        _locked(key)
        there = {_identity(entry.claim()) for entry in key.entries.all()}
        new = {_identity(claim): (claim, origin) for claim, origin in known if _identity(claim) not in there}
        if new:
            _changing(key)
        return [_append(key, claim, origin) for claim, origin in new.values()]


def change(entry: KeyEntry, claim: Claim, origin: KeyEntry.Origin, seen: int | None) -> KeyEntry:
    """Give an entry other words or another place, over those of the revision that its editor saw.

    What stands there already changes nothing, whichever revision was seen. Raises Refused for one
    without a title, ChangedMeanwhile, and KeyEntry.DoesNotExist where it was taken out.
    """
    with transaction.atomic():
        stored = _entry_locked(entry)
        if (stored.claim(), stored.origin) == (bounded(claim), origin):
            return stored
        _check_seen(stored, seen)
        _changing(stored.key)
        return _write(stored, claim, origin)


def remove(entry: KeyEntry, seen: int | None) -> None:
    """Take an entry out as its editor saw it; what it alone made valid is not so once the key is applied.

    Raises ChangedMeanwhile, and KeyEntry.DoesNotExist where it is gone already.
    """
    with transaction.atomic():
        stored = _entry_locked(entry)
        _check_seen(stored, seen)
        _changing(stored.key)
        stored.delete()


def promote(defect: Defect, key: AnswerKey) -> KeyEntry:
    """Make an entry of a valid defect: its title and severity, and what its best grounded claim says.

    A claim that quotes nothing gets the line that it points at, since an entry is found in other
    code by its quotation. Promoted twice, or known to the key anyway, it is the same entry.
    Raises Refused for a defect that is not valid.
    """
    with transaction.atomic():
        _locked(key)
        defect.refresh_from_db()
        if defect.standing == Defect.Standing.DUPLICATE and defect.duplicate_of:
            original = defect.duplicate_of.number
            raise Refused(
                "standing", f"Defect {defect.number} repeats defect {original}; add that one to the key."
            )
        if defect.standing != Defect.Standing.VALID:
            raise Refused(
                "standing",
                f"Defect {defect.number} is {defect.standing}. Only a valid defect can be added to the key.",
            )
        known = key.entries.filter(Q(from_defect=defect) | Q(claims__defect=defect)).first()
        if known is not None:
            return known
        _changing(key)
        return _append(key, _said_best(defect), KeyEntry.Origin.FOUND, from_defect=defect)


def apply(snapshot: Snapshot, key: AnswerKey | None) -> None:
    """Measure a sealed snapshot against a key as it stands now, or against none, as an empty one is.

    An entry holds where its quotation stands in the file that it names; without one where the file
    has its lines; with a path alone where there is that file; without a path everywhere. It then has
    one claim there, at the place where it is found. What a person moved stays where it was put.
    Raises Refused before the notes are sealed.
    """
    with transaction.atomic():
        # The snapshot first, then the key: nobody who changes a key waits for a snapshot.
        snapshot = locked(snapshot.pk)
        if not Seal.objects.filter(snapshot=snapshot).exists():
            raise Refused("seal", "The notes are not sealed yet, so nothing is measured against the key.")
        key = _locked(key) if key else None
        entries = list(key.entries.all()) if key else []
        if key and entries:
            AppliedKey.objects.update_or_create(
                snapshot=snapshot, defaults={"key": key, "revision": key.revision}
            )
        else:
            AppliedKey.objects.filter(snapshot=snapshot).delete()
        _sync(snapshot, entries)
        gather(snapshot)


def measure_against(snapshots: Iterable[Snapshot], key: AnswerKey) -> None:
    """Let these sealed snapshots wait for the key, those that are not measured against it yet."""
    rows = [AppliedKey(snapshot=snapshot, key=key) for snapshot in snapshots]
    AppliedKey.objects.bulk_create(rows, ignore_conflicts=True)


def quotation(place: Place, files: Sequence[SourceFile]) -> str:
    """The first of the lines that says enough to be found again; empty where none does."""
    lines = next((file.lines for file in files if file.path == place.path), [])
    cited = lines[place.first_line - 1 : place.last_line]
    return next((line for line in cited if is_evidence(line, [line])), "")


def _sync(snapshot: Snapshot, entries: Sequence[KeyEntry]) -> None:
    """Make the snapshot's claims those of the entries that hold.

    One that says something else now leaves its defect, so that it is matched anew; what a judge said
    of its former words is no word on these.
    """
    before = {claim.entry_id: claim for claim in snapshot.key_claims.all()}
    files = snapshot.source_files() if entries else ()
    made: list[KeyClaim] = []
    known: list[KeyClaim] = []
    reworded: list[str] = []
    for entry in entries:
        claim, grounding = ground(entry.claim(), files)
        if grounding is Ground.NONE:
            continue
        item = before.pop(entry.pk, None) or _claim_of(entry, snapshot)
        said = [getattr(item, name) for name in MATCHED]
        item.take(claim)
        item.grounding = grounding
        if item.pk is None:
            made.append(item)
            continue
        known.append(item)
        if said != [getattr(item, name) for name in MATCHED]:
            reworded.append(name_of(item))
            item.defect = item.defect if item.moved_by_person else None
    if reworded:
        about = Q(first__in=reworded) | Q(second__in=reworded)
        Judgement.objects.filter(about, snapshot=snapshot).delete()
    KeyClaim.objects.filter(pk__in=[claim.pk for claim in before.values()]).delete()
    KeyClaim.objects.bulk_create(made)
    KeyClaim.objects.bulk_update(known, (*WORDS, "grounding", "defect"))


def _claim_of(entry: KeyEntry, snapshot: Snapshot) -> KeyClaim:
    """A new claim; where a person made the entry of a defect of this very snapshot, it stands there."""
    item = KeyClaim(snapshot=snapshot, entry=entry)
    if entry.from_defect and entry.from_defect.snapshot_id == snapshot.pk:
        item.defect = entry.from_defect
        by_person(item)
        item.match_why = "The entry of the answer key was made of this defect."
    return item


def _locked(key: AnswerKey) -> AnswerKey:
    """The key as it stands; until the transaction ends no entry of it changes."""
    return AnswerKey.objects.select_for_update(no_key=True).get(pk=key.pk)


def _entry_locked(entry: KeyEntry) -> KeyEntry:
    """The entry as it stands; until the transaction ends nobody changes it. Raises KeyEntry.DoesNotExist."""
    key = _locked(entry.key)
    stored = KeyEntry.objects.get(pk=entry.pk)
    stored.key = key
    return stored


def _check_seen(stored: KeyEntry, seen: int | None) -> None:
    """By the key's revision: unlike a number of its own, no other entry ever had it in that place."""
    if seen != stored.revision:
        raise ChangedMeanwhile(stored)


def _changing(key: AnswerKey) -> None:
    """Raise the key's revision, which locks it: from now on every snapshot is behind it."""
    AnswerKey.objects.filter(pk=key.pk).update(revision=F("revision") + 1)
    key.refresh_from_db(fields=["revision"])


def _append(
    key: AnswerKey, claim: Claim, origin: KeyEntry.Origin, from_defect: Defect | None = None
) -> KeyEntry:
    last = key.entries.aggregate(last=Max("number"))["last"] or 0
    return _write(KeyEntry(key=key, number=last + 1, from_defect=from_defect), claim, origin)


def _write(entry: KeyEntry, claim: Claim, origin: KeyEntry.Origin) -> KeyEntry:
    if not claim.title.strip():
        raise Refused("title", "Give the entry a title: it is what the class will read.")
    entry.take(bounded(claim))
    entry.origin = origin
    entry.revision = entry.key.revision
    entry.save()
    return entry


def _identity(claim: Claim) -> tuple[object, ...]:
    """What makes two entries the same: their words, however spaced, and their place."""
    texts = (claim.title[:200], claim.explanation, claim.quote)
    path = claim.place.path if claim.place else claim.path
    lines = (claim.place.first_line, claim.place.last_line) if claim.place else None
    return (*(" ".join(text.split()).casefold() for text in texts), path, lines)


def _said_best(defect: Defect) -> Claim:
    """A defect as one claim: its own words and weight, and the place that is told best."""
    findings = defect.findings.filter(SPEAKING | Q(moved_by_person=True))
    said: list[Note | Finding] = [*defect.notes.all(), *findings]
    best = min(said, key=_worth, default=None)
    told = best.claim() if best else Claim(title=defect.title)
    if best and best.grounding == Ground.NONE:
        told = Claim(title=defect.title, explanation=told.explanation, suggested_fix=told.suggested_fix)
    elif told.place and not told.quote:
        told = replace(told, quote=quotation(told.place, defect.snapshot.source_files()))
    return Claim(
        title=defect.title,
        explanation=told.explanation,
        severity=Severity(defect.severity),
        path=told.path,
        place=told.place,
        quote=told.quote,
        odc_type=DefectType(defect.odc_type) if defect.odc_type else None,
        cwe=defect.cwe,
        suggested_fix=told.suggested_fix,
        elsewhere=told.elsewhere,
    )


def _worth(item: Note | Finding) -> tuple[int, bool, bool, int, int]:
    """Least for the best: where it stands, then findings, which are written to be read by strangers."""
    place = BEST_FIRST.index(Ground(item.grounding))
    return place, not item.explanation, not isinstance(item, Finding), -(item.confidence or 0), item.pk
