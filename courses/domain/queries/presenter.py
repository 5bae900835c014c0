"""What the presenter has before them: where the story is, what comes next, and how the time stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from courses.domain import news
from courses.domain.live_runs import Offer, offer
from courses.domain.queries.stage import ReviewScene, Stage, stage_of_sitting
from courses.models import Sitting
from courses.walkthroughs.live import Live
from courses.walkthroughs.room import MOST_PAGES, Room
from courses.walkthroughs.steps import AnyStep, ReviewStep
from courses.walkthroughs.story import Story

LATE = 60
"""Seconds behind the plan from which on the presenter is told."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, planned and gone, of this step and of the whole; `before` is planned up to this step."""

    step: float
    step_planned: float
    whole: float
    whole_planned: float
    before: float

    @property
    def behind(self) -> float:
        """By how much more time than planned is gone; what is left of this step is not gone yet."""
        return self.whole - (self.before + min(self.step, self.step_planned))

    @property
    def late(self) -> bool:
        """Whether the presenter should hurry."""
        return self.behind >= LATE

    @property
    def behind_minutes(self) -> int:
        """`behind` as it is said."""
        return round(self.behind / 60)


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the presenter: `to` is what it leads to (see `room.obey`). Off, it does nothing here."""

    command: str
    label: str
    keys: str
    to: int | None = None
    on: bool | None = None
    off: bool = False

    @property
    def shown_key(self) -> str:
        """The key that is written on the button."""
        return self.keys.split(maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything in front of the presenter. `question` is the one that is asked or revealed, if any.

    `offer` says who could run this review live now, `panel` that it is run with the panel's other rounds,
    and `run` what came of it where somebody did.
    """

    stage: Stage
    mark: str
    over: bool
    following: AnyStep | None
    steps: tuple[AnyStep, ...]
    timing: Timing
    keys: tuple[Key, ...]
    question: str
    told: bool
    offer: Offer | None
    panel: bool
    run: Live | None
    late_from: int = LATE


def desk_of(sitting: Sitting) -> Desk:
    """The presenter's view of a sitting as it was just read."""
    story, room = sitting.told(), sitting.shown()
    stage = stage_of_sitting(sitting)
    question = _question(stage.step)
    run = stage.scene.live if isinstance(stage.scene, ReviewScene) else None
    return Desk(
        stage=stage,
        mark=news.of(sitting).stage,
        over=sitting.ended_at is not None,
        following=story.steps[room.step + 1] if room.step + 1 < len(story.steps) else None,
        steps=story.steps,
        timing=_timing(story, room, sitting),
        keys=_keys(room, stage, run),
        question=question,
        told=question in room.told,
        offer=_offer(story, stage.step, run),
        panel=isinstance(stage.step, ReviewStep) and len(story.together(stage.step)) > 1,
        run=run,
    )


def _question(step: AnyStep) -> str:
    return step.id if step.kind == "question" else step.question if step.kind == "reveal" else ""


def _timing(story: Story, room: Room, sitting: Sitting) -> Timing:
    now: datetime = sitting.ended_at or timezone.now()
    step = story.steps[room.step]
    gone = sitting.times.get(step.id, 0) + max(0.0, (now - sitting.step_since).total_seconds())
    return Timing(
        step=round(gone, 1),
        step_planned=step.minutes * 60,
        whole=round((now - sitting.started_at).total_seconds(), 1),
        whole_planned=story.minutes * 60,
        before=sum(earlier.minutes for earlier in story.steps[: room.step]) * 60,
    )


def _offer(story: Story, step: AnyStep, run: Live | None) -> Offer | None:
    """Who may be asked now: where nobody was, or nothing came of it."""
    recorded = story.step(step.id)
    if isinstance(recorded, ReviewStep) and (run is None or (run.unable and not run.reading)):
        return offer(story, recorded)
    return None


def _keys(room: Room, stage: Stage, run: Live | None) -> tuple[Key, ...]:
    """The keys with what they do now."""
    step = stage.step
    question = _question(step)
    told, frozen = question in room.told, question in room.frozen
    whole = stage.beat == step.beats - 1
    asks = step.kind == "question"
    keys = [
        Key("back", "Back", "p ArrowLeft PageUp", off=(stage.number, stage.beat) == (1, 0)),
        Key("next", "Next", "n ArrowRight PageDown Space", off=whole and stage.number == stage.of),
        Key("reveal", "Reveal the answers" if asks else "Reveal it all", "r", off=whole and not asks),
        Key("hide", "Hide answers", "h", int(not room.hidden), on=room.hidden),
        Key("freeze", "Freeze answers", "f", int(not frozen), on=frozen, off=not question or told),
        Key("clear", "Ask anew", "c", room.round_of(question) + 1, off=not question),
        Key("black", "Black screen", "b .", int(not room.black), on=room.black),
        Key("up", "Scroll up", "u ArrowUp", room.page - 1, off=room.page <= -MOST_PAGES),
        Key("down", "Scroll down", "d ArrowDown", room.page + 1, off=room.page >= MOST_PAGES),
    ]
    if run is not None and not run.failed:
        recorded = step.id in room.recorded
        keys.append(Key("recorded", "Show the recording", "v", int(not recorded), on=recorded))
    return tuple(keys)
