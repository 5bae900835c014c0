"""What a stand-in for a provider saw, and what it answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from tests.replies import judge_reply, pairs_in
from tests.servers.dialects import dialect_of
from tests.servers.prompt_cache import Counted, tokens
from tests.servers.wire import Said, compact

NOTHING_FOUND = compact(
    {
        "verdict": "approve",
        "summary": "I read every file and found nothing that breaks.",
        "findings": [],
        "votes": [],
        "checked": ["Every route's authorisation, by reading the whole file."],
        "not_reviewed": [],
    }
)
A_TEXT = compact({"summary": "One sentence was added.", "text": "# Plan\n\nCheck the owner of every row.\n"})


class Fault(StrEnum):
    """What can go wrong besides an error status. In a stream where one was asked for."""

    CUT_OFF = "cut off"
    """The reply reached the limit of its tokens."""
    REFUSAL = "refusal"
    FILTERED = "filtered"
    """Stopped by the provider's content filter."""
    EMPTY = "silence"
    """Completed, with nothing in it."""
    WINDOW = "window"
    """Anthropic's model_context_window_exceeded."""
    FAILED = "failed"
    """OpenAI's status `failed`, with HTTP 200."""
    ERROR_EVENT = "error event"
    """HTTP 200, the first of the reply, then an error event."""
    NEVER = "never"
    """Nothing at all is sent, for as long as the caller waits."""
    SILENT = "silent"
    """The first of the reply, and then nothing more for as long as the caller waits."""
    DRIPS = "drips"
    """Signs of life for ever, and never an end."""
    RESET = "reset"
    """The connection is reset before anything was sent."""
    RESET_MID_BODY = "reset mid-body"
    ENDS_EARLY = "ends early"
    """The body ends properly in the middle, with no reason why; a whole reply is cut short."""
    NOT_JSON = "not json"
    """One chunk, or the whole body, is not JSON."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stand-in does with one request.

    `delay` are the seconds until the reply begins, `lasts` those from there to its end. For a
    `status` other than 200 `code` and `message` go into an error of the vendor's shape. `usage`
    replaces what was computed, as (read, written, rest, output) tokens; `tells_usage=False`
    leaves it out. `tool` calls a tool instead of saying `text`. `streams=False` answers with
    plain JSON where a stream was asked for, as some proxies do.
    """

    text: str | None = None
    delay: float = 0.0
    lasts: float = 0.0
    status: int = 200
    code: str = ""
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: Fault | str | None = None
    usage: tuple[int, int, int, int] | None = None
    reasoning: int = 0
    tells_usage: bool = True
    tool: tuple[str, Mapping[str, Any]] | None = None
    model: str = ""
    streams: bool = True


@dataclass(slots=True, eq=False)
class Seen:
    """A request as it came in. Times are of `time.monotonic`; header names are in lower case."""

    number: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    raw: bytes
    peer: int
    """The caller's port: the same for two requests over one connection."""
    arrived: float
    began: float | None = None
    ended: float | None = None
    hung_up: float | None = None
    """When the caller was noticed to have gone before the reply was complete."""
    counted: Counted | None = None
    answer: Answer | None = None

    @property
    def model(self) -> str:
        """The model that was asked."""
        return str(self.body.get("model", "")) if isinstance(self.body, dict) else ""

    @property
    def key(self) -> str:
        """The key that came with it."""
        given = self.headers.get("x-api-key") or self.headers.get("authorization", "")
        return given.removeprefix("Bearer ")

    @property
    def text(self) -> str:
        """All that the model reads, in its order, without tools and schema."""
        dialect = dialect_of(self.path)
        if dialect is None or not isinstance(self.body, dict):
            return ""
        plain = {
            name: value
            for name, value in self.body.items()
            if name not in ("tools", "text", "response_format", "output_config")
        }
        return "".join(block.text for block in dialect.prompt(plain)[1])


Script = Answer | Sequence[Answer] | Callable[[Seen], Answer]


def say(seen: Seen, answer: Answer) -> Said:
    """What the model says, with its tokens counted."""
    assert seen.counted is not None
    text = answer.text
    if text is None:
        text = A_TEXT if wants_text(seen.body) else NOTHING_FOUND
        if shown := pairs_in(seen.text):
            text = judge_reply(dict.fromkeys(shown, False), "One change would not settle both.")
        if answer.fault in (Fault.REFUSAL, Fault.FILTERED):
            text = "I can't help with that."
        if answer.fault == Fault.CUT_OFF:
            text = text[: len(text) // 2]
    ending = str(answer.fault or "whole")
    counted, output = seen.counted, answer.reasoning + tokens(text if ending != "silence" else "")
    if answer.usage:
        read, written, rest, output = answer.usage
        counted = Counted(read, written, rest)
    return Said(
        number=seen.number,
        model=answer.model or seen.model,
        text=text,
        ending=ending,
        counted=counted,
        output=output,
        reasoning=answer.reasoning,
        tool=answer.tool,
        code=answer.code,
        message=answer.message,
        tells_usage=answer.tells_usage,
    )


def wants_text(body: Mapping[str, Any]) -> bool:
    """Whether the form asked for is the one of writing tasks."""
    return re.search(r'\\*"title\\*": ?\\*"TextReply\\*"', json.dumps(body)) is not None
