"""The class's marks along the code, and beside them what each witness saw in those lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courses.pictures.along import Along, along
from courses.walkthroughs.heat import by_line, chosen_lines
from courses.walkthroughs.parts import Said, Witness
from courses.walkthroughs.steps import QuestionStep
from courses.walkthroughs.story import Story
from courses.walkthroughs.sums import Sums
from reviews.claims import Place
from reviews.models import SnapshotFile
from reviews.snapshots.highlight import highlighted_lines

MOST, HEAD = 14, 2
"""So many lines of code can be read from the last row; a file's name with its rule takes two of them."""

BESIDE, NARROW = 250, 170
"""The height that silhouettes share on a stage, and how wide each is, in units."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What a witness said about lines, at the first of them."""

    siglum: str
    letter: str
    name: str
    title: str
    recorded: bool


@dataclass(frozen=True, slots=True)
class HeatLine:
    """A line of code with how many seats marked it. `html` is safe.

    `skipped` is how many lines were left out before it, `voices` who speaks of lines that begin here.
    """

    number: int
    html: str
    seats: int
    percent: float
    skipped: int
    voices: tuple[Voice, ...]

    @property
    def rest(self) -> float:
        """Where the bar begins that ends at the code."""
        return round(100 - self.percent, 1)


@dataclass(frozen=True, slots=True)
class HeatFile:
    """A file of the question: its silhouette, and its telling lines.

    `beside` is a smaller silhouette, of which as many as there are files stand beside the code on a
    stage. `anchor` is an id for the picture.
    """

    path: str
    anchor: str
    whole: Along
    beside: Along
    lines: tuple[HeatLine, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A file's lines as safe HTML."""

    path: str
    lines: tuple[str, ...]


def sources_of(snapshot_id: int | None, paths: Sequence[str]) -> tuple[Source, ...]:
    """The files of a state of the code, in the order of `paths`; none where it was withdrawn."""
    rows = SnapshotFile.objects.filter(snapshot=snapshot_id, path__in=paths).select_related("blob")
    found = {row.path: tuple(highlighted_lines(row.path, row.blob.text, row.blob_id)) for row in rows}
    return tuple(Source(path, found[path]) for path in dict.fromkeys(paths) if path in found)


def heat_files(
    story: Story,
    question: QuestionStep,
    sums: Sums,
    sources: Sequence[Source],
    said: Sequence[Said],
    most: int = MOST,
) -> tuple[HeatFile, ...]:
    """The files that the class marked, on at most `most` lines in all, with the voices of `said`.

    `said` is all that was heard before: the same lines at every beat, so that the picture stands still.
    """
    lengths = {source.path: len(source.lines) for source in sources}
    places = [place for item in said if (place := item.claim().place) and item.outcome != "dismissed"]
    chosen = chosen_lines(lengths, sums.heat, places, max(HEAD, most - HEAD * len(sources)))
    voices = _voices(story, said)
    tallest = BESIDE / max(1, len(sources))

    def drawn(source: Source, **how: float) -> Along:
        return along(source.path, len(source.lines), sums.heat.get(source.path, ()), sums.seats, **how)

    return tuple(
        HeatFile(
            path=source.path,
            anchor=f"along-{question.id}-{number}",
            whole=drawn(source),
            beside=drawn(source, width=NARROW, tallest=tallest),
            lines=_lines(source, chosen.get(source.path, []), sums, voices),
        )
        for number, source in enumerate(sources, 1)
    )


def _lines(
    source: Source, numbers: Sequence[int], sums: Sums, voices: Mapping[tuple[str, int], list[Voice]]
) -> tuple[HeatLine, ...]:
    counts = by_line(sums.heat.get(source.path, ()), len(source.lines))
    return tuple(
        HeatLine(
            number=number,
            html=source.lines[number - 1],
            seats=counts.get(number, 0),
            percent=round(100 * counts.get(number, 0) / max(1, sums.seats), 1),
            skipped=number - before - 1,
            voices=tuple(voices.get((source.path, number), ())),
        )
        for before, number in zip([0, *numbers], numbers, strict=False)
    )


def _voices(story: Story, said: Sequence[Said]) -> dict[tuple[str, int], list[Voice]]:
    """Who speaks of lines that begin at a place, by path and line; what a panel dismissed is left out."""
    found: dict[tuple[str, int], list[Voice]] = {}
    for item in said:
        place: Place | None = item.claim().place
        if place is None or item.outcome == "dismissed":
            continue
        witness: Witness = story.witness(item.witness)
        voice = Voice(witness.siglum, witness.letter, witness.name, item.title, witness.recorded)
        found.setdefault((place.path, place.first_line), []).append(voice)
    return found
