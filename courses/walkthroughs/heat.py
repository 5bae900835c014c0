"""Which lines of the code show what a class marked: the hottest, and those that somebody speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from courses.walkthroughs.sums import Run
from reviews.claims import Place

LONGEST = 4
"""Of a place on more lines, so many are shown."""

AROUND = 3
"""So far beside a line that is worth showing others are shown, where there is room."""


def by_line(runs: Iterable[Run], lines: int) -> dict[int, int]:
    """How many seats marked each line of a file of so many lines; unmarked ones are absent."""
    return {line: run.seats for run in runs for line in range(run.first, min(run.last, lines) + 1)}


def chosen_lines(
    lengths: Mapping[str, int], heat: Mapping[str, Sequence[Run]], places: Iterable[Place], most: int
) -> dict[str, list[int]]:
    """The lines of each file that are worth showing, in order, at most `most` in all.

    First those of `places` (the beginning of each), then the most marked, then their neighbours, nearer
    ones first; files without any are absent. `lengths` are the files' lines.
    """
    counts = {
        (path, line): seats
        for path, length in lengths.items()
        for line, seats in by_line(heat.get(path, ()), length).items()
    }
    spots = [*_spots(places, lengths), *sorted(counts, key=lambda spot: (-counts[spot], spot))]
    chosen = dict.fromkeys(spots)
    for distance in range(1, AROUND + 1):
        for path, line in spots:
            near = ((path, line - distance), (path, line + distance))
            chosen.update(dict.fromkeys(spot for spot in near if 1 <= spot[1] <= lengths[path]))
    kept = sorted(list(chosen)[:most])
    found: dict[str, list[int]] = {}
    for path in lengths:
        if lines := [line for at, line in kept if at == path]:
            found[path] = lines
    return found


def _spots(places: Iterable[Place], lengths: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for place in places:
        last = min(place.last_line, place.first_line + LONGEST - 1, lengths.get(place.path, 0))
        yield from ((place.path, line) for line in range(place.first_line, last + 1))
