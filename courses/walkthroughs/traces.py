"""What betrays who wrote something though nobody's name is known: headers, addresses, folders, accounts.

Every function keeps the number of lines, and what it has put in it leaves alone the next time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import PurePosixPath

from detect_secrets.filters.heuristic import is_lock_file


class Kind(StrEnum):
    """What was replaced."""

    NAME = "a name"
    HEADER = "a line that says who wrote it"
    ADDRESS = "an e-mail address"
    FOLDER = "a person's folder"
    ACCOUNT = "an account in a repository's address"
    NUMBER = "a student's number"
    SECRET = "a secret"  # noqa: S105 -- no password
    HIDDEN = "invisible characters"


Tally = Counter[tuple[Kind, str, str]]
"""How often what was replaced by what."""

AUTHOR = "the author"
SOMEBODY = "somebody"
NOWHERE = "example.invalid"

# A line's beginning with or without a sign of comment, or such a sign further on.
_LEAD = (
    r"(?P<lead>^[ \t]*(?:\#+!?|//+!?|/?\*+|--+|;+|<!--|%+|\"{3}|'{3}|REM\b)?[ \t]*"
    r"|(?:(?<![:\w\"'])//|(?<!\S)\#|/\*+|<!--)[ \t]*)"
)
_BY = (
    r"(?:written|created|coded|developed|implemented|programmed|made|maintained|submitted|prepared)"
    r"[ \t]+by(?:[ \t]*:[ \t]*|[ \t]+)"
)
_NOUN = (
    r"(?:authors?|contributors?|maintainers?|student(?:'s)?(?:[ \t]+name)?"
    r"|name[ \t]+of[ \t]+(?:the[ \t]+)?student)[ \t]*:[ \t]*"
)
_HEADER = re.compile(rf"{_LEAD}(?P<key>{_BY}|{_NOUN})(?P<value>\S[^\n]*)", re.I | re.M)
_COPYRIGHT = re.compile(
    rf"{_LEAD}(?P<key>(?:copyright|©|\(c\))[ \t]*(?:©|\(c\)|:)?[ \t]*(?:[12]\d{{3}}[\d \t,–-]*)?"
    r"(?:by[ \t]+)?)(?P<value>[^\W\d_][^\n]*)",
    re.I | re.M,
)
_DATED = re.compile(r"©|\(c\)|:|\d{4}", re.I)
_TAG = re.compile(
    r"(?P<lead>)(?P<key>[@\\](?:authors?|maintainers?|contributors?)\b[ \t]*(?::[ \t]*|(?<=[ \t])))"
    r"(?P<value>\S[^\n]*)"
)
_DUNDER = re.compile(
    r"(?P<before>__(?:authors?|maintainer|credits|contact|email|copyright)__[ \t]*=[ \t]*)(?P<rest>[^\n]*)"
)
_MANIFEST_LINE = re.compile(
    r"(?P<before>^[ \t]*[\"']?(?:authors?|maintainers?|contributors|author_email)[\"']?[ \t]*[:=][ \t]*)"
    r"(?P<rest>[^\n]*)",
    re.M,
)
_QUOTED = re.compile(r"""(["'])([^"'\n]+)\1(?![ \t]*[:=])""")
_CLOSING = re.compile(r"[ \t]*(?:\*+/|-->|\"{3}|'{3}|[ \t\r])*$")
_IN_CODE = re.compile(r"[{}$]|%[sd(]|^[=(\[]")
_MANIFESTS = frozenset(
    "package.json composer.json bower.json pyproject.toml cargo.toml setup.py setup.cfg".split()
)
_PROSE = frozenset(".md .txt .rst .adoc .yml .yaml".split())

_EMAIL = re.compile(
    r"(?<![\w.+-])(?P<local>[\w.+-]{1,64})"
    r"@(?P<domain>[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[^\W\d_]{2,63})(?![\w-])"
)
_NOT_LOCAL = frozenset({"git"})

_HOMES = r"(?:/home|/Users|/mnt/[a-z]/Users|\b[A-Za-z]:[\\/]{1,2}(?:Users|Documents and Settings))"
_NAME = r"[^\s\\/\"'`<>|*?:;,()\[\]{}$]+"
_FOLDER = re.compile(
    rf"(?P<before>(?<![\w.]){_HOMES}[\\/]{{1,2}})(?P<name>{_NAME}(?:[ ]{_NAME}){{0,3}})(?=[\\/])"
)
_NOBODYS = frozenset(
    "app appuser build ci circleci codespace default developer docker node public root runner sandbox shared "
    "student ubuntu user vagrant vscode vsts www-data".split()
)

_FORGE = r"(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|raw\.githubusercontent\.com)"
_OWNER = r"(?P<owner>[A-Za-z0-9][\w-]{0,38})"
_ACCOUNT = re.compile(
    r"(?:(?:https?|git|ssh|git\+https|git\+ssh)://(?:[^@\s/]+@)?(?:www\.)?|git@|^module[ \t]+)"
    rf"{_FORGE}[/:]{_OWNER}(?=[/\s\"'.])",
    re.M,
)
_PAGES = re.compile(rf"{_OWNER}(?P<after>\.(?:github|gitlab)\.io\b)")
_ENTERED = re.compile(
    rf"(?P<before>\b(?:https?|git|ssh)://)(?P<who>[^@\s/:]+)(?P<after>(?::[^@\s/]*)?@{_FORGE})"
)
_PSEUDONYM = re.compile(r"somebody(?:-\d+)?|person[ ._-]?\d+", re.I)
_NO_OWNER = frozenset({"sponsors", "orgs", "apps", "features"})

_NUMBER = re.compile(
    r"(?P<before>\b(?:students?|matriculation|enrol?lment|registration|matrikel|matr\.?)[ \t_-]?(?:'s[ ])?"
    r"(?:id|no|nr|number|nummer)?\b[ \t.:=#\"']{1,4})(?P<number>[A-Za-z]{0,2}\d{5,10})\b",
    re.I,
)


class Traces:
    """Takes them out of texts that belong together: what was alike stays alike, what differed differs.

    `tally` counts what was replaced; `addresses` are pseudonyms of known addresses, in small letters.
    """

    def __init__(self, tally: Tally, addresses: Mapping[str, str], texts: Iterable[str]) -> None:
        self._tally = tally
        self._addresses = dict(addresses)
        self._strangers: dict[str, str] = {}
        self._numbers: dict[str, str] = {}
        owners = {found["owner"].casefold() for text in texts for found in _owners(text)}
        names = enumerate(sorted(owners), 1)
        self._owners = {owner: f"{SOMEBODY}-{number}" for number, owner in names}
        told = "|".join(map(re.escape, sorted(self._owners, key=len, reverse=True)))
        after = r"(?![\w-])"
        self._owned = re.compile(rf"(?P<before>{_FORGE}[/:])(?P<owner>{told}){after}", re.I) if told else None

    def headers(self, text: str, path: str = "") -> str:
        """Without who wrote it, where a line says so; what stands around that stays."""
        prose = PurePosixPath(path).suffix.lower() in _PROSE
        text = _TAG.sub(lambda found: self._header(found, marked=True), text)
        text = _HEADER.sub(lambda found: self._header(found, marked=prose), text)
        text = _COPYRIGHT.sub(lambda found: self._header(found, marked=prose, dated=True), text)
        text = _DUNDER.sub(self._quoted, text)
        if PurePosixPath(path).name.lower() in _MANIFESTS:
            text = _MANIFEST_LINE.sub(self._quoted, text)
        return text

    def addresses(self, text: str) -> str:
        """Without e-mail addresses of anybody."""
        return _EMAIL.sub(self._address, text)

    def places(self, text: str) -> str:
        """Without people's folders, accounts and numbers."""
        text = _FOLDER.sub(self._folder, text)
        text = _ENTERED.sub(self._entered, text)
        text = self._owned.sub(self._account, text) if self._owned else text
        text = _PAGES.sub(self._account, text)
        return _NUMBER.sub(self._number, text)

    def _header(self, found: re.Match[str], *, marked: bool, dated: bool = False) -> str:
        key, value = found["key"], found["value"]
        closing = _CLOSING.search(value)
        value = value[: closing.start()] if closing else value
        bare = not (marked or found["lead"].strip())
        told = _DATED.search(key) if dated else not bare or key[0].isupper()
        if not told or not value or value == AUTHOR or _IN_CODE.search(value):
            return found[0]
        rest = found["value"][len(value) :]
        return f"{found['lead']}{key}{self._told(Kind.HEADER, value, AUTHOR)}{rest}"

    def _quoted(self, found: re.Match[str]) -> str:
        def anew(one: re.Match[str]) -> str:
            if one[2] == AUTHOR or _EMAIL.fullmatch(one[2]):
                return one[0]
            return f"{one[1]}{self._told(Kind.HEADER, one[2], AUTHOR)}{one[1]}"

        return found["before"] + _QUOTED.sub(anew, found["rest"])

    def _address(self, found: re.Match[str]) -> str:
        local, domain = found["local"].casefold(), found["domain"].casefold()
        if domain == NOWHERE or local in _NOT_LOCAL or domain.startswith("self."):
            return found[0]
        known = self._addresses.get(f"{local}@{domain}")
        known = known or self._addresses.get(f"{local.partition('+')[0]}@{domain}")
        if known is None:
            number = len(self._strangers) + 1
            known = self._strangers.setdefault(f"{local}@{domain}", f"{SOMEBODY}-{number}@{NOWHERE}")
        return self._told(Kind.ADDRESS, found[0], known)

    def _folder(self, found: re.Match[str]) -> str:
        name = found["name"]
        if name.casefold() in _NOBODYS or _PSEUDONYM.fullmatch(name):
            return found[0]
        return found["before"] + self._told(Kind.FOLDER, name, SOMEBODY)

    def _entered(self, found: re.Match[str]) -> str:
        if found["who"] in (SOMEBODY, "git"):
            return found[0]
        return f"{found['before']}{self._told(Kind.ACCOUNT, found['who'], SOMEBODY)}{found['after']}"

    def _account(self, found: re.Match[str]) -> str:
        owner = self._owners.get(found["owner"].casefold(), found["owner"])
        told = self._told(Kind.ACCOUNT, found["owner"], owner)
        return f"{found.groupdict().get('before') or ''}{told}{found.groupdict().get('after') or ''}"

    def _number(self, found: re.Match[str]) -> str:
        number = found["number"]
        letters = number.rstrip("0123456789")
        width = len(number) - len(letters) - 1
        # It begins with a 1, so that a program may still read it as a number.
        anew = self._numbers.setdefault(number, f"{letters}1{len(self._numbers) + 1:0{width}d}")
        return found["before"] + self._told(Kind.NUMBER, number, anew)

    def _told(self, kind: Kind, was: str, now: str) -> str:
        if was != now:
            self._tally[kind, was, now] += 1
        return now


def is_listing(path: str) -> bool:
    """Whether a file lists what others wrote: a lock file, whose addresses are not the author's."""
    return bool(is_lock_file(path)) or PurePosixPath(path).name in ("go.sum", "pnpm-lock.yaml", "uv.lock")


def _owners(text: str) -> Iterable[re.Match[str]]:
    for pattern in (_ACCOUNT, _PAGES):
        for found in pattern.finditer(text):
            if not _PSEUDONYM.fullmatch(found["owner"]) and found["owner"] not in _NO_OWNER:
                yield found
