"""Which defect a claim comes into: with what a person decided, with its like, or into one of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from itertools import combinations

from reviews.gap.clusters import clusters
from reviews.gap.comparison import Comparison
from reviews.gap.match import BAND, THRESHOLD
from reviews.gap.stored import Stored, name_of, witness_of
from reviews.models import KeyClaim


def join(
    new: Sequence[Stored],
    homes: Mapping[int, Sequence[Stored]],
    rivals: Sequence[Stored],
    compared: Comparison,
) -> list[Stored]:
    """Put each new claim into the home that it fits best, if it fits one; return those.

    Its fit is its best match there; none where one of the home's claims must stay apart from it, or
    where a rival, a claim that is in none of the homes, is nearer. The best fit goes first, and who
    came in speaks for the home as well: so all that is left fits none, and asked again, nothing moves.
    """
    fits = {id(item): _fits(item, homes, rivals, compared) for item in new}
    waiting, joined = list(new), []
    while best := _best(waiting, fits):
        item, home = best
        item.defect_id = home
        waiting.remove(item)
        joined.append(item)
        for other in waiting:
            known = fits[id(other)]
            if compared.apart(other, item):
                known.pop(home, None)
            elif home in known:
                known[home] = max(known[home], _fit(other, item, compared))
    return joined


def _best(waiting: Sequence[Stored], fits: Mapping[int, Mapping[int, float]]) -> tuple[Stored, int] | None:
    """The claim that fits best, and the home; the same whatever the order. None where none fits."""
    found = [
        (fit, -home, name_of(item), item)
        for item in waiting
        for home, fit in fits[id(item)].items()
        if fit >= THRESHOLD
    ]
    if not found:
        return None
    _, home, _, item = max(found, key=lambda one: one[:3])
    return item, -home


def _fits(
    item: Stored, homes: Mapping[int, Sequence[Stored]], rivals: Sequence[Stored], compared: Comparison
) -> dict[int, float]:
    nearest = max((_fit(item, other, compared) for other in rivals), default=0.0)
    fits = {}
    for home, members in homes.items():
        if not any(compared.apart(item, other) for other in members):
            fit = max((_fit(item, other, compared) for other in members), default=0.0)
            fits[home] = fit if fit >= nearest else 0.0
    return fits


def _fit(item: Stored, other: Stored, compared: Comparison) -> float:
    judgement = compared.judgement(item, other)
    return 1.0 if judgement and judgement.same else compared.score(item, other)


def groups(free: Sequence[Stored], compared: Comparison) -> list[list[Stored]]:
    """The claims that speak of the same thing, together; each claim once.

    First within each witness: what one surely says twice is one. Then across.
    """
    decided = dict.fromkeys(_said_twice(free, compared), True) | compared.decided(free)
    claims, witnesses = [item.claim() for item in free], [witness_of(item) for item in free]
    return [[free[at] for at in group] for group in clusters(claims, witnesses, decided)]


def _said_twice(free: Sequence[Stored], compared: Comparison) -> Iterator[tuple[int, int]]:
    """The places in the list of two claims of one witness that surely say the same."""
    by_witness: dict[Hashable, list[int]] = defaultdict(list)
    for at, item in enumerate(free):
        by_witness[witness_of(item)].append(at)
    for own in by_witness.values():
        for a, b in combinations(own, 2):
            if not compared.apart(free[a], free[b]) and compared.score(free[a], free[b]) >= BAND[1]:
                yield a, b


def homes_of(
    formed: Sequence[Sequence[Stored]], loose: Collection[int], known: Collection[int]
) -> list[int | None]:
    """For each group the defect among the loose ones that it stays in; None: it needs a new one.

    The defects known from the answer key stay with their entry; else a defect stays with most of its
    claims.
    """
    wanted = []
    for group, members in enumerate(formed):
        for pk, size in Counter(item.defect_id for item in members if item.defect_id in loose).items():
            held = any(isinstance(item, KeyClaim) and item.defect_id == pk for item in members)
            wanted.append((not (held and pk in known), -size, pk or 0, group))
    homes: list[int | None] = [None] * len(formed)
    taken: set[int] = set()
    for _, _, pk, group in sorted(wanted):
        if homes[group] is None and pk not in taken:
            homes[group] = pk
            taken.add(pk)
    return homes
