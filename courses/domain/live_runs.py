"""Reviews of a walkthrough asked of real reviewers, in the room: sealed first, and set into the story.

The recording stays beside them. A run has a snapshot of its own, with the code's author and a seal over
no notes: what the class marked are its answers, which are frozen before anybody is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from courses.domain.budgets import name_of
from courses.domain.circumstances import lasting_name, people_of
from courses.domain.sittings import changed
from courses.models import LiveRun, Sitting
from courses.walkthroughs.room import Room, sealed, unsealed_questions
from courses.walkthroughs.steps import ReviewStep
from courses.walkthroughs.story import Story
from reviews.engine import clearances, reviews, seals
from reviews.engine.reviews import Circumstances, Planned
from reviews.engine.seats import possible_seats
from reviews.engine.snapshots import store
from reviews.families import family_of
from reviews.models import LanguageModel, Provenance, Review, Reviewer, Snapshot
from reviews.protocols import PROTOCOLS
from reviews.protocols.base import PERSON, UNKNOWN, NoReviewer, Seat, Setup
from reviews.protocols.imported import IMPORTED

RECORDED = "recorded"
"""The provider of recordings: no real reviewer."""

LIVE = {PROTOCOLS[name].letter: name for name in ("self_review", "cross_model", "adversarial", "consensus")}
"""The protocols that can be run in a room, by the letter of the witnesses that speak for them."""


class CannotRun(Exception):
    """Why a review cannot be run live now. Nobody was asked; the recording is there."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Who would be asked: the plan's line, and the names of the reviewers in it."""

    planned: Planned
    names: tuple[str, ...]


# --- What can be run -------------------------------------------------------------------------------
def offer(story: Story, step: ReviewStep) -> Offer | None:
    """Who of the site's reviewers can run this review live; None where nobody can, or it reads no code.

    As many are asked as the story has witnesses, so that the table keeps its columns.
    """
    protocol = LIVE.get(step.witnesses[0][0])
    if protocol is None or step.code is None or _is_one_round_of_a_panel(step, protocol):
        return None
    real = Reviewer.objects.filter(active=True).exclude(provider__in=(RECORDED, PERSON, IMPORTED.name))
    ids = tuple(real.values_list("pk", flat=True))
    seats = possible_seats(protocol, ids) if ids else ()
    author = _author(story, step.code)
    setup = Setup(author.name, author.family, seats, passes=len(step.witnesses))
    try:
        PROTOCOLS[protocol].calls(setup)
    except NoReviewer:
        return None
    asked = _asked(setup, protocol, len(step.witnesses))
    planned = Planned(
        protocol,
        passes=len(step.witnesses) if protocol == "self_review" else 1,
        reviewer_ids=tuple(seat.reviewer_id for seat in asked),
        focus=step.focus if "focus" in PROTOCOLS[protocol].takes else "",
    )
    return Offer(planned, tuple(seat.name for seat in asked))


def _is_one_round_of_a_panel(step: ReviewStep, protocol: str) -> bool:
    """A panel's rounds are told one by one; what can be run is the whole, where its outcome is told."""
    return protocol == "consensus" and not any(said.outcome for said in step.said)


def _asked(setup: Setup, protocol: str, most: int) -> Sequence[Seat]:
    if protocol == "self_review":
        return setup.kin[:1]
    if protocol == "cross_model":
        return setup.strangers[:most]
    return (setup.strangers or setup.seats)[:1] if protocol == "adversarial" else setup.seats


@dataclass(frozen=True, slots=True)
class _Author:
    label: str
    name: str
    family: str
    row: LanguageModel | None


def _author(story: Story, name: str) -> _Author:
    """Who wrote a state of the code, as the list of models knows them."""
    told = next(code.author for code in story.codes if code.name == name)
    row = LanguageModel.objects.filter(Q(label__iexact=told) | Q(name__iexact=told)).first() if told else None
    if row is not None:
        return _Author(row.label, row.name, row.family, row)
    return _Author(told or UNKNOWN, "", family_of(told) or UNKNOWN, None)


# --- Running ---------------------------------------------------------------------------------------
def run(sitting_id: int, step_id: str, by: AbstractBaseUser) -> LiveRun:
    """Ask the real reviewers about a review's code, once; a run that came to nothing is run again.

    Every question about that code is sealed by it: only asking anew opens it. Raises CannotRun,
    Sitting.DoesNotExist.
    """
    with transaction.atomic():
        sitting = Sitting.objects.select_for_update().select_related("course").get(pk=sitting_id)
        story, room = sitting.told(), sitting.shown()
        step = next((step for step in story.reviews() if step.id == step_id), None)
        if sitting.ended_at or step is None:
            raise CannotRun("This session has ended, or it has no such review. Nobody was asked.")
        made = LiveRun.objects.filter(sitting=sitting, step=step_id).first()
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
    if waiting := unsealed_questions(story, room, step):
        titles = ", ".join(f"“{question.title}”" for question in waiting)
        raise CannotRun(f"Answers to {titles} are not frozen yet. Freeze them first: nobody was asked.")
    source = Snapshot.objects.filter(pk=sitting.snapshots.get(step.code or "", 0)).first()
    if source is None:
        raise CannotRun("This code is not here any more: whoever wrote it took it back. Nobody was asked.")
    author = _author(story, step.code or "")
    people = people_of(sitting.course)
    snapshot = store(source.source_files())
    Provenance.objects.create(
        snapshot=snapshot,
        model=author.row,
        author=author.label[:100],
        model_name=author.name,
        family=author.family,
        prompt=next(code.prompt for code in story.codes if code.name == step.code),
    )
    seals.seal(snapshot, found_nothing=True)
    clearances.prepare(snapshot, people)
    course = name_of(sitting.course)
    around = Circumstances(scope=course, budgets=(course,), on_behalf_of=lasting_name(by.pk), people=people)
    reviews.start(snapshot, [offered.planned], around)
    return LiveRun.objects.create(
        sitting=sitting, step=step.id, snapshot=snapshot, started_by_id=by.pk, started_at=timezone.now()
    )


def _again(made: LiveRun, by: AbstractBaseUser, people: Sequence[str]) -> None:
    """Once more, where it could not be finished; what is complete or goes on stays."""
    review = Review.objects.filter(snapshot=made.snapshot_id, current=True).first()
    if review is not None and review.ended and review.state != Review.State.COMPLETE:
        reviews.run_again(review, by, people)
