"""The HTTP server of the stand-in for models: replies whole or streamed, and every way to fail."""

from __future__ import annotations

import os
import selectors
import socket
import struct
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.servers.answers import Answer, Fault, Seen, say
from tests.servers.dialects import Messages, Responses, dialect_of
from tests.servers.prompt_cache import tokens
from tests.servers.strictness import complaint
from tests.servers.wire import Dialect, Event, Said, compact

if TYPE_CHECKING:
    from tests.servers.models import StandIn

MODELS = ("gpt-5.4", "gpt-6.2-sol", "claude-opus-4-6", "claude-sonnet-5-5", "campus-llama-3")


class Server(ThreadingHTTPServer):
    """It knows who is connected, to let go of all of them when it closes."""

    request_queue_size = 256
    daemon_threads = False

    def __init__(self, address: tuple[str, int], stand_in: StandIn) -> None:
        super().__init__(address, Handler)
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


class Handler(BaseHTTPRequestHandler):
    """One connection: what was asked is written down, and answered as the script says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

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
