"""What of a snapshot may leave the house: cleared once, when it is handed in, and kept."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction

from reviews.briefs import Document
from reviews.engine.desk import at_the_desk
from reviews.engine.dispatch import send_to_clear_on_commit
from reviews.models import Blob, Clearance, Notice, Snapshot, locked
from reviews.prompts.noticed import Noticed
from reviews.prompts.people import number_of, renumbered
from reviews.prompts.redact import clear, cleared_paths, known_secrets, occurring
from reviews.prompts.suspicion import instructions_in
from reviews.snapshots.files import SourceFile

log = logging.getLogger("blindspot.reviews")

People = Sequence[Sequence[str]]
"""Pairs of a spelling and the pseudonym that stands for it."""

Spelled = Sequence[tuple[str, str]]
"""People who occur in texts: each spelling with a pseudonym, as `occurring` gives them."""

_clearing: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)
"""A lock for each snapshot: passes that begin together would each do the same work; one of them does it."""


_known: dict[str, tuple[tuple[str, str], ...]] = {}
"""The secrets of a snapshot, by its hash."""

_found: dict[tuple[str, tuple[str, ...], tuple[str, ...]], Spelled] = {}
"""Who occurs in a snapshot, by its hash, who was looked for, and in which texts besides."""

_MOST_KNOWN = 64
"""So many of each are kept in a process."""

_at_work = threading.Lock()
"""Around what only computes: passes of a round want the same at once, and one does it for all."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A snapshot as reviewers outside see it. Line numbers are the snapshot's own.

    `home` leads from the path under which a file leaves, where that is another, to its own.
    """

    files: tuple[SourceFile, ...]
    people: tuple[tuple[str, str], ...]
    home: Mapping[str, str]
    snapshot: Snapshot

    def text(self, text: str) -> str:
        """A text that goes along with the code, cleared in the same way: what is secret there is so here."""
        secrets = _secrets(self.snapshot)
        with _at_work:
            return _cleared_text(text, self.people, secrets)

    def own_paths(self, text: str) -> str:
        """A patch with the snapshot's own paths, so that it applies to what was handed in."""
        for path, own in self.home.items():
            text = text.replace(path, own)
        return text

    def document(self, path: str, text: str) -> Document:
        """A document of the snapshot, or a later version of it, cleared likewise."""
        return Document(cleared_paths([path], self.people)[0], self.text(text))


def prepare(snapshot: Snapshot, people: Iterable[str]) -> None:
    """Have code that was just handed in cleared by a worker, long before its first reviewer is called.

    Where no worker comes to it in time, the first pass does it. Call it in the transaction that
    stores the snapshot.
    """
    note_people(snapshot, people)
    send_to_clear_on_commit(snapshot.pk)


def clear_ahead(snapshot_id: int) -> None:
    """Clear a snapshot unless that is done; one that is gone needs it no more."""
    snapshot = Snapshot.objects.filter(pk=snapshot_id).first()
    if snapshot is None:
        log.info("Snapshot %s is gone, so it is not cleared.", snapshot_id)
        return
    with at_the_desk():
        outgoing(snapshot)


def note_people(snapshot: Snapshot, people: Iterable[str], texts: Sequence[str] = ()) -> None:
    """Remember the pseudonyms of those people who occur in a text that goes along with the code.

    In the code as well, where nobody has looked into it yet. The caller holds the snapshot's lock.
    """
    clearance, is_new = Clearance.objects.get_or_create(snapshot=snapshot)
    names = spelled_in_code(snapshot, people, texts) if is_new else occurring(people, texts)
    _remember(snapshot, clearance, names)


def note_in_unread_code(snapshot: Snapshot, names: Spelled) -> None:
    """Remember the pseudonyms of people who were found in code that nobody outside has read yet.

    It is then cleared anew of those who came to the course after it was handed in. The caller holds
    the snapshot's lock.
    """
    clearance, _ = Clearance.objects.get_or_create(snapshot=snapshot)
    is_known = _remember(snapshot, clearance, names)
    if not is_known and clearance.files is not None:
        clearance.files = None
        snapshot.notices.all().delete()
        clearance.save(update_fields=["files"])


def spelled_in_code(snapshot: Snapshot, people: Iterable[str], texts: Sequence[str] = ()) -> Spelled:
    """Who of these people occurs in the code or in a text that goes along with it; needs no lock.

    Looked for once in a process: the same is asked when code is handed in and when it is sealed.
    """
    asked = (snapshot.sha256, tuple(sorted(people)), tuple(texts))
    found = _found.get(asked)
    if found is None:
        code = [text for file in snapshot.source_files() for text in (file.path, file.text)]
        found = tuple(occurring(people, [*code, *texts]))
        if len(_found) >= _MOST_KNOWN:
            _found.clear()
        _found[asked] = found
    return found


def note_spellings(snapshot: Snapshot, names: Spelled) -> None:
    """Remember people whose spellings are known, from a text that comes to the code later.

    The caller holds the snapshot's lock.
    """
    clearance, _ = Clearance.objects.get_or_create(snapshot=snapshot)
    _remember(snapshot, clearance, names)


def _remember(snapshot: Snapshot, clearance: Clearance, names: Spelled) -> bool:
    """Store the pseudonyms; whether all of these people had one already, which they keep."""
    snapshot.clearance = clearance
    known: dict[str, str] = dict(clearance.people)
    number = max(map(number_of, known.values()), default=0)
    fresh = [
        [spelling, renumbered(pseudonym, number_of(pseudonym) + number)]
        for spelling, pseudonym in names
        if spelling not in known
    ]
    if fresh:
        clearance.people = [*clearance.people, *fresh]
        clearance.save(update_fields=["people"])
    return not fresh


def outgoing(snapshot: Snapshot) -> Outgoing:
    """The snapshot as it may leave; what was noticed on the way is stored beside it, once."""
    clearance: Clearance | None = getattr(snapshot, "clearance", None)
    if clearance is None:
        clearance, _ = Clearance.objects.get_or_create(snapshot=snapshot)
    if clearance.files is None:
        with _clearing[snapshot.pk]:
            clearance.refresh_from_db()
            while clearance.files is None:
                _clear(snapshot, clearance)
                clearance.refresh_from_db()
    stored = [(path, sha256, own) for path, sha256, own in clearance.files]
    return Outgoing(
        files=_read(tuple((path, sha256) for path, sha256, _ in stored)),
        people=tuple((spelling, pseudonym) for spelling, pseudonym in clearance.people),
        home={path: own for path, _, own in stored if path != own},
        snapshot=snapshot,
    )


def _secrets(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """The secrets of a snapshot, in this process's memory only: they are never stored by themselves."""
    known = _known.get(snapshot.sha256)
    if known is None:
        files = snapshot.source_files()
        with _at_work:
            known = _known.get(snapshot.sha256) or known_secrets(files)
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[snapshot.sha256] = known
    return known


@lru_cache(maxsize=128)
def _cleared_text(
    text: str, people: tuple[tuple[str, str], ...], secrets: tuple[tuple[str, str], ...]
) -> str:
    for secret, placeholder in secrets:
        text = text.replace(secret, placeholder)
    # A diff may be one of settings, in which values stand without quotes.
    name = "text.env" if "\n@@ " in text else "text.md"
    return clear([SourceFile(name, text)], people).files[0].text


def look_for_instructions(snapshot: Snapshot, path: str, text: str) -> None:
    """Note where a text that comes to the code later tries to instruct its reviewer."""
    Notice.objects.bulk_create(_rows(snapshot, instructions_in([SourceFile(path, text)]), {}))


def _rows(snapshot: Snapshot, noticed: Iterable[Noticed], own: Mapping[str, str]) -> Iterator[Notice]:
    for item in noticed:
        yield Notice(
            snapshot=snapshot,
            kind=item.kind,
            path=own.get(item.path, item.path)[:1024],
            line=item.line,
            quote=item.quote,
            words=item.words[:200],
        )


@lru_cache(maxsize=32)
def _read(named: tuple[tuple[str, str], ...]) -> tuple[SourceFile, ...]:
    """The files of these names; a text never changes under its hash."""
    texts = Blob.objects.in_bulk([sha256 for _, sha256 in named])
    return tuple(SourceFile(path, texts[sha256].text) for path, sha256 in named)


def _clear(snapshot: Snapshot, clearance: Clearance) -> None:
    files = snapshot.source_files()
    cleared = clear(files, clearance.people)
    own = {left.path: file.path for left, file in zip(cleared.files, files, strict=True)}
    noticed = [*instructions_in(files), *cleared.noticed]
    leaving = [[file.path, file.sha256, own[file.path]] for file in cleared.files]
    with transaction.atomic():
        locked(snapshot.pk)
        Blob.objects.bulk_create(
            {file.sha256: Blob(sha256=file.sha256, text=file.text) for file in cleared.files}.values(),
            ignore_conflicts=True,
        )
        # Another worker may have been faster, or somebody else have been noted: then this is for nothing.
        row = Clearance.objects.get(pk=clearance.pk)
        if row.files is None and row.people == clearance.people:
            row.files = leaving
            row.save(update_fields=["files"])
            Notice.objects.bulk_create(_rows(snapshot, noticed, own))
