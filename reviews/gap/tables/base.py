"""What all tables share: a number that can be opened, a share of two such, and the witnesses."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from urllib.parse import urlencode

from reviews.gap.counted import Key
from reviews.gap.digest import Digest
from reviews.gap.measures import Share, proportion

ORDER = "SLTAXDRMCI"
"""The letters of witnesses from left to right, as in the apparatus."""

FEWEST_DRAWN = 3
"""A share of fewer than this is told in words: its interval would span nearly everything."""


@dataclass(frozen=True, slots=True)
class Number:
    """A count, and the field and key of the digest under which the defects behind it are found."""

    value: int
    field: str
    key: Key

    @property
    def query(self) -> str:
        """The parameters of the page that lists what is behind it."""
        return urlencode([("of", self.field), *(("key", part) for part in self.key)])


@dataclass(frozen=True, slots=True)
class Ratio:
    """A part of a whole, each of which opens: the whole is the part and the rest."""

    part: Number
    rest: Number

    @property
    def whole(self) -> int:
        """How many in all."""
        return self.part.value + self.rest.value

    @property
    def share(self) -> Share | None:
        """The part of the whole with its Wilson interval; None of nothing."""
        return proportion(self.part.value, self.whole)

    @property
    def drawn(self) -> Share | None:
        """The share where there is enough of it to draw."""
        return self.share if self.whole >= FEWEST_DRAWN else None


@dataclass(frozen=True, slots=True)
class WitnessRow:
    """A witness of many submissions. One siglum may be several models': `names` are all of them.

    `unable` counts the submissions of which it could not review all: that is no silence.
    """

    siglum: str
    letter: str
    names: tuple[str, ...]
    submissions: int
    unable: int
    recorded: int
    missed: Ratio

    @property
    def name(self) -> str:
        """All its names."""
        return "; ".join(self.names)


def number(digest: Digest, field: str, *key: str) -> Number:
    """The count of a key, with what opens it."""
    return Number(digest.count(field, key), field, key)


def witnesses(digest: Digest) -> list[WitnessRow]:
    """The witnesses from left to right, with what each missed of the valid defects before it."""
    names: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (siglum, letter, name, _), count in digest.witnesses.items():
        if letter in ORDER:
            names[siglum, letter][name] = count
    rows = [
        WitnessRow(
            siglum=siglum,
            letter=letter,
            names=tuple(sorted(named, key=lambda name, named=named: (-named[name], name))),  # type: ignore[misc]
            submissions=digest.count("apart", (siglum, "submissions")),
            unable=digest.count("apart", (siglum, "unable")),
            recorded=digest.count("apart", (siglum, "recorded")),
            missed=Ratio(
                number(digest, "sights", siglum, "missed"), number(digest, "sights", siglum, "seen")
            ),
        )
        for (siglum, letter), named in names.items()
    ]
    return sorted(rows, key=lambda row: place(row.siglum))


def place(siglum: str) -> tuple[int, int, str]:
    """A key that sorts sigla from left to right."""
    return ORDER.find(siglum[:1]), len(siglum), siglum
