"""Which lines of the code show what a class marked: the hottest, and those that somebody speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from courses.walkthroughs.sums import Run
from reviews.claims import Place

LONGEST = 4
"""Of a place on more lines, so many are shown."""


def by_line(runs: Iterable[Run], lines: int) -> dict[int, int]:
    """How many seats marked each line of a file of so many lines; unmarked ones are absent."""
    return {line: run.seats for run in runs for line in range(run.first, min(run.last, lines) + 1)}


def chosen_lines(
    lengths: Mapping[str, int], heat: Mapping[str, Sequence[Run]], places: Iterable[Place], most: int
) -> dict[str, list[int]]:
    """The lines of each file that are worth showing, in order, at most `most` in all.

    First those of `places` (the beginning of each), then the most marked; files without any are
    absent. `lengths` are the files' lines.
    """
    chosen: dict[tuple[str, int], None] = {}
    for place in places:
        last = min(place.last_line, place.first_line + LONGEST - 1, lengths.get(place.path, 0))
        for line in range(place.first_line, last + 1):
            chosen.setdefault((place.path, line))
    counts = {
        (path, line): seats
        for path, length in lengths.items()
        for line, seats in by_line(heat.get(path, ()), length).items()
    }
    for spot in sorted(counts, key=lambda spot: (-counts[spot], spot)):
        chosen.setdefault(spot)
    kept = sorted(list(chosen)[:most])
    return {
        path: [line for at, line in kept if at == path]
        for path in lengths
        if any(at == path for at, _ in kept)
    }
