"""What came of the reviews that were run live in a room, set into the story that the class hears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Count, Q

from courses.models import LiveRun, Sitting
from courses.walkthroughs.live import Live, Outcome, Spoken, Voice, siglum_of, with_live
from courses.walkthroughs.steps import ReviewStep
from courses.walkthroughs.story import Story
from reviews.models import Finding, Pass, Review
from reviews.protocols.consensus import CONSENSUS


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
    told = story
    for made in sitting.live_runs.all():
        step = story.step(made.step)
        if isinstance(step, ReviewStep) and (live := _live(made, step)):
            lives[made.step] = live
            if not live.failed and made.step not in sitting.shown().recorded:
                told = with_live(told, live)
    return Told(told, lives)


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


def _live(made: LiveRun, step: ReviewStep) -> Live | None:
    review = Review.objects.filter(snapshot=made.snapshot_id, current=True).order_by("position").first()
    if review is None:
        return None
    passes = list(
        review.passes.select_related("reviewer__model")
        .prefetch_related("findings")
        .order_by("round", "position")
    )
    places = {key: place for place, key in enumerate(dict.fromkeys(map(_place_of, passes)))}
    sigla = {item.pk: siglum_of(step, places[_place_of(item)]) for item in passes}
    # In the order in which a panel numbers them.
    found = [
        finding for item in passes for finding in sorted(item.findings.all(), key=lambda row: row.position)
    ]
    unable = (
        "" if review.state == Review.State.COMPLETE or not review.ended else review.reason or review.state
    )
    return Live(
        step=step.id,
        voices=tuple(
            _voice(item, sigla[item.pk]) for item in passes if item.round == 1 or item.findings.all()
        ),
        spoken=tuple(_spoken(review, found, sigla)),
        reading=not review.ended,
        unable=unable,
    )


def _place_of(item: Pass) -> tuple[int, int]:
    """Passes of a model that reads again are places of their own; a panel's talk is not."""
    return (0, item.position) if item.siglum == CONSENSUS.letter else (item.round, item.position)


_STATES: dict[str, Literal["waiting", "reading", "answered", "unable"]] = {
    Pass.State.QUEUED: "waiting",
    Pass.State.WAITING: "waiting",
    Pass.State.RUNNING: "reading",
    Pass.State.ANSWERED: "answered",
}


def _voice(item: Pass, siglum: str) -> Voice:
    model = item.reviewer.model
    state = _STATES.get(item.state, "unable")
    return Voice(
        siglum=siglum,
        name=model.label if model else item.reviewer.name,
        family=model.family if model else "",
        state=state,
        found=len(item.findings.all()),
        why=item.detail if state == "unable" else "",
    )


def _spoken(review: Review, found: Sequence[Finding], sigla: dict[int, str]) -> list[Spoken]:
    """What was found, in the order of the passes; of a panel that is done, once, with what became of it."""
    groups = review.result.get("groups")
    if groups is None:
        return [Spoken(sigla[item.by_pass_id], item.claim()) for item in found]
    by_ref = {f"F{number}": item for number, item in enumerate(found, 1)}
    spoken = []
    for group in groups:
        finding = next((by_ref[ref] for ref in group["refs"] if ref in by_ref), None)
        if finding is None:
            continue
        against: dict[str, str] = next(iter(group["reasons"]), {})
        outcome: Outcome = group["outcome"]
        spoken.append(
            Spoken(
                sigla[finding.by_pass_id],
                finding.claim(),
                outcome,
                against.get("reason", ""),
                against.get("quote", "") if outcome == "dismissed" else "",
            )
        )
    return spoken
