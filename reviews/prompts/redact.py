"""What of the code leaves the house: people become pseudonyms, secrets become marks, what hides is removed.

Every text keeps its lines, each with its number, so that a place named in what left is the same place in
what stayed. Quotations are another matter: they quote what left.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from reviews.prompts.credentials import Secret, secrets_in
from reviews.prompts.noticed import Kind, Noticed, few
from reviews.prompts.people import Names, occurring
from reviews.snapshots.characters import ODD, described
from reviews.snapshots.files import SourceFile

__all__ = ["Cleared", "clear", "cleared_paths", "occurring"]

EVERYWHERE = 12
"""A secret of so many characters is replaced wherever it stands, even where no rule would find it."""
MOST_EVERYWHERE = 200

# They are white space for somebody, and none of them ends a line of ours.
_SPACE_LIKE = frozenset("\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_JOINERS = "\u200c\u200d"
_PRIVATE_KEY = ": private key"
_Edit = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Cleared:
    """The files as they may leave, in the order given, and what was noticed in them.

    `renamed` maps the new path of each file whose path named a person to its own.
    """

    files: tuple[SourceFile, ...]
    noticed: tuple[Noticed, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)


def clear(files: Sequence[SourceFile], people: Iterable[Sequence[str]]) -> Cleared:
    """The files without secrets, names and hidden characters; no file gains or loses a line.

    `people` are pairs of a spelling and its pseudonym, as `occurring` returns them. The same secret has
    the same number in all files.
    """
    names = Names(people)
    noticed: list[Noticed] = []
    texts = [_without_hidden(file, noticed) for file in files]
    texts = _without_secrets(files, texts, noticed)
    texts = [_without_names(file.path, text, names, noticed) for file, text in zip(files, texts, strict=True)]
    paths = _without_people([file.path for file in files], names)
    cleared = tuple(SourceFile(path, text) for path, text in zip(paths, texts, strict=True))
    lines = {file.path: clean.lines for file, clean in zip(files, cleared, strict=True)}
    quoted = [replace(item, quote=lines[item.path][item.line - 1]) for item in noticed]
    renamed = {new: file.path for new, file in zip(paths, files, strict=True) if new != file.path}
    quoted += (
        Noticed(Kind.PERSON, own, 0, new, "a person of the course, in the file's name")
        for new, own in renamed.items()
    )
    return Cleared(cleared, few(quoted), renamed)


def _without_hidden(file: SourceFile, noticed: list[Noticed]) -> str:
    text = file.text
    starts = _line_starts(text)
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    edits: list[_Edit] = []
    for found in ODD.finditer(text):
        at, character = found.start(), found[0]
        if text.startswith("\r\n", at):
            continue
        edits.append((at, found.end(), " " if character in _SPACE_LIKE else ""))
        if not _is_typography(text, at):
            counts[bisect_right(starts, at)][character] += 1
    for line, counter in counts.items():
        what = ", ".join(f"{described(one)} ({number:,})" for one, number in counter.most_common(2))
        more = " and others" if len(counter) > 2 else ""
        noticed.append(Noticed(Kind.HIDDEN, file.path, line, "", f"{what}{more}"))
    return _edited(text, edits)


def _is_typography(text: str, at: int) -> bool:
    """Whether it has its place there: a form feed, a joiner in emoji, in Arabic, in the scripts of India."""
    around = text[at - 1 : at] + text[at + 1 : at + 2]
    joins = text[at] in _JOINERS and len(around) == 2 and min(around) > "\u0600" and not ODD.search(around)
    return joins or text[at] == "\f"


def known_secrets(files: Sequence[SourceFile]) -> tuple[tuple[str, str], ...]:
    """Pairs of a secret that stands in the files, long enough to be looked for anywhere, and its mark."""
    found = [secrets_in(file.path, _without_hidden(file, [])) for file in files]
    named: dict[str, str] = {}
    for secret in chain.from_iterable(found):
        named.setdefault(secret.value, f"⟦secret {len(named) + 1}: {secret.kind}⟧")
    longest_first = sorted(named.items(), key=lambda pair: -len(pair[0]))
    return tuple(pair for pair in longest_first if len(pair[0]) >= EVERYWHERE)


def _without_secrets(files: Sequence[SourceFile], texts: Sequence[str], noticed: list[Noticed]) -> list[str]:
    found = [secrets_in(file.path, text) for file, text in zip(files, texts, strict=True)]
    named: dict[str, str] = {}
    for secret in chain.from_iterable(found):
        named.setdefault(secret.value, f"secret {len(named) + 1}: {secret.kind}")
    long = [value for value in named if len(value) >= EVERYWHERE and " " not in value][:MOST_EVERYWHERE]
    cleared = []
    for file, text, secrets in zip(files, texts, found, strict=True):
        spans = _with_repetitions(text, secrets, long)
        starts = _line_starts(text)
        told: set[tuple[int, str]] = set()
        for start, _, value in spans:
            line = 0 if _PRIVATE_KEY in named[value] else bisect_right(starts, start)
            if (line, value) not in told:
                told.add((line, value))
                noticed.append(Noticed(Kind.SECRET, file.path, bisect_right(starts, start), "", named[value]))
        cleared.append(_edited(text, [(start, end, f"⟦{named[value]}⟧") for start, end, value in spans]))
    return cleared


def _with_repetitions(text: str, secrets: Sequence[Secret], values: Sequence[str]) -> list[_Edit]:
    """The secrets' spans and values, and those of the given values wherever else they stand."""
    spans = [(secret.start, secret.end, secret.value) for secret in secrets]
    for value in values:
        at = text.find(value)
        while at >= 0:
            spans.append((at, at + len(value), value))
            at = text.find(value, at + len(value))
    kept: list[_Edit] = []
    # Where two overlap the longer one covers both.
    for start, end, value in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end, value))
        elif end > kept[-1][1]:
            kept[-1] = (kept[-1][0], end, kept[-1][2])
    return kept


def _without_names(path: str, text: str, names: Names, noticed: list[Noticed]) -> str:
    starts = _line_starts(text)
    edits = list(names.found_in(text))
    whom: dict[int, dict[str, None]] = defaultdict(dict)
    for start, _, pseudonym in edits:
        whom[bisect_right(starts, start)][pseudonym] = None
    for line, pseudonyms in whom.items():
        words = f"a person of the course: {', '.join(pseudonyms)}"
        noticed.append(Noticed(Kind.PERSON, path, line, "", words))
    return _edited(text, edits)


def cleared_paths(paths: Sequence[str], people: Iterable[Sequence[str]]) -> list[str]:
    """The paths under which files leave, in the order given: with pseudonyms, each still another one.

    What comes back names these: `dict(zip(cleared_paths(paths, people), paths))` leads home.
    """
    return _without_people(paths, Names(people))


def _without_people(paths: Sequence[str], names: Names) -> list[str]:
    taken = set(paths)
    cleared = []
    for path in paths:
        new = without_names = _edited(path, list(names.found_in(path)))
        number = 2
        while new != path and new in taken:
            new = f"{without_names}~{number}"
            number += 1
        taken.add(new)
        cleared.append(new)
    return cleared


def _edited(text: str, edits: Sequence[_Edit]) -> str:
    """The text with each span replaced; spans are in order and do not overlap."""
    parts: list[str] = []
    at = 0
    for start, end, replacement in edits:
        parts += (text[at:start], replacement)
        at = end
    return "".join([*parts, text[at:]])


def _line_starts(text: str) -> list[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]
