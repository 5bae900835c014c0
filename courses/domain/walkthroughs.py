"""Walkthroughs: taken from the shelf or a file, changed, duplicated, shared, written to one file, removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from courses.domain.leftovers import only_numbers
from courses.models import Consent, Course, Submission, Walkthrough, WalkthroughCode
from courses.walkthroughs import editing
from courses.walkthroughs.document import Document, with_code
from courses.walkthroughs.story import Story
from reviews.engine.snapshots import discard, store
from reviews.snapshots.files import SourceFile

CHANGED = "Somebody else changed this walkthrough meanwhile. What you typed is kept."


class ChangedMeanwhile(Exception):
    """Somebody else changed the walkthrough since it was read. Nothing was overwritten."""


class NoConsent(Exception):
    """The student's consent is not, or no longer, on record. Nothing was stored."""


def keep(
    document: Document,
    course: Course,
    by: AbstractBaseUser,
    *,
    shared: bool = False,
    shelf: str = "",
    made_from: Submission | None = None,
) -> Walkthrough:
    """A new walkthrough of a course, with its code.

    Raises NoConsent for one made from a submission whose student did not consent, or withdrew.
    """
    with transaction.atomic():
        if made_from:
            _check_consent(made_from)
        walkthrough = Walkthrough.objects.create(
            course=course,
            title=document.story.title,
            story=as_json(document.story),
            shared=shared,
            shelf=shelf,
            made_from=made_from,
            made_by_id=by.pk,
        )
        WalkthroughCode.objects.bulk_create(
            WalkthroughCode(walkthrough=walkthrough, name=name, snapshot=store(files))
            for name, files in document.files.items()
        )
    return walkthrough


def document_of(walkthrough: Walkthrough) -> Document:
    """The walkthrough as its one file holds it."""
    return Document(walkthrough.told(), code_of(walkthrough))


def code_of(walkthrough: Walkthrough) -> dict[str, tuple[SourceFile, ...]]:
    """The files of each state of the code, by its name."""
    rows = walkthrough.codes.select_related("snapshot")
    return {row.name: row.snapshot.source_files() for row in rows}


def duplicate(walkthrough: Walkthrough, by: AbstractBaseUser) -> Walkthrough:
    """A copy to change, its maker's own. One made from a submission stays bound to its consent.

    Raises NoConsent where that was withdrawn meanwhile.
    """
    document = document_of(walkthrough)
    title = f"{walkthrough.title[:190]}, copy"
    copied = Document(document.story.model_copy(update={"title": title}), document.files)
    return keep(copied, walkthrough.course, by, made_from=walkthrough.made_from)


def save(walkthrough: Walkthrough, story: Story, version: int) -> int:
    """Store a changed story over the version that its editor saw; the new version.

    Raises document.Unreadable where the story shows code that is not there, and ChangedMeanwhile.
    """
    with_code(story, code_of(walkthrough))
    taken = Walkthrough.objects.filter(pk=walkthrough.pk, version=version).update(
        story=as_json(story), title=story.title, version=F("version") + 1, updated_at=timezone.now()
    )
    if not taken:
        raise ChangedMeanwhile(CHANGED)
    return version + 1


def add_code(
    walkthrough: Walkthrough, story: Story, name: str, files: Sequence[SourceFile], version: int
) -> None:
    """Store a story that knows one state of the code more, with its files; both or nothing.

    Raises as `save`.
    """
    with transaction.atomic():
        # Two who add a state of one name at a time wait here for one another.
        now = Walkthrough.objects.select_for_update().get(pk=walkthrough.pk)
        if now.version != version:
            raise ChangedMeanwhile(CHANGED)
        WalkthroughCode.objects.create(walkthrough=walkthrough, name=name, snapshot=store(files))
        save(walkthrough, story, version)


def drop_code(walkthrough: Walkthrough, name: str, version: int) -> None:
    """Take a state of the code out. Raises editing.Broken where something shows it, and as `save`."""
    story = editing.without_code(walkthrough.told(), name)
    with transaction.atomic():
        save(walkthrough, story, version)
        dropped = walkthrough.codes.filter(name=name)
        snapshots = set(dropped.values_list("snapshot", flat=True))
        dropped.delete()
        discard(snapshots - _shown(walkthrough))


def share(walkthrough: Walkthrough, *, shared: bool) -> None:
    """Let all staff of the course use it, or its maker alone."""
    walkthrough.shared = shared
    walkthrough.save(update_fields=["shared"])


def files_of(walkthrough: Walkthrough, name: str) -> tuple[SourceFile, ...]:
    """The files of one state of the code. Raises WalkthroughCode.DoesNotExist."""
    return walkthrough.codes.select_related("snapshot").get(name=name).snapshot.source_files()


def remove(walkthrough: Walkthrough) -> None:
    """Gone, with its code and every text of it that nobody else holds. Removed twice, it is gone.

    Sittings stay. Those of one that was made from a submission end and keep numbers only
    (`leftovers.only_numbers`): once it is gone nothing would lead from a withdrawn consent to them.
    """
    with transaction.atomic():
        row = Walkthrough.objects.select_for_update().filter(pk=walkthrough.pk).first()
        if row is None:
            return
        snapshots = set(row.codes.values_list("snapshot", flat=True))
        if row.made_from_id is None:
            snapshots -= _shown(row)
        else:
            for sitting_id in list(row.sittings.values_list("pk", flat=True)):
                snapshots |= only_numbers(sitting_id)
        row.delete()
        discard(snapshots)


def _shown(walkthrough: Walkthrough) -> set[int]:
    """The states of the code, by the ids of their snapshots, that sittings of it hold."""
    held = walkthrough.sittings.values_list("snapshots", flat=True)
    return {snapshot for snapshots in held for snapshot in snapshots.values()}


def _check_consent(submission: Submission) -> None:
    """Whoever withdraws waits until what is being made is there, and then removes it too."""
    consent = Consent.objects.select_for_update().filter(submission=submission).first()
    if consent is None or not consent.holds:
        raise NoConsent("The student's consent is not on record, so no walkthrough was made.")


def as_json(story: Story) -> Mapping[str, object]:
    """A story as it is stored."""
    return story.model_dump(mode="json", exclude_defaults=True)
