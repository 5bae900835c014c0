"""The embedded broker: a folder of messages that all processes on this machine share.

It is kombu's own filesystem transport, except where many processes at once need more care. There a
message is seen before it is whole, and a reader that finds half of one dies of it; a message is moved
to another folder before it is read, which copies it where that folder is on another disk, so that two
readers can both have it; and readers look every so often. Here whoever puts a message rings a bell.

A message is gone once it is read: the rows are the truth, and the sweep finds what a dead worker had.
"""

from __future__ import annotations

import json
import os
import select
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem

MESSAGE = ".msg"
BELL = ".bell"

LOOK_EVERY = 0.25
"""Seconds after which a reader looks though no bell has rung."""

FULL_SECONDS = 0.02
"""Seconds that a reader who may have no more messages waits before it asks again."""


class Channel(filesystem.Channel):
    """Messages that are there whole or not at all, each for one reader."""

    def _put(self, queue: str, payload: Any, **_options: Any) -> None:  # type: ignore[override]
        """Write the message beside its place and then put it there, in one step. Raises ChannelError."""
        path = os.path.join(self.data_folder_out, f"{time.time_ns():020}_{uuid4()}.{queue}{MESSAGE}")
        unfinished = f"{path}.new"
        try:
            with open(unfinished, "w", encoding="utf-8") as file:
                file.write(json.dumps(payload))
            os.rename(unfinished, path)
        except OSError as error:
            raise ChannelError(f"A message cannot be written to {self.data_folder_out}: {error}") from error
        ring(self.control_folder)

    def _get(self, queue: str, timeout: float | None = None) -> Any:  # noqa: ARG002 -- kombu's signature
        """The oldest message of the queue: whoever takes it out of the folder has it. Raises Empty."""
        for name in sorted(os.listdir(self.data_folder_in)):
            if name.partition(".")[2] == queue + MESSAGE:
                path = os.path.join(self.data_folder_in, name)
                try:
                    with open(path, encoding="utf-8") as file:
                        payload = json.load(file)
                    os.unlink(path)
                except FileNotFoundError:  # another one was quicker
                    continue
                return payload
        raise Empty

    def get_table(self, exchange: str) -> Any:
        """Which queues an exchange leads to. Raises ChannelError where the folder is gone."""
        if not self.control_folder.is_dir():
            raise ChannelError(f"The folder of messages {self.control_folder.parent} is gone.")
        return super().get_table(exchange)

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        """Enter a queue in the exchange's table, which is never seen empty or half made."""
        table: Path = self._exchange_file(exchange)  # type: ignore[attr-defined]  # the stubs lack it
        if not table.exists():
            first = table.with_suffix(f".{uuid4()}")
            first.write_text("[]")
            try:
                os.link(first, table)
            except FileExistsError:
                pass
            finally:
                first.unlink()
        super()._queue_bind(exchange, routing_key, pattern, queue)


class Bell:
    """Wakes one reader: a pipe with a name, into which everybody who has put a message writes a byte."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / f"{uuid4()}{BELL}"
        # Under another name until it is open: whoever rings takes a bell that nobody hears for a dead one's.
        silent = self._path.with_suffix(".silent")
        os.mkfifo(silent, 0o600)
        # Open for writing too: else it would ring for ever once the first who rang has closed it.
        self._pipe = os.open(silent, os.O_RDWR | os.O_NONBLOCK)
        silent.rename(self._path)

    def wait(self, seconds: float) -> bool:
        """Whether it has rung within so many seconds, or since it was last heard."""
        if not select.select([self._pipe], [], [], seconds)[0]:
            return False
        os.read(self._pipe, 65_536)
        return True

    def remove(self) -> None:
        """Take it away."""
        self._path.unlink(missing_ok=True)
        os.close(self._pipe)


def ring(folder: Path) -> None:
    """Wake all readers. The bells of those who are gone are removed."""
    for path in folder.glob(f"*{BELL}"):
        try:
            pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            path.unlink(missing_ok=True)
            continue
        with suppress(BlockingIOError):  # it has rung so often that it cannot be missed
            os.write(pipe, b".")
        os.close(pipe)


class Transport(filesystem.Transport):
    """The transport that settings.CELERY_BROKER_TRANSPORT names."""

    Channel = Channel

    def __init__(self, client: Any, **options: Any) -> None:
        super().__init__(client, **options)
        self._control_folder = Path(client.transport_options["control_folder"])
        self._bell: Bell | None = None

    def drain_events(self, connection: Any, timeout: float | None = None, **_options: Any) -> None:
        """Deliver one message, as soon as there is one. Raises TimeoutError after `timeout` seconds."""
        if self._bell is None:
            self._bell = Bell(self._control_folder)
        ends = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                super().drain_events(connection, timeout=0)
                return
            except TimeoutError:
                left = LOOK_EVERY if ends is None else ends - time.monotonic()
                if left <= 0 or self._is_full():
                    raise
            self._bell.wait(min(left, LOOK_EVERY))

    def close_connection(self, connection: Any) -> None:
        """Close it, and take its bell away."""
        super().close_connection(connection)
        if self._bell is not None:
            self._bell.remove()
            self._bell = None

    def _is_full(self) -> bool:
        """Whether a reader has as many messages as it may have, so that it must count anew first."""
        for channel in self.channels or ():
            if channel._consumers and not channel.qos.can_consume():
                time.sleep(FULL_SECONDS)
                return True
        return False


def options(folder: Path) -> dict[str, str]:
    """The transport's options for messages in this folder, which is made where it is missing."""
    folder.mkdir(mode=0o700, exist_ok=True)
    control = folder / "control"
    control.mkdir(exist_ok=True)
    return {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(control)}


def clear(folder: Path) -> None:
    """Remove what a site that was killed left behind: messages, and the addresses of its workers.

    Its work is not lost: every worker's first sweep sends again what the rows say is queued.
    """
    for pattern in (f"*{MESSAGE}*", "control/*pidbox*", f"control/*{BELL}", "control/*.silent"):
        for left in folder.glob(pattern):
            left.unlink(missing_ok=True)
