"""What the pages of walkthroughs show: a course's list with its sittings, and one with its parts."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from courses.models import Course, Sitting, Walkthrough
from courses.walkthroughs.parts import Code
from courses.walkthroughs.shelf import Shelved, shelf
from courses.walkthroughs.steps import AnyStep
from courses.walkthroughs.story import Story
from reviews.models import SnapshotFile

SITTINGS_A_PAGE = 20
_HEAVY = ("story", "snapshots", "room", "times")


@dataclass(frozen=True, slots=True)
class Listed:
    """A walkthrough in a list; `minutes` is how long it is meant to take."""

    walkthrough: Walkthrough
    steps: int
    minutes: float


@dataclass(frozen=True, slots=True)
class OnShelf:
    """One that comes with Blindspot, and whether the course has it already."""

    shelved: Shelved
    taken: bool


@dataclass(frozen=True, slots=True)
class Numbered:
    """A step in the list of its walkthrough; `at` counts from 0."""

    at: int
    step: AnyStep
    is_first: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class State:
    """A state of the code with its files: pairs of path and number of lines."""

    code: Code
    files: tuple[tuple[str, int], ...]


def listed(usable: QuerySet[Walkthrough]) -> list[Listed]:
    """Those that somebody may use, in one query."""
    stories = ((walkthrough, walkthrough.told()) for walkthrough in usable.select_related("made_by"))
    return [Listed(walkthrough, len(story.steps), story.minutes) for walkthrough, story in stories]


def on_shelf(rows: list[Listed]) -> list[OnShelf]:
    """The shelf, with which of it the list has already."""
    taken = {row.walkthrough.shelf for row in rows}
    return [OnShelf(shelved, shelved.slug in taken) for shelved in shelf()]


def live_sittings(course: Course) -> list[Sitting]:
    """The rooms that are open now."""
    return list(course.sittings.filter(ended_at=None).defer(*_HEAVY).select_related("started_by"))


def past_sittings(course: Course, page: str) -> Page[Sitting]:
    """One page of those that are over, the newest first."""
    over = course.sittings.filter(ended_at__isnull=False).defer(*_HEAVY)
    return Paginator(over, SITTINGS_A_PAGE).get_page(page)


def steps_of(story: Story) -> list[Numbered]:
    """The steps in their order."""
    last = len(story.steps) - 1
    return [Numbered(at, step, at == 0, at == last) for at, step in enumerate(story.steps)]


def states_of(walkthrough: Walkthrough, story: Story) -> list[State]:
    """The states of the code in the story's order, in two queries."""
    snapshots = dict(walkthrough.codes.values_list("name", "snapshot_id"))
    rows = SnapshotFile.objects.filter(snapshot__in=snapshots.values()).order_by("path")
    files: dict[int, list[tuple[str, int]]] = {}
    for snapshot, path, lines in rows.values_list("snapshot_id", "path", "line_count"):
        files.setdefault(snapshot, []).append((path, lines))
    return [State(code, tuple(files.get(snapshots.get(code.name, 0), ()))) for code in story.codes]
