"""The facts of snapshots, read from the rows and kept as tallies, which can be rebuilt at any time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum

from reviews.gap.apparatus import Sight, Witness, has_seen, is_valid, path_of, sight, witnesses_of
from reviews.gap.facts import VERSION, DefectFact, Facts, WitnessFact
from reviews.models import Call, Defect, Finding, KeyClaim, Note, Pass, Seal, Snapshot, Tally
from reviews.models.prepared import PreparedIn
from reviews.protocols.imported import IMPORTED

CHUNK = 200
"""So many snapshots are held in memory at once, with all their claims, while tallies are rebuilt."""

SUMS = (
    "valid",
    "caught",
    "false_notes",
    "undecided",
    "brier_sum",
    "brier_count",
)


def refresh(snapshot: Snapshot) -> None:
    """Keep the tally of a snapshot in step with its rows; an unsealed one has none.

    The caller holds the snapshot's lock. In at most ten statements.
    """
    _keep([snapshot.pk])


def rebuild(snapshot_ids: Iterable[int] | None = None) -> int:
    """Make the tallies of these sealed snapshots anew from their rows, by default of all; how many.

    Snapshots are locked while they are read, so that no decision made meanwhile is overwritten. Only
    tallies that are not what they should be are written.
    """
    wanted = None if snapshot_ids is None else set(snapshot_ids)
    sealed = Seal.objects.order_by("snapshot").values_list("snapshot", flat=True)
    found = [pk for pk in sealed if wanted is None or pk in wanted]
    for start in range(0, len(found), CHUNK):
        chunk = found[start : start + CHUNK]
        with transaction.atomic():
            list(Snapshot.objects.select_for_update().filter(pk__in=chunk).order_by("pk").values_list("pk"))
            _keep(chunk)
    return len(found)


def facts_of(snapshot_ids: Iterable[int]) -> dict[int, Facts]:
    """All that counts of each of these snapshots, in eight queries whatever their number.

    What the numbers count as seen and asked is what `apparatus.who_saw_what` shows.
    """
    ids = list(snapshot_ids)
    witnesses = witnesses_of(ids)
    spent = _spent(ids)
    rows = _Rows.of(ids)
    return {pk: _facts(pk, witnesses[pk], spent, rows) for pk in ids}


@dataclass
class _Said:
    """What was said of one defect, by its own claims (paths) and those of its duplicates (the rest)."""

    note_paths: list[str] = field(default_factory=list)
    finding_paths: list[str] = field(default_factory=list)
    key_paths: list[str] = field(default_factory=list)
    confidences: list[int | None] = field(default_factory=list)
    passes: set[int] = field(default_factory=set)
    in_key: bool = False


@dataclass
class _Rows:
    """The defects of some snapshots, and what was said of each."""

    defects: dict[int, list[Defect]]
    said: dict[int, _Said]

    @classmethod
    def of(cls, ids: Sequence[int]) -> _Rows:
        """Read them in four queries."""
        defects: dict[int, list[Defect]] = defaultdict(list)
        homes: dict[int, int] = {}
        for defect in _defects_on(ids):
            homes[defect.pk] = defect.duplicate_of_id or defect.pk
            defects[defect.snapshot_id].append(defect)
        said: dict[int, _Said] = defaultdict(_Said)
        for pk, path, confidence in _notes_on(ids):
            said[pk].note_paths.append(path)
            said[homes[pk]].confidences.append(confidence)
        for pk, path, pass_id, outcome, current in _findings_on(ids):
            said[pk].finding_paths.append(path)
            if current and has_seen(outcome):
                said[homes[pk]].passes.add(pass_id)
        for pk, path in _key_claims_on(ids):
            said[pk].key_paths.append(path)
            said[homes[pk]].in_key = True
        return cls(defects, said)


_defects_on = PreparedIn(lambda ids: Defect.objects.filter(snapshot__in=ids), int)
_notes_on = PreparedIn(
    lambda ids: (
        Note.objects.filter(snapshot__in=ids, defect__isnull=False)
        .order_by("pk")
        .values_list("defect", "path", "confidence")
    ),
    int,
)
_findings_on = PreparedIn(
    lambda ids: (
        Finding.objects.filter(snapshot__in=ids, defect__isnull=False)
        .order_by()
        .values_list("defect", "path", "by_pass", "outcome", "by_pass__review__current")
    ),
    int,
)
_key_claims_on = PreparedIn(
    lambda ids: (
        KeyClaim.objects.filter(snapshot__in=ids, defect__isnull=False)
        .order_by()
        .values_list("defect", "path")
    ),
    int,
)


@dataclass(frozen=True, slots=True)
class _Spent:
    """What the calls of a pass came to. `cost` is None where that of one of them is not known."""

    calls: int
    cost: int | None
    seconds: float


def _spent(ids: Sequence[int]) -> dict[int, _Spent]:
    """What the calls of each pass came to, as the ledger adds them up, in one query."""
    return {
        pk: _Spent(calls, None if unpriced else paid, seconds.total_seconds() if seconds else 0.0)
        for pk, calls, unpriced, paid, seconds in _calls_on(ids)
    }


_calls_on = PreparedIn(
    lambda ids: (
        Call.objects.filter(by_pass__review__snapshot__in=ids, by_pass__review__current=True)
        .order_by()
        .values("by_pass")
        .annotate(
            calls=Count("pk"),
            unpriced=Count("pk", filter=~Q(state=Call.State.ASKED) & Q(cost=None)),
            paid=Sum("cost", default=0),
            seconds=Sum(ExpressionWrapper(F("ended_at") - F("asked_at"), DurationField())),
        )
        .values_list("by_pass", "calls", "unpriced", "paid", "seconds")
    ),
    int,
)


def _facts(pk: int, witnesses: Sequence[Witness], spent: Mapping[int, _Spent], rows: _Rows) -> Facts:
    defects = [defect for defect in rows.defects.get(pk, ()) if defect.duplicate_of_id is None]
    stated = tuple(
        (confidence / 100, valid)
        for defect in defects
        if (valid := is_valid(defect)) is not None
        for confidence in rows.said[defect.pk].confidences
        if confidence is not None
    )
    return Facts(
        snapshot=pk,
        green=any(witness.letter == "T" for witness in witnesses),
        witnesses=tuple(_witness_fact(witness, spent) for witness in witnesses),
        defects=tuple(_defect_fact(defect, rows.said[defect.pk], witnesses) for defect in defects),
        stated=stated,
    )


def _defect_fact(defect: Defect, said: _Said, witnesses: Sequence[Witness]) -> DefectFact:
    path = path_of(said.note_paths, said.finding_paths, said.key_paths)
    sights = [(witness.siglum, sight(witness, path, seen=_saw(witness, said))) for witness in witnesses]
    return DefectFact(
        pk=defect.pk,
        number=defect.number,
        title=defect.title,
        severity=defect.severity,
        odc_type=defect.odc_type,
        valid=is_valid(defect),
        seen=tuple(siglum for siglum, what in sights if what is Sight.SEEN),
        asked=tuple(siglum for siglum, what in sights if what in (Sight.SEEN, Sight.MISSED)),
        notes=len(said.confidences),
        in_key=said.in_key,
    )


def _saw(witness: Witness, said: _Said) -> bool:
    if witness.letter == "S":
        return bool(said.confidences)
    if witness.letter == "K":
        return said.in_key
    return any(item.pk in said.passes for item in witness.passes)


def _witness_fact(witness: Witness, spent: Mapping[int, _Spent]) -> WitnessFact:
    paid = [spent[item.pk] for item in witness.passes if item.pk in spent]
    costs = [one.cost for one in paid]
    models = [_model(item) for item in witness.passes]
    unknown = witness.recorded or witness.letter == IMPORTED.letter or None in costs
    return WitnessFact(
        siglum=witness.siglum,
        letter=witness.letter,
        name=witness.name,
        family=_joined(family for family, _ in models),
        model=_joined(model for _, model in models),
        protocol=witness.review.protocol if witness.review else "",
        order=witness.review.position if witness.review else 0,
        cost=None if unknown else sum(cost for cost in costs if cost is not None),
        calls=sum(one.calls for one in paid),
        seconds=sum(one.seconds for one in paid),
        unable=bool(witness.reason) or any(item.state == Pass.State.UNABLE for item in witness.passes),
        recorded=witness.recorded,
    )


def _model(item: Pass) -> tuple[str, str]:
    """The family and model of a pass: those of its seat as its review began, else its reviewer's now."""
    for seat in getattr(item.review, "seats", None) or ():
        if seat["reviewer_id"] == item.reviewer_id:
            return seat["family"], seat["model"]
    model = item.reviewer.model
    return (model.family, model.name) if model else ("", "")


def _joined(values: Iterable[str]) -> str:
    return "+".join(sorted(set(filter(None, values))))


def _keep(ids: Sequence[int]) -> None:
    """Write the tallies of those that are sealed, where they are not what the rows say."""
    facts = facts_of(ids)
    there = {tally.pk: tally for tally in _tallies_of(ids)}
    due = []
    for pk in ids:
        is_sealed = any(witness.letter == "S" for witness in facts[pk].witnesses)
        tally = _tally(facts[pk])
        if is_sealed and not _says(there.get(pk), facts[pk], tally):
            due.append(tally)
    Tally.objects.bulk_create(
        due,
        update_conflicts=True,
        unique_fields=["snapshot"],
        update_fields=["facts", *SUMS, "updated_at"],
    )


_tallies_of = PreparedIn(lambda ids: Tally.objects.filter(pk__in=ids), int)


def _says(there: Tally | None, facts: Facts, tally: Tally) -> bool:
    """Whether the tally that is there says these facts, with the sums of this one."""
    return (
        there is not None
        and there.facts.get("version") == VERSION
        and Facts.from_json(there.facts) == facts
        and all(getattr(there, name) == getattr(tally, name) for name in SUMS)
    )


def _tally(facts: Facts) -> Tally:
    valid = [defect for defect in facts.defects if defect.valid]
    caught = [defect for defect in valid if defect.notes]
    return Tally(
        snapshot_id=facts.snapshot,
        facts=facts.as_json(),
        valid=len(valid),
        caught=len(caught),
        false_notes=sum(defect.notes for defect in facts.defects if defect.valid is False),
        undecided=sum(defect.valid is None for defect in facts.defects),
        brier_sum=sum((stated - right) ** 2 for stated, right in facts.stated),
        brier_count=len(facts.stated),
    )
