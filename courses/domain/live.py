"""What came of the reviews that were run live in a room, set into the story that the class hears."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from courses.domain.live_told import told
from courses.models import LiveRun, Sitting
from courses.walkthroughs.live import Live, with_live
from courses.walkthroughs.steps import ReviewStep
from courses.walkthroughs.story import Story
from reviews.models import Pass, Review


@dataclass(frozen=True, slots=True)
class Told:
    """A sitting's story as the class hears it, and the live runs by their steps, shown or not."""

    story: Story
    lives: dict[str, Live]


def heard_of(sitting: Sitting) -> Told:
    """The story with every live run in its recording's place, unless the recording is asked for.

    A run of which nothing came leaves the recording. Once a sitting has ended, its own story says what
    was heard.
    """
    story = sitting.told()
    if sitting.ended_at:
        return Told(story, {})
    lives = {}
    heard, recorded = story, sitting.shown().recorded
    for made in sitting.live_runs.all():
        step = story.step(made.step)
        for live in told(made, story, step) if isinstance(step, ReviewStep) else ():
            lives[live.step] = live
            if not live.failed and live.step not in recorded:
                heard = with_live(heard, live)
    return Told(heard, lives)


def state_of(sitting_id: int) -> tuple[str, bool]:
    """How far the live runs of a sitting are, as a short text, and whether any goes on; in one query."""
    rows = (
        Review.objects.filter(
            snapshot__in=LiveRun.objects.filter(sitting=sitting_id).values("snapshot"), current=True
        )
        .annotate(ended_passes=Count("passes", filter=Q(passes__state__in=Pass.ENDED)))
        .order_by("pk")
        .values_list("pk", "state", "ended_passes")
    )
    states = list(rows)
    words = "/".join(f"{pk}-{state}-{ended}" for pk, state, ended in states)
    return words, any(state not in Review.ENDED for _, state, _ in states)
