"""Showing a walkthrough to a class: begun, steered by whoever of the staff holds a key, ended."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from courses.domain import live, news, screens
from courses.models import Answer, Sitting, Walkthrough
from courses.walkthroughs.room import Command, begun, is_late, obey

MOST_PRESSED = 50
"""So many keys are remembered: of those pressed elsewhere while one is sent again."""


class Over(Exception):
    """The sitting has ended: nothing was changed."""


class MovedOn(Exception):
    """The room is not where the key was pressed any more: nothing was changed."""


def begin(walkthrough: Walkthrough, by: AbstractBaseUser, group: str = "") -> Sitting:
    """Open the room at the first step, with a code to join.

    Raises ValueError where there is none, and Walkthrough.DoesNotExist where it was removed meanwhile.
    """
    with transaction.atomic():
        # Whoever removes it waits until the room is there, and takes it along.
        row = Walkthrough.objects.select_for_update().get(pk=walkthrough.pk)
        now = timezone.now()
        return Sitting.objects.create(
            course=walkthrough.course,
            walkthrough=row,
            title=row.title,
            group=group,
            story=row.story,
            snapshots=dict(row.codes.values_list("name", "snapshot_id")),
            room=begun(row.told()).as_json(),
            started_by_id=by.pk,
            started_at=now,
            step_since=now,
        )


def steer(
    sitting_id: int, command: Command, seen: tuple[int, int], to: int | None = None, press: str = ""
) -> Sitting:
    """Do what a key of the presenter says; `seen` is the step and beat that they saw.

    `press` names this press of the key: sent again because its answer was lost, it changes nothing more.
    Raises MovedOn where the room is elsewhere by another key, Over, Sitting.DoesNotExist.
    """
    with transaction.atomic():
        sitting = Sitting.objects.select_for_update().get(pk=sitting_id)
        if press in sitting.pressed:
            return sitting
        if sitting.ended_at:
            raise Over("This session has ended.")
        before = sitting.shown()
        story = live.heard_of(sitting).story
        if is_late(story, before, command, seen, to):
            raise MovedOn("The room had moved on, so this key changed nothing.")
        after = obey(story, before, command, seen, to)
        if after == before:
            return sitting
        sitting.room = after.as_json()
        if press:
            sitting.pressed = [*sitting.pressed, press][-MOST_PRESSED:]
        if after.step != before.step:
            now = timezone.now()
            name = story.steps[before.step].id
            shown_for = (now - sitting.step_since).total_seconds()
            sitting.times = {**sitting.times, name: round(sitting.times.get(name, 0) + shown_for, 1)}
            sitting.step_since = now
        changed(sitting, "room", "pressed", "times", "step_since")
    return sitting


def end(sitting_id: int) -> Sitting:
    """Close the room: its code is free, and what was answered stays without anybody's name.

    What was heard live stays in its story. Ended twice, it ended the first time.
    """
    with transaction.atomic():
        sitting = Sitting.objects.select_for_update().get(pk=sitting_id)
        if sitting.ended_at:
            return sitting
        sitting.story = live.heard_of(sitting).story.model_dump(mode="json", exclude_defaults=True)
        sitting.ended_at, sitting.code = timezone.now(), None
        _forget_persons(sitting)
        changed(sitting, "story", "ended_at", "code")
    return sitting


def changed(sitting: Sitting, *fields: str) -> None:
    """Store fields of a sitting that the caller has locked, and let projector and phones know."""
    sitting.version += 1
    sitting.save(update_fields=["version", *fields])
    # A screen that could not be made ready is made by the first who asks for it.
    transaction.on_commit(lambda: screens.make_ready(sitting), robust=True)
    news.tell(sitting)


def _forget_persons(sitting: Sitting) -> None:
    """Seats lose the secrets by which a browser could be known, and words that nobody let through go.

    A seat whose signed-in student asked to keep their marks stays theirs, words and all.
    """
    sitting.seats.update(key_sha256=None)
    unshown = Answer.objects.filter(seat__sitting=sitting, seat__member=None).exclude(let_through=True)
    unshown.update(words="")
