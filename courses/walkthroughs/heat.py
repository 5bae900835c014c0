"""Which lines of the code show what a class marked: the hottest, and those that somebody speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from courses.walkthroughs.sums import Run
from reviews.claims import Place

CodeLine = tuple[str, int]
"""A file and a line in it, from 1."""

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

    First where each of `places` begins, then the most marked line of every stretch that was marked,
    then the rest of both, the most marked first, then their neighbours. Files without any are absent.
    `lengths` are the files' lines.
    """
    counts = {
        (path, line): seats
        for path, length in lengths.items()
        for line, seats in by_line(heat.get(path, ()), length).items()
    }

    def hottest_first(spots: Iterable[CodeLine]) -> list[CodeLine]:
        return sorted(spots, key=lambda spot: (-counts.get(spot, 0), spot))

    stretches = [_lines_of(place, lengths) for place in places]
    begins = hottest_first(lines[0] for lines in stretches if lines)
    rest = hottest_first({*counts, *(spot for lines in stretches for spot in lines)})
    chosen = dict.fromkeys([*begins, *hottest_first(_peaks(counts)), *rest])
    telling = list(chosen)
    for distance in range(1, AROUND + 1):
        for path, line in telling:
            near = ((path, line - distance), (path, line + distance))
            chosen.update(dict.fromkeys(spot for spot in near if 1 <= spot[1] <= lengths[path]))
    kept = sorted(list(chosen)[:most])
    found: dict[str, list[int]] = {}
    for path in lengths:
        if lines := [line for at, line in kept if at == path]:
            found[path] = lines
    return found


def _lines_of(place: Place, lengths: Mapping[str, int]) -> list[CodeLine]:
    last = min(place.last_line, place.first_line + LONGEST - 1, lengths.get(place.path, 0))
    return [(place.path, line) for line in range(place.first_line, last + 1)]


def _peaks(counts: Mapping[CodeLine, int]) -> Iterator[CodeLine]:
    """The hottest line of each stretch of neighbouring marked lines."""
    best: CodeLine | None = None
    for path, line in sorted(counts):
        if best is not None and (path, line - 1) not in counts:
            yield best
            best = None
        if best is None or counts[path, line] > counts[best]:
            best = (path, line)
    if best is not None:
        yield best
