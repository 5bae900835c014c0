"""Uncertain matches before a judge: which pairs are due, what a judge is shown of them, what is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reviews.briefs import Exhibit, Pair, Side
from reviews.claims import Place
from reviews.gap.stored import Stored
from reviews.gap.uncertain import uncertain_pairs
from reviews.models import Finding, Judgement, KeyClaim, Note, Review, Snapshot
from reviews.prompts.excerpts import excerpt
from reviews.protocols.base import Setup
from reviews.protocols.exhibits import unsigned
from reviews.protocols.judging import JUDGING, MOST_PAIRS, shown_at, title_of
from reviews.snapshots.files import SourceFile

JUDGING_AT = 1000
"""The position of the judging: behind every plan and import, before the rescues, which begin at 1001."""

MOST_PLACES = 3
"""Of so many places of a claim the lines are shown."""

KINDS: Mapping[str, type[Stored]] = {
    "note": Note,
    "finding": Finding,
    "keyclaim": KeyClaim,
}
"""The kinds of claim, by what their names begin with: "note-12"."""


def due(snapshot: Snapshot) -> Review | None:
    """The review whose judge is to be asked now; None while somebody still reads, and where none is named.

    A judging that has ended is followed by another only once somebody has spoken since it began: what
    it settles shows new pairs that are uncertain, and so does what it does not.
    """
    rows = Review.objects.filter(snapshot=snapshot, current=True, position__lte=JUDGING_AT)
    told = list(rows.values_list("pk", "setup__judge", "position", "state", "created_at", "ended_at"))
    named = [pk for pk, judge, *_ in told if judge]
    if not named or any(state not in Review.ENDED for _, _, _, state, _, _ in told):
        return None
    began = [created for _, _, position, _, created, _ in told if position == JUDGING_AT]
    spoke = [ended for _, _, position, _, _, ended in told if position != JUDGING_AT and ended]
    if began and max(spoke, default=began[0]) <= began[0]:
        return None
    return Review.objects.get(pk=named[0])


def pairs_to_judge(snapshot: Snapshot, *, once_more: bool = False) -> tuple[Pair, ...]:
    """The uncertain pairs without a judgement, ready to be shown; at most MOST_PAIRS.

    By itself a pair is put to a judge only once. With `once_more` those are due, too, that were put to
    one who gave no answer: somebody asks for it.
    """
    left_alone = set() if once_more else _asked(snapshot)
    left_alone |= set(Judgement.objects.filter(snapshot=snapshot).values_list("first", "second"))
    uncertain = [(one, other) for one, other, _ in uncertain_pairs(snapshot)]
    due = [names for names in uncertain if names not in left_alone][:MOST_PAIRS]
    sides = {name: _side(name, row) for name, row in claims_named(due).items()}
    known = [(one, other) for one, other in due if one in sides and other in sides]
    return tuple(Pair(f"P{n}", sides[one], sides[other]) for n, (one, other) in enumerate(known, 1))


def keep(review: Review) -> None:
    """Store what an ended judging says of its pairs. What is stored already stays as it is."""
    Judgement.objects.bulk_create(
        (
            Judgement(
                snapshot_id=review.snapshot_id,
                first=said["first"],
                second=said["second"],
                same=said["same"],
                reason=said["reason"],
                review=review,
            )
            for said in review.result.get("pairs", ())
        ),
        ignore_conflicts=True,
    )


def with_code(
    shown: Iterable[Exhibit], setup: Setup, position: int, files: Mapping[str, SourceFile]
) -> list[Exhibit]:
    """What a judge is shown at a position, each pair with the lines of code that its claims name.

    `files` are the texts that leave, under the snapshot's own paths.
    """
    lines = {title_of(pair): excerpt(files, _places(pair)) for pair in shown_at(setup, position)}
    return [
        replace(item, text="\n\n".join(part for part in (item.text, lines[item.title]) if part))
        for item in shown
    ]


def problems_of(given: Iterable[str], setup: Setup, position: int) -> list[str]:
    """What is wrong with the references that a judge gave: each pair wants exactly one answer."""
    refs, wanted = list(given), [pair.ref for pair in shown_at(setup, position)]
    missing = [ref for ref in wanted if ref not in refs]
    twice = [ref for ref in wanted if refs.count(ref) > 1]
    unknown = dict.fromkeys(ref for ref in refs if ref not in wanted)
    told = (
        ("there is no answer for", missing),
        ("there is more than one answer for", twice),
        ("no pair is called", unknown),
    )
    return [f"{what} {', '.join(which)}" for what, which in told if which]


def claims_named(pairs: Iterable[tuple[str, str]]) -> dict[str, Stored]:
    """The claims that these pairs of names stand for, as far as they are there; a query for each kind."""
    ids: dict[str, set[int]] = defaultdict(set)
    for name in {name for pair in pairs for name in pair}:
        kind, _, pk = name.partition("-")
        ids[kind].add(int(pk))
    rows: dict[str, Stored] = {}
    for kind, model in KINDS.items():
        if kind in ids:
            rows |= {f"{kind}-{row.pk}": row for row in model.objects.filter(pk__in=ids[kind])}
    return rows


def words_of_people(snapshot: Snapshot) -> list[str]:
    """What people wrote of a snapshot, which a judge may be shown: the notes, and the answer key's words."""
    rows: list[Stored] = [*snapshot.notes.all(), *snapshot.key_claims.all()]
    return [unsigned(row.claim()) for row in rows]


def _asked(snapshot: Snapshot) -> set[tuple[str, str]]:
    """The pairs that were put to a judge before, whatever came of it."""
    runs = Review.objects.filter(snapshot=snapshot, protocol=JUDGING.name).values_list("setup", flat=True)
    setups = (Setup.from_json(values) for values in runs)
    return {(pair.first.name, pair.second.name) for setup in setups for pair in setup.pairs}


def _side(name: str, row: Stored) -> Side:
    claim = row.claim()
    places = [place for place in (claim.place, *claim.elsewhere) if place]
    return Side(name, unsigned(claim), tuple(places[:MOST_PLACES]))


def _places(pair: Pair) -> list[Place]:
    """In an order that is the same whichever side is shown first."""
    places = {*pair.first.places, *pair.second.places}
    return sorted(places, key=lambda place: (place.path, place.first_line, place.last_line))
