"""The second latch: whatever settings say, no test connects to another machine.

The first is `settings.PAID_MODELS`, off in tests/settings.py and, by the environment, in every child
process; `reviews.providers.reach` looks at it before each call. This one is a plugin of pytest
(`pytest_plugins`): it is there before the first test, and a test fails that only tried.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from reviews.providers.reach import is_loopback

TRIED: list[str] = []
"""The hosts that somebody tried to reach since the test began."""

PATCH = pytest.MonkeyPatch()


class OutOfReach(RuntimeError):
    """Not an OSError: that would be taken for bad weather and tried again."""


def pytest_configure() -> None:
    """Stand between all Python code of this process and the network."""
    connect, connect_ex, sendto = socket.socket.connect, socket.socket.connect_ex, socket.socket.sendto
    look_up = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        hold(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        hold(self, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, *arguments: Any) -> int:
        hold(self, arguments[-1])
        return sendto(self, *arguments)

    def guarded_look_up(host: Any, *arguments: Any, **named: Any) -> Any:
        hold_name(host)
        return look_up(host, *arguments, **named)

    PATCH.setattr(socket.socket, "connect", guarded_connect)
    PATCH.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    PATCH.setattr(socket.socket, "sendto", guarded_sendto)
    PATCH.setattr(socket, "getaddrinfo", guarded_look_up)


def pytest_unconfigure() -> None:
    """Step aside."""
    PATCH.undo()


@pytest.fixture(autouse=True)
def latch() -> Iterator[list[str]]:
    """Fail a test during which somebody tried to reach another machine; hand it the list of tries."""
    TRIED.clear()
    yield TRIED
    assert not TRIED, f"this test tried to reach {', '.join(TRIED)}"


def hold(sender: socket.socket, address: Any) -> None:
    """Let only what stays on this machine pass. Raises OutOfReach."""
    if sender.family in (socket.AF_INET, socket.AF_INET6):
        hold_name(address[0])


def hold_name(host: Any) -> None:
    """Let only this machine's own names and addresses pass. Raises OutOfReach."""
    name = host.decode() if isinstance(host, bytes) else host
    # None and the empty name are for servers: all addresses of this machine.
    if name and name not in ("0.0.0.0", "::", socket.gethostname()) and not is_loopback(name):
        TRIED.append(name)
        raise OutOfReach(f"A test tried to reach {name}. Tests reach stand-ins on loopback only.")
