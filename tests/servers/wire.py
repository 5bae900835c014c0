"""What every interface of a model has in common: a prompt of blocks, a reply, events, errors."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.servers.prompt_cache import Block, Counted, Rule

PIECES = 3
"""In so many pieces a text is streamed."""

Event = tuple[str, Any]
"""A server-sent event: its name (empty for none) and its data, or text that is sent as it is."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a stand-in model says, before it is put into an interface's shape.

    `ending` is one of "whole", "cut off", "refusal", "filtered", "window", "failed" or "silence".
    `tool` is a name and arguments where a tool is called instead. `reasoning` are tokens.
    """

    number: int
    model: str
    text: str
    ending: str
    counted: Counted
    output: int
    reasoning: int = 0
    tool: tuple[str, Mapping[str, Any]] | None = None
    code: str = ""
    message: str = ""
    tells_usage: bool = True


def typed(kind: str, **values: object) -> Event:
    """An event whose data repeat its name."""
    return kind, {"type": kind, **values}


class Dialect(ABC):
    """One interface."""

    request_id_header: str

    @abstractmethod
    def prompt(self, body: Mapping[str, Any]) -> tuple[Rule, list[Block]]:
        """The prompt's blocks in the order in which the model reads them, and the cache's rule."""

    @abstractmethod
    def whole(self, said: Said) -> dict[str, Any]:
        """The reply as one JSON object."""

    @abstractmethod
    def opening(self, said: Said) -> list[Event]:
        """What a stream says at once, before the model has read the prompt."""

    @abstractmethod
    def beginning(self, said: Said) -> list[Event]:
        """The first that the model itself says."""

    @abstractmethod
    def ending(self, said: Said) -> list[Event]:
        """The last events, which say how it ended."""

    @abstractmethod
    def trouble(self, said: Said) -> list[Event]:
        """An error after HTTP 200."""

    @abstractmethod
    def error(self, status: int, code: str, message: str) -> dict[str, Any]:
        """The body of a reply with an error status."""

    @abstractmethod
    def alive(self) -> Event:
        """An event that says nothing but that somebody is there."""


def pieces(text: str) -> Iterator[str]:
    """A text in pieces, as it is streamed."""
    size = max(-(-len(text) // PIECES), 1)
    return (text[start : start + size] for start in range(0, len(text), size))


def compact(value: object) -> str:
    """JSON without spaces, keys as they come: what differs there differs for a cache as well."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def settings(body: Mapping[str, Any], *names: str) -> list[Block]:
    """Tools and schema stand before everything else in a prompt."""
    given = {name: body[name] for name in names if body.get(name)}
    return [Block(compact(given))] if given else []


def parts(content: object) -> list[Mapping[str, Any]]:
    """A message's content as parts, whether it was a text or a list."""
    if isinstance(content, str):
        return [{"text": content}]
    return [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []


def text_of(part: Mapping[str, Any]) -> str:
    """The text of a part; what has none stands for itself."""
    return str(part["text"]) if "text" in part else compact({**part, "cache_control": None})
