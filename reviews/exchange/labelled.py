"""Groups of claims to be matched, as JSON lines, and what was matched, as JSON lines again.

For measuring how well claims are matched. Each line is one object. To be matched: `{"group", "left":
[claim], "right": [claim]}`, with `"matches": [[i, j]]` and `"unlabelled": [[i, j]]` where it is
labelled. To be clustered: `{"group", "claims": [claim]}`, with `"clusters": [[i, …]]` where it is
labelled. A claim is `{"text"}` and may have `"severity"`, `"path"`, `"line_start"` and `"line_end"`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from reviews.claims import MOST_LINE, Claim, Place, Severity, bounded
from reviews.exchange.imported import NotReadable

SEVERITIES: Mapping[str, Severity] = {
    **{severity.value: severity for severity in Severity},
    "blocker": Severity.CRITICAL,
    "high": Severity.MAJOR,
    "medium": Severity.MINOR,
    "low": Severity.INFO,
    "trivial": Severity.INFO,
}
"""Our own words for it, and those that others use."""

Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class Sides:
    """A group of which the left claims are to be matched with the right.

    `matches` are the pairs of indexes that were labelled as the same, `unlabelled` those of which
    nothing is known; both are empty where the group is not labelled.
    """

    name: str
    left: tuple[Claim, ...]
    right: tuple[Claim, ...]
    matches: tuple[tuple[int, int], ...] = ()
    unlabelled: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Heap:
    """A group of claims to be clustered; `clusters` are the labelled ones, or none."""

    name: str
    claims: tuple[Claim, ...]
    clusters: tuple[tuple[int, ...], ...] = ()


def read_sides(text: str) -> list[Sides]:
    """The groups to be matched, in their order. Raises NotReadable, which names line and fault."""
    return list(_read(text, _sides))


def read_heaps(text: str) -> list[Heap]:
    """The groups to be clustered, in their order. Raises NotReadable, which names line and fault."""
    return list(_read(text, _heap))


def company(groups: Sequence[Sides]) -> list[list[Claim]]:
    """For each group the claims of the others about the same code: their right sides.

    Groups that have a left claim in common, at first hand or through a third, are about the same
    code: several reviewers' findings held against one list.
    """
    home: dict[Claim, int] = {}
    root = list(range(len(groups)))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for at, group in enumerate(groups):
        for claim in group.left:
            root[find(at)] = find(home.setdefault(claim, at))
    return [
        [
            claim
            for other, also in enumerate(groups)
            if other != at and find(other) == find(at)
            for claim in also.right
        ]
        for at in range(len(groups))
    ]


def written_pairs(name: str, pairs: Iterable[tuple[int, int, float]]) -> str:
    """One line of predictions: which left claim goes with which right one, and how surely."""
    return json.dumps({"group": name, "pairs": [list(pair) for pair in pairs]}, ensure_ascii=False) + "\n"


def written_clusters(name: str, clusters: Iterable[Sequence[int]]) -> str:
    """One line of predictions: which claims go together."""
    return json.dumps({"group": name, "clusters": [list(c) for c in clusters]}, ensure_ascii=False) + "\n"


def _read(text: str, understood: Callable[[Mapping[str, Any]], Group]) -> Iterator[Group]:
    seen: dict[str, int] = {}
    # Not splitlines(): JSON may hold the other line ends of Unicode as they are.
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _object(line)
            name = _name(value)
            if name in seen:
                raise NotReadable(f"the group “{name}” stands on line {seen[name]} already")
            seen[name] = number
            yield understood(value)
        except NotReadable as error:
            raise NotReadable(f"Line {number}: {error}.") from None
    if not seen:
        raise NotReadable("The file holds no group: one JSON object a line is expected.")


def _object(line: str) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        where = f" (column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise NotReadable(f"this is not JSON{where}") from None
    if not isinstance(value, dict):
        raise NotReadable("this is JSON, but not an object")
    return value


def _name(value: Mapping[str, Any]) -> str:
    name = value.get("group")
    if not isinstance(name, str) or not name:
        raise NotReadable("“group” is missing; it is the group's name, as text")
    return name


def _sides(value: Mapping[str, Any]) -> Sides:
    left, right = _claims(value, "left"), _claims(value, "right")
    matches, unlabelled = (
        tuple(_pair(item, key, len(left), len(right)) for item in _array(value.get(key, []), f"“{key}”"))
        for key in ("matches", "unlabelled")
    )
    return Sides(_name(value), left, right, matches, unlabelled)


def _heap(value: Mapping[str, Any]) -> Heap:
    claims = _claims(value, "claims")
    clusters = tuple(
        tuple(_index(index, "clusters", len(claims)) for index in _array(cluster, "each of “clusters”"))
        for cluster in _array(value.get("clusters", []), "“clusters”")
    )
    return Heap(_name(value), claims, clusters)


def _claims(value: Mapping[str, Any], key: str) -> tuple[Claim, ...]:
    if key not in value:
        raise NotReadable(f"“{key}” is missing; it is an array of claims")
    items = _array(value[key], f"“{key}”")
    return tuple(_claim(item, f"claim {index} of “{key}”") for index, item in enumerate(items))


def _claim(item: Any, where: str) -> Claim:
    if not isinstance(item, dict):
        raise NotReadable(f"{where} is not an object")
    text, path, severity = item.get("text"), item.get("path") or "", item.get("severity")
    if not isinstance(text, str) or not text.strip():
        raise NotReadable(f"{where} has no “text”")
    if not isinstance(path, str):
        raise NotReadable(f"the “path” of {where} is not text")
    if severity is not None and (not isinstance(severity, str) or severity.lower() not in SEVERITIES):
        raise NotReadable(f"the “severity” of {where} is none of {', '.join(SEVERITIES)}")
    rank = SEVERITIES[severity.lower()] if severity else Severity.MINOR
    return bounded(Claim("", text, rank, path=path, place=_place(item, path, where)))


def _place(item: Mapping[str, Any], path: str, where: str) -> Place | None:
    first = item.get("line_start")
    if first is None and item.get("line_end") is None:
        return None
    last = item["line_end"] if item.get("line_end") is not None else first
    numbers = all(isinstance(line, int) and not isinstance(line, bool) for line in (first, last))
    if not numbers or not 1 <= first <= last <= MOST_LINE:  # type: ignore[operator]
        raise NotReadable(f"the lines of {where} are not two numbers from 1, the first not above the last")
    if not path:
        raise NotReadable(f"{where} names lines, but no “path”")
    return Place(path, first, last)  # type: ignore[arg-type]


def _array(value: Any, name: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise NotReadable(f"{name} is not an array")
    return value


def _pair(value: Any, key: str, rows: int, columns: int) -> tuple[int, int]:
    pair = _array(value, f"each of “{key}”")
    if len(pair) != 2:
        raise NotReadable(f"each of “{key}” is two indexes")
    return _index(pair[0], key, rows), _index(pair[1], key, columns)


def _index(value: Any, key: str, count: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < count:
        raise NotReadable(f"“{key}” names the claim {json.dumps(value)}, which there is not")
    return value
