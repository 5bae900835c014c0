"""A line to a provider: one connection for one call, let go as soon as nobody waits at our end.

It is never a connection kept from an earlier call, which the other side may have closed meanwhile:
a handshake takes milliseconds, a call half a minute, so a reset says something of the provider and
there is nothing to try again here. Whoever waits on a silent server looks up once a second, to ask
whether anybody still wants the answer; no second thread is needed for that.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpcore2
import httpx2

from reviews.providers.base import Access, GivenUp, Listener, ProviderError, Reply, Trouble, Usage
from reviews.providers.faults import Service, behind, explain
from reviews.providers.reach import check_reach

LOOK_UP_SECONDS = 1.0
"""So often somebody who waits for the network asks whether the answer is still wanted."""

TIMES_SECONDS = 5
"""A call may take so many times the silence that is allowed, however lively it is."""

CONNECT_SECONDS = 10.0

MOST_CHARACTERS = 4_000_000
"""A million tokens: no model writes so much in one reply."""

UNEXPECTED = (ValueError, KeyError, TypeError, AttributeError)
"""What reading a reply raises that is not of the form that it should have."""


@dataclass(slots=True)
class Heard:
    """What has been heard of a reply so far. It is kept even where the call fails after all."""

    begin: Callable[[], None]
    pieces: list[str] = field(default_factory=list)
    usage: Usage | None = None
    request_id: str = ""
    begun: bool = False
    characters: int = 0

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self.pieces)

    def hears(self, piece: str) -> None:
        """One more piece of the text. Raises ProviderError where a reply has no end."""
        self.pieces.append(piece)
        self.characters += len(piece)
        if self.characters > MOST_CHARACTERS:
            raise ProviderError(
                Trouble.UNREADABLE,
                f"The reply went on beyond {MOST_CHARACTERS:,} characters, so it was broken off. "
                "An administrator can look at the server that sends it.",
            )

    def begins(self) -> None:
        """The first of the reply is here; say so once."""
        if not self.begun:
            self.begun = True
            self.begin()


def key_for(access: Access, variable: str, who: str) -> str:
    """The key to use: the connection's own, else the environment variable's.

    Raises ProviderError: MISSING without any, NOT_LET_IN for what no HTTP header can carry.
    """
    key = (access.key or os.environ.get(variable, "")).strip()
    if not key:
        raise ProviderError(
            Trouble.MISSING,
            f"There is no key for {who}. Nothing was sent. An administrator can enter one at its "
            f"connection, or set {variable} where the site runs.",
        )
    if not (key.isascii() and key.isprintable()):
        raise ProviderError(
            Trouble.NOT_LET_IN,
            f"The key for {who} has characters that no key has. Nothing was sent. "
            "An administrator can enter it again.",
        )
    return key


def over_a_line(service: Service, listener: Listener, talk: Callable[[httpx2.Client, Heard], Reply]) -> Reply:
    """Make one call with a client that has a line of its own.

    `talk` uses an SDK with that client. What the SDK or the network raise comes out as
    ProviderError, with what was heard until then and without the key; GivenUp comes out as it is.
    """
    if listener.given_up():
        raise GivenUp
    check_reach(service.base_url)
    heard = Heard(listener.begun)
    patience = Patience(service, listener.given_up)
    try:
        with client(patience) as http:
            return talk(http, heard)
    except ProviderError as error:
        failure = error
    except (service.errors, httpx2.HTTPError, httpx2.InvalidURL, *UNEXPECTED) as error:
        # Anthropic's SDK wraps whatever it meets, and so what Patience raised, too.
        if behind(error, GivenUp):
            raise GivenUp from None
        failure = behind(error, ProviderError) or explain(error, service)
    # Outside of the handler: the SDK's exception holds the request, and with it the key.
    failure.usage = failure.usage or heard.usage
    failure.request_id = failure.request_id or heard.request_id
    failure.raw = failure.raw or service.clean(heard.text)
    raise failure


class Patience:
    """How long is waited: until nobody wants the answer, or until it has taken too long in all."""

    def __init__(self, service: Service, given_up: Callable[[], bool]) -> None:
        self._service = service
        self._given_up = given_up
        self._looks_up = time.monotonic() + LOOK_UP_SECONDS
        self._ends = time.monotonic() + service.seconds * TIMES_SECONDS

    @property
    def seconds(self) -> float:
        """The silence that is allowed."""
        return self._service.seconds

    def wait(self) -> float:
        """How many seconds may be waited before asking again. Raises GivenUp or ProviderError."""
        now = time.monotonic()
        if now >= self._ends:
            raise ProviderError(
                Trouble.TIMED_OUT,
                f"{self._service.name} had not finished after {self.seconds * TIMES_SECONDS:g} seconds. "
                "The code is kept; run the review again, or raise the time limit.",
                again=True,
            )
        if now >= self._looks_up:
            if self._given_up():
                raise GivenUp
            self._looks_up = now + LOOK_UP_SECONDS
        return max(min(self._looks_up, self._ends) - now, 0.001)


class PatientStream(httpcore2.NetworkStream):
    """A connection that looks up now and then while it waits for bytes."""

    def __init__(self, stream: httpcore2.NetworkStream, patience: Patience) -> None:
        self._stream = stream
        self._patience = patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        silent_until = time.monotonic() + (self._patience.seconds if timeout is None else timeout)
        while True:
            wait = self._patience.wait()
            try:
                return self._stream.read(max_bytes, min(wait, max(silent_until - time.monotonic(), 0.001)))
            except httpcore2.ReadTimeout:
                if time.monotonic() >= silent_until:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._patience.wait()
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *arguments: Any, **named: Any) -> httpcore2.NetworkStream:
        return PatientStream(self._stream.start_tls(*arguments, **named), self._patience)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class PatientNetwork(httpcore2.SyncBackend):
    """Opens connections that look up."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        stream = super().connect_tcp(host, port, timeout, local_address, socket_options)
        return PatientStream(stream, self._patience)


def client(patience: Patience) -> httpx2.Client:
    """A client for one call, by the proxies that the environment names, as the SDKs have it.

    It follows no redirects: they would take a student's code where nobody meant it to go.
    """
    made = httpx2.Client(
        verify=ssl_context(),
        timeout=httpx2.Timeout(patience.seconds, connect=min(patience.seconds, CONNECT_SECONDS)),
        follow_redirects=False,
    )
    network = PatientNetwork(patience)
    # httpx2 has no public way to say which network its transports use; httpcore2, below it, has.
    transports: list[Any] = [made._transport, *made._mounts.values()]
    for transport in transports:
        if transport is not None:
            transport._pool._network_backend = network
    return made


@cache
def ssl_context() -> Any:
    """Reading the machine's certificates takes 20 ms of processor time, so it is done once."""
    return httpx2.create_ssl_context()
