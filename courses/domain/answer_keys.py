"""An assignment's answer key: the defects that its instructor planted or knows of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from courses.domain.circumstances import people_of
from courses.models import Assignment
from reviews.claims import Claim
from reviews.engine import answer_keys as engine
from reviews.exchange.answer_key import Known
from reviews.gap import keys
from reviews.models import AnswerKey, Defect, KeyEntry, Snapshot


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of a change: the entries, and how many submissions a worker still measures anew."""

    entries: tuple[KeyEntry, ...]
    waiting: int

    @property
    def still(self) -> str:
        """What is to be added to a message while a worker measures; nothing where all is done."""
        return f" {self.waiting:,} submissions are being measured against it now." if self.waiting else ""


def key_of(assignment: Assignment) -> AnswerKey:
    """The assignment's key, made at first use."""
    with transaction.atomic():
        stored = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
        if stored.answer_key is None:
            stored.answer_key = AnswerKey.objects.create()
            stored.save(update_fields=["answer_key"])
    assignment.answer_key = stored.answer_key
    return stored.answer_key


def add(assignment: Assignment, claim: Claim, origin: KeyEntry.Origin) -> Kept:
    """A new entry. Raises Refused."""
    key = key_of(assignment)
    return _kept(assignment, key, lambda: [keys.add(key, claim, origin)])


def change(
    assignment: Assignment, entry: KeyEntry, claim: Claim, origin: KeyEntry.Origin, seen: int | None
) -> Kept:
    """Another text or place for an entry, over the revision that was seen. Raises as `keys.change`."""
    return _kept(assignment, entry.key, lambda: [keys.change(entry, claim, origin, seen)])


def remove(assignment: Assignment, entry: KeyEntry, seen: int | None) -> Kept:
    """Take an entry out, of the revision that was seen. Raises as `keys.remove`."""

    def act() -> Sequence[KeyEntry]:
        keys.remove(entry, seen)
        return ()

    return _kept(assignment, entry.key, act)


def take_in(assignment: Assignment, known: Sequence[Known]) -> Kept:
    """The entries of a file that the key does not have yet. Raises Refused."""
    key = key_of(assignment)
    claims = [(item.claim, KeyEntry.Origin(item.origin)) for item in known]
    return _kept(assignment, key, lambda: keys.add_new(key, claims))


def promote(assignment: Assignment, defect: Defect) -> Kept:
    """Make an entry of a valid defect of one of the assignment's submissions. Raises Refused."""
    key = key_of(assignment)
    return _kept(assignment, key, lambda: [keys.promote(defect, key)])


def have_judged(assignment: Assignment) -> int:
    """Put what is uncertain of the key to the judge; in how many submissions a worker still does."""
    return engine.have_judged(assignment.answer_key) if assignment.answer_key else 0


def try_again(assignment: Assignment) -> int:
    """Apply the key once more where it was given up; in how many submissions a worker still does."""
    return engine.try_again(assignment.answer_key) if assignment.answer_key else 0


def entries(assignment: Assignment) -> list[Known]:
    """The key as plain data, in its order."""
    stored = KeyEntry.objects.filter(key__assignments=assignment)
    return [Known(entry.claim(), entry.origin) for entry in stored]


def measure(assignment: Assignment, snapshot: Snapshot) -> None:
    """Measure a snapshot that was just sealed against the assignment's key, if there is one."""
    key = AnswerKey.objects.filter(assignments=assignment).first()
    if key is not None:
        # Who came to the course after the key was written may be named in it, too.
        engine.note_names(key, people_of(assignment.course))
        engine.measure(snapshot, key)


def _kept(assignment: Assignment, key: AnswerKey, change: Callable[[], Sequence[KeyEntry]]) -> Kept:
    """Change the key and let every sealed submission follow, those sealed before there was a key, too."""
    with transaction.atomic():
        changed = change()
        engine.note_names(key, people_of(assignment.course))
    sealed = Snapshot.objects.filter(revision__submission__assignment=assignment, seal__isnull=False)
    keys.measure_against(sealed.filter(applied_key=None), key)
    return Kept(tuple(changed), engine.spread(key))
