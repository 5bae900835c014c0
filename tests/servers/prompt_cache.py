"""What a provider's prompt cache would have done: tokens read from it, written to it, and neither.

Three rules, as the vendors document them (November 2026):

* OpenAI before GPT-5.6, and servers like it: the longest equal prefix in whole steps of 128 tokens.
* OpenAI from GPT-5.6: exact prefixes at marked blocks, and at the end of the last message unless
  the request says `explicit`. A prefix without a mark at its end is not found again.
* Anthropic: exact prefixes that were marked when they were written, at any block of the new request
  up to its own last mark, no more than 20 blocks back.

Nothing shorter than the floor is cached, every model has a cache of its own, and an entry exists
only once the first reply that read its text has begun.
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

CHARACTERS_PER_TOKEN = 4


class Rule(Enum):
    """How a prefix is found again."""

    STEPS = "whole steps"
    MARKS = "the request's own marks"
    BLOCKS = "any block up to the last mark"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a prompt in the order in which the model reads it; `marked`: an entry ends here."""

    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Counted:
    """A prompt's tokens, each in one place, and the entries that will exist once a reply begins."""

    read: int
    written: int
    rest: int
    model: str = ""
    entries: frozenset[str] = frozenset()

    @property
    def total(self) -> int:
        """All tokens of the prompt."""
        return self.read + self.written + self.rest

    def billed(self, write: float = 1.25, read: float = 0.1) -> float:
        """What the prompt costs, in tokens at the price of plain input."""
        return self.read * read + self.written * write + self.rest


class PromptCache:
    """The caches of all models of one server. `floor` and `step` are in tokens."""

    def __init__(self, floor: int = 1024, step: int = 128, lookback: int = 20) -> None:
        self.floor = floor
        self.step = step
        self.lookback = lookback
        self._entries: dict[str, set[str]] = defaultdict(set)
        self._lock = threading.Lock()

    def look_up(self, rule: Rule, model: str, blocks: Sequence[Block]) -> Counted:
        """What a request reads and writes that arrives now. It changes nothing: see `begin`."""
        with self._lock:
            known = frozenset(self._entries[model])
        total = tokens("".join(block.text for block in blocks))
        if rule is Rule.STEPS:
            prefixes = self._steps(blocks)
            read = 0
            for length, name in prefixes:
                if name not in known:
                    break
                read = length
            found = read if read >= self.floor else 0
            last = prefixes[-1][0] if prefixes else 0
            entries = frozenset(name for _, name in prefixes if last >= self.floor)
        else:
            marks = self._marks(blocks)
            places = marks if rule is Rule.MARKS else self._boundaries(blocks)
            found = max((length for length, name in places if name in known), default=0)
            last = max((length for length, _ in marks), default=0)
            entries = frozenset(name for _, name in marks)
        written = max(last - found, 0) if last >= self.floor else 0
        return Counted(found, written, total - found - written, model, entries)

    def begin(self, counted: Counted) -> None:
        """The reply to that prompt begins: from now on its prefixes can be read."""
        with self._lock:
            self._entries[counted.model] |= counted.entries

    def _steps(self, blocks: Sequence[Block]) -> list[tuple[int, str]]:
        """Every prefix of whole steps, with its length in tokens."""
        text = "".join(block.text for block in blocks)
        size = self.step * CHARACTERS_PER_TOKEN
        whole, prefixes = hashlib.blake2b(digest_size=16), []
        for end in range(size, len(text) + 1, size):
            whole.update(text[end - size : end].encode())
            prefixes.append((end // CHARACTERS_PER_TOKEN, whole.hexdigest()))
        return prefixes

    def _marks(self, blocks: Sequence[Block]) -> list[tuple[int, str]]:
        """The prefixes that end in a mark and reach the floor, with their lengths in tokens."""
        ends = self._ends(blocks)
        return [end for end, block in zip(ends, blocks, strict=True) if block.marked and end[0] >= self.floor]

    def _boundaries(self, blocks: Sequence[Block]) -> list[tuple[int, str]]:
        """The ends of all blocks that are looked at: the marked ones and those before them."""
        marked = [number for number, block in enumerate(blocks) if block.marked]
        ends = self._ends(blocks)
        seen = {
            number
            for mark in marked
            for number in range(max(0, mark - self.lookback + 1), mark + 1)
            if ends[number][0] >= self.floor
        }
        return [ends[number] for number in sorted(seen)]

    def _ends(self, blocks: Sequence[Block]) -> list[tuple[int, str]]:
        whole, length, ends = hashlib.blake2b(digest_size=16), 0, []
        for block in blocks:
            whole.update(block.text.encode() + b"\0")
            length += len(block.text)
            ends.append((length // CHARACTERS_PER_TOKEN, whole.hexdigest()))
        return ends


def tokens(text: str) -> int:
    """About how many tokens a text has; none is only the empty text."""
    return max(len(text) // CHARACTERS_PER_TOKEN, 1) if text else 0
