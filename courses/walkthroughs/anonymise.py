"""A walkthrough of somebody's work made so that it says nobody's name, each line staying where it is.

Whose work it is is looked for strictly, since those who look on know them: each of their names wherever
it stands as a word, also in an identifier, everywhere alike, so that the code means what it meant. For
everybody else of the course holds what holds for models (`reviews.prompts.people`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courses.walkthroughs.document import Document
from courses.walkthroughs.story import Story
from courses.walkthroughs.traces import Kind, Tally, Traces, is_listing
from reviews.prompts.noticed import Kind as Noticed
from reviews.prompts.ordinary import ORDINARY
from reviews.prompts.people import Alone, Names, number_of, occurring, pseudonym_for, renumbered
from reviews.prompts.redact import clear, known_secrets
from reviews.snapshots.files import SourceFile

_LEAST_ACCOUNT = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Whose work it is: their full name, and what they are called by machines (user names, addresses)."""

    name: str
    accounts: tuple[str, ...] = ()

    @property
    def emails(self) -> tuple[str, ...]:
        """Those of the accounts that are addresses."""
        return tuple(account for account in self.accounts if "@" in account)

    @property
    def words(self) -> tuple[str, ...]:
        """What names them to a machine, as words: user names, and what stands before an @."""
        words = dict.fromkeys(account.partition("@")[0].casefold() for account in self.accounts)
        return tuple(
            word
            for word in words
            if len(word) >= _LEAST_ACCOUNT and word not in ORDINARY and not word.isdigit()
        )


@dataclass(frozen=True, slots=True)
class Replaced:
    """What was replaced by what, and how often."""

    kind: Kind
    was: str
    now: str
    count: int


@dataclass(frozen=True, slots=True)
class Anonymous:
    """The document without names, what was replaced in it, and what a person must look at.

    `ordinary` are names of whose work it is that are ordinary words as well: alone they were left,
    so often.
    """

    document: Document
    replaced: tuple[Replaced, ...]
    ordinary: tuple[tuple[str, int], ...]


def anonymise(
    document: Document,
    whose: Person,
    people: Iterable[str],
    known: Sequence[Sequence[str]] = (),
) -> Anonymous:
    """The document without names, addresses, secrets and what else betrays its author; lines stay.

    `people` are full names and addresses of the course. `known` are pairs of a spelling and the
    pseudonym under which reviewers know it: whoever has one keeps it.
    """
    tally: Tally = Tally()
    states = _without_secrets(document.files, tally)
    writer = _Writer(whose, people, known, [*_texts(document, states)], tally)
    paths = writer.paths({file.path for files in states.values() for file in files})
    secrets = known_secrets(_all_files(document.files))
    files = {
        name: tuple(SourceFile(paths[file.path], writer.text(file.text, file.path)) for file in held)
        for name, held in states.items()
    }
    told = _walked(document.story.model_dump(mode="json"), lambda text: writer.words(text, secrets), paths)
    story = Story.model_validate(told)
    return Anonymous(
        document=Document(story, files),
        replaced=tuple(Replaced(kind, was, now, count) for (kind, was, now), count in sorted(tally.items())),
        ordinary=_left(writer.alone.ordinary, [*_texts(Document(story, files), files)]),
    )


# --- Secrets, and what is not seen --------------------------------------------------------------------
def _without_secrets(
    states: Mapping[str, tuple[SourceFile, ...]], tally: Tally
) -> dict[str, tuple[SourceFile, ...]]:
    """All states at once: a secret has one number in all of them."""
    cleared = clear(_all_files(states), ())
    for noticed in cleared.noticed:
        if noticed.kind == Noticed.SECRET:
            tally[Kind.SECRET, noticed.words.partition(": ")[2], f"⟦{noticed.words}⟧"] += 1
        elif noticed.kind == Noticed.HIDDEN:
            tally[Kind.HIDDEN, noticed.words, ""] += 1
    left = iter(cleared.files)
    return {
        name: tuple(SourceFile(file.path, next(left).text) for file in files)
        for name, files in states.items()
    }


def _all_files(states: Mapping[str, tuple[SourceFile, ...]]) -> list[SourceFile]:
    """The files of all states, each under a path of its own."""
    return [SourceFile(f"{name}/{file.path}", file.text) for name, files in states.items() for file in files]


# --- Names --------------------------------------------------------------------------------------------
class _Writer:
    """Writes texts without names. All of its texts are known beforehand, so that all are written alike."""

    def __init__(
        self,
        whose: Person,
        people: Iterable[str],
        known: Sequence[Sequence[str]],
        texts: Sequence[str],
        tally: Tally,
    ) -> None:
        pairs, number = _pseudonyms(whose, people, known, texts)
        self._number = number
        self._tally = tally
        self._names = Names(pairs)
        self.alone = Alone(whose.name)
        words = "|".join(map(re.escape, sorted(whose.words, key=len, reverse=True)))
        self._accounts = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])", re.I) if words else None
        addresses = {spelling.casefold(): pseudonym for spelling, pseudonym in pairs if "@" in spelling}
        own = {email.casefold(): pseudonym_for(email, number) for email in whose.emails}
        self._traces = Traces(tally, addresses | own, texts)

    def text(self, text: str, path: str = "") -> str:
        """A text with as many lines. Of what lists others' work only names are looked for."""
        if not is_listing(path):
            text = self._traces.headers(text, path)
            text = self._traces.addresses(text)
            text = self._traces.places(text)
        return self._without_names(text)

    def words(self, text: str, secrets: Iterable[tuple[str, str]] = ()) -> str:
        """A text about the code, likewise without what is secret in it; no longer than such a text may be."""
        for secret, mark in secrets:
            text = text.replace(secret, mark)
        anew = self.text(clear([SourceFile("text.md", text)], ()).files[0].text)
        return anew[: next((most for most in _BOUNDS if len(text) <= most), len(text))]

    def paths(self, paths: Iterable[str]) -> dict[str, str]:
        """Each path with its new one; no two get the same."""
        anew: dict[str, str] = {}
        taken = set(paths)
        for path in sorted(taken):
            new = bare = self._without_names(self._traces.addresses(path))
            number = 2
            while new != path and new in taken:
                new, number = f"{bare}~{number}", number + 1
            taken.add(new)
            anew[path] = new
        return anew

    def _without_names(self, text: str) -> str:
        text = self._replaced(text, self._names.found_in(text))
        text = self._replaced(text, self._accounts_in(text))
        return self._replaced(text, self._alone_in(text))

    def _accounts_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        for found in self._accounts.finditer(text) if self._accounts else ():
            yield found.start(), found.end(), pseudonym_for(re.sub(r"\W", "", found[0]), self._number)

    def _alone_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        for start, end in self.alone.found_in(text):
            yield start, end, pseudonym_for(text[start:end], self._number)

    def _replaced(self, text: str, edits: Iterable[tuple[int, int, str]]) -> str:
        parts, at = [], 0
        for start, end, pseudonym in edits:
            self._tally[Kind.NAME, text[start:end], pseudonym] += 1
            parts += [text[at:start], pseudonym]
            at = end
        return "".join([*parts, text[at:]])


_BOUNDS = (200, 300, 400, 20_000)
"""How long texts of a story may be (`courses.walkthroughs.parts`): a pseudonym can be longer than a name."""


def _pseudonyms(
    whose: Person, people: Iterable[str], known: Sequence[Sequence[str]], texts: Sequence[str]
) -> tuple[list[tuple[str, str]], int]:
    """All spellings that occur with their pseudonyms, and the number of whose work it is."""
    own = dict(occurring([whose.name, *whose.emails], texts))
    others = dict(occurring({*people} - {whose.name, *whose.emails}, texts))
    kept: dict[str, str] = dict(known)  # type: ignore[arg-type]
    highest = max(map(number_of, kept.values()), default=0)
    mine = next((number_of(kept[spelling]) for spelling in own if spelling in kept), highest + 1)
    highest = max(highest, mine)
    fresh = {
        spelling: renumbered(pseudonym, number_of(pseudonym) + highest)
        for spelling, pseudonym in others.items()
    }
    pairs = fresh | kept | {spelling: renumbered(pseudonym, mine) for spelling, pseudonym in own.items()}
    return list(pairs.items()), mine


def _left(ordinary: Collection[str], texts: Sequence[str]) -> tuple[tuple[str, int], ...]:
    counts = (
        (name, sum(len(re.findall(rf"\b{re.escape(name)}\b", text)) for text in texts)) for name in ordinary
    )
    return tuple((name, count) for name, count in counts if count)


# --- All texts of a story -----------------------------------------------------------------------------
_NO_TEXT = frozenset(
    "id kind code before question defect witness witnesses siglum severity odc_type outcome".split()
)
"""Fields of a story that name its own parts, or hold one of a few words."""


def _walked(data: Any, written: Callable[[str], str], paths: Mapping[str, str], of: str = "") -> Any:
    """A story as JSON data with every text of it written anew."""
    if isinstance(data, str):
        return paths.get(data) or written(data) if of == "path" else written(data)
    if isinstance(data, list):
        return [_walked(item, written, paths, of) for item in data]
    if not isinstance(data, dict):
        return data
    # A state of the code and a plan are named by the same words as texts elsewhere.
    names = {"codes": "name"}.get(of, "plan" if data.get("kind") == "review" else "")
    return {
        key: value if key in _NO_TEXT or key == names else _walked(value, written, paths, key)
        for key, value in data.items()
    }


def _texts(document: Document, states: Mapping[str, tuple[SourceFile, ...]]) -> Iterator[str]:
    """Every text and every path of a document."""
    for files in states.values():
        for file in files:
            yield file.path
            yield file.text
    found: dict[str, None] = {}

    def look(text: str) -> str:
        found[text] = None
        return text

    _walked(document.story.model_dump(mode="json"), look, {})
    yield from found
