"""What every phone in a room shows: the same for all of them, so it is computed once and kept for a while."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from django.core.cache import cache
from django.utils.safestring import SafeString, mark_safe

from courses.domain import news
from courses.domain.once import turn
from courses.models import Sitting
from courses.walkthroughs.marks import merged, written
from courses.walkthroughs.parts import Lines
from courses.walkthroughs.room import Room, phone_mark
from courses.walkthroughs.steps import QuestionStep, RevealStep
from courses.walkthroughs.story import Story
from reviews.claims import Place
from reviews.models import SnapshotFile
from reviews.snapshots.highlight import highlighted_lines

SECONDS = 30
"""How long a screen is kept: its name says all that it depends on, but for the rows of the code."""


@dataclass(frozen=True, slots=True)
class AskedFile:
    """Lines of one file that may be marked, as safe HTML; `number` names it in the form, from 0."""

    number: int
    place: Place
    lines: tuple[str, ...]

    def rows(self, ticked: Collection[int]) -> SafeString:
        """A checkbox a line, its code as the label; those in `ticked` are marked.

        Joined as text, not by the template: three hundred phones want it at the same moment.
        """
        # What highlighted_lines returns is escaped; the numbers are ours.
        return mark_safe(  # noqa: S308
            "".join(
                f'<label class="line"><input type="checkbox" name="line" value="{self.number}:{line}"'
                f'{" checked" if line in ticked else ""}><span class="n">{line}</span>'
                f"<code>{html}</code></label>\n"
                for line, html in enumerate(self.lines, self.place.first_line)
            )
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as phones show it. `asked` counts from 0 how often it was asked anew before."""

    step: QuestionStep
    asked: int
    is_open: bool
    files: tuple[AskedFile, ...]

    @property
    def name(self) -> str:
        """This asking of this question: a phone that shows it keeps its fields."""
        return f"{self.step.id}.{self.asked}"

    @property
    def places(self) -> tuple[Place, ...]:
        """The lines that may be marked."""
        return tuple(file.place for file in self.files)

    @property
    def example(self) -> str:
        """How lines are typed, by lines that this question has, wherever they are."""
        place = self.places[0]
        first, last = place.first_line, place.last_line
        between = Place(place.path, min(first + 2, last), min(first + 4, last))
        return written(merged([Place(place.path, first, first), between]))

    @property
    def is_gone(self) -> bool:
        """Whether lines should be marked, of code that was taken back meanwhile."""
        return self.step.marks and not self.files


@dataclass(frozen=True, slots=True)
class Revealed:
    """Which asking of which question is revealed, and how far."""

    question: str
    asked: int
    beat: int


@dataclass(frozen=True, slots=True)
class Screen:
    """What every phone of a room shows now. `mark` is its name among the news."""

    mark: str
    kind: Literal["question", "reveal", "elsewhere", "over"]
    title: str = ""
    asked: Asked | None = None
    revealed: Revealed | None = None


def screen_of(sitting_id: int, mark: str) -> Screen:
    """The screen that has this mark, or the newest where it has another one by now.

    Without a query while it is kept. Raises Sitting.DoesNotExist.
    """
    if mark == news.OVER:
        return Screen(news.OVER, "over")
    screen: Screen | None = cache.get(_key(sitting_id, mark))
    if screen is None:
        with turn(_key(sitting_id, mark)):
            screen = cache.get(_key(sitting_id, mark)) or _screen(Sitting.objects.get(pk=sitting_id))
            # Under its own name: the room may have gone on since this one was asked for.
            cache.set(_key(sitting_id, screen.mark), screen, SECONDS)
    return screen


def make_ready(sitting: Sitting) -> None:
    """Keep the screen of a sitting before any phone hears of it: three hundred ask at once."""
    screen = _screen(sitting)
    cache.set(_key(sitting.pk, screen.mark), screen, SECONDS)


def asked_once(sitting: Sitting, question: str, asked: int) -> Asked | None:
    """A question that may not be on the screen any more, to read what was sent to it."""
    step = sitting.told().question(question)
    return Asked(step, asked, is_open=False, files=tuple(_files(sitting, step))) if step else None


def _screen(sitting: Sitting) -> Screen:
    if sitting.ended_at:
        return Screen(news.OVER, "over")
    story, room = sitting.told(), sitting.shown()
    step, mark = story.steps[room.step], phone_mark(story, room)
    if isinstance(step, QuestionStep):
        return Screen(mark, "question", step.title, _asked(sitting, story, room, step))
    if isinstance(step, RevealStep) and not room.black:
        revealed = Revealed(step.question, room.round_of(step.question), room.beat)
        return Screen(mark, "reveal", step.title, revealed=revealed)
    return Screen(mark, "elsewhere", step.title)


def _asked(sitting: Sitting, story: Story, room: Room, step: QuestionStep) -> Asked:
    return Asked(step, room.round_of(step.id), room.is_open(story, step.id), tuple(_files(sitting, step)))


def _files(sitting: Sitting, step: QuestionStep) -> Iterator[AskedFile]:
    """The lines to mark; none of code that is not there any more."""
    if not step.marks or step.code is None:
        return
    rows = SnapshotFile.objects.filter(
        snapshot=sitting.snapshots.get(step.code), path__in=[lines.path for lines in step.files]
    ).select_related("blob")
    texts = {row.path: row for row in rows}
    for number, lines in enumerate(step.files):
        if row := texts.get(lines.path):
            html = highlighted_lines(row.path, row.blob.text, row.blob_id)
            place = _within(lines, len(html))
            yield AskedFile(number, place, tuple(html[place.first_line - 1 : place.last_line]))


def _within(lines: Lines, count: int) -> Place:
    return Place(lines.path, lines.first or 1, min(lines.last or count, count))


def _key(sitting_id: int, mark: str) -> str:
    return f"phone:{sitting_id}:{mark}"
