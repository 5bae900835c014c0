"""The exercises of the big course: code made of pieces, its near-identical variants, what is true of it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from string import Template

from courses.demo.big.pieces import PIECES, WHOLE, Piece, Topic
from reviews.snapshots.files import SourceFile, tree_sha256
from reviews.snapshots.ground import find_quotation

SUBJECTS = (
    ("loan", "loans"), ("order", "orders"), ("booking", "bookings"), ("ticket", "tickets"),
    ("parcel", "parcels"), ("invoice", "invoices"), ("recipe", "recipes"), ("lesson", "lessons"),
    ("rental", "rentals"), ("coupon", "coupons"), ("meter", "meters"), ("permit", "permits"),
    ("seat", "seats"), ("course", "courses"), ("photo", "photos"), ("garden", "gardens"),
    ("donation", "donations"), ("poll", "polls"), ("repair", "repairs"), ("journey", "journeys"),
)  # fmt: skip
"""What the exercises are about; there may be more exercises than these."""

PIECES_A_FILE = 3
PATHS = ("api.py", "service.py", "storage.py")

HEADERS = {
    "api.py": """\"\"\"What others may ask of $many.\"\"\"

import hmac
import logging
import random
import secrets

log = logging.getLogger(__name__)
""",
    "service.py": """\"\"\"What can be done with $many.\"\"\"

import time
from dataclasses import asdict
from datetime import UTC, datetime

from mail import fetch_description, send
""",
    "storage.py": """\"\"\"How $many are stored, for people and for other services.\"\"\"

import json
import pickle
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from database import connect

FOLDER = Path("attachments")
MOST_BYTES = 1_000_000
""",
}
COMMENT = "# Read on paper first.\n"


@dataclass(frozen=True, slots=True)
class Tree:
    """A variant of an exercise's code. `topics` are the numbers of what can be said of it."""

    files: tuple[SourceFile, ...]
    sha256: str
    topics: tuple[int, ...]

    def file(self, path: str) -> SourceFile:
        """The file of that path."""
        return next(file for file in self.files if file.path == path)


@dataclass(frozen=True)
class Exercise:
    """What students hand in and what can be said of it. Topics are known by their numbers, from 0.

    `paths` are the topics' files, empty for what is said of the whole.
    """

    number: int
    one: str
    many: str
    pieces: tuple[Piece, ...]
    topics: tuple[Topic, ...]
    paths: tuple[str, ...]

    @property
    def title(self) -> str:
        """As students see it."""
        return f"Week {self.number + 1}: review the {self.many}"

    @property
    def brief(self) -> str:
        """What students are asked to do."""
        return (
            f"A model wrote this service for {self.many}, and its own tests pass. "
            "What did it get wrong? Change what you must, and note what you find."
        )

    @cached_property
    def trees(self) -> dict[tuple[int, ...], Tree]:
        """Every variant that was made so far, by the choice of each file."""
        return {}

    def tree(self, choice: tuple[int, ...]) -> Tree:
        """The variant in which each of `PATHS` is as its number says; see `chances.VARIANTS`."""
        if choice not in self.trees:
            self.trees[choice] = self._made(choice)
        return self.trees[choice]

    def _made(self, choice: tuple[int, ...]) -> Tree:
        files = []
        for path, variant in zip(PATHS, choice, strict=True):
            here = [piece for piece in self.pieces if piece.path == path]
            mendable = [piece for piece in here if piece.mended]
            without = mendable[variant - 2 : variant - 1] if variant >= 2 else []
            text = Template(HEADERS[path]).substitute(self._words) + (COMMENT if variant in (1, 3) else "")
            for piece in here:
                code = piece.code.replace(piece.flaw.quote, piece.mended) if piece in without else piece.code
                text += f"\n{code}"
            files.append(SourceFile(path, text))
        topics = tuple(number for number, topic in enumerate(self.topics) if _stands(topic, files))
        return Tree(tuple(files), tree_sha256(files), topics)

    @property
    def _words(self) -> dict[str, str]:
        return _words(self.one, self.many)


def exercises(count: int, seed: int) -> Iterator[Exercise]:
    """So many exercises, each of other pieces about something else; the same for a seed."""
    for number in range(count):
        dice = dice_of(seed, "exercise", number)
        one, many = SUBJECTS[number % len(SUBJECTS)]
        if number >= len(SUBJECTS):
            one, many = f"{one}_{number}", f"{many}_{number}"
        pieces = tuple(
            _about(piece, one, many)
            for path in PATHS
            for piece in dice.sample([piece for piece in PIECES if piece.path == path], PIECES_A_FILE)
        )
        whole = tuple(_topic(topic, _words(one, many)) for topic in WHOLE)
        topics = (*(piece.flaw for piece in pieces), *(piece.alarm for piece in pieces), *whole)
        paths = (*(piece.path for piece in pieces), *(piece.path for piece in pieces), *("" for _ in whole))
        yield Exercise(number, one, many, pieces, topics, paths)


def dice_of(*what: object) -> random.Random:
    """Chance that is the same whenever it is about the same."""
    return random.Random("/".join(map(str, what)))  # noqa: S311 -- a made-up course keeps no secrets


def picked(dice: random.Random, weights: Sequence[float]) -> int:
    """An index, as likely as its weight says."""
    return dice.choices(range(len(weights)), weights)[0]


def _stands(topic: Topic, files: Sequence[SourceFile]) -> bool:
    """Whether its line is there, and the line that refutes it: a flaw that is mended takes both along."""
    return all(
        any(find_quotation(line, file.lines) for file in files)
        for line in (topic.quote, topic.refuted)
        if line
    )


def _words(one: str, many: str) -> dict[str, str]:
    return {"one": one, "many": many, "One": one.capitalize()}


def _about(piece: Piece, one: str, many: str) -> Piece:
    words = _words(one, many)
    return replace(
        piece,
        code=_filled(piece.code, words),
        mended=_filled(piece.mended, words),
        flaw=_topic(piece.flaw, words),
        alarm=_topic(piece.alarm, words),
    )


def _topic(topic: Topic, words: dict[str, str]) -> Topic:
    return replace(
        topic,
        quote=_filled(topic.quote, words),
        titles=tuple(_filled(title, words) for title in topic.titles),
        breaks=tuple(_filled(text, words) for text in topic.breaks),
        refuted=_filled(topic.refuted, words),
        reason=_filled(topic.reason, words),
    )


def _filled(text: str, words: dict[str, str]) -> str:
    return Template(text).safe_substitute(words)
