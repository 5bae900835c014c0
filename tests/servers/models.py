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
import os
import selectors
import socket
import ssl
import struct
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import pytest

from tests.servers.answers import A_TEXT, NOTHING_FOUND, Answer, Fault, Script, Seen, say
from tests.servers.dialects import Messages, Responses, dialect_of
from tests.servers.prompt_cache import PromptCache, tokens
from tests.servers.strictness import complaint
from tests.servers.wire import Dialect, Event, Said, compact

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

MODELS = ("gpt-5.4", "gpt-6.2-sol", "claude-opus-4-6", "claude-sonnet-5-5", "campus-llama-3")


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
        self._server = _Server(("127.0.0.1", port), self)
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


class _Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = False

    def __init__(self, address: tuple[str, int], stand_in: StandIn) -> None:
        super().__init__(address, _Handler)
        self.stand_in = stand_in
        self.wake, self.waker = socket.socketpair()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers go away without a word: that is what they are here to show. A failing script is told of."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def let_go(self) -> None:
        """Wake every thread that waits for time to pass or for a caller to say more."""
        self.waker.close()
        with self._guard:
            for request in self._open:
                with suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def server_close(self) -> None:
        super().server_close()
        self.wake.close()


class _Gone(Exception):
    """The caller hung up, or the server is closing."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        self.server.stand_in.note(self, b"")
        path = self.path.partition("?")[0]
        if path.endswith("/models"):
            models = [{"id": name, "object": "model", "type": "model", "created": 0} for name in MODELS]
            self._json(200, {"object": "list", "data": models, "has_more": False})
        elif (name := path.rpartition("/models/")[2]) in MODELS:
            self._json(200, {"id": name, "object": "model", "type": "model", "created": 0})
        else:
            self._json(404, Responses().error(404, "not_found", f"There is nothing at {path}."))

    def do_HEAD(self) -> None:
        self.server.stand_in.note(self, b"")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        seen = self.server.stand_in.note(self, self._read())
        path = self.path.partition("?")[0]
        dialect = dialect_of(path)
        if path.endswith(("/count_tokens", "/input_tokens")):
            counted = Messages() if path.endswith("/count_tokens") else Responses()
            blocks = counted.prompt(seen.body)[1]
            self._json(200, {"input_tokens": tokens("".join(block.text for block in blocks))})
        elif dialect is None or not isinstance(seen.body, dict):
            self._json(404, Responses().error(404, "not_found", f"There is nothing at {path}."))
        else:
            with suppress(_Gone):
                rule, blocks = dialect.prompt(seen.body)
                seen.counted = self.server.stand_in.cache.look_up(rule, seen.model, blocks)
                refused = complaint(dialect, seen.body)
                answer = Answer(status=400, message=refused) if refused else None
                self._reply(seen, dialect, answer or self.server.stand_in.answer_to(seen))

    def _read(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _reply(self, seen: Seen, dialect: Dialect, answer: Answer) -> None:
        seen.answer = answer
        said = say(seen, answer)
        headers = {dialect.request_id_header: f"req_{seen.number:06}", **answer.headers}
        streamed = bool(seen.body.get("stream")) and answer.streams and answer.status == 200
        sent_at_once = streamed and answer.fault not in (Fault.NEVER, Fault.RESET) and dialect.opening(said)
        try:
            if sent_at_once:
                self._open_stream(headers)
                self._events(sent_at_once)
            self._wait(seen, seen.arrived + answer.delay)
            if answer.fault == Fault.NEVER:
                self._wait(seen, None)
            if answer.fault == Fault.RESET:
                self._reset()
            seen.began = time.monotonic()
            if answer.status != 200:
                said_so = answer.message or f"The stand-in answers {answer.status}."
                self._json(answer.status, dialect.error(answer.status, answer.code, said_so), headers)
                return
            if seen.counted is not None:
                self.server.stand_in.cache.begin(seen.counted)
            if streamed:
                if not sent_at_once:
                    self._open_stream(headers)
                self._stream(seen, dialect, said, answer)
            else:
                self._whole(seen, dialect, said, answer, headers)
        except OSError:
            seen.hung_up = seen.hung_up or time.monotonic()
            self.close_connection = True
        finally:
            seen.ended = time.monotonic()

    def _stream(self, seen: Seen, dialect: Dialect, said: Said, answer: Answer) -> None:
        self._events(dialect.beginning(said))
        self._wait(seen, time.monotonic() + answer.lasts)
        match answer.fault:
            case Fault.RESET_MID_BODY:
                self._reset()
            case Fault.SILENT:
                self._wait(seen, None)
            case Fault.DRIPS:
                while True:
                    self._wait(seen, time.monotonic() + 0.05)
                    self._events([dialect.alive()])
            case Fault.ERROR_EVENT:
                self._events(dialect.trouble(said))
            case Fault.NOT_JSON:
                self._events([("message_delta", "{this is no JSON"), *dialect.ending(said)])
            case Fault.ENDS_EARLY:
                pass
            case _:
                self._events(dialect.ending(said))
        self.wfile.write(b"0\r\n\r\n")

    def _whole(
        self, seen: Seen, dialect: Dialect, said: Said, answer: Answer, headers: Mapping[str, str]
    ) -> None:
        body = compact(dialect.whole(said)).encode()
        if answer.fault == Fault.NOT_JSON:
            body = b"<!doctype html><title>Sign in to the campus network</title>"
        if answer.fault == Fault.ERROR_EVENT:
            body = compact(dialect.error(500, said.code, said.message or "It broke.")).encode()
        self._head(200, {**headers, "Content-Length": str(len(body))})
        half = len(body) // 2
        self.wfile.write(body[:half])
        self._wait(seen, time.monotonic() + answer.lasts)
        match answer.fault:
            case Fault.RESET_MID_BODY:
                self._reset()
            case Fault.SILENT | Fault.DRIPS:
                self._wait(seen, None)
            case Fault.ENDS_EARLY:
                self.close_connection = True
            case _:
                self.wfile.write(body[half:])

    def _open_stream(self, headers: Mapping[str, str]) -> None:
        streaming = {"Content-Type": "text/event-stream; charset=utf-8", "Transfer-Encoding": "chunked"}
        self._head(200, {**streaming, "Cache-Control": "no-cache", **headers})

    def _events(self, events: Sequence[Event]) -> None:
        if not events:
            return
        lines = []
        for name, data in events:
            written = data if isinstance(data, str) else compact(data)
            lines.append(f"event: {name}\ndata: {written}\n\n" if name else f"data: {written}\n\n")
        text = "".join(lines).encode()
        self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")

    def _json(self, status: int, value: object, headers: Mapping[str, str] | None = None) -> None:
        body = compact(value).encode()
        self._head(status, {**(headers or {}), "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | dict(headers)).items():
            self.send_header(name, value)
        self.end_headers()

    def _wait(self, seen: Seen, until: float | None) -> None:
        """Until that time (for ever: None), unless the caller hangs up or the server closes."""
        with selectors.DefaultSelector() as ready:
            ready.register(self.connection, selectors.EVENT_READ)
            ready.register(self.server.wake, selectors.EVENT_READ)
            while until is None or (left := until - time.monotonic()) > 0:
                woken = ready.select(None if until is None else left)
                if self.server.stand_in.closing.is_set():
                    self.close_connection = True
                    raise _Gone
                if woken:
                    seen.hung_up = time.monotonic()
                    self.close_connection = True
                    raise _Gone

    def _reset(self) -> None:
        """Close so that the caller is told of a reset, not of an end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # close() alone would leave the closing to the streams made of it, after a proper farewell.
        os.close(self.connection.detach())
        self.close_connection = True
        raise _Gone


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
