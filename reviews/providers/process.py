"""Run a tool on files that strangers wrote: in a room of its own, for a bounded time, never obeying it.

The tool reads the files and nothing is ever executed from among them. It gets an argument list (no
shell), no standard input, an environment without secrets, a process group that is killed as a whole,
and as much output as we are willing to read.
"""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reviews.providers.base import ProviderError, Trouble

NICE = 10
"""How far tools that compute stand back."""

MAX_OUTPUT_BYTES = 8 * 1024 * 1024
READ_BYTES = 64 * 1024

LOOK_UP_SECONDS = 0.3
"""So often somebody who listens to a tool asks whether the answer is still wanted."""
GRACE_SECONDS = 1.0
"""So long a tool that is told to end may take to tidy up."""
MAX_HEARD_BYTES = 64 * 1024 * 1024
KEPT_BYTES = 64 * 1024
"""Of what was listened to the last is kept, for whoever must find out what went wrong."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended: its exit code (negative for a signal), and what it wrote to both streams."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """A private temporary folder: the files to read lie in `code`, the tool's own beside it in `home`."""

    code: Path
    home: Path


def find_executable(name: str, chosen: str | None = None) -> Path:
    """The tool's executable: the chosen one, else beside the running interpreter, else on PATH.

    Raises ProviderError(MISSING), which says how to mend it.
    """
    if chosen:
        found = shutil.which(chosen)
        remedy = f"Correct the option “executable” of {name} in REVIEW_PROVIDER_OPTIONS ({chosen})."
    else:
        found = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
        remedy = "Install the product's requirements again: make run does it."
    if found is None:
        raise ProviderError(Trouble.MISSING, f"{name} could not be started: it is not installed. {remedy}")
    return Path(found).absolute()


@contextmanager
def workshop(
    files: Mapping[str, str], equipment: Mapping[str, str] | None = None, *, prefix: str = "blindspot-"
) -> Iterator[Workshop]:
    """A fresh private folder with these files (relative path to text), removed at the end.

    `equipment` are the tool's own files, in the same form; from `code` they lie in `../home`. The
    folder's name begins with `prefix`.

    Raises ValueError for a path that would land outside the folder; nothing is then left behind.
    """
    room = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        place = Workshop(code=room / "code", home=room / "home")
        place.code.mkdir()
        place.home.mkdir()
        for folder, contents in ((place.code, files), (place.home, equipment or {})):
            for path, text in contents.items():
                target = inside(folder, path)
                target.parent.mkdir(parents=True, exist_ok=True)
                # Bytes, so that line ends stay as they are.
                target.write_bytes(text.encode())
        yield place
    finally:
        shutil.rmtree(room, ignore_errors=True)


def inside(folder: Path, path: str) -> Path:
    """`path` below `folder`. Raises ValueError where it is absolute, climbs, or names no file."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise ValueError(f"{path!r} is not a path inside the submission")
    return folder.joinpath(*parts)


def run(command: Sequence[str | Path], where: Workshop, seconds: float) -> Finished:
    """Run a command in the workshop for at most `seconds`, and read what it writes.

    Raises ProviderError: MISSING where it cannot be started, TIMED_OUT after the time, UNREADABLE
    where it writes more than `MAX_OUTPUT_BYTES`. However it ends, its process group is gone.
    """
    name = Path(command[0]).name
    deadline = time.monotonic() + seconds
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=where.code,
            env=environment(where.home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ProviderError(
            Trouble.MISSING,
            f"{name} could not be started ({error.strerror}). Install the product's requirements again.",
        ) from error
    with suppress(OSError):
        # Somebody waits for a page on the same cores; nobody waits for a linter so urgently.
        os.setpriority(os.PRIO_PGRP, process.pid, NICE)
    with process:
        try:
            output, errors = read_all(process, name, deadline)
            code = process.wait(timeout=max(deadline - time.monotonic(), 0))
        except (TimeoutError, subprocess.TimeoutExpired):
            raise ProviderError(
                Trouble.TIMED_OUT,
                f"{name} was stopped after {seconds:g} seconds without a result. "
                "The code is kept; run the review again, or raise the time limit.",
            ) from None
        finally:
            # macOS answers EPERM for a group of which only the dead are left.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return Finished(code, output.decode(errors="replace"), errors.decode(errors="replace"))


def environment(home: Path) -> dict[str, str]:
    """What a tool may know of us: nothing but where programs are, and a home of its own."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(home),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
        # For tools that are Python: nothing is imported from the code or the home.
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


def read_all(process: subprocess.Popen[bytes], name: str, deadline: float) -> tuple[bytes, bytes]:
    """Read both streams to their ends.

    Raises TimeoutError at the deadline, ProviderError(UNREADABLE) beyond `MAX_OUTPUT_BYTES` in all.
    """
    kept = {stream.fileno(): bytearray() for stream in (process.stdout, process.stderr) if stream}
    output, errors = kept.values()
    with selectors.DefaultSelector() as ready:
        for stream in kept:
            ready.register(stream, selectors.EVENT_READ)
        while ready.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            for key, _ in ready.select(left):
                chunk = os.read(key.fd, READ_BYTES)
                if not chunk:
                    ready.unregister(key.fd)
                kept[key.fd] += chunk
            if sum(map(len, kept.values())) > MAX_OUTPUT_BYTES:
                raise ProviderError(
                    Trouble.UNREADABLE,
                    f"{name} wrote more than {MAX_OUTPUT_BYTES // 1024**2} MB and was stopped. "
                    "The code is kept; submit fewer or smaller files.",
                    raw=output[:READ_BYTES].decode(errors="replace"),
                )
    return bytes(output), bytes(errors)


def listen(
    command: Sequence[str | Path],
    folder: Path,
    variables: Mapping[str, str],
    *,
    told: Path | None,
    hear: Callable[[bytes], bool],
    look_up: Callable[[], None],
    seconds: float,
) -> Finished:
    """Run a tool that answers line by line, and listen until `hear` has heard enough or it ends.

    The tool stands in `folder`, knows `variables` alone, and reads the file `told`. `look_up` is called
    every `LOOK_UP_SECONDS`, and may raise: that ends the tool. The last of both streams comes back.

    Raises OSError where it cannot be started, TimeoutError after `seconds`, ProviderError(UNREADABLE)
    where it writes more than `MAX_HEARD_BYTES`, or a line of more than `MAX_OUTPUT_BYTES`. However it
    ends, its process group is gone.
    """
    deadline = time.monotonic() + seconds
    tails = (bytearray(), bytearray())
    with (
        Path(told or os.devnull).open("rb") as question,
        subprocess.Popen(
            [str(part) for part in command],
            cwd=folder,
            env=dict(variables),
            stdin=question,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process,
    ):
        try:
            for line in _lines(process, tails, look_up, deadline):
                if hear(line):
                    break
            else:
                _await_end(process, look_up, deadline)
        finally:
            _end(process)
    output, errors = (tail.decode(errors="replace") for tail in tails)
    return Finished(process.returncode, output, errors)


def _lines(
    process: subprocess.Popen[bytes],
    tails: Sequence[bytearray],
    look_up: Callable[[], None],
    deadline: float,
) -> Iterator[bytes]:
    """The lines of standard output as they come; the last of both streams goes into the tails."""
    line, total = bytearray(), 0
    with selectors.DefaultSelector() as ready:
        for stream, tail in zip((process.stdout, process.stderr), tails, strict=True):
            if stream is not None:
                ready.register(stream, selectors.EVENT_READ, tail)
        while ready.get_map():
            heard = ready.select(_wait(look_up, deadline))
            if not heard and process.poll() is not None:
                break  # Somebody whom it started still holds the streams.
            for key, _ in heard:
                chunk = os.read(key.fd, READ_BYTES)
                if not chunk:
                    ready.unregister(key.fileobj)
                key.data.extend(chunk)
                del key.data[:-KEPT_BYTES]
                total += len(chunk)
                if key.fileobj is process.stdout:
                    *ended, rest = chunk.split(b"\n")
                    for part in ended:
                        yield bytes(line + part)
                        line.clear()
                    line += rest
            if total > MAX_HEARD_BYTES or len(line) > MAX_OUTPUT_BYTES:
                raise ProviderError(
                    Trouble.UNREADABLE,
                    "A reviewer's program wrote without end and was stopped. "
                    "The code is kept; run the review again.",
                )
    if line:
        yield bytes(line)


def _wait(look_up: Callable[[], None], deadline: float) -> float:
    """Look up, and say how many seconds may pass before doing so again."""
    look_up()
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, LOOK_UP_SECONDS)


def _await_end(process: subprocess.Popen[bytes], look_up: Callable[[], None], deadline: float) -> None:
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_wait(look_up, deadline))
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the process group to end where its first process has not, and then make sure of it."""
    if process.poll() is None:
        _tell(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_SECONDS)
    _tell(process.pid, signal.SIGKILL)


def _tell(group: int, what: signal.Signals) -> None:
    # macOS answers EPERM for a group of which only the dead are left.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, what)
