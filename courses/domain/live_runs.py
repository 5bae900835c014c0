"""Reviews of a walkthrough asked of real reviewers, in the room: sealed first, and set into the story.

The recording stays beside them. A run has a snapshot of its own, with the code's author and a seal over
no notes: what the class marked are its answers, which are frozen before anybody is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from courses.domain.budgets import name_of
from courses.domain.circumstances import lasting_name, people_of
from courses.domain.sittings import changed
from courses.models import LiveRun, Sitting
from courses.walkthroughs.room import Room, sealed, unsealed_questions
from courses.walkthroughs.steps import PlanStep, ReviewStep
from courses.walkthroughs.story import Story
from reviews.engine import clearances, reviews, seals
from reviews.engine.opening import Circumstances, Planned, opening
from reviews.engine.seats import possible_seats
from reviews.engine.snapshots import store
from reviews.families import family_of
from reviews.models import LanguageModel, Provenance, Review, Reviewer, Snapshot
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import PERSON, UNKNOWN, NoReviewer, Seat, Setup
from reviews.protocols.imported import IMPORTED
from reviews.protocols.plan_reading import PLAN_READING
from reviews.snapshots.files import SourceFile

RECORDED = "recorded"
"""The provider of recordings: no real reviewer."""

LIVE = {PROTOCOLS[name].letter: name for name in ("self_review", "cross_model", "adversarial", "consensus")}
"""The protocols that can be run on code in a room, by the letter of the witnesses that speak for them."""

OF_PLANS = ("A", "X", "D", "M")
"""The letters of the witnesses that can read a plan in a room: the author's own model, or a stranger."""

PLAN = "PLAN.md"
"""The file that a plan is, while reviewers read it."""


ROUNDS = 3
"""Of a panel whose rounds a story does not tell."""


class CannotRun(Exception):
    """Why a review cannot be run live now. Nobody was asked; the recording is there."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Who would be asked: the plan's line, the names of the reviewers in it, and how often at most."""

    planned: Planned
    names: tuple[str, ...]
    calls: int


# --- What can be run -------------------------------------------------------------------------------
def offer(story: Story, step: ReviewStep) -> Offer | None:
    """Who of the site's reviewers can run this review live; None where nobody can, or no model speaks in it.

    As many are asked as the story has witnesses, so that the table keeps its columns. Of a panel the
    whole is run, whichever of its rounds is shown.
    """
    letter = step.witnesses[0][0]
    protocol = LIVE.get(letter) if step.plan is None else PLAN_READING.name if letter in OF_PLANS else None
    if protocol is None:
        return None
    real = Reviewer.objects.filter(active=True).exclude(provider__in=(RECORDED, PERSON, IMPORTED.name))
    ids = tuple(real.values_list("pk", flat=True))
    seats = possible_seats(protocol, ids) if ids else ()
    author = _author(story, step)
    setup = Setup(author.name, author.family, seats, passes=len(step.witnesses), rounds=_rounds(story, step))
    asked = _asked(setup, letter, len(step.witnesses))
    try:
        calls = PROTOCOLS[protocol].calls(replace(setup, seats=tuple(asked)))
    except NoReviewer:
        return None
    planned = Planned(
        protocol,
        passes=setup.passes if protocol == "self_review" else 1,
        reviewer_ids=tuple(seat.reviewer_id for seat in asked),
        rounds=setup.rounds,
        focus=step.focus if "focus" in PROTOCOLS[protocol].takes else "",
    )
    most = calls.most if protocol in ("self_review", "consensus") else len(asked)
    return Offer(planned, tuple(seat.name for seat in asked), most)


def _rounds(story: Story, step: ReviewStep) -> int:
    """As many as the story tells of a panel; where it tells the outcome alone, as many as usual."""
    return len(story.together(step)) - 1 or ROUNDS


def _asked(setup: Setup, letter: str, most: int) -> Sequence[Seat]:
    if letter == "A":
        return setup.kin[:1]
    if letter in ("X", "M"):
        return setup.strangers[:most]
    return (setup.strangers or setup.seats)[:1] if letter == "D" else setup.seats


@dataclass(frozen=True, slots=True)
class _Author:
    label: str
    name: str
    family: str
    row: LanguageModel | None


def _author(story: Story, step: ReviewStep) -> _Author:
    """Who wrote what is read, as the list of models knows them; a plan is by whoever began the code."""
    told = next((code.author for code in story.codes if step.code in (code.name, None)), "")
    row = LanguageModel.objects.filter(Q(label__iexact=told) | Q(name__iexact=told)).first() if told else None
    if row is not None:
        return _Author(row.label, row.name, row.family, row)
    return _Author(told or UNKNOWN, "", family_of(told) or UNKNOWN, None)


# --- Running ---------------------------------------------------------------------------------------
def run(sitting_id: int, step_id: str, by: AbstractBaseUser) -> LiveRun:
    """Ask the real reviewers about what a review reads, once; a run that came to nothing is run again.

    Every question about that code is sealed by it: only asking anew opens it. A panel's run is kept
    under its first round. Raises CannotRun, Sitting.DoesNotExist.
    """
    with transaction.atomic():
        sitting = Sitting.objects.select_for_update().select_related("course").get(pk=sitting_id)
        story, room = sitting.told(), sitting.shown()
        step = next((step for step in story.reviews() if step.id == step_id), None)
        if sitting.ended_at or step is None:
            raise CannotRun("This session has ended, or it has no such review. Nobody was asked.")
        made = LiveRun.objects.filter(sitting=sitting, step=story.together(step)[0].id).first()
        if made is None:
            made = _begin(sitting, story, room, step, by)
        else:
            _again(made, by, people_of(sitting.course))
        sitting.room = sealed(story, room, step).as_json()
        changed(sitting, "room")
    return made


def _begin(sitting: Sitting, story: Story, room: Room, step: ReviewStep, by: AbstractBaseUser) -> LiveRun:
    offered = offer(story, step)
    if offered is None:
        raise CannotRun("No real reviewer can run this review here. The recording is shown.")
    first = story.together(step)[0]
    if waiting := unsealed_questions(story, room, first):
        titles = ", ".join(f"“{question.title}”" for question in waiting)
        raise CannotRun(f"Answers to {titles} are not frozen yet. Freeze them first: nobody was asked.")
    author = _author(story, step)
    people = people_of(sitting.course)
    snapshot = store(_read(sitting, story, step))
    Provenance.objects.create(
        snapshot=snapshot,
        model=author.row,
        author=author.label[:100],
        model_name=author.name,
        family=author.family,
        prompt=next((code.prompt for code in story.codes if code.name == step.code), ""),
    )
    seals.seal(snapshot, found_nothing=True)
    clearances.prepare(snapshot, people)
    course = name_of(sitting.course)
    around = Circumstances(scope=course, budgets=(course,), on_behalf_of=lasting_name(by.pk), people=people)
    reviews.start(opening(snapshot, [offered.planned], around))
    return LiveRun.objects.create(
        sitting=sitting, step=first.id, snapshot=snapshot, started_by_id=by.pk, started_at=timezone.now()
    )


def _read(sitting: Sitting, story: Story, step: ReviewStep) -> tuple[SourceFile, ...]:
    """The files that the reviewers get: a state of the code, or the plan as a document."""
    if step.plan is not None:
        plan = story.step(step.plan)
        if not isinstance(plan, PlanStep):
            raise CannotRun("This review reads no plan. Nobody was asked.")
        return (SourceFile(PLAN, plan.plan),)
    source = Snapshot.objects.filter(pk=sitting.snapshots.get(step.code or "", 0)).first()
    if source is None:
        raise CannotRun("This code is not here any more: whoever wrote it took it back. Nobody was asked.")
    return source.source_files()


def _again(made: LiveRun, by: AbstractBaseUser, people: Sequence[str]) -> None:
    """Once more, where it could not be finished; what is complete or goes on stays."""
    review = Review.objects.filter(snapshot=made.snapshot_id, current=True).first()
    if review is not None and review.ended and review.state != Review.State.COMPLETE:
        reviews.run_again(review, by, people)
