"""Finds the people of a course in code, and says by which pseudonym each spelling is replaced.

What counts as a person's name, so that privacy is kept and code is not mangled:

- an e-mail address, also with `+tag`, whatever its capitals;
- both names together in any order and dress: "Amara Diallo", "Diallo, Amara", "amara.diallo",
  "AMARA_DIALLO", "AmaraDiallo", "amaradiallo", with or without accents ("Müller", "Muller", "Mueller");
- an initial with the last name: "A. Diallo", "adiallo";
- what stands before the @ of an address, if it is distinctive: "adiallo7";
- one name alone only if it is no ordinary word (`reviews.prompts.ordinary`), has three letters or more,
  is no part of an identifier, and is written "Amara"; as "amara" only behind a sign of authorship ("by
  amara", "@amara", "/home/amara").

Where both names are ordinary words ("Will Page") only "Will Page" and "Page, Will" count. A name that
is written in a script without spaces (李伟) is found wherever it stands. A pseudonym has the shape of
what it replaces, so that an identifier stays one: "amara_diallo" becomes "person_1".
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product

from reviews.prompts.ordinary import ORDINARY

# Letters in a row, and the humps of camelCase as pieces of their own.
_PIECE = re.compile(r"[A-Z]*[^\W\d_A-Z]+|[A-Z]+")
# The same, where "HTTPAmara" is two.
_HUMP = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+")
_BETWEEN = re.compile(r"[ \t\u00a0.,_+'’-]{0,3}")
_BETWEEN_APART = re.compile(r"\.? |[._-]")
_FIGURES = re.compile(r"[0-9]{1,6}")
_NUMBERED = re.compile(r"(?<![\w.+-])[^\W\d_]\w*\d\w*")
_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@([\w-]{1,63}(?:\.[\w-]{1,63}){1,5})")
_AUTHORSHIP = re.compile(
    r"(?:\b(?:authors?|by|maintainers?|copyright|written|created|students?|owner|assignee|home|users)\b"
    r"[^\w\n]{1,6}|@)$",
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PARTICLES = frozenset(
    "al bin da das de del den der di dos du el ibn la le of st ten ter van von zu zur".split()
)
_TITLES = frozenset("dr prof mr mrs ms mx".split())
_UNDECOMPOSED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})

_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

_LEAST_ALONE = 3
_LEAST_LAST = 4
_LEAST_JOINED = 5
_LEAST_LOCAL = 6


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to write somebody: pieces, and what must hold where they are found."""

    who: int
    pieces: tuple[str, ...]
    spaced: bool = False
    """Whether only capitalised words with space or comma between them count."""
    apart: bool = False
    """Whether a point, a space or the like must stand between the pieces: an initial and a name."""
    alone: bool = False
    """Whether it is one name alone."""


@dataclass(frozen=True, slots=True)
class _Person:
    name: str
    emails: tuple[str, ...]


def occurring(people: Iterable[str], texts: Iterable[str]) -> list[tuple[str, str]]:
    """Each spelling of a person that occurs in the texts, with the pseudonym that replaces it.

    `people` are full names and e-mail addresses, in any order; an address that is made of somebody's
    name is that person's. The numbers of pseudonyms follow the alphabet of those who occur.
    """
    index = _Index(_persons(people))
    spellings: dict[str, int] = {}
    for text in texts:
        for spelling, who in index.found_in(text):
            spellings.setdefault(spelling, who)
    numbers = {who: number for number, who in enumerate(sorted(set(spellings.values())), 1)}
    pairs = sorted((numbers[who], spelling) for spelling, who in spellings.items())
    return [(spelling, pseudonym_for(spelling, number)) for number, spelling in pairs]


def renumbered(pseudonym: str, number: int) -> str:
    """The same pseudonym with another number."""
    return re.sub(r"\d+", str(number), pseudonym, count=1)


def number_of(pseudonym: str) -> int:
    """The number in a pseudonym; 0 where it has none."""
    found = re.search(r"\d+", pseudonym)
    return int(found[0]) if found else 0


def pseudonym_for(spelling: str, number: int) -> str:
    """A pseudonym of the shape that the spelling has."""
    if "@" in spelling:
        return f"person-{number}@example.invalid"
    between = re.search(r"(?<=\w)[ .,_+'’-]+(?=[^\W_])|_", spelling)
    joint = "" if not between else between[0] if between[0] in ("_", "-", ".") else " "
    word = "PERSON" if spelling.isupper() else "Person" if spelling[0].isupper() else "person"
    return f"{word}{joint}{number}"


class Alone:
    """Finds each of one person's names wherever it stands, however it is written, in identifiers too.

    Stricter than `occurring`: for a person whose work is shown to those who know them. A name that is
    an ordinary word is in `ordinary`, and not looked for.
    """

    def __init__(self, name: str) -> None:
        parts = _parts(name)
        # Of "Anna-Lena O'Brien" also Anna, Lena and Brien.
        halves = [half for part in parts for half in re.split("[-'’]", part) if half != part]
        self.ordinary = tuple(dict.fromkeys(part for part in parts if _is_ordinary(part)))
        apart = [part for part in (*parts, *halves) if not _is_ordinary(part)]
        told = [pieces for part in apart for pieces in _spelled(part)]
        if len(parts) > 1 and not self.ordinary:
            told += [(word,) for word in _with_initials(parts[0], parts[-1])]
        wanted = {pieces for pieces in told if len("".join(pieces)) >= _LEAST_ALONE}
        self._forms: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for pieces in sorted(wanted, key=lambda pieces: (-len(pieces), pieces)):
            self._forms[pieces[0]].append(pieces)

    def found_in(self, text: str) -> Iterator[tuple[int, int]]:
        """First and last offset of every such name; none overlap."""
        found = list(_HUMP.finditer(text)) if self._forms else []
        plain = {piece: _plain(piece) for piece in {one[0] for one in found}}
        end = 0
        for index, piece in enumerate(found):
            for form in self._forms.get(plain[piece[0]], ()):
                run = found[index : index + len(form)]
                gaps = (text[one.end() : two.start()] for one, two in pairwise(run))
                if (
                    piece.start() >= end
                    and [plain[one[0]] for one in run] == list(form)
                    and all(map(_BETWEEN.fullmatch, gaps))
                ):
                    end = run[-1].end()
                    yield piece.start(), end


def _with_initials(first: str, last: str) -> Iterator[str]:
    """One name in full with the initial of the other, written together."""
    for one, two in product(map("".join, _spelled(first)), map("".join, _spelled(last))):
        for word in (one + two[0], two + one[0], one[0] + two):
            if len(word) >= _LEAST_JOINED and word not in ORDINARY:
                yield word


class Names:
    """Finds spellings wherever they stand as a whole, given pairs of a spelling and its pseudonym."""

    def __init__(self, people: Iterable[Sequence[str]]) -> None:
        self._pseudonyms = {spelling: pseudonym for spelling, pseudonym in people if spelling}
        longest_first = sorted(self._pseudonyms, key=lambda text: (-len(text), text))
        self._pattern = re.compile("|".join(map(_bounded, longest_first))) if longest_first else None

    def found_in(self, text: str) -> Iterator[tuple[int, int, str]]:
        """First and last offset of every spelling in a text, and its pseudonym; none overlap."""
        for found in self._pattern.finditer(text) if self._pattern else ():
            yield found.start(), found.end(), self._pseudonyms[found[0]]


def _bounded(spelling: str) -> str:
    """A pattern for the spelling as a whole: not within a word, but at a hump of camelCase."""
    if _UNSPACED.search(spelling):
        return re.escape(spelling)
    if spelling.isalnum() and len(_PIECE.findall(spelling)) == 1:
        # One word alone is never a part of an identifier.
        return rf"(?<![\w$]){re.escape(spelling)}(?![\w$])"
    before = r"(?<![A-Z])" if spelling[0] in _CAPITALS else r"(?<![^\W_])"
    after = r"(?![^\W\d_])" if spelling[-1] in _CAPITALS else r"(?![^\W\d_A-Z])"
    return f"{before}{re.escape(spelling)}{after}"


class _Index:
    """All forms of all persons."""

    def __init__(self, persons: Sequence[_Person]) -> None:
        self._forms: list[_Form] = []
        self._emails: dict[str, int] = {}
        self._numbered: dict[str, int] = {}
        self._unspaced: dict[str, int] = {}
        for who, person in enumerate(persons):
            self._forms += dict.fromkeys(_forms(who, person))
            for email in person.emails:
                self._emails[email] = who
                local = email.partition("@")[0]
                if len(local) >= _LEAST_LAST and _NUMBERED.fullmatch(local):
                    self._numbered[local] = who
            if _UNSPACED.search(person.name):
                self._unspaced |= {person.name: who, person.name.replace(" ", ""): who}

    def found_in(self, text: str) -> Iterator[tuple[str, int]]:
        """Spellings in a text, and whose they are."""
        for found in _EMAIL.finditer(text) if self._emails else ():
            local, domain = found[1].casefold(), found[2].casefold()
            untagged = self._emails.get(f"{local.partition('+')[0]}@{domain}")
            if (who := self._emails.get(f"{local}@{domain}", untagged)) is not None:
                yield found[0], who
        for word in dict.fromkeys(_NUMBERED.findall(text)) if self._numbered else ():
            if (who := self._numbered.get(word.casefold())) is not None:
                yield word, who
        yield from ((name, who) for name, who in self._unspaced.items() if name in text)
        yield from self._by_pieces(text)

    def _by_pieces(self, text: str) -> Iterator[tuple[str, int]]:
        plain = {piece: _plain(piece) for piece in set(_PIECE.findall(text))}
        there = set(plain.values())
        forms: dict[str, list[_Form]] = defaultdict(list)
        for form in self._forms:
            if all(piece in there for piece in form.pieces):
                forms[form.pieces[0]].append(form)
        for found in _PIECE.finditer(text) if forms else ():
            for form in forms.get(plain[found[0]], ()):
                end = _end_of(form, text, found.start())
                spelling = text[found.start() : end]
                if end and re.compile(_bounded(spelling)).match(text, found.start()):
                    yield spelling, form.who


def _end_of(form: _Form, text: str, start: int) -> int:
    """Where the form ends that begins at `start`; 0 if it does not stand there."""
    line_end = text.find("\n", start)
    line = _PIECE.finditer(text, start, line_end if line_end >= 0 else len(text))
    found = list(islice(line, len(form.pieces)))
    if [_plain(piece[0]) for piece in found] != list(form.pieces):
        return 0
    gaps = [text[one.end() : two.start()] for one, two in pairwise(found)]
    between = _BETWEEN_APART if form.apart else _BETWEEN
    if not all(map(between.fullmatch, gaps)):
        return 0
    as_names = all(piece[0].istitle() for piece in found)
    if form.spaced and not (as_names and all(gap and not gap.strip(" ,") for gap in gaps)):
        return 0
    if form.alone and not as_names and not _AUTHORSHIP.search(text[max(0, start - 30) : start]):
        return 0
    if len(found) == 1 and not form.alone and (figures := _FIGURES.match(text, found[0].end())):
        return figures.end()
    return found[-1].end()


def _persons(people: Iterable[str]) -> list[_Person]:
    """Names with the addresses that are made of them, and addresses of nobody named; by the alphabet."""
    given = sorted({" ".join(unicodedata.normalize("NFC", text).split()) for text in people if text.strip()})
    names = [text for text in given if "@" not in text]
    emails: dict[str, list[str]] = {name: [] for name in names}
    lonely = []
    makers: dict[str, list[str]] = defaultdict(list)
    for name in names:
        for local in _locals(name):
            makers[local].append(name)
    for email in (text.casefold() for text in given if "@" in text):
        local = _plain(re.sub(r"[\W\d_]", "", email.partition("@")[0]))
        if len(makers[local]) == 1:
            emails[makers[local][0]].append(email)
        else:
            lonely.append(email)
    persons = [_Person(name, tuple(addresses)) for name, addresses in emails.items()]
    persons += [_Person("", (email,)) for email in lonely]
    return sorted(persons, key=lambda person: (person.name or person.emails[0]).casefold())


def _locals(name: str) -> set[str]:
    """What people with that name have before the @, without points and figures."""
    parts = _parts(name)
    if not parts:
        return set()
    made: set[str] = set()
    for first, last in product(map("".join, _spelled(parts[0])), map("".join, _spelled(parts[-1]))):
        made |= {first, last, first + last, last + first, first[0] + last, last + first[0], first + last[0]}
    return made | {"".join(_plain(part) for part in parts)}


def _forms(who: int, person: _Person) -> Iterator[_Form]:
    for email in person.emails:
        local = re.findall(_PIECE, email.partition("@")[0])
        pieces = tuple(map(_plain, local))
        if len("".join(pieces)) >= _LEAST_LOCAL and not ORDINARY.issuperset(pieces):
            yield _Form(who, pieces, apart=True)
    parts = _parts(person.name)
    if len(parts) > 1:
        yield from _together(who, person.name, parts)
    for part in {parts[0], parts[-1]} if parts else ():
        for pieces in _spelled(part):
            if len("".join(pieces)) >= _LEAST_ALONE and not _is_ordinary(part):
                yield _Form(who, pieces, alone=True)


def _together(who: int, name: str, parts: Sequence[str]) -> Iterator[_Form]:
    """The forms in which more than one of somebody's names stands."""
    first, last = parts[0], parts[-1]
    ordinary = _is_ordinary(first) and _is_ordinary(last)
    orders = {tuple(_words(name)), tuple(parts), (first, last), (last, first), (last, *parts[:-1])}
    for order in sorted(orders):
        for spelled in product(*map(_spelled, order)):
            yield _Form(who, tuple(piece for part in spelled for piece in part), spaced=ordinary)
    if ordinary:
        return
    for one, two in product(map("".join, _spelled(first)), map("".join, _spelled(last))):
        joined = [one + two, two + one]
        if not _is_ordinary(last) and len(two) >= _LEAST_LAST:
            joined.append(one[0] + two)
            yield _Form(who, (one[0], two), apart=True)
        for word in joined:
            if len(word) >= _LEAST_JOINED and word not in ORDINARY:
                yield _Form(who, (word,))


def _words(name: str) -> list[str]:
    """The words of a name, without titles and initials."""
    words = [word for word in name.split() if len("".join(_PIECE.findall(word))) > 1]
    return [word for word in words if _plain(word.strip(".")) not in _TITLES]


def _parts(name: str) -> list[str]:
    """The names in a name: without "von", too."""
    words = _words(name)
    return [word for word in words if _plain(word) not in _PARTICLES] or words


def _spelled(part: str) -> list[tuple[str, ...]]:
    """The pieces of one name: with humps and hyphens, without; with umlauts undone in both ways."""
    ways: dict[tuple[str, ...], None] = {}
    for text in (part, part.casefold().translate(_UMLAUTS)):
        pieces = tuple(_plain(piece) for piece in _PIECE.findall(text))
        ways |= {pieces: None, ("".join(pieces),): None}
    return [way for way in ways if way and way[0]]


def _is_ordinary(part: str) -> bool:
    return "".join(_plain(piece) for piece in _PIECE.findall(part)) in ORDINARY


def _plain(text: str) -> str:
    """In small letters, without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
