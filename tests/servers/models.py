"""A stand-in for the providers of models: a real HTTP server on loopback that speaks as they do.

It answers OpenAI's Responses and chat completions and Anthropic's Messages, whole and streamed, to
the vendors' own SDKs and command-line tools, and fails in every way in which they are known to fail.

    with StandIn() as server:
        server.answers = [Answer(status=503), Answer(text="…", delay=2.0)]
        … provider with server.openai_url or server.url …
        assert server.asked[0].body["store"] is False

`answers` is one Answer for every request, a list that is used up in the order of arrival (then the
default), or a function from the request to an Answer. The default reply is a review that found
nothing and says what it checked, a text where a text is wanted, or of pairs that none is one defect.
What the vendor itself would not accept is answered with 400 (strictness.py) and uses up no answer.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self

import pytest

from tests.servers.answers import A_TEXT, NOTHING_FOUND, Answer, Fault, Script, Seen
from tests.servers.dialects import dialect_of
from tests.servers.http_server import MODELS, Server
from tests.servers.prompt_cache import PromptCache

__all__ = [
    "A_TEXT",
    "MODELS",
    "NOTHING_FOUND",
    "TEST_KEY",
    "Answer",
    "Fault",
    "Seen",
    "StandIn",
    "nobody_there",
    "stand_in",
]

TEST_KEY = "sk-stand-in-7f3a9c5e1b2d4068"
"""A key for tests to look for where no key may be."""


class StandIn:
    """The server, in a thread of this process; by HTTPS with `tls`. `floor` is the cache's, in tokens."""

    def __init__(
        self,
        answers: Script | None = None,
        *,
        port: int = 0,
        floor: int = 1024,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.answers: Script = [] if answers is None else answers
        self.seen: list[Seen] = []
        self.cache = PromptCache(floor)
        self.closing = threading.Event()
        self._taken = 0
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", port), self)
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), name="stand-in")

    @property
    def url(self) -> str:
        """The address as Anthropic's tools want it: without /v1."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}"

    @property
    def openai_url(self) -> str:
        """The address as OpenAI's tools want it: with /v1."""
        return f"{self.url}/v1"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that lead both SDKs here, for a child process or monkeypatch."""
        return {
            "OPENAI_BASE_URL": self.openai_url,
            "OPENAI_API_KEY": TEST_KEY,
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_API_KEY": TEST_KEY,
        }

    @property
    def asked(self) -> list[Seen]:
        """The requests in which a model was asked something."""
        return [seen for seen in list(self.seen) if dialect_of(seen.path)]

    def start(self) -> Self:
        """Listen from now on."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Let go of everybody who waits, and of the port. Returns when all threads have ended."""
        self.closing.set()
        self._server.shutdown()
        self._server.let_go()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def note(self, handler: BaseHTTPRequestHandler, raw: bytes) -> Seen:
        """Write down a request."""
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            body = None
        arrived = time.monotonic()
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            seen = Seen(
                number=len(self.seen) + 1,
                method=handler.command,
                path=handler.path,
                headers=headers,
                body=body,
                raw=raw,
                peer=handler.client_address[1],
                arrived=arrived,
            )
            self.seen.append(seen)
        return seen

    def answer_to(self, seen: Seen) -> Answer:
        """What the script says to this request."""
        script = self.answers
        if callable(script):
            return script(seen)
        if isinstance(script, Answer):
            return script
        with self._lock:
            self._taken += 1
            return script[self._taken - 1] if self._taken <= len(script) else Answer()


@contextmanager
def nobody_there() -> Iterator[str]:
    """An address at which connections are refused, kept from others meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    """A stand-in to which both SDKs are led by their own environment variables."""
    with StandIn() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        yield server
