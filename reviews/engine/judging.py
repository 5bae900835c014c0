"""Uncertain matches before a judge: which pairs are due, what a judge is shown of them, what is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from reviews.briefs import Exhibit, Pair, Side
from reviews.claims import Place
from reviews.gap.stored import Stored
from reviews.gap.uncertain import uncertain_pairs
from reviews.models import AppliedKey, Finding, Judgement, KeyClaim, Note, Review, Snapshot
from reviews.models.prepared import Prepared
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


@dataclass(frozen=True, slots=True)
class Due:
    """That a judge is to be asked now: the review that names it, and what about.

    With `of_key` it is asked about matches with the answer key alone: nobody has spoken since it was
    last asked, but the key came later.
    """

    review: Review
    of_key: bool


def due(snapshot: Snapshot) -> Due | None:
    """What a judge is to be asked now; None while somebody still reads, and where none is named.

    A judging that has ended is followed by another only once somebody has spoken since it began (what
    it settles shows new pairs that are uncertain, and so does what it does not), or where the judge is
    wanted for an answer key that came later.
    """
    told = _told(snapshot)
    named = [one for one in told if one.judge]
    if not named or any(one.state not in Review.ENDED for one in told):
        return None
    began = [one.created_at for one in told if one.position == JUDGING_AT]
    spoke = [one.ended_at for one in told if one.position != JUDGING_AT and one.ended_at]
    of_key = bool(began) and max(spoke, default=began[0]) <= began[0]
    if of_key and not AppliedKey.objects.filter(snapshot=snapshot, judge_wanted=True).exists():
        return None
    return Due(Review.objects.get(pk=named[0].pk), of_key)


def somebody_reads() -> Exists:
    """Of rows with a snapshot: whether nothing is due there before somebody has ended, the judge included.

    Whoever ends last finds what is due, so nobody else need look meanwhile.
    """
    return Exists(_counting().filter(snapshot=OuterRef("snapshot")).exclude(state__in=Review.ENDED))


def unjudged(snapshot: Snapshot) -> int:
    """How many uncertain matches with the answer key wait for somebody who wants them judged.

    0 where no judge is named, and while somebody reviews: once they have ended the judge is asked
    about all. The judge itself may be at work: it was not asked about these.
    """
    told = _told(snapshot)
    if not any(one.judge for one in told):
        return 0
    if any(one.state not in Review.ENDED for one in told if one.position != JUDGING_AT):
        return 0
    return len(pairs_to_judge(snapshot, of_key=True))


def pairs_to_judge(snapshot: Snapshot, *, once_more: bool = False, of_key: bool = False) -> tuple[Pair, ...]:
    """The uncertain pairs without a judgement, ready to be shown; at most MOST_PAIRS.

    By itself a pair is put to a judge only once, unless one of the two says something else now. With
    `once_more` those are due, too, that were put to one who gave no answer: somebody asks for it. With
    `of_key` those alone in which an entry of the answer key is.
    """
    said = set(Judgement.objects.filter(snapshot=snapshot).values_list("first", "second"))
    uncertain = [names for names in _uncertain(snapshot, of_key=of_key) if names not in said]
    sides = {name: _side(name, row) for name, row in claims_named(uncertain).items()}
    known = [(sides[one], sides[other]) for one, other in uncertain if one in sides and other in sides]
    asked = set() if once_more else _asked(snapshot)
    due = [(one, other) for one, other in known if _words(one, other) not in asked][:MOST_PAIRS]
    return tuple(Pair(f"P{n}", one, other) for n, (one, other) in enumerate(due, 1))


def keep(review: Review) -> None:
    """Store what an ended judging says of its pairs. What is stored already stays as it is.

    What it says of words that an entry of the answer key does not have any more is not stored.
    """
    pairs = {pair.ref: pair for pair in Setup.from_json(review.setup).pairs}
    rows = claims_named((pair.first.name, pair.second.name) for pair in pairs.values())
    now = {name: unsigned(row.claim()) for name, row in rows.items()}
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
            if all(now.get(side.name) == side.words for side in _sides(pairs[said["ref"]]))
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


def let_go(snapshot: Snapshot) -> None:
    """A judge is asked now: nothing of the snapshot waits for one any more."""
    AppliedKey.objects.filter(snapshot=snapshot).update(unjudged=0, judge_wanted=False)


def people_in_the_key(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Spellings of people in the words of the key, which a judge may be shown, with their pseudonyms."""
    applied = AppliedKey.objects.select_related("key").filter(snapshot=snapshot).first()
    return [(spelling, pseudonym) for spelling, pseudonym in applied.key.people] if applied else []


def words_of_people(snapshot: Snapshot) -> list[str]:
    """What people wrote of a snapshot, which a judge may be shown: the notes, and the answer key's words."""
    rows: list[Stored] = [*snapshot.notes.all(), *snapshot.key_claims.all()]
    return [unsigned(row.claim()) for row in rows]


@dataclass(frozen=True, slots=True)
class _Told:
    """What of a review decides whether a judge is asked."""

    pk: int
    judge: int | None
    position: int
    state: str
    created_at: datetime
    ended_at: datetime | None


def _counting() -> QuerySet[Review]:
    """The reviews and the judging that count; rescues stand behind them and are none."""
    return Review.objects.filter(current=True, position__lte=JUDGING_AT)


def _told(snapshot: Snapshot) -> list[_Told]:
    return [_Told(*row) for row in _counting_on(snapshot.pk)]


_counting_on = Prepared(
    lambda snapshot: (
        _counting()
        .filter(snapshot=snapshot)
        .values_list("pk", "setup__judge", "position", "state", "created_at", "ended_at")
    ),
    int,
)


def _uncertain(snapshot: Snapshot, *, of_key: bool) -> list[tuple[str, str]]:
    pairs = [(one, other) for one, other, _ in uncertain_pairs(snapshot)]
    return [names for names in pairs if not of_key or any(map(_is_from_key, names))]


def _is_from_key(name: str) -> bool:
    return KINDS[name.partition("-")[0]] is KeyClaim


def _asked(snapshot: Snapshot) -> set[tuple[tuple[str, str], ...]]:
    """The pairs that were put to a judge before, whatever came of it, with their words of then."""
    runs = Review.objects.filter(snapshot=snapshot, protocol=JUDGING.name).values_list("setup", flat=True)
    setups = (Setup.from_json(values) for values in runs)
    return {_words(*_sides(pair)) for setup in setups for pair in setup.pairs}


def _sides(pair: Pair) -> tuple[Side, Side]:
    return pair.first, pair.second


def _words(one: Side, other: Side) -> tuple[tuple[str, str], ...]:
    return tuple((side.name, side.words) for side in (one, other))


def _side(name: str, row: Stored) -> Side:
    claim = row.claim()
    places = [place for place in (claim.place, *claim.elsewhere) if place]
    return Side(name, unsigned(claim), tuple(places[:MOST_PLACES]))


def _places(pair: Pair) -> list[Place]:
    """In an order that is the same whichever side is shown first."""
    places = {*pair.first.places, *pair.second.places}
    return sorted(places, key=lambda place: (place.path, place.first_line, place.last_line))
