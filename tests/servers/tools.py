"""The two command-line reviewers for tests: the real programs from npm, and programs of ours in their place.

The real ones are installed once into var/tools, from the lock file in tests/servers/npm. Whatever they
try to reach besides a stand-in on loopback ends at a proxy where nobody is.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.servers.models import StandIn, nobody_there

NPM = Path(__file__).parent / "npm"
TOOLS = Path(__file__).parents[2] / "var" / "tools"
NEEDED = ("package.json", "package-lock.json", ".npmrc")
USUAL = dict(os.environ)
"""Before any test has changed it: npm needs the machine's own settings."""

KEYS = ("OPENAI_API_KEY", "CODEX_API_KEY", "ANTHROPIC_API_KEY", "CLAUDE_CODE_OAUTH_TOKEN")
ADDRESSES = ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL", "NO_PROXY", "no_proxy")


def installed(name: str) -> str:
    """The path of a real program, "codex" or "claude"; installs both where they are not there yet.

    Without Node.js the test is skipped, except on CI, where it fails.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        missing = "Node.js with npm is not installed, so the real command-line reviewers cannot be"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    wanted = hashlib.sha256(b"".join((NPM / file).read_bytes() for file in NEEDED)).hexdigest()[:12]
    program = TOOLS / wanted / "node_modules" / ".bin" / name
    TOOLS.mkdir(parents=True, exist_ok=True)
    with _alone(TOOLS / "lock"):
        if not program.exists():
            _install(npm, TOOLS / wanted)
    return str(program)


def _install(npm: str, place: Path) -> None:
    """All or nothing, instead of what was there before: each version is some 600 MB."""
    for old in TOOLS.iterdir():
        if old.is_dir():
            shutil.rmtree(old)
    fresh = TOOLS / f"new-{os.getpid()}"
    fresh.mkdir()
    for file in NEEDED:
        shutil.copy(NPM / file, fresh / file)
    command = [npm, "ci", "--no-progress"]
    done = subprocess.run(
        command, cwd=fresh, env=USUAL, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode != 0:
        pytest.fail(f"npm could not install the command-line reviewers:\n{done.stderr[-2000:]}")
    fresh.rename(place)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One test process at a time."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture
def server() -> Iterator[StandIn]:
    """A stand-in that no environment variable leads to."""
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The home of an operator who is signed in nowhere, has no keys, and whom no network reaches.

    `.codex` and `.claude` in it are the folders of the two tools.
    """
    home = tmp_path / "operator"
    for folder in (".codex", ".claude"):
        (home / folder).mkdir(parents=True)
    for name in (*KEYS, *ADDRESSES, "CODEX_HOME", "CLAUDE_CONFIG_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    with nobody_there() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        yield home


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which rooms are made, a test's own: it shows what was left, and by whom."""
    folder = tmp_path / "rooms"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def program(tmp_path: Path) -> Callable[..., str]:
    """Makes a Python program of ours that stands in for a tool; it says its version when asked."""

    def make(body: str, version: str = "99.0.0") -> str:
        script = tmp_path / f"program-{time.monotonic_ns()}"
        script.write_text(
            f"#!{sys.executable}\n"
            "import json, os, signal, subprocess, sys, time\n"
            "from pathlib import Path\n"
            "if sys.argv[1:] == ['--version']:\n"
            f"    print({version!r})\n"
            "    sys.exit()\n" + textwrap.dedent(body)
        )
        script.chmod(0o755)
        return str(script)

    return make


@pytest.fixture
def last_seen(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What the files in a tool's folder were when its room was cleared, by path."""
    files: dict[str, bytes] = {}
    clear = shutil.rmtree

    def look_and_clear(folder: Path, **named: Any) -> None:
        code = Path(folder) / "code"
        if code.is_dir():
            files.clear()
            files.update(
                (str(path.relative_to(code)), path.read_bytes() if path.is_file() else b"a folder")
                for path in code.rglob("*")
                if not path.is_dir() or not any(path.iterdir())
            )
        clear(folder, **named)

    monkeypatch.setattr("shutil.rmtree", look_and_clear)
    return files


def alive(folder: Path) -> list[str]:
    """The processes of this machine that know of a folder: that run in it, or have it as their home."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("only Linux tells what the processes know")
    known = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            told = (process / "environ").read_bytes() + os.fsencode((process / "cwd").readlink())
            if os.fsencode(str(folder)) in told and int(process.name) != os.getpid():
                known.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:200])
    return known
