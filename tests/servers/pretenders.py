"""Programs of ours that speak as the two command-line reviewers do, and do what a test wants besides."""

from __future__ import annotations

import base64
import json
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reviews.providers.base import Access, Listener, ProviderError, Reply
from reviews.providers.claude_code import ClaudeCode
from reviews.providers.cli import CommandLine
from reviews.providers.codex import Codex
from tests.servers.questions import question

LOOPBACK = "http://127.0.0.1:9/v1"
KEY = "sk-ours-0123456789abcdef"
WITH_KEY = Access(base_url=LOOPBACK, key=KEY)
TO_LOOPBACK = Access(base_url=LOOPBACK)


@dataclass(frozen=True)
class Tool:
    """One of the two, as a test needs it: its folder and file, and Python that answers as it does."""

    kind: type[CommandLine]
    folder: str
    file: str
    answers: str

    @property
    def home_variable(self) -> str:
        return self.kind.home[0]

    def ask(self, program: str, access: Access = WITH_KEY, **changes: Any) -> Reply:
        listener = changes.pop("listener", Listener())
        return self.kind({"program": program}).ask(question(access=access, **changes), listener)

    def fails(self, program: str, access: Access = WITH_KEY, **changes: Any) -> ProviderError:
        with pytest.raises(ProviderError) as caught:
            self.ask(program, access, **changes)
        return caught.value

    def credentials(self, name: str, *, ends_in: float) -> bytes:
        """A sign-in called `name` that ends in so many seconds."""
        ends = time.time() + ends_in
        if self.kind is ClaudeCode:
            oauth = {
                "accessToken": f"access-{name}",
                "refreshToken": f"refresh-{name}",
                "expiresAt": ends * 1000,
            }
            return json.dumps({"claudeAiOauth": oauth}).encode()
        claims = base64.urlsafe_b64encode(json.dumps({"exp": int(ends)}).encode()).decode().rstrip("=")
        tokens = {"access_token": f"e30.{claims}.{name}", "refresh_token": f"refresh-{name}"}
        return json.dumps({"auth_mode": "chatgpt", "tokens": tokens}).encode()

    def sign_in(self, home: Path, credentials: bytes) -> Path:
        file = home / self.folder / self.file
        file.write_bytes(credentials)
        file.chmod(0o600)
        return file


SAYS_CODEX = """
def say(text):
    for event in (
        {"type": "thread.started", "thread_id": "thread-1"},
        {"type": "item.completed", "item": {"type": "agent_message", "text": text}},
        {"type": "turn.completed", "usage": {"input_tokens": 9, "output_tokens": 2}},
    ):
        print(json.dumps(event), flush=True)
"""
SAYS_CLAUDE = """
def say(text):
    message = {"id": "msg-1", "model": "claude", "usage": {"input_tokens": 9, "output_tokens": 1}}
    for event in (
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "content_block": {"type": "text"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    ):
        print(json.dumps({"type": "stream_event", "event": event}), flush=True)
"""
TOOLS = [
    Tool(Codex, ".codex", "auth.json", SAYS_CODEX),
    Tool(ClaudeCode, ".claude", ".credentials.json", SAYS_CLAUDE),
]
both = pytest.mark.parametrize("tool", TOOLS, ids=["codex", "claude"])
Program = Callable[..., str]


def program_of(tool: Tool, program: Program, body: str, **more: str) -> str:
    """A program that does this and can `say` something as the tool would."""
    return program(tool.answers + textwrap.dedent(body), **more)
