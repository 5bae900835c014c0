"""The best way to pair two sides one to one."""

from __future__ import annotations

from collections.abc import Mapping


def best_assignment(scores: Mapping[tuple[int, int], float]) -> list[tuple[int, int]]:
    """The pairs, each row and column at most once, with the highest sum of scores; sorted.

    `scores` holds the pairs that may be, with positive scores. The Hungarian method with shortest
    augmenting paths (Kuhn 1955; Jonker and Volgenant 1987); O(rows² × columns).
    """
    rows = sorted({row for row, _ in scores})
    columns = sorted({column for _, column in scores})
    # Each row has a column of its own that costs nothing: staying alone is never worse than a bad pair.
    width = len(columns) + len(rows)
    costs = [[-scores.get((row, column), 0.0) for column in columns] + [0.0] * len(rows) for row in rows]
    found = _assigned(costs, width)
    pairs = ((rows[row], columns[at]) for at, row in enumerate(found[: len(columns)]) if row is not None)
    return sorted(pair for pair in pairs if pair in scores)


def _assigned(costs: list[list[float]], width: int) -> list[int | None]:
    """For each column the row that it is given, so that every row has one and the costs are least."""
    of_row, of_column = [0.0] * len(costs), [0.0] * width
    owner: list[int | None] = [None] * width
    for start in range(len(costs)):
        least = [float("inf")] * width
        came_from: list[int | None] = [None] * width
        seen = [False] * width
        row, last = start, None
        while True:
            delta, nearest = float("inf"), 0
            for at in range(width):
                if seen[at]:
                    continue
                reduced = costs[row][at] - of_row[row] - of_column[at]
                if reduced < least[at]:
                    least[at], came_from[at] = reduced, last
                if least[at] < delta:
                    delta, nearest = least[at], at
            of_row[start] += delta
            for at in range(width):
                if seen[at]:
                    taken = owner[at]
                    if taken is not None:
                        of_row[taken] += delta
                    of_column[at] -= delta
                else:
                    least[at] -= delta
            seen[nearest], last = True, nearest
            taken = owner[nearest]
            if taken is None:
                break
            row = taken
        while last is not None:
            before = came_from[last]
            owner[last] = start if before is None else owner[before]
            last = before
    return owner
