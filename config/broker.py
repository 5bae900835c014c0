"""The embedded broker: a folder of messages that all processes on this machine share.

It is kombu's own filesystem transport, except in two places where many processes at once need more
care. There a message is seen before it is whole, and a reader that finds half of one dies of it; and
a message is moved to another folder before it is read, which copies it where that folder is on
another disk, so that two readers can both have it.

A message is gone once it is read: the rows are the truth, and the sweep finds what a dead worker had.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem

MESSAGE = ".msg"


class Channel(filesystem.Channel):  # type: ignore[misc]
    """Messages that are there whole or not at all, each for one reader."""

    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:
        """Write the message beside its place and then put it there, in one step. Raises ChannelError."""
        path = os.path.join(self.data_folder_out, f"{time.time_ns():020}_{uuid4()}.{queue}{MESSAGE}")
        unfinished = f"{path}.new"
        try:
            with open(unfinished, "w", encoding="utf-8") as file:
                file.write(json.dumps(payload))
            os.rename(unfinished, path)
        except OSError as error:
            raise ChannelError(f"A message cannot be written to {self.data_folder_out}: {error}") from error

    def _get(self, queue: str) -> Any:
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

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Enter a queue in the exchange's table, which is never seen empty or half made."""
        table = self._exchange_file(exchange)
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


class Transport(filesystem.Transport):  # type: ignore[misc]
    """The transport of `filesystem://` that settings.CELERY_BROKER_TRANSPORT names."""

    Channel = Channel


def options(folder: Path, polling_interval: float) -> dict[str, Any]:
    """The transport's options for messages in this folder, which is made where it is missing.

    `polling_interval` is in seconds: how long a worker sleeps between two looks.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    control = folder / "control"
    control.mkdir(exist_ok=True)
    where = str(folder)
    return {
        "data_folder_in": where,
        "data_folder_out": where,
        "control_folder": str(control),
        "polling_interval": polling_interval,
    }


def clear(folder: Path) -> None:
    """Remove what a site that was killed left behind: messages, and the addresses of its workers.

    Its work is not lost: every worker's first sweep sends again what the rows say is queued.
    """
    for left in (*folder.glob(f"*{MESSAGE}*"), *folder.glob("control/*pidbox*")):
        left.unlink(missing_ok=True)
